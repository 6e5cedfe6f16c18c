#pragma once
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace base {

// 128 bits: 48 of milliseconds since 1970, 16 of a counter within the millisecond, 64 random.
// Time-ordered, made without coordination. Big-endian bytes, so that BINARY(16) and the text sort
// like the time.
struct Id128 {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const Id128&, const Id128&) = default;
};

// 26 lowercase Crockford base32 digits; order-preserving.
std::string to_base32(const Id128& id);
inline constexpr std::size_t kBase32Size = 26;
void put_base32(char* at, const Id128& id);  // kBase32Size digits
bool from_base32(std::string_view text, Id128& out);

// An id of one kind. Tag has `static constexpr std::string_view kPrefix` ("pr"); the text form,
// used in JSON, URLs and logs, is prefix + "_" + base32.
template <class Tag>
struct Id {
  Id128 value;
  friend auto operator<=>(const Id&, const Id&) = default;
  bool is_nil() const { return value == Id128{}; }
  std::string text() const {
    std::string out;
    append_text(out);
    return out;
  }
  void append_text(std::string& out) const {
    constexpr std::size_t n = Tag::kPrefix.size();
    std::array<char, n + 1 + kBase32Size> text;
    std::copy_n(Tag::kPrefix.data(), n, text.data());
    text[n] = '_';
    put_base32(text.data() + n + 1, value);
    out.append(text.data(), text.size());
  }
  static Result<Id> parse(std::string_view text) {
    Id id;
    const auto n = Tag::kPrefix.size();
    if (text.size() != n + 27 || !text.starts_with(Tag::kPrefix) || text[n] != '_' ||
        !from_base32(text.substr(n + 1), id.value)) {
      return error(Code::invalid_argument, "not an id of kind " + std::string(Tag::kPrefix));
    }
    return id;
  }
};

template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;

// Makes ids; strictly increasing within one instance even when the clock goes back. Thread-safe.
class Ids {
 public:
  Ids(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  Id128 next();
  template <class IdType>
  IdType make() {
    return IdType{next()};
  }

 private:
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::uint64_t last_ms_ = 0;
  std::uint16_t counter_ = 0;
};

}  // namespace base

template <class Tag>
struct std::hash<base::Id<Tag>> {
  std::size_t operator()(const base::Id<Tag>& id) const noexcept {
    std::size_t h = 0;
    for (auto b : id.value.bytes) h = h * 1099511628211ULL + b;
    return h;
  }
};

#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/assert.h"
#include "base/describe.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text_value.h"
#include "base/time.h"
#include "store/statement.h"

// How members of described structs become SQL values and back; used by Tx, not by slices.
namespace store::detail {

enum class Kind : std::uint8_t { null, integer, text, blob };

// A view of one value; what it points to lives in the caller's struct or in the engine's row.
struct Value {
  Kind kind = Kind::null;
  std::int64_t integer = 0;
  const char* data = nullptr;
  std::size_t size = 0;

  static Value of(std::int64_t i) { return {.kind = Kind::integer, .integer = i}; }
  static Value text(std::string_view s) {
    return {.kind = Kind::text, .data = s.data(), .size = s.size()};
  }
  static Value blob(std::string_view s) {
    return {.kind = Kind::blob, .data = s.data(), .size = s.size()};
  }
  std::string_view view() const { return {data, size}; }
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// A value type whose column is its text (domain::Currency): view() stays valid as long as the
// value.
template <class T>
concept TextColumn = base::TextValue<T> && requires(const T& value) {
  { value.view() } -> std::same_as<std::string_view>;
};

template <class T>
constexpr Kind kind_of() {
  if constexpr (is_optional<T>) {
    return kind_of<typename T::value_type>();
  } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, base::Time>) {
    return Kind::integer;
  } else if constexpr (base::is_id<T> || std::is_same_v<T, Blob>) {
    return Kind::blob;
  } else {
    static_assert(std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> ||
                      base::is_described_enum<T> || std::is_same_v<T, base::Secret<std::string>> ||
                      std::is_same_v<T, base::json::Raw> || TextColumn<T>,
                  "not a type of a column (see statement.h)");
    return Kind::text;
  }
}

template <class T>
Value encode(const T& v) {
  if constexpr (is_optional<T>) {
    return v ? encode(*v) : Value{};
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      QT_ASSERT(v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    }
    return Value::of(static_cast<std::int64_t>(v));
  } else if constexpr (std::is_same_v<T, base::Time>) {
    return Value::of(base::micros(v));
  } else if constexpr (base::is_id<T>) {
    return Value::blob({reinterpret_cast<const char*>(v.value.bytes.data()), v.value.bytes.size()});
  } else if constexpr (std::is_same_v<T, Blob>) {
    return Value::blob(v.bytes);
  } else if constexpr (base::is_described_enum<T>) {
    const std::string_view name = base::enum_name(v);
    QT_ASSERT(!name.empty());
    return Value::text(name);
  } else if constexpr (std::is_same_v<T, base::Secret<std::string>>) {
    return Value::text(v.reveal());
  } else if constexpr (std::is_same_v<T, base::json::Raw>) {
    return Value::text(v.text);
  } else if constexpr (TextColumn<T>) {
    return Value::text(v.view());
  } else {
    return Value::text(v);
  }
}

// False when the stored value doesn't fit the member.
template <class T>
bool decode(const Value& from, T& to) {
  if constexpr (is_optional<T>) {
    if (from.kind == Kind::null) {
      to.reset();
      return true;
    }
    if (!to) to.emplace();
    return decode(from, *to);
  } else if (from.kind == Kind::null) {
    return false;
  } else if constexpr (std::is_same_v<T, bool>) {
    to = from.integer != 0;
    return from.kind == Kind::integer && (from.integer == 0 || from.integer == 1);
  } else if constexpr (std::is_integral_v<T>) {
    to = static_cast<T>(from.integer);
    return from.kind == Kind::integer && std::in_range<T>(from.integer);
  } else if constexpr (std::is_same_v<T, base::Time>) {
    to = base::from_micros(from.integer);
    return from.kind == Kind::integer;
  } else if (from.kind == Kind::integer) {
    return false;
  } else if constexpr (base::is_id<T>) {
    if (from.size != to.value.bytes.size()) return false;
    std::memcpy(to.value.bytes.data(), from.data, from.size);
    return true;
  } else if constexpr (base::is_described_enum<T>) {
    return base::enum_from_name(from.view(), to);
  } else if constexpr (std::is_same_v<T, Blob>) {
    to.bytes.assign(from.data, from.size);
    return true;
  } else if constexpr (std::is_same_v<T, base::Secret<std::string>>) {
    to = base::Secret<std::string>(std::string(from.view()));
    return true;
  } else if constexpr (std::is_same_v<T, base::json::Raw>) {
    to.text.assign(from.data, from.size);
    return true;
  } else if constexpr (TextColumn<T>) {
    auto parsed = T::parse(from.view());
    if (parsed) to = *parsed;
    return parsed.has_value();
  } else {
    static_assert(!std::is_same_v<T, std::string_view>,
                  "a row needs std::string: its text must outlive the row");
    to.assign(from.data, from.size);
    return true;
  }
}

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                         boost::describe::mod_inherited>;
template <class T>
inline constexpr std::size_t kMemberCount = boost::mp11::mp_size<Members<T>>::value;

// A result column as the row's struct wants it.
struct Column {
  std::string_view name;
  Kind kind;
};

template <class R>
constexpr auto make_columns() {
  std::array<Column, kMemberCount<R>> columns{};
  std::size_t i = 0;
  boost::mp11::mp_for_each<Members<R>>([&](auto d) {
    using Member = std::remove_cvref_t<decltype(std::declval<R&>().*d.pointer)>;
    columns[i++] = {d.name, kind_of<Member>()};
  });
  return columns;
}
// One table per row type; its address tells a statement's cache whether the columns were compared
// already.
template <class R>
inline constexpr std::array<Column, kMemberCount<R>> kColumns = make_columns<R>();

template <class P>
void encode_members(const P& params, Value* out) {
  boost::mp11::mp_for_each<Members<P>>([&](auto d) { *out++ = encode(params.*d.pointer); });
}

// The index of the first member that doesn't fit, or the number of members.
template <class R>
std::size_t decode_members(const Value* from, R& row) {
  std::size_t index = 0;
  bool good = true;
  boost::mp11::mp_for_each<Members<R>>([&](auto d) {
    if (!good) return;
    good = decode(from[index], row.*d.pointer);
    if (good) ++index;
  });
  return index;
}

}  // namespace store::detail

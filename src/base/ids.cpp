#include "base/ids.h"

#include <cstring>

namespace base {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::int8_t kNoDigit = -1;

constexpr std::array<std::int8_t, 256> kDigitValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

// Two digits for each value of ten bits.
constexpr std::array<char, 2048> kPairs = [] {
  std::array<char, 2048> pairs{};
  for (std::size_t i = 0; i < 1024; ++i) {
    pairs[2 * i] = kDigits[i >> 5];
    pairs[2 * i + 1] = kDigits[i & 31];
  }
  return pairs;
}();

void put_pairs(char* at, int count, std::uint64_t bits) {
  for (int i = count - 1; i >= 0; --i) {
    std::memcpy(at + 2 * i, kPairs.data() + 2 * (bits & 1023), 2);
    bits >>= 10;
  }
}

std::uint64_t load_big_endian(const std::uint8_t* from) {
  std::uint64_t out = 0;
  for (int i = 0; i < 8; ++i) out = out << 8 | from[i];
  return out;
}

void store_big_endian(std::uint64_t value, std::uint8_t* to) {
  for (int i = 7; i >= 0; --i) {
    to[i] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

}  // namespace

void put_base32(char* at, const Id128& id) {
  // Three shares of the 128 bits, 8 + 60 + 60, so that each has whole pairs of digits.
  const std::uint64_t high = load_big_endian(id.bytes.data());
  const std::uint64_t low = load_big_endian(id.bytes.data() + 8);
  constexpr std::uint64_t kSixty = (std::uint64_t{1} << 60) - 1;
  put_pairs(at, 1, high >> 56);
  put_pairs(at + 2, 6, (high << 4 | low >> 60) & kSixty);
  put_pairs(at + 14, 6, low & kSixty);
}

std::string to_base32(const Id128& id) {
  std::string out(kBase32Size, '\0');
  put_base32(out.data(), id);
  return out;
}

bool from_base32(std::string_view text, Id128& out) {
  // 26 digits hold 130 bits: a first digit over 7 would not fit.
  if (text.size() != kBase32Size || text.front() > '7') return false;
  unsigned __int128 bits = 0;
  for (const char c : text) {
    const auto digit = kDigitValues[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return false;
    bits = bits << 5 | static_cast<unsigned>(digit);
  }
  store_big_endian(static_cast<std::uint64_t>(bits >> 64), out.bytes.data());
  store_big_endian(static_cast<std::uint64_t>(bits), out.bytes.data() + 8);
  return true;
}

Id128 Ids::next() {
  const std::uint64_t random = random_.u64();
  const auto now = static_cast<std::uint64_t>(micros(clock_.now()) / 1000);
  std::uint64_t ordered = 0;
  {
    const std::lock_guard lock(mutex_);
    if (now > last_ms_) {
      last_ms_ = now;
      counter_ = 0;
    } else if (++counter_ == 0) {
      // The counter of this millisecond is used up: borrow the next one.
      ++last_ms_;
    }
    ordered = last_ms_ << 16 | counter_;
  }
  Id128 id;
  store_big_endian(ordered, id.bytes.data());
  store_big_endian(random, id.bytes.data() + 8);
  return id;
}

}  // namespace base

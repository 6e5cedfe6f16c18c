// The readers of base behind every request: JSON, times, forms, encodings and ids. The first byte
// chooses one; what a reader takes, it must give back the same after being written again.
#include <algorithm>

#include "base/assert.h"
#include "base/encoding.h"
#include "base/json.h"

namespace {

struct ThingTag {
  static constexpr std::string_view kPrefix = "th";
};
using ThingId = base::Id<ThingTag>;

enum class Colour : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Part {
  std::string name;
  std::int32_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, count))

// A member of every kind that a body may have.
struct Thing {
  ThingId id;
  std::int64_t amount_minor = 0;
  std::uint8_t small = 0;
  bool live = false;
  Colour colour = Colour::red;
  base::Time created_at;
  std::optional<std::string> note;
  std::vector<Part> parts;
  std::map<std::string, std::int64_t> counts;
  std::optional<boost::json::value> any;
};
BOOST_DESCRIBE_STRUCT(Thing, (),
                      (id, amount_minor, small, live, colour, created_at, note, parts, counts, any))

// Boost's floating point numbers lose their last digit on the way, and we use none of them.
bool same(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double()) return b.is_double();
  if (const auto* items = a.if_array()) {
    return b.is_array() && std::equal(items->begin(), items->end(), b.get_array().begin(),
                                      b.get_array().end(), same);
  }
  const auto* object = a.if_object();
  if (!object) return a == b;
  if (!b.is_object() || b.get_object().size() != object->size()) return false;
  for (const auto& [key, value] : *object) {
    const auto* other = b.get_object().if_contains(key);
    if (!other || !same(value, *other)) return false;
  }
  return true;
}

void check_json(std::string_view text) {
  constexpr std::size_t kDepth = 16;
  if (const auto tree = base::json::parse(text, kDepth)) {
    QT_ASSERT(base::is_valid_utf8(text));
    const auto again = base::json::parse(boost::json::serialize(*tree), kDepth);
    QT_ASSERT(again && same(*again, *tree));
    base::json::find(*tree, "a.b.c");
    base::json::find_int(*tree, "amount_minor");
  }
  const auto thing = base::json::read<Thing>(text);
  if (!thing) {
    QT_ASSERT(thing.error().code == base::Code::invalid_argument);
    return;
  }
  const std::string written = base::json::write(*thing);
  const auto again = base::json::read<Thing>(written);
  QT_ASSERT(again && base::json::write(*again) == written);
}

void check_time(std::string_view text) {
  const auto time = base::from_rfc3339(text);
  if (!time) return;
  const auto again = base::from_rfc3339(base::to_rfc3339(*time));
  QT_ASSERT(again && *again == *time);
}

void check_form(std::string_view text) {
  constexpr std::size_t kFieldsMax = 100;
  const auto fields = base::form_decode(text, kFieldsMax);
  if (!fields) return;
  QT_ASSERT(fields->size() <= kFieldsMax);
  const auto again = base::form_decode(base::form_encode(*fields), kFieldsMax);
  QT_ASSERT(again && again->size() == fields->size());
  for (std::size_t i = 0; i < fields->size(); ++i) {
    QT_ASSERT((*again)[i].name == (*fields)[i].name && (*again)[i].value == (*fields)[i].value);
  }
}

void check_encodings(std::string_view text) {
  for (const bool plus_is_space : {false, true}) {
    const auto plain = base::percent_decode(text, plus_is_space);
    if (!plain) continue;
    const auto again = base::percent_decode(base::percent_encode(*plain), plus_is_space);
    QT_ASSERT(again && *again == *plain);
  }
  const auto bytes = base::from_base64(text);
  if (bytes) {
    const auto again = base::from_base64(base::to_base64(*bytes));
    QT_ASSERT(again && *again == *bytes);
  }
  if (const auto hex = base::from_hex(text)) QT_ASSERT(hex->size() * 2 == text.size());
  base::is_valid_utf8(text);
}

void check_id(std::string_view text) {
  const auto id = ThingId::parse(text);
  if (id) QT_ASSERT(id->text() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr void (*kChecks[])(std::string_view) = {check_json, check_time, check_form,
                                                   check_encodings, check_id};
  if (size == 0) return 0;
  // Digits, so that a seed can be read and written by hand.
  const std::size_t choice = data[0] - std::size_t{'0'};
  if (choice >= std::size(kChecks)) return 0;
  kChecks[choice](std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}

#pragma once
// The templates of json.h: one function per kind of member, chosen at compile time.
#include <charconv>
#include <concepts>
#include <limits>
#include <type_traits>

namespace base::json {
namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T, class C>
inline constexpr bool is_map<std::map<std::string, T, C>> = true;
template <class T>
inline constexpr bool always_false = false;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                         boost::describe::mod_inherited>;

constexpr std::size_t length(const char* text) { return std::char_traits<char>::length(text); }

// The text `,"name":` of a described member, made by the compiler.
template <class D>
constexpr auto make_key() {
  constexpr std::size_t n = length(D::name);
  std::array<char, n + 4> text{};
  text[0] = ',';
  text[1] = '"';
  for (std::size_t i = 0; i < n; ++i) text[2 + i] = D::name[i];
  text[n + 2] = '"';
  text[n + 3] = ':';
  return text;
}
template <class D>
inline constexpr auto kKey = make_key<D>();

template <class T>
void append_struct(std::string& out, const T& value) {
  const std::size_t start = out.size();
  boost::mp11::mp_for_each<Members<T>>([&](auto d) {
    using D = decltype(d);
    out.append(kKey<D>.data(), kKey<D>.size());
    append(out, value.*D::pointer);
  });
  // The first member's comma becomes the opening brace.
  if (out.size() == start) {
    out += '{';
  } else {
    out[start] = '{';
  }
  out += '}';
}

template <class T>
void append_int(std::string& out, T value) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  out.append(text, static_cast<std::size_t>(end - text));
}

template <class T>
void append_map(std::string& out, const T& map) {
  char separator = '{';
  for (const auto& [key, item] : map) {
    out += separator;
    append_string(out, key);
    out += ':';
    append(out, item);
    separator = ',';
  }
  if (separator == '{') out += '{';
  out += '}';
}

void append_value(std::string& out, const boost::json::value& value);

// Where a value stands, as a chain on the stack: its text is only made for an error.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;
  std::size_t index = kNoIndex;
  static constexpr std::size_t kNoIndex = std::numeric_limits<std::size_t>::max();
  std::string text() const;
};

struct Reader {
  const ReadOptions& options;
  std::vector<FieldError>& errors;

  void fail(const Path& path, std::string_view code, std::string_view detail);
  // Adds an error for every key of `from` that is not among the names.
  void fail_unknown(const boost::json::object& from, const Path& path,
                    const std::string_view* names, std::size_t name_count);

  void read(const boost::json::value& from, bool& into, const Path& path);
  void read(const boost::json::value& from, std::string& into, const Path& path);
  void read(const boost::json::value& from, Time& into, const Path& path);
  void read(const boost::json::value& from, boost::json::value& into, const Path& path);
  void read(const boost::json::value& from, Raw& into, const Path& path);
  // False after adding an error.
  bool read_int64(const boost::json::value& from, std::int64_t& into, const Path& path);
  bool read_uint64(const boost::json::value& from, std::uint64_t& into, const Path& path);
  bool expect_object(const boost::json::value& from, const Path& path);
  bool expect_array(const boost::json::value& from, const Path& path);
  bool expect_text(const boost::json::value& from, const Path& path);

  template <class T>
  void read(const boost::json::value& from, T& into, const Path& path);
  template <class T>
  void read_int(const boost::json::value& from, T& into, const Path& path);
  template <class T>
  void read_struct(const boost::json::object& from, T& into, const Path& path);
};

template <class T>
void Reader::read_int(const boost::json::value& from, T& into, const Path& path) {
  using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  Wide wide = 0;
  bool fits = false;
  if constexpr (std::is_signed_v<T>) {
    fits = read_int64(from, wide, path);
  } else {
    fits = read_uint64(from, wide, path);
  }
  if (!fits) return;
  if (!std::in_range<T>(wide)) return fail(path, "out_of_range", "is too large or too small");
  into = static_cast<T>(wide);
}

template <class T>
void Reader::read_struct(const boost::json::object& from, T& into, const Path& path) {
  std::size_t known = 0;
  boost::mp11::mp_for_each<Members<T>>([&](auto d) {
    using D = decltype(d);
    auto& member = into.*D::pointer;
    const Path at{&path, {D::name, length(D::name)}};
    if (const auto* found = from.if_contains(at.name)) {
      ++known;
      read(*found, member, at);
    } else if constexpr (!is_optional<std::remove_cvref_t<decltype(member)>>) {
      fail(at, "required", "is required");
    }
  });
  if (options.unknown_fields_are_errors && known != from.size()) {
    std::array<std::string_view, boost::mp11::mp_size<Members<T>>::value> names;
    std::size_t n = 0;
    boost::mp11::mp_for_each<Members<T>>([&](auto d) { names[n++] = d.name; });
    fail_unknown(from, path, names.data(), names.size());
  }
}

template <class T>
void Reader::read(const boost::json::value& from, T& into, const Path& path) {
  if constexpr (is_optional<T>) {
    if (from.is_null()) {
      into.reset();
    } else {
      read(from, into.emplace(), path);
    }
  } else if constexpr (std::integral<T>) {
    read_int(from, into, path);
  } else if constexpr (is_described_enum<T>) {
    if (!expect_text(from, path)) return;
    const auto& text = from.get_string();
    if (!enum_from_name(std::string_view(text.data(), text.size()), into)) {
      fail(path, "invalid", "is not one of the known values");
    }
  } else if constexpr (is_id<T>) {
    if (!expect_text(from, path)) return;
    const auto& text = from.get_string();
    auto id = T::parse({text.data(), text.size()});
    if (!id) return fail(path, "invalid", id.error().detail);
    into = *id;
  } else if constexpr (TextValue<T>) {
    if (!expect_text(from, path)) return;
    const auto& text = from.get_string();
    auto value = T::parse(std::string_view(text.data(), text.size()));
    if (!value) return fail(path, "invalid", value.error().detail);
    into = *std::move(value);
  } else if constexpr (is_vector<T>) {
    if (!expect_array(from, path)) return;
    const auto& array = from.get_array();
    into.clear();
    into.reserve(array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      typename T::value_type item{};
      read(array[i], item, Path{&path, {}, i});
      into.push_back(std::move(item));
    }
  } else if constexpr (is_map<T>) {
    if (!expect_object(from, path)) return;
    into.clear();
    for (const auto& pair : from.get_object()) {
      const std::string_view key{pair.key().data(), pair.key().size()};
      read(pair.value(), into[std::string(key)], Path{&path, key});
    }
  } else if constexpr (is_described_struct<T>) {
    if (expect_object(from, path)) read_struct(from.get_object(), into, path);
  } else {
    static_assert(always_false<T>, "json.h lists the supported types; floating point is not one");
  }
}

inline constexpr std::size_t kTreeBlock = 4096;
Result<boost::json::value> parse_with(std::string_view text, std::size_t depth_max,
                                      boost::json::storage_ptr memory);
Error fields_error(std::vector<FieldError> errors);

}  // namespace detail

template <class T>
void append(std::string& out, const T& value) {
  if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    static_assert(!std::same_as<T, char>, "a char is neither a number nor a text");
    detail::append_int(out, value);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_string(out, value);
  } else if constexpr (is_described_enum<T>) {
    append_string(out, enum_name(value));
  } else if constexpr (is_id<T>) {
    out += '"';
    value.append_text(out);
    out += '"';
  } else if constexpr (TextValue<T>) {
    append_string(out, value.text());
  } else if constexpr (std::same_as<T, Time>) {
    out += '"';
    append_rfc3339(out, value);
    out += '"';
  } else if constexpr (std::same_as<T, Raw>) {
    out += value.text;
  } else if constexpr (std::same_as<T, boost::json::value>) {
    detail::append_value(out, value);
  } else if constexpr (detail::is_optional<T>) {
    if (value) {
      append(out, *value);
    } else {
      out += "null";
    }
  } else if constexpr (detail::is_vector<T>) {
    out += '[';
    bool first = true;
    for (const auto& item : value) {
      if (!first) out += ',';
      first = false;
      append(out, static_cast<const typename T::value_type&>(item));
    }
    out += ']';
  } else if constexpr (detail::is_map<T>) {
    detail::append_map(out, value);
  } else if constexpr (is_described_struct<T>) {
    detail::append_struct(out, value);
  } else {
    static_assert(detail::always_false<T>,
                  "json.h lists the supported types; floating point is not one");
  }
}

template <class T>
std::string write(const T& value) {
  std::string out;
  out.reserve(256);
  append(out, value);
  return out;
}

template <class T>
void read_value(const boost::json::value& from, T& into, const std::string& path,
                const ReadOptions& options, std::vector<FieldError>& errors) {
  detail::Reader{options, errors}.read(from, into, detail::Path{nullptr, path});
}

template <class T>
Result<T> read(std::string_view text, const ReadOptions& options) {
  // The tree lives only in this function: it is built in one block and dropped with it.
  std::array<unsigned char, detail::kTreeBlock> block;
  boost::json::monotonic_resource memory(block.data(), block.size());
  TRY(const boost::json::value value, detail::parse_with(text, options.depth_max, &memory));
  T out{};
  std::vector<FieldError> errors;
  detail::Reader{options, errors}.read(value, out, detail::Path{});
  if (!errors.empty()) return detail::fields_error(std::move(errors));
  return out;
}

}  // namespace base::json

#include "store/explain_values.h"

#include <algorithm>
#include <cctype>

#include "base/encoding.h"

namespace store {
namespace {

constexpr int kSampleOffset = 100;  // not the very first row, which is often special

bool is_word(const std::string& token) {
  return !token.empty() && (std::isalpha(static_cast<unsigned char>(token[0])) || token[0] == '_');
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return text;
}

bool is_moment(std::string_view column) {
  return column.ends_with("_at") || column.ends_with("_until");
}

}  // namespace

Result<ValueSource> ValueSource::open(Connection& connection) {
  ValueSource source(connection);
  TRY(const auto rows,
      connection.raw("SELECT table_name, column_name, data_type FROM information_schema.columns "
                     "WHERE table_schema = DATABASE()"));
  for (const RawRow& row : rows) {
    source.columns_.emplace(row.at(1).value_or(""),
                            Column{row.at(0).value_or(""), row.at(2).value_or("")});
  }
  return source;
}

// Words, numbers, literals and single characters; "<=" and its kind in one.
std::vector<std::string> ValueSource::tokens(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\'') {
      end = text.find('\'', i + 1);
      end = end == std::string_view::npos ? text.size() : end + 1;
    } else if (std::isalnum(c) || c == '_') {
      while (end < text.size() &&
             (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
        ++end;
    } else if ((c == '<' || c == '>' || c == '!') && end < text.size() &&
               (text[end] == '=' || text[end] == '>')) {
      ++end;
    }
    out.emplace_back(text.substr(i, end - i));
    i = end;
  }
  return out;
}

// Looks left, then right of the question mark for "column operator".
ValueSource::Place ValueSource::place_of(const std::vector<std::string>& all, std::size_t at,
                                         std::string_view parameter) {
  const auto word = [&](std::size_t from, int step, int nth) -> std::string {
    auto i = static_cast<std::ptrdiff_t>(from) + step;
    for (; i >= 0 && i < static_cast<std::ptrdiff_t>(all.size()); i += step) {
      const std::string& t = all[static_cast<std::size_t>(i)];
      if (t == " " || t == "(") continue;
      if (nth-- == 0) return t;
    }
    return "";
  };
  // A later one of `column IN (?, ?, …)` stands where the first does.
  while (at >= 2 && word(at, -1, 0) == "," && word(at, -1, 1) == "?") {
    do --at;
    while (all[at] != "?");
  }
  Place place{.column = std::string(parameter)};
  const std::string before = upper(word(at, -1, 0));
  if (before == "LIMIT" || before == "OFFSET") {
    place.is_count = true;
  } else if (before == "AND" && upper(word(at, -1, 2)) == "BETWEEN") {
    place.column = word(at, -1, 3);
    place.compared = '<';
  } else if (before == "BETWEEN" || before == "LIKE" || before == "IN" ||
             before.find_first_of("=<>") == 0) {
    const std::string left = word(at, -1, 1);
    if (is_word(left)) place.column = left;
    if (before[0] == '<' || before[0] == '>') place.compared = before[0];
    if (before == "BETWEEN") place.compared = '>';
  } else if (const std::string after = word(at, 1, 0); after.find_first_of("=<>") == 0) {
    const std::string right = word(at, 1, 1);
    const std::string dotted = word(at, 1, 2) == "." ? word(at, 1, 3) : right;
    if (is_word(dotted)) place.column = dotted;
    if (after[0] == '<') place.compared = '>';
    if (after[0] == '>') place.compared = '<';
  }
  return place;
}

ValueSource::Column* ValueSource::find(const std::vector<std::string>& all,
                                       const std::string& column) {
  const auto [first, last] = columns_.equal_range(column);
  for (auto i = first; i != last; ++i) {
    if (std::find(all.begin(), all.end(), i->second.table) != all.end()) return &i->second;
  }
  return nullptr;
}

std::string ValueSource::quoted(const Column& column, const std::optional<std::string>& value) {
  const bool bytes = column.type.find("binary") != std::string::npos ||
                     column.type.find("blob") != std::string::npos;
  const bool number = column.type.find("int") != std::string::npos;
  if (!value) return bytes ? "X'00000000000000000000000000000000'" : number ? "1" : "'x'";
  if (number) return *value;
  if (bytes) {
    return "X'" +
           base::to_hex({reinterpret_cast<const std::uint8_t*>(value->data()), value->size()}) +
           "'";
  }
  std::string out = "'";
  for (const char c : *value) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Result<std::string> ValueSource::literal(Column& column, const std::string& name, char compared) {
  if (compared == '=') {
    if (!std::exchange(column.sampled, true)) {
      const std::string select =
          "SELECT `" + name + "` FROM `" + column.table + "` LIMIT 1 OFFSET ";
      TRY(auto rows, connection_->raw(select + std::to_string(kSampleOffset)));
      if (rows.empty()) {
        TRY(rows, connection_->raw(select + "0"));
      }
      column.sample = quoted(column, rows.empty() ? std::nullopt : rows[0][0]);
    }
    return column.sample;
  }
  if (!std::exchange(column.ranged, true)) {
    TRY(const auto rows, connection_->raw("SELECT MIN(`" + name + "`), MAX(`" + name + "`) FROM `" +
                                          column.table + "`"));
    column.least = quoted(column, rows.at(0).at(0));
    column.most = quoted(column, rows.at(0).at(1));
  }
  // Due work is the oldest end of a time, a window is its newest; a cursor starts at the newest id.
  const bool low = (compared == '<') == is_moment(name);
  return low ? column.least : column.most;
}

Result<std::string> ValueSource::fill(const Statement& statement) {
  const auto all = tokens(statement.mariadb);
  std::string out;
  std::size_t parameter = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] != "?") {
      out += all[i];
      continue;
    }
    const std::string name(statement.params[parameter++]);
    const Place place = place_of(all, i, name);
    Column* column = find(all, place.column);
    if (!column) column = find(all, name);
    if (place.is_count) {
      out += "20";
    } else if (column) {
      TRY(const std::string text, literal(*column, place.column, place.compared));
      out += text;
    } else {
      out += "1";
    }
  }
  return out;
}

}  // namespace store

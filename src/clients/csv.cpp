#include "clients/csv.h"

#include <algorithm>

#include "base/encoding.h"

namespace clients {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kFormulaStarts = "=+-@\t\r";

base::Error bad(const std::string& code, std::int64_t line, const std::string& what) {
  return base::field_error("body", code, "line " + std::to_string(line) + ": " + what);
}

// Also behind apostrophes: one that would be taken for our mark when read again gets another.
bool is_formula(std::string_view value) {
  const std::size_t first = value.find_first_not_of('\'');
  return first != std::string_view::npos &&
         kFormulaStarts.find(value[first]) != std::string_view::npos;
}

char separator_of(std::string_view text) {
  std::size_t counts[3] = {0, 0, 0};
  constexpr std::string_view kSeparators = ",;\t";
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (const std::size_t which = kSeparators.find(c); which != std::string_view::npos)
      ++counts[which];
  }
  return kSeparators[static_cast<std::size_t>(std::max_element(counts, counts + 3) - counts)];
}

class Parser {
 public:
  Parser(std::string_view text, char separator) : text_(text), separator_(separator) {}

  base::Result<std::vector<CsvRow>> parse() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      TRY(auto row, parse_row());
      const bool blank = row.cells.size() == 1 && row.cells[0].empty();
      if (blank) continue;
      if (rows.size() > kCsvRowsMax)
        return base::error(base::Code::too_large, "at most 10000 rows");
      const auto valid = [](const std::string& cell) { return base::is_valid_utf8(cell); };
      row.valid_utf8 = std::all_of(row.cells.begin(), row.cells.end(), valid);
      rows.push_back(std::move(row));
    }
    if (rows.empty()) return base::field_error("body", "empty", "the file has no header line");
    return rows;
  }

 private:
  base::Result<CsvRow> parse_row() {
    CsvRow row;
    row.line = line_;
    for (;;) {
      if (row.cells.size() == kCsvColumnsMax)
        return bad("too_many_columns", row.line, "at most 100 columns");
      TRY(auto cell, parse_cell());
      row.cells.push_back(std::move(cell));
      if (at_ == text_.size()) return row;
      if (text_[at_] == separator_) {
        ++at_;
        continue;
      }
      end_line();
      return row;
    }
  }

  base::Result<std::string> parse_cell() {
    if (at_ < text_.size() && text_[at_] == '"') return parse_quoted();
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && !at_line_end()) {
      if (text_[at_] == '"')
        return bad("bad_quote", line_, "a quote within a cell that does not begin with one");
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }

  base::Result<std::string> parse_quoted() {
    const std::int64_t began = line_;
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c != '"') {
        cell += c;
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += '"';
        ++at_;
      } else {
        ++at_;
        if (at_ == text_.size() || text_[at_] == separator_ || at_line_end()) return cell;
        return bad("bad_quote", line_, "text behind a closing quote");
      }
    }
    return bad("unclosed_quote", began, "a quote is not closed");
  }

  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
  void end_line() {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace

base::Result<std::vector<CsvRow>> parse_csv(std::string_view text) {
  if (text.size() > kCsvBytesMax) return base::error(base::Code::too_large, "at most 4 MiB");
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Parser(text, separator_of(text)).parse();
}

void append_csv_cell(std::string& out, std::string_view value) {
  const bool marked = is_formula(value);
  const bool quoted = value.find_first_of(",;\"\r\n\t") != std::string_view::npos;
  if (quoted) out += '"';
  if (marked) out += '\'';
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
}

std::string_view without_formula_mark(std::string_view cell) {
  return cell.starts_with('\'') && is_formula(cell) ? cell.substr(1) : cell;
}

}  // namespace clients

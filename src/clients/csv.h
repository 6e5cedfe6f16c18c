#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace clients {

inline constexpr std::size_t kCsvBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kCsvRowsMax = 10'000;  // without the header
inline constexpr std::size_t kCsvColumnsMax = 100;

struct CsvRow {
  std::int64_t line = 1;  // of the file, where the row begins; the header is 1
  std::vector<std::string> cells;
  bool valid_utf8 = true;  // else the cells hold what was there
};

// A file as spreadsheets write it: RFC 4180 with CRLF or LF, a byte order mark, and comma,
// semicolon or tab between the cells (what the header line holds most of, outside of quotes). Empty
// lines are skipped; the first row is the header. invalid_argument on the field "body" (codes
// "empty", "unclosed_quote", "bad_quote", "too_many_columns"), too_large beyond the limits. Any
// input is safe.
base::Result<std::vector<CsvRow>> parse_csv(std::string_view text);

// Quoted where needed. A cell that a spreadsheet could take for a formula gets an apostrophe in
// front.
void append_csv_cell(std::string& out, std::string_view value);
// Without the apostrophe that append_csv_cell() put there.
std::string_view without_formula_mark(std::string_view cell);

}  // namespace clients

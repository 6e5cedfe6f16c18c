// Any bytes are a CSV file, an error, or a file that says the same after being written and read
// again.
#include "clients/csv.h"
#include "clients/import.h"

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(clients::ImportFile::parse(text));
  const auto rows = clients::parse_csv(text);
  if (!rows) return 0;
  std::string written =
      "\xef\xbb\xbf";  // else a mark within the first cell would be taken for the file's
  for (const clients::CsvRow& row : *rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (i > 0) written += ',';
      if (row.cells.size() == 1 && row.cells[0].empty()) written += "\"\"";
      clients::append_csv_cell(written, row.cells[i]);
    }
    written += "\r\n";
  }
  // The separator of a header with commas in quotes may be taken for another: only files of two
  // cells and more are told apart surely.
  const bool plain = rows->front().cells.size() > 1;
  if (!plain) return 0;
  const auto again = clients::parse_csv(written);
  if (!again) {
    QT_ASSERT(again.error().code == base::Code::too_large);
    return 0;
  }
  QT_ASSERT(again->size() == rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    QT_ASSERT((*again)[i].cells.size() == (*rows)[i].cells.size());
    for (std::size_t j = 0; j < (*rows)[i].cells.size(); ++j) {
      QT_ASSERT(clients::without_formula_mark((*again)[i].cells[j]) == (*rows)[i].cells[j]);
    }
  }
  return 0;
}

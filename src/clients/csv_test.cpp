// Goal: files as spreadsheets write them are read; what is no CSV is refused with its line; what we
// write is read back the same.
#include "clients/csv.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace clients {
namespace {

using Cells = std::vector<std::vector<std::string>>;

struct Row {
  const char* name;
  std::string text;
  Cells cells;
};

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  const std::vector<Row> rows = {
      {"plain", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"without a last newline", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"CRLF", "a,b\r\n1,2\r\n", {{"a", "b"}, {"1", "2"}}},
      {"CR alone", "a,b\r1,2\r", {{"a", "b"}, {"1", "2"}}},
      {"byte order mark",
       "\xef\xbb\xbf"
       "a,b\n",
       {{"a", "b"}}},
      {"semicolons", "a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}},
      {"tabs", "a\tb\n1\t2\n", {{"a", "b"}, {"1", "2"}}},
      {"quotes", "a,b\n\"x, \"\"y\"\"\",2\n", {{"a", "b"}, {"x, \"y\"", "2"}}},
      {"separators in quotes do not count", "\"a;;;\",b\n1,2\n", {{"a;;;", "b"}, {"1", "2"}}},
      {"newline in quotes", "a,b\n\"x\r\ny\",2\n", {{"a", "b"}, {"x\r\ny", "2"}}},
      {"empty cells", "a,b,c\n,,\n", {{"a", "b", "c"}, {"", "", ""}}},
      {"empty lines", "a,b\n\n\r\n1,2\n\n", {{"a", "b"}, {"1", "2"}}},
      {"one column", "name\nAnna\n", {{"name"}, {"Anna"}}},
      {"ragged", "a,b\n1\n1,2,3\n", {{"a", "b"}, {"1"}, {"1", "2", "3"}}},
  };
  for (const Row& row : rows) {
    const auto parsed = parse_csv(row.text);
    ASSERT_TRUE(parsed) << row.name << ": " << parsed.error().detail;
    Cells cells;
    for (const CsvRow& r : *parsed) cells.push_back(r.cells);
    EXPECT_EQ(cells, row.cells) << row.name;
  }
}

TEST(Csv, RefusesWhatIsNone) {
  struct Bad {
    std::string text;
    const char* code;
  };
  const std::vector<Bad> rows = {
      {"", "empty"},
      {"\n\r\n\n", "empty"},
      {"a,b\n\"x,2\n", "unclosed_quote"},
      {"a\"b,c\n", "bad_quote"},
      {"a,b\n\"x\"y,2\n", "bad_quote"},
      {std::string(100, ','), "too_many_columns"},
  };
  for (const Bad& row : rows) {
    const auto parsed = parse_csv(row.text);
    ASSERT_FALSE(parsed) << row.text;
    ASSERT_EQ(parsed.error().fields.size(), 1u) << row.text;
    EXPECT_EQ(parsed.error().fields[0].field, "body");
    EXPECT_EQ(parsed.error().fields[0].code, row.code) << row.text;
  }
  std::string many = "name\n";
  for (std::size_t i = 0; i < kCsvRowsMax; ++i) many += "x\n";
  EXPECT_TRUE(parse_csv(many));
  EXPECT_EQ(parse_csv(many + "x\n").error().code, base::Code::too_large);
  EXPECT_EQ(parse_csv(std::string(kCsvBytesMax + 1, 'x')).error().code, base::Code::too_large);
}

TEST(Csv, NumbersLinesAndMarksBadUtf8) {
  const auto rows = parse_csv("a,b\n\"x\ny\",2\n\n\xff,3\n");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[1].line, 2);
  EXPECT_EQ((*rows)[2].line, 5) << "quoted and empty lines count";
  EXPECT_TRUE((*rows)[1].valid_utf8);
  EXPECT_FALSE((*rows)[2].valid_utf8);
}

TEST(Csv, FormulasAreNeutralised) {
  const std::pair<const char*, const char*> rows[] = {
      {"=1+1", "'=1+1"},     {"+49170", "'+49170"}, {"-1", "'-1"},  {"@x", "'@x"},
      {"'=x", "''=x"},       {"'tis", "'tis"},      {"a=b", "a=b"}, {"", ""},
      {"=a,b", "\"'=a,b\""}, {"\tx", "\"'\tx\""}};
  for (const auto& [value, cell] : rows) {
    std::string out;
    append_csv_cell(out, value);
    EXPECT_EQ(out, cell);
  }
}

RC_GTEST_PROP(Csv, WhatIsWrittenIsReadBack, ()) {
  const auto text =
      rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab=+-@'\",;\t\r\n ")));
  const auto cells = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(text));
  std::string out = "first,second\r\nx";
  for (const std::string& cell : cells) {
    out += ',';
    append_csv_cell(out, cell);
  }
  RC_PRE(cells.size() < kCsvColumnsMax - 1);
  const auto rows = parse_csv(out);
  RC_ASSERT(rows.has_value());
  RC_ASSERT(rows->size() == 2u);
  for (std::size_t i = 0; i < cells.size(); ++i)
    RC_ASSERT(without_formula_mark((*rows)[1].cells[i + 1]) == cells[i]);
}

}  // namespace
}  // namespace clients

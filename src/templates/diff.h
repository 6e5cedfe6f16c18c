#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace templates {

enum class DiffOp : std::uint8_t { same, removed, added };
BOOST_DESCRIBE_ENUM(DiffOp, same, removed, added)

struct DiffLine {
  DiffOp op = DiffOp::same;
  std::string text;  // without its line end
};
BOOST_DESCRIBE_STRUCT(DiffLine, (), (op, text))

// What turns `from` into `to`, line by line, with as many lines kept as possible; removed lines
// stand before added ones. Where the changed parts of both have more than kDiffLinesMax lines, they
// are told as replaced.
inline constexpr std::size_t kDiffLinesMax = 1500;
std::vector<DiffLine> diff_lines(std::string_view from, std::string_view to);

}  // namespace templates

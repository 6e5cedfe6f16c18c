#include "templates/diff.h"

#include <algorithm>
#include <span>

namespace templates {

namespace {

using Lines = std::span<const std::string_view>;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void add(std::vector<DiffLine>& out, DiffOp op, Lines lines) {
  for (const std::string_view line : lines) out.push_back({op, std::string(line)});
}

// The longest common subsequence by its table: how many lines are kept from (i, j) on.
void diff_middle(std::vector<DiffLine>& out, Lines from, Lines to) {
  if (from.empty() || to.empty() || from.size() > kDiffLinesMax || to.size() > kDiffLinesMax) {
    add(out, DiffOp::removed, from);
    add(out, DiffOp::added, to);
    return;
  }
  const std::size_t width = to.size() + 1;
  std::vector<std::uint16_t> kept((from.size() + 1) * width);
  for (std::size_t i = from.size(); i-- > 0;) {
    for (std::size_t j = to.size(); j-- > 0;) {
      kept[i * width + j] = from[i] == to[j]
                                ? static_cast<std::uint16_t>(kept[(i + 1) * width + j + 1] + 1)
                                : std::max(kept[(i + 1) * width + j], kept[i * width + j + 1]);
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < from.size() || j < to.size()) {
    if (i < from.size() && j < to.size() && from[i] == to[j]) {
      add(out, DiffOp::same, from.subspan(i, 1));
      ++i;
      ++j;
    } else if (i < from.size() &&
               (j == to.size() || kept[(i + 1) * width + j] >= kept[i * width + j + 1])) {
      add(out, DiffOp::removed, from.subspan(i++, 1));
    } else {
      add(out, DiffOp::added, to.subspan(j++, 1));
    }
  }
}

}  // namespace

std::vector<DiffLine> diff_lines(std::string_view from_text, std::string_view to_text) {
  const auto from_lines = split(from_text);
  const auto to_lines = split(to_text);
  Lines from(from_lines);
  Lines to(to_lines);
  const auto [a, b] = std::mismatch(from.begin(), from.end(), to.begin(), to.end());
  const auto head = static_cast<std::size_t>(a - from.begin());
  std::size_t tail = 0;
  while (tail < std::min(from.size(), to.size()) - head &&
         from[from.size() - 1 - tail] == to[to.size() - 1 - tail])
    ++tail;
  std::vector<DiffLine> out;
  add(out, DiffOp::same, from.first(head));
  diff_middle(out, from.subspan(head, from.size() - head - tail),
              to.subspan(head, to.size() - head - tail));
  add(out, DiffOp::same, from.last(tail));
  return out;
}

}  // namespace templates

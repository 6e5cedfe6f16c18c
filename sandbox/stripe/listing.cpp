#include "sandbox/stripe/listing.h"

namespace sandbox::stripe {
namespace {

constexpr std::int64_t kLimitMax = 100;

}  // namespace

Answer<Page> read_page(Call& call) {
  Page page;
  TRY(const auto limit, call.integer("limit"));
  if (limit) {
    if (*limit < 1 || *limit > kLimitMax) {
      return invalid("limit", "Invalid limit: it must be between 1 and 100.");
    }
    page.limit = *limit;
  }
  page.starting_after = call.params.text("starting_after").value_or("");
  page.ending_before = call.params.text("ending_before").value_or("");
  if (!page.starting_after.empty() && !page.ending_before.empty()) {
    return invalid("ending_before", "Give either starting_after or ending_before, not both.");
  }
  auto& range = page.created;
  TRY(const auto exact, call.integer("created"));
  if (exact) range.min = range.max = *exact;
  TRY(const auto gte, call.integer("created[gte]"));
  if (gte) range.min = std::max(range.min, *gte);
  TRY(const auto gt, call.integer("created[gt]"));
  if (gt && *gt < std::numeric_limits<std::int64_t>::max())
    range.min = std::max(range.min, *gt + 1);
  TRY(const auto lte, call.integer("created[lte]"));
  if (lte) range.max = std::min(range.max, *lte);
  TRY(const auto lt, call.integer("created[lt]"));
  if (lt && *lt > std::numeric_limits<std::int64_t>::min())
    range.max = std::min(range.max, *lt - 1);
  return page;
}

}  // namespace sandbox::stripe

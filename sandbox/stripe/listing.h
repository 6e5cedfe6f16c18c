#pragma once
#include <string>

#include "sandbox/stripe/stripe.h"

namespace sandbox::stripe {

struct CreatedRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool holds(base::Time time) const {
    return unix_seconds(time) >= min && unix_seconds(time) <= max;
  }
};

struct Page {
  std::int64_t limit = 10;
  std::string starting_after, ending_before;
  CreatedRange created;
};

// limit, starting_after, ending_before and created, as every list takes them.
Answer<Page> read_page(Call& call);

// Newest first. The cursor's object need not pass the filter. `keep` filters further.
template <class T, class Keep>
Answer<std::string> list_page(Call& call, const Shelf<T>& shelf, std::string_view url,
                              std::string_view noun, const RenderContext& context, Keep keep) {
  TRY(const Page page, read_page(call));
  TRY_STATUS(call.no_more());
  const bool upward = !page.ending_before.empty();
  const auto& cursor = upward ? page.ending_before : page.starting_after;
  const T* at = cursor.empty() ? nullptr : shelf.find(cursor);
  if (!cursor.empty() && !at) {
    auto refusal = no_such(noun, cursor, upward ? "ending_before" : "starting_after");
    refusal.status = 400;
    return refusal;
  }
  const auto& items = shelf.items();
  std::vector<const T*> found;
  bool has_more = false;
  const auto take = [&](const T& item) {
    if (!page.created.holds(item.created) || !keep(item)) return true;
    has_more = std::ssize(found) == page.limit;
    if (!has_more) found.push_back(&item);
    return !has_more;
  };
  if (upward) {
    for (auto i = at->index + 1; i < items.size() && take(items[i]); ++i) continue;
    std::reverse(found.begin(), found.end());
  } else {
    for (auto i = at ? at->index : items.size(); i > 0 && take(items[i - 1]); --i) continue;
  }
  JsonOut out;
  out.object().field("object", "list").array("data");
  const auto expand = call.expand.under("data");
  for (const auto* item : found) render(out, *item, expand, context);
  return out.end_array().field("has_more", has_more).field("url", url).end_object().take();
}

}  // namespace sandbox::stripe

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "net/http.h"

namespace api {

// {"data":[…],"next_cursor":…}, written row by row.
class Page {
 public:
  explicit Page(std::int64_t limit) : limit_(static_cast<std::size_t>(limit)) {}
  // Asked before each row; false when the page is full, and then there is a next one.
  bool has_room() {
    more_ = more_ || count_ == limit_;
    return !more_;
  }
  // `id` is what the next page goes on behind, should this row be the last.
  template <class IdType, class View>
  void add(const IdType& id, const View& view) {
    if (count_ > 0) body_ += ',';
    base::json::append(body_, view);
    // Rows of one list are about as long as each other.
    if (count_ == 0) body_.reserve((body_.size() + kSpare) * limit_);
    if (++count_ == limit_) last_ = id.text();
  }
  // There may be more behind `id` although the page is not full.
  template <class IdType>
  void go_on_behind(const IdType& id) {
    more_ = true;
    last_ = id.text();
  }
  net::Response response() &&;

 private:
  static constexpr std::size_t kSpare = 32;
  std::size_t limit_;
  std::size_t count_ = 0;
  bool more_ = false;
  std::string last_;
  std::string body_ = "{\"data\":[";
};

// Of rows fetched with one more than `limit`.
template <class Row, class ToView>
net::Response page_response(std::vector<Row> rows, std::int64_t limit, ToView&& to_view) {
  Page page(limit);
  for (Row& row : rows) {
    if (!page.has_room()) break;
    const auto id = row.id;
    page.add(id, to_view(std::move(row)));
  }
  return std::move(page).response();
}

}  // namespace api

#pragma once
#include <cstdint>
#include <deque>
#include <string>

#include "base/time.h"
#include "net/http.h"

namespace sandbox {

struct LoggedRequest {
  std::int64_t seq = 0;
  base::Time at;
  std::string_view provider;  // names with static life
  std::string_view operation;
  net::Method method = net::Method::get;
  std::string target;
  net::Headers headers;
  std::string body;
  int status = 0;  // 0: no reply was sent
};

// The newest requests of the product, for tests and people. Guarded by the world's lock.
class RequestLog {
 public:
  std::int64_t add(LoggedRequest request) {
    request.seq = ++last_seq_;
    items_.push_back(std::move(request));
    if (items_.size() > kItemsMax) items_.pop_front();
    return last_seq_;
  }
  void set_status(std::int64_t seq, int status) {
    if (items_.empty() || seq < items_.front().seq) return;
    items_[static_cast<std::size_t>(seq - items_.front().seq)].status = status;
  }
  const std::deque<LoggedRequest>& all() const { return items_; }
  void clear() { items_.clear(); }

  static constexpr std::size_t kItemsMax = 10'000;

 private:
  std::deque<LoggedRequest> items_;
  std::int64_t last_seq_ = 0;
};

}  // namespace sandbox

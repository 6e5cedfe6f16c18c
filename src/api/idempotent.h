#pragma once
#include <functional>
#include <string>

#include "api/routes.h"
#include "domain/link_token.h"
#include "store/store.h"

namespace api {

// What a creating POST answers. `body` may hold link placeholders (see link_placeholder), never a
// token: it is kept for replays.
struct Answer {
  int status = 201;
  std::string body;
};
using Effect = std::function<Result<Answer>(store::Tx&)>;

// Runs `effect` in one transaction; with an Idempotency-Key the answer is stored with it, so that
// equal requests have one effect and get one answer. 422 "idempotency_mismatch" for another body
// or query under the same key, 409 while the first is running.
class Creator {
 public:
  Creator(store::Store& store, const base::Clock& clock, const domain::LinkKeys& links,
          std::string public_url);
  Awaitable<Result<net::Response>> run(const Call& call, Effect effect) const;

  // Stands for the link of a request in a stored body; expand() puts the address in its place.
  static std::string link_placeholder(std::int64_t key_version, domain::RequestId id);
  std::string expand(std::string body) const;
  std::string link_of(std::int64_t key_version, domain::RequestId id) const;
  void append_link(std::string& out, std::int64_t key_version, domain::RequestId id) const;

 private:
  store::Store& store_;
  const base::Clock& clock_;
  const domain::LinkKeys& links_;
  std::string public_url_;
};

}  // namespace api

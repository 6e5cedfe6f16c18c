#pragma once
#include <functional>
#include <string>

#include "messaging/sender.h"

namespace messaging {

// Takes delivery reports and inbound texts of the SMS provider. Thread-safe; owned by app.
class Callbacks {
 public:
  struct Endpoint {
    domain::TenantId tenant_id;
    domain::ConnectionId connection_id;
    base::Secret<std::string> auth_token;
    std::string account_sid;
  };
  using FindEndpoint = std::function<base::Awaitable<Result<Endpoint>>(std::string endpoint)>;
  Callbacks(base::Runtime& runtime, store::Store& store, const providers::SmsProvider& provider,
            Messages& messages, FindEndpoint find_endpoint);

  struct Post {
    std::string endpoint;  // path segment
    std::string url;       // the public URL as the provider called it, with query
    std::string attempt;   // path segment; empty for inbound texts
    std::string body;      // form
    std::string signature;
  };
  // Success only after the commit. unauthenticated: bad signature; not_found: unknown endpoint;
  // invalid_argument: not such a form.
  base::Awaitable<Status> status(Post post);
  base::Awaitable<Status> inbound(Post post);

 private:
  base::Awaitable<Result<Endpoint>> verified(const Post& post,
                                             const std::vector<base::FormField>& form);

  base::Runtime& runtime_;
  store::Store& store_;
  const providers::SmsProvider& provider_;
  Messages& messages_;
  FindEndpoint find_endpoint_;
};

// STOP words of the CTIA guidelines as Twilio treats them by default, in any case, alone in the
// text.
enum class Keyword : std::uint8_t { none, stop, start };
Keyword keyword_of(std::string_view body, std::string_view opt_out_type);

}  // namespace messaging

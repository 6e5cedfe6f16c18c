#pragma once
#include <functional>
#include <optional>
#include <string>

#include "base/describe.h"
#include "base/runtime.h"
#include "domain/ids.h"

namespace identity {

// In rising order of power.
enum class Role : std::uint8_t { viewer, member, owner };
BOOST_DESCRIBE_ENUM(Role, viewer, member, owner)

// Who is calling, and in which tenant.
struct Principal {
  domain::TenantId tenant_id;             // nil: a user without any tenant
  std::optional<domain::UserId> user_id;  // exactly one of user_id and api_key_id
  std::optional<domain::ApiKeyId> api_key_id;
  std::optional<domain::SessionId> session_id;  // with user_id
  std::optional<Role> role;                     // absent: a platform administrator who is no member
  bool platform_admin = false;
  std::optional<bool> livemode;  // an API key's mode; a session has both
  bool may(Role least) const { return platform_admin || (role && *role >= least); }
};

// Finds the principal of a bearer token; `wanted` is the tenant that the Quittance-Tenant header
// names. unauthenticated: unknown, expired, revoked, disabled; not_found: not a member of `wanted`.
// Cached for a short time; a revocation made in this process is seen at once.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  virtual base::Awaitable<base::Result<Principal>> authenticate(
      std::string bearer, std::optional<domain::TenantId> wanted) = 0;
};

}  // namespace identity

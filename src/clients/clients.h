#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json.h"
#include "domain/client.h"
#include "domain/ids.h"
#include "store/store.h"

namespace clients {

using base::Result;
using base::Status;
using base::Time;

struct Client {
  domain::TenantId tenant_id;
  domain::ClientId id;
  std::string name;
  std::optional<std::string> email;
  std::optional<std::string> phone;   // E.164
  std::string country;                // of the phone; "" without one
  std::optional<std::string> locale;  // absent: the tenant's
  std::optional<std::string> time_zone;
  std::optional<std::string> external_reference;  // unique in the tenant
  base::json::Raw tags;                           // array of texts
  base::json::Raw custom_fields;                  // object of texts
  domain::Consent consent_email = domain::Consent::unset;
  domain::Consent consent_sms = domain::Consent::unset;
  bool archived = false;
  std::optional<Time> archived_at;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(Client, (),
                      (tenant_id, id, name, email, phone, country, locale, time_zone,
                       external_reference, tags, custom_fields, consent_email, consent_sms,
                       archived, archived_at, version, created_at, updated_at))

using CustomFields = std::map<std::string, std::string>;

// Absent stays as it is (on creation: empty); the inner optional absent: cleared. Made by fields.h.
struct ClientChange {
  std::optional<std::string> name;
  std::optional<std::optional<std::string>> email;
  std::optional<std::optional<std::string>> phone;  // E.164; country goes with it
  std::string country;
  std::optional<std::optional<std::string>> locale;
  std::optional<std::optional<std::string>> time_zone;
  std::optional<std::optional<std::string>> external_reference;
  std::optional<std::vector<std::string>> tags;  // replaced as a whole
  std::optional<CustomFields> custom_fields;     // replaced as a whole
  std::optional<domain::Consent> consent_email;
  std::optional<domain::Consent> consent_sms;
};

struct ClientFilter {
  domain::TenantId tenant_id;
  std::string query;  // "" for all
  std::optional<std::string> tag;
  bool archived = false;
  std::optional<domain::ClientId> cursor;
  std::int64_t limit = 50;
};
struct ClientPage {
  std::vector<Client> rows;  // newest first
  std::optional<domain::ClientId>
      next_cursor;  // there may be more behind it, also when the page is not full
};

std::vector<std::string> tags_of(const Client& client);
CustomFields custom_fields_of(const Client& client);

// Immutable after construction; every member is called inside a transaction.
class Clients {
 public:
  Clients(base::Ids& ids, const base::Clock& clock) : ids_(ids), clock_(clock) {}

  // `change` was checked and has a name. conflict "external_reference_taken".
  Result<Client> create(store::Tx& tx, domain::TenantId tenant, const ClientChange& change);
  Result<Client> find(store::Tx& tx, domain::TenantId tenant,
                      domain::ClientId id) const;  // not_found
  // Locks the row until the end of the transaction.
  Result<std::optional<Client>> lock_by_reference(store::Tx& tx, domain::TenantId tenant,
                                                  const std::string& external_reference) const;
  Result<ClientPage> list(store::Tx& tx, const ClientFilter& filter) const;
  // `version`: what the caller has seen; absent for any. precondition_failed when it is another.
  Result<Client> update(store::Tx& tx, domain::TenantId tenant, domain::ClientId id,
                        std::optional<std::int64_t> version, const ClientChange& change);
  Result<Client> set_archived(store::Tx& tx, domain::TenantId tenant, domain::ClientId id,
                              bool archived);

 private:
  Result<Client> lock(store::Tx& tx, domain::TenantId tenant, domain::ClientId id) const;
  Status save(store::Tx& tx, const Client& before, Client& after) const;
  Status write_terms(store::Tx& tx, const Client& client) const;
  Status write_tags(store::Tx& tx, const Client& client) const;

  base::Ids& ids_;
  const base::Clock& clock_;
};

}  // namespace clients

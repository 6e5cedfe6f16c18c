#include "clients/clients.h"

#include <algorithm>

#include "clients/sql.gen.h"
#include "clients/terms.h"

namespace clients {

namespace {

// More clients with one word than this, and walking over the list finds enough of them soon.
constexpr std::int64_t kCandidatesMax = 2000;
// Rows looked at for one page; the page then ends early and says where to go on.
constexpr std::int64_t kLookedAtMax = 20'000;
constexpr std::int64_t kChunk = 200;

struct ClientKey {
  domain::TenantId tenant_id;
  domain::ClientId id;
};
BOOST_DESCRIBE_STRUCT(ClientKey, (), (tenant_id, id))
struct ReferenceKey {
  domain::TenantId tenant_id;
  std::string external_reference;
};
BOOST_DESCRIBE_STRUCT(ReferenceKey, (), (tenant_id, external_reference))
struct ListPage {
  domain::TenantId tenant_id;
  bool archived = false;
  domain::ClientId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ListPage, (), (tenant_id, archived, cursor, limit))
struct TermRow {
  domain::TenantId tenant_id;
  std::string term;
  domain::ClientId client_id;
};
BOOST_DESCRIBE_STRUCT(TermRow, (), (tenant_id, term, client_id))
struct TagRow {
  domain::TenantId tenant_id;
  std::string tag;
  domain::ClientId client_id;
};
BOOST_DESCRIBE_STRUCT(TagRow, (), (tenant_id, tag, client_id))
struct OfClient {
  domain::TenantId tenant_id;
  domain::ClientId client_id;
};
BOOST_DESCRIBE_STRUCT(OfClient, (), (tenant_id, client_id))
struct TermRange {
  domain::TenantId tenant_id;
  std::string word;
  std::string past;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(TermRange, (), (tenant_id, word, past, limit))
struct TagPage {
  domain::TenantId tenant_id;
  std::string tag;
  domain::ClientId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(TagPage, (), (tenant_id, tag, cursor, limit))
struct ClientIdRow {
  domain::ClientId client_id;
};
BOOST_DESCRIBE_STRUCT(ClientIdRow, (), (client_id))

constexpr store::Query<Client> kInsert{sql::insert_client};
constexpr store::Query<ClientKey, Client> kFind{sql::find_client};
constexpr store::Query<ClientKey, Client> kLock{sql::lock_client};
constexpr store::Query<ReferenceKey, Client> kLockByReference{sql::lock_client_by_reference};
constexpr store::Query<ListPage, Client> kList{sql::list_clients};
constexpr store::Query<Client> kUpdate{sql::update_client};
constexpr store::Query<TermRow> kInsertTerm{sql::insert_term};
constexpr store::Query<OfClient> kDeleteTerms{sql::delete_terms};
constexpr store::Query<TermRange, ClientIdRow> kWithTerm{sql::clients_with_term};
constexpr store::Query<TagRow> kInsertTag{sql::insert_tag};
constexpr store::Query<OfClient> kDeleteTags{sql::delete_tags};
constexpr store::Query<TagPage, ClientIdRow> kWithTag{sql::clients_with_tag};

base::Error no_client() { return base::error(base::Code::not_found, "no such client"); }

domain::ClientId newest() {
  domain::ClientId id;
  id.value.bytes.fill(0xff);
  return id;
}

void apply(Client& c, const ClientChange& change) {
  if (change.name) c.name = *change.name;
  if (change.email) c.email = *change.email;
  if (change.phone) {
    c.phone = *change.phone;
    c.country = c.phone ? change.country : "";
  }
  if (change.locale) c.locale = *change.locale;
  if (change.time_zone) c.time_zone = *change.time_zone;
  if (change.external_reference) c.external_reference = *change.external_reference;
  if (change.tags) c.tags.text = base::json::write(*change.tags);
  if (change.custom_fields) c.custom_fields.text = base::json::write(*change.custom_fields);
  if (change.consent_email) c.consent_email = *change.consent_email;
  if (change.consent_sms) c.consent_sms = *change.consent_sms;
}

// The unique key decides who has a reference; the person reads it at the field.
base::Error told(base::Error error) {
  if (error.code != base::Code::conflict || !error.reason.starts_with("client.")) return error;
  error.reason = "external_reference_taken";
  error.detail = "another client has this external reference";
  error.fields = {{"external_reference", "taken", error.detail}};
  return error;
}

// The candidates of a search, newest first, before the cursor. Absent: too many, walk over the
// list.
Result<std::optional<std::vector<domain::ClientId>>> candidates_of(store::Tx& tx,
                                                                   domain::TenantId tenant,
                                                                   const std::string& word) {
  const std::string past =
      word + "\xf4\x8f\xbf\xbf";  // behind every text that begins with the word
  TRY(const auto rows, tx.all(kWithTerm, {tenant, word, past, kCandidatesMax + 1}));
  if (rows.size() > static_cast<std::size_t>(kCandidatesMax))
    return std::optional<std::vector<domain::ClientId>>{};
  std::vector<domain::ClientId> ids;
  for (const ClientIdRow& row : rows) ids.push_back(row.client_id);
  return std::optional(std::move(ids));
}

Result<std::optional<std::vector<domain::ClientId>>> candidates_of(store::Tx& tx,
                                                                   domain::TenantId tenant,
                                                                   const Query& query) {
  std::optional<std::vector<domain::ClientId>> out;
  for (const std::string& word : query.words) {
    TRY(auto ids, candidates_of(tx, tenant, word));
    if (ids && (!out || ids->size() < out->size())) out = std::move(ids);
  }
  if (!query.words.empty() && !out) return out;
  if (!query.digits.empty()) {
    TRY(auto ids, candidates_of(tx, tenant, query.digits));
    if (!ids) return ids;
    if (!out) out.emplace();
    out->insert(out->end(), ids->begin(), ids->end());
  }
  std::sort(out->begin(), out->end(), std::greater<>());
  out->erase(std::unique(out->begin(), out->end()), out->end());
  return out;
}

// One page of a filtered list: takes clients newest first until it is full, or enough were looked
// at.
class Gather {
 public:
  Gather(const ClientFilter& filter, const Query& query) : filter_(filter), query_(query) {}
  bool full() const { return page_.next_cursor.has_value(); }
  // False when the page is full.
  bool take(Client client) {
    const domain::ClientId id = client.id;
    if (fits(client)) {
      if (page_.rows.size() == static_cast<std::size_t>(filter_.limit)) {
        page_.next_cursor = page_.rows.back().id;
        return false;
      }
      page_.rows.push_back(std::move(client));
    }
    if (++looked_at_ >= kLookedAtMax) page_.next_cursor = id;
    return !full();
  }
  ClientPage page() { return std::move(page_); }

 private:
  bool fits(const Client& c) const {
    if (c.archived != filter_.archived) return false;
    if (filter_.tag) {
      const auto tags = tags_of(c);
      if (std::find(tags.begin(), tags.end(), *filter_.tag) == tags.end()) return false;
    }
    return filter_.query.empty() || matches(query_, terms_of(c));
  }
  const ClientFilter& filter_;
  const Query& query_;
  ClientPage page_;
  std::int64_t looked_at_ = 0;
};

Result<ClientPage> gather_ids(store::Tx& tx, const ClientFilter& filter,
                              const std::vector<domain::ClientId>& ids, Gather gather) {
  for (const domain::ClientId id : ids) {
    if (filter.cursor && id >= *filter.cursor) continue;
    TRY(auto client, tx.one(kFind, {filter.tenant_id, id}));
    if (client && !gather.take(*std::move(client))) break;
  }
  return gather.page();
}

Result<ClientPage> gather_tag(store::Tx& tx, const ClientFilter& filter, Gather gather) {
  domain::ClientId cursor = filter.cursor.value_or(newest());
  for (bool more = true; more && !gather.full();) {
    TRY(const auto ids, tx.all(kWithTag, {filter.tenant_id, *filter.tag, cursor, kChunk}));
    more = ids.size() == static_cast<std::size_t>(kChunk);
    for (const ClientIdRow& row : ids) {
      cursor = row.client_id;
      TRY(auto client, tx.one(kFind, {filter.tenant_id, row.client_id}));
      if (client && !gather.take(*std::move(client))) break;
    }
  }
  return gather.page();
}

Result<ClientPage> gather_all(store::Tx& tx, const ClientFilter& filter, Gather gather) {
  domain::ClientId cursor = filter.cursor.value_or(newest());
  const std::int64_t chunk =
      filter.query.empty() ? filter.limit + 1 : std::max(kChunk, filter.limit + 1);
  for (bool more = true; more && !gather.full();) {
    TRY(auto rows, tx.all(kList, {filter.tenant_id, filter.archived, cursor, chunk}));
    more = rows.size() == static_cast<std::size_t>(chunk);
    for (Client& client : rows) {
      cursor = client.id;
      if (!gather.take(std::move(client))) break;
    }
  }
  return gather.page();
}

}  // namespace

std::vector<std::string> tags_of(const Client& client) {
  auto tags = base::json::read<std::vector<std::string>>(client.tags.text);
  return tags ? *std::move(tags) : std::vector<std::string>{};
}

CustomFields custom_fields_of(const Client& client) {
  auto fields = base::json::read<CustomFields>(client.custom_fields.text);
  return fields ? *std::move(fields) : CustomFields{};
}

Result<Client> Clients::create(store::Tx& tx, domain::TenantId tenant, const ClientChange& change) {
  Client c;
  c.tenant_id = tenant;
  c.id = ids_.make<domain::ClientId>();
  c.tags.text = "[]";
  c.custom_fields.text = "{}";
  c.created_at = c.updated_at = clock_.now();
  apply(c, change);
  const auto done = tx.exec(kInsert, c);
  if (!done) return told(done.error());
  TRY_STATUS(write_terms(tx, c));
  TRY_STATUS(write_tags(tx, c));
  return c;
}

Result<Client> Clients::find(store::Tx& tx, domain::TenantId tenant, domain::ClientId id) const {
  TRY(auto row, tx.one(kFind, {tenant, id}));
  if (!row) return no_client();
  return *std::move(row);
}

Result<Client> Clients::lock(store::Tx& tx, domain::TenantId tenant, domain::ClientId id) const {
  TRY(auto row, tx.one(kLock, {tenant, id}));
  if (!row) return no_client();
  return *std::move(row);
}

Result<std::optional<Client>> Clients::lock_by_reference(
    store::Tx& tx, domain::TenantId tenant, const std::string& external_reference) const {
  return tx.one(kLockByReference, {tenant, external_reference});
}

Result<ClientPage> Clients::list(store::Tx& tx, const ClientFilter& filter) const {
  const Query query = parse_query(filter.query);
  const Gather gather(filter, query);
  if (!filter.query.empty()) {
    if (query.empty()) return ClientPage{};
    TRY(const auto ids, candidates_of(tx, filter.tenant_id, query));
    if (ids) return gather_ids(tx, filter, *ids, gather);
  }
  return filter.tag ? gather_tag(tx, filter, gather) : gather_all(tx, filter, gather);
}

Status Clients::save(store::Tx& tx, const Client& before, Client& after) const {
  after.updated_at = clock_.now();
  const auto updated = tx.exec(kUpdate, after);
  if (!updated) return told(updated.error());
  if (*updated != 1)
    return base::error(base::Code::precondition_failed, "the client was changed meanwhile");
  after.version += 1;
  if (terms_of(before) != terms_of(after)) {
    TRY_STATUS(tx.exec(kDeleteTerms, {after.tenant_id, after.id}));
    TRY_STATUS(write_terms(tx, after));
  }
  if (before.tags.text != after.tags.text) {
    TRY_STATUS(tx.exec(kDeleteTags, {after.tenant_id, after.id}));
    TRY_STATUS(write_tags(tx, after));
  }
  return {};
}

Result<Client> Clients::update(store::Tx& tx, domain::TenantId tenant, domain::ClientId id,
                               std::optional<std::int64_t> version, const ClientChange& change) {
  TRY(auto client, lock(tx, tenant, id));
  if (version && *version != client.version) {
    return base::error(base::Code::precondition_failed, "the client was changed meanwhile");
  }
  const Client before = client;
  apply(client, change);
  TRY_STATUS(save(tx, before, client));
  return client;
}

Result<Client> Clients::set_archived(store::Tx& tx, domain::TenantId tenant, domain::ClientId id,
                                     bool archived) {
  TRY(auto client, lock(tx, tenant, id));
  if (client.archived == archived) return client;
  const Client before = client;
  client.archived = archived;
  client.archived_at.reset();
  if (archived) client.archived_at = clock_.now();
  TRY_STATUS(save(tx, before, client));
  return client;
}

Status Clients::write_terms(store::Tx& tx, const Client& client) const {
  std::vector<TermRow> rows;
  for (std::string& term : terms_of(client))
    rows.push_back({client.tenant_id, std::move(term), client.id});
  if (!rows.empty()) TRY_STATUS(tx.exec_many(kInsertTerm, rows));
  return {};
}

Status Clients::write_tags(store::Tx& tx, const Client& client) const {
  std::vector<TagRow> rows;
  for (std::string& tag : tags_of(client))
    rows.push_back({client.tenant_id, std::move(tag), client.id});
  if (!rows.empty()) TRY_STATUS(tx.exec_many(kInsertTag, rows));
  return {};
}

}  // namespace clients

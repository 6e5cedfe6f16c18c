#include "templates/templates.h"

#include "templates/check.h"
#include "templates/sql.gen.h"
#include "templates/starters.h"

namespace templates {

namespace {

struct TemplateKey {
  domain::TenantId tenant_id;
  domain::TemplateId id;
};
BOOST_DESCRIBE_STRUCT(TemplateKey, (), (tenant_id, id))
struct TemplatePage {
  domain::TenantId tenant_id;
  std::optional<domain::Channel> channel;
  std::optional<domain::MessageKind> kind;
  std::optional<std::string> locale;
  domain::TemplateId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(TemplatePage, (), (tenant_id, channel, kind, locale, cursor, limit))
struct VersionsKey {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
};
BOOST_DESCRIBE_STRUCT(VersionsKey, (), (tenant_id, template_id))
struct VersionKey {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
  std::int64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(VersionKey, (), (tenant_id, template_id, number))
struct VersionPage {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
  std::int64_t cursor = 0;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(VersionPage, (), (tenant_id, template_id, cursor, limit))

constexpr store::Query<Template> kInsert{sql::insert_template};
constexpr store::Query<TemplateKey, Template> kFind{sql::find_template};
constexpr store::Query<TemplateKey, Template> kLock{sql::lock_template};
constexpr store::Query<TemplatePage, Template> kList{sql::list_templates};
constexpr store::Query<Template> kUpdate{sql::update_template};
constexpr store::Query<Template> kClearDefault{sql::clear_default};
constexpr store::Query<TemplateKey> kDelete{sql::delete_template};
constexpr store::Query<Version> kInsertVersion{sql::insert_version};
constexpr store::Query<VersionKey, Version> kFindVersion{sql::find_version};
constexpr store::Query<VersionPage, VersionEntry> kListVersions{sql::list_versions};
constexpr store::Query<Version> kUpdateDraft{sql::update_draft};
constexpr store::Query<VersionKey> kDeleteVersion{sql::delete_version};
constexpr store::Query<VersionsKey> kDeleteVersions{sql::delete_versions};

base::Error no_template() { return base::error(base::Code::not_found, "no such template"); }
base::Error no_version() { return base::error(base::Code::not_found, "no such version"); }
base::Error changed_meanwhile() {
  return base::error(base::Code::precondition_failed, "the template was changed meanwhile");
}
base::Error not_published() {
  return base::error(base::Code::conflict, "not_published", "no version of it is published");
}
base::Error no_draft() { return base::error(base::Code::conflict, "no_draft", "it has no draft"); }

std::string slot_of(const Template& t) {
  return std::string(base::enum_name(t.channel)) + "/" + std::string(base::enum_name(t.kind)) +
         "/" + t.locale;
}

void set_content(Version& v, Content content) {
  v.source_kind = content.source_kind;
  v.image_mode = content.image_mode;
  v.subject = std::move(content.subject);
  v.source = std::move(content.source);
  v.body_text = std::move(content.body_text);
}

Version version_one(const Template& t, Content content) {
  Version v;
  v.tenant_id = t.tenant_id;
  v.template_id = t.id;
  v.number = 1;
  v.created_at = v.updated_at = t.created_at;
  set_content(v, std::move(content));
  return v;
}

void apply(Content& content, const TemplateChange& change) {
  if (change.source_kind) content.source_kind = *change.source_kind;
  if (change.subject) content.subject = *change.subject;
  if (change.source) content.source = *change.source;
  if (change.body_text) content.body_text = *change.body_text;
  if (change.image_mode) content.image_mode = *change.image_mode;
}

}  // namespace

// The unique key would refuse a second holder: the first gives the slot up before.
Status Templates::take_slot(store::Tx& tx, Template& t, bool is_default) const {
  t.default_slot.reset();
  if (!is_default) return {};
  t.default_slot = slot_of(t);
  t.updated_at = clock_.now();
  TRY_STATUS(tx.exec(kClearDefault, t));
  return {};
}

Status Templates::save(store::Tx& tx, Template& t) const {
  t.updated_at = clock_.now();
  TRY(const std::int64_t updated, tx.exec(kUpdate, t));
  if (updated != 1) return changed_meanwhile();
  t.version += 1;
  return {};
}

Result<Opened> Templates::create(store::Tx& tx, NewTemplate order) {
  Template t;
  t.tenant_id = order.tenant_id;
  t.id = ids_.make<domain::TemplateId>();
  t.name = std::move(order.name);
  t.channel = order.purpose.channel;
  t.kind = order.purpose.kind;
  t.locale = std::move(order.locale);
  t.draft_number = t.latest_number = 1;
  t.created_at = t.updated_at = clock_.now();
  TRY_STATUS(check_all({&t.name, &t.locale, t.channel, &order.content}));
  Version v = version_one(t, std::move(order.content));
  TRY_STATUS(tx.exec(kInsert, t));
  TRY_STATUS(tx.exec(kInsertVersion, v));
  return Opened{std::move(t), std::move(v)};
}

Result<Opened> Templates::opened(store::Tx& tx, Template t) const {
  TRY(auto v, version(tx, t.tenant_id, t.id, t.open_number()));
  return Opened{std::move(t), std::move(v)};
}

Result<Opened> Templates::find(store::Tx& tx, domain::TenantId tenant,
                               domain::TemplateId id) const {
  TRY(auto row, tx.one(kFind, {tenant, id}));
  if (!row) return no_template();
  return opened(tx, *std::move(row));
}

Result<Template> Templates::lock(store::Tx& tx, const Seen& seen) const {
  TRY(auto row, tx.one(kLock, {seen.tenant_id, seen.id}));
  if (!row) return no_template();
  if (seen.version && *seen.version != row->version) return changed_meanwhile();
  return *std::move(row);
}

Result<std::vector<Template>> Templates::list(store::Tx& tx, const TemplateFilter& filter) const {
  domain::TemplateId newest;
  newest.value.bytes.fill(0xff);
  return tx.all(kList, {filter.tenant_id, filter.channel, filter.kind, filter.locale,
                        filter.cursor.value_or(newest), filter.limit + 1});
}

// The draft as it stands; a new one is a copy of what is sent, and not stored yet.
Result<Version> Templates::draft_of(store::Tx& tx, Template& t) const {
  TRY(Version v, version(tx, t.tenant_id, t.id, t.open_number()));
  if (t.draft_number) return v;
  v.number = t.latest_number + 1;
  v.html.reset();
  v.text.reset();
  v.published_at.reset();
  v.published_by.reset();
  v.created_at = clock_.now();
  return v;
}

Result<Opened> Templates::update(store::Tx& tx, const Seen& seen, const TemplateChange& change) {
  TRY(auto t, lock(tx, seen));
  TRY(Version draft, draft_of(tx, t));
  Content content = draft.content();
  apply(content, change);
  if (change.name) t.name = *change.name;
  if (change.locale) t.locale = *change.locale;
  // What was written under other rules can still be renamed.
  Content* touched = change.touches_content() ? &content : nullptr;
  TRY_STATUS(check_all({&t.name, &t.locale, t.channel, touched}));
  const bool is_default = change.is_default.value_or(t.is_default());
  if (is_default && !t.published_number) return not_published();
  TRY_STATUS(take_slot(tx, t, is_default));
  if (change.touches_content()) {
    set_content(draft, std::move(content));
    draft.updated_at = clock_.now();
    TRY_STATUS(t.draft_number ? tx.exec(kUpdateDraft, draft) : tx.exec(kInsertVersion, draft));
    t.draft_number = draft.number;
    t.latest_number = draft.number;
  }
  TRY_STATUS(save(tx, t));
  return opened(tx, std::move(t));
}

Status Templates::remove(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id) {
  TRY(const auto t, lock(tx, {tenant, id, {}}));
  if (t.is_default()) {
    return base::error(base::Code::conflict, "template_is_default",
                       "it is the default of its channel, kind and locale");
  }
  TRY_STATUS(tx.exec(kDeleteVersions, {tenant, id}));
  TRY_STATUS(tx.exec(kDelete, {tenant, id}));
  return {};
}

Result<Version> Templates::version(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id,
                                   std::int64_t number) const {
  TRY(auto row, tx.one(kFindVersion, {tenant, id, number}));
  if (!row) return no_version();
  return *std::move(row);
}

Result<std::vector<VersionEntry>> Templates::versions(store::Tx& tx,
                                                      const VersionFilter& filter) const {
  TRY(const auto row, tx.one(kFind, {filter.tenant_id, filter.template_id}));
  if (!row) return no_template();
  return tx.all(kListVersions, {filter.tenant_id, filter.template_id,
                                filter.cursor.value_or(row->latest_number + 1), filter.limit + 1});
}

Result<Opened> Templates::publish(store::Tx& tx, const Seen& seen, const Publication& publication) {
  TRY(auto t, lock(tx, seen));
  if (!t.draft_number) return no_draft();
  TRY(auto draft, version(tx, t.tenant_id, t.id, *t.draft_number));
  draft.html = publication.sendable.html;
  draft.text = publication.sendable.text;
  draft.published_at = draft.updated_at = clock_.now();
  draft.published_by = publication.by;
  TRY_STATUS(tx.exec(kUpdateDraft, draft));
  t.published_number = t.draft_number;
  t.draft_number.reset();
  TRY_STATUS(take_slot(tx, t, publication.is_default.value_or(t.is_default())));
  TRY_STATUS(save(tx, t));
  return Opened{std::move(t), std::move(draft)};
}

Result<Opened> Templates::roll_back(store::Tx& tx, const Seen& seen, std::int64_t number,
                                    std::optional<bool> is_default) {
  TRY(auto t, lock(tx, seen));
  TRY(const auto earlier, version(tx, t.tenant_id, t.id, number));
  if (!earlier.published_at) return not_published();
  t.published_number = number;
  TRY_STATUS(take_slot(tx, t, is_default.value_or(t.is_default())));
  TRY_STATUS(save(tx, t));
  return opened(tx, std::move(t));
}

Result<Opened> Templates::discard_draft(store::Tx& tx, const Seen& seen) {
  TRY(auto t, lock(tx, seen));
  if (!t.draft_number) return no_draft();
  if (!t.published_number) return not_published();
  TRY_STATUS(tx.exec(kDeleteVersion, {t.tenant_id, t.id, *t.draft_number}));
  // The number is not given again: whoever still sees the old draft can't take another for it.
  t.draft_number.reset();
  TRY_STATUS(save(tx, t));
  return opened(tx, std::move(t));
}

Status Templates::install_starters(store::Tx& tx, domain::TenantId tenant) {
  for (const Starter& starter : starters()) {
    Template t;
    t.tenant_id = tenant;
    t.id = ids_.make<domain::TemplateId>();
    t.name = starter.name;
    t.channel = starter.channel;
    t.kind = starter.kind;
    t.locale = starter.locale;
    t.default_slot = slot_of(t);
    t.published_number = t.latest_number = 1;
    t.created_at = t.updated_at = clock_.now();
    Version v = version_one(t, {starter.source_kind, starter.subject, starter.source, {}});
    v.html = starter.html;
    v.text = starter.text;
    v.published_at = t.created_at;
    TRY_STATUS(tx.exec(kInsert, t));
    TRY_STATUS(tx.exec(kInsertVersion, v));
  }
  return {};
}

}  // namespace templates

#include "templates/templates.h"

#include "templates/defaults.h"
#include "templates/placeholders.h"
#include "templates/sql.gen.h"

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

constexpr store::Query<Template> kInsert{sql::insert_template};
constexpr store::Query<TemplateKey, Template> kFind{sql::find_template};
constexpr store::Query<TemplateKey, Template> kLock{sql::lock_template};
constexpr store::Query<TemplatePage, Template> kList{sql::list_templates};
constexpr store::Query<Template> kUpdate{sql::update_template};
constexpr store::Query<Template> kClearDefault{sql::clear_default};
constexpr store::Query<TemplateKey> kDelete{sql::delete_template};

base::Error no_template() { return base::error(base::Code::not_found, "no such template"); }

std::string slot_of(const Template& t) {
  return std::string(base::enum_name(t.channel)) + "/" + std::string(base::enum_name(t.kind)) +
         "/" + t.locale;
}

}  // namespace

// The unique key would refuse a second holder: the first gives the slot up before.
Status Templates::take_slot(store::Tx& tx, const Template& t) const {
  if (!t.default_slot) return {};
  TRY_STATUS(tx.exec(kClearDefault, t));
  return {};
}

Result<Template> Templates::create(store::Tx& tx, NewTemplate order) {
  Template t;
  t.tenant_id = order.tenant_id;
  t.id = ids_.make<domain::TemplateId>();
  t.name = std::move(order.name);
  t.channel = order.channel;
  t.kind = order.kind;
  t.locale = std::move(order.locale);
  t.subject = std::move(order.subject);
  t.body_html = std::move(order.body_html);
  t.body_text = std::move(order.body_text);
  t.created_at = t.updated_at = clock_.now();
  TRY_STATUS(check_template(t));
  if (order.is_default) t.default_slot = slot_of(t);
  TRY_STATUS(take_slot(tx, t));
  TRY_STATUS(tx.exec(kInsert, t));
  return t;
}

Result<Template> Templates::find(store::Tx& tx, domain::TenantId tenant,
                                 domain::TemplateId id) const {
  TRY(auto row, tx.one(kFind, {tenant, id}));
  if (!row) return no_template();
  return *std::move(row);
}

Result<Template> Templates::lock(store::Tx& tx, domain::TenantId tenant,
                                 domain::TemplateId id) const {
  TRY(auto row, tx.one(kLock, {tenant, id}));
  if (!row) return no_template();
  return *std::move(row);
}

Result<std::vector<Template>> Templates::list(store::Tx& tx, const TemplateFilter& filter) const {
  domain::TemplateId newest;
  newest.value.bytes.fill(0xff);
  return tx.all(kList, {filter.tenant_id, filter.channel, filter.kind, filter.locale,
                        filter.cursor.value_or(newest), filter.limit + 1});
}

Result<Template> Templates::update(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id,
                                   std::optional<std::int64_t> version,
                                   const TemplateChange& change) {
  TRY(auto t, lock(tx, tenant, id));
  const auto other = [] {
    return base::error(base::Code::precondition_failed, "the template was changed meanwhile");
  };
  if (version && *version != t.version) return other();
  if (change.name) t.name = *change.name;
  if (change.locale) t.locale = *change.locale;
  if (change.subject) t.subject = *change.subject;
  if (change.body_html) t.body_html = *change.body_html;
  if (change.body_text) t.body_text = *change.body_text;
  TRY_STATUS(check_template(t));
  const bool is_default = change.is_default.value_or(t.is_default());
  t.default_slot.reset();
  if (is_default) t.default_slot = slot_of(t);
  TRY_STATUS(take_slot(tx, t));
  t.updated_at = clock_.now();
  TRY(const std::int64_t updated, tx.exec(kUpdate, t));
  if (updated != 1) return other();
  t.version += 1;
  return t;
}

Status Templates::remove(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id) {
  TRY(const auto t, lock(tx, tenant, id));
  if (t.is_default()) {
    return base::error(base::Code::conflict, "template_is_default",
                       "it is the default of its channel, kind and locale");
  }
  TRY_STATUS(tx.exec(kDelete, {tenant, id}));
  return {};
}

Status Templates::install_defaults(store::Tx& tx, domain::TenantId tenant) {
  for (const DefaultText& text : default_texts()) {
    NewTemplate order{tenant,       text.name,      text.channel,   text.kind, text.locale,
                      text.subject, text.body_html, text.body_text, true};
    TRY_STATUS(create(tx, std::move(order)));
  }
  return {};
}

}  // namespace templates

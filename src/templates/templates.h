#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/message.h"
#include "store/store.h"

namespace templates {

using base::Result;
using base::Status;
using base::Time;

inline constexpr std::size_t kSubjectCharsMax = 250;
inline constexpr std::size_t kHtmlCharsMax = 200'000;
inline constexpr std::size_t kTextCharsMax = 100'000;
inline constexpr std::size_t kSmsCharsMax = 1600;

struct Template {
  domain::TenantId tenant_id;
  domain::TemplateId id;
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string> subject;    // an email has one
  std::optional<std::string> body_html;  // emails only
  std::optional<std::string> body_text;  // an SMS has one; an email this or HTML
  std::optional<std::string>
      default_slot;  // "<channel>/<kind>/<locale>" while it is the default there
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  bool is_default() const { return default_slot.has_value(); }
};
BOOST_DESCRIBE_STRUCT(Template, (),
                      (tenant_id, id, name, channel, kind, locale, subject, body_html, body_text,
                       default_slot, version, created_at, updated_at))

struct NewTemplate {
  domain::TenantId tenant_id;
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string> subject;
  std::optional<std::string> body_html;
  std::optional<std::string> body_text;
  bool is_default = false;
};
// Absent stays as it is; the inner optional of a nullable field absent: cleared.
struct TemplateChange {
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<std::optional<std::string>> subject;
  std::optional<std::optional<std::string>> body_html;
  std::optional<std::optional<std::string>> body_text;
  std::optional<bool> is_default;
};
struct TemplateFilter {
  domain::TenantId tenant_id;
  std::optional<domain::Channel> channel;
  std::optional<domain::MessageKind> kind;
  std::optional<std::string> locale;
  std::optional<domain::TemplateId> cursor;
  std::int64_t limit = 50;
};

// Immutable after construction; every member is called inside a transaction.
class Templates {
 public:
  Templates(base::Ids& ids, const base::Clock& clock) : ids_(ids), clock_(clock) {}

  // invalid_argument naming every wrong field; a mistake in Mustache says line and column.
  Result<Template> create(store::Tx& tx, NewTemplate order);
  Result<Template> find(store::Tx& tx, domain::TenantId tenant,
                        domain::TemplateId id) const;  // not_found
  // Newest first, one more than the limit.
  Result<std::vector<Template>> list(store::Tx& tx, const TemplateFilter& filter) const;
  // `version`: what the caller has seen; absent for any. precondition_failed when it is another.
  Result<Template> update(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id,
                          std::optional<std::int64_t> version, const TemplateChange& change);
  // conflict "template_is_default".
  Status remove(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id);
  // What a new tenant starts with.
  Status install_defaults(store::Tx& tx, domain::TenantId tenant);

 private:
  Result<Template> lock(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id) const;
  Status take_slot(store::Tx& tx, const Template& t) const;

  base::Ids& ids_;
  const base::Clock& clock_;
};

}  // namespace templates

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "domain/message.h"
#include "store/store.h"
#include "templates/content.h"

namespace templates {

using base::Time;

// A template is what its versions have in common. Versions are numbered from 1 and never change
// once published; one of them is sent, one more may be a draft.
struct Template {
  domain::TenantId tenant_id;
  domain::TemplateId id;
  std::string name;
  domain::Channel channel = domain::Channel::email;
  domain::MessageKind kind = domain::MessageKind::request;
  std::string locale;
  std::optional<std::string>
      default_slot;  // "<channel>/<kind>/<locale>" while it is the default there
  std::optional<std::int64_t> published_number;  // what is sent; absent before the first
  std::optional<std::int64_t> draft_number;      // what is being written; absent for none
  std::int64_t latest_number = 0;                // the highest given
  std::int64_t version = 1;                      // of this row, for If-Match
  Time created_at;
  Time updated_at;
  bool is_default() const { return default_slot.has_value(); }
  // The version that an editor opens: the draft, else what is sent.
  std::int64_t open_number() const { return draft_number.value_or(published_number.value_or(0)); }
};
BOOST_DESCRIBE_STRUCT(Template, (),
                      (tenant_id, id, name, channel, kind, locale, default_slot, published_number,
                       draft_number, latest_number, version, created_at, updated_at))

struct Version {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
  std::int64_t number = 0;
  SourceKind source_kind = SourceKind::pug;
  domain::ImageMode image_mode = domain::ImageMode::linked;
  std::optional<std::string> subject;
  std::string source;
  std::optional<std::string> body_text;
  std::optional<std::string> html;  // of a published email that is no plain text
  std::optional<std::string> text;  // of a published version
  Time created_at;
  Time updated_at;
  std::optional<Time> published_at;  // absent: the draft
  std::optional<domain::UserId> published_by;
  Content content() const { return {source_kind, subject, source, body_text, image_mode}; }
};
BOOST_DESCRIBE_STRUCT(Version, (),
                      (tenant_id, template_id, number, source_kind, image_mode, subject, source,
                       body_text, html, text, created_at, updated_at, published_at, published_by))
// A version without its texts.
struct VersionEntry {
  std::int64_t number = 0;
  SourceKind source_kind = SourceKind::pug;
  std::optional<std::string> subject;
  Time created_at;
  Time updated_at;
  std::optional<Time> published_at;
  std::optional<domain::UserId> published_by;
};
BOOST_DESCRIBE_STRUCT(VersionEntry, (),
                      (number, source_kind, subject, created_at, updated_at, published_at,
                       published_by))

struct Opened {
  Template row;
  Version version;  // row.open_number()
};

struct NewTemplate {
  domain::TenantId tenant_id;
  std::string name;
  Purpose purpose;
  std::string locale;
  Content content;
};
// Absent stays as it is; the inner optional of a nullable field absent: cleared.
struct TemplateChange {
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<bool> is_default;
  std::optional<SourceKind> source_kind;
  std::optional<std::optional<std::string>> subject;
  std::optional<std::string> source;
  std::optional<std::optional<std::string>> body_text;
  std::optional<domain::ImageMode> image_mode;
  bool touches_content() const {
    return source_kind || subject || source || body_text || image_mode;
  }
};
struct TemplateFilter {
  domain::TenantId tenant_id;
  std::optional<domain::Channel> channel;
  std::optional<domain::MessageKind> kind;
  std::optional<std::string> locale;
  std::optional<domain::TemplateId> cursor;
  std::int64_t limit = 50;
};
struct VersionFilter {
  domain::TenantId tenant_id;
  domain::TemplateId template_id;
  std::optional<std::int64_t> cursor;
  std::int64_t limit = 50;
};

// Which version of a template, as its reader saw it; `version` is the template's.
struct Seen {
  domain::TenantId tenant_id;
  domain::TemplateId id;
  std::optional<std::int64_t> version;
};
struct Publication {
  Sendable sendable;  // what the proof made of the draft
  std::optional<domain::UserId> by;
  std::optional<bool> is_default;
};

// Immutable after construction; every member is called inside a transaction. not_found: no such
// template, or version. precondition_failed: changed since it was seen.
class Templates {
 public:
  Templates(base::Ids& ids, const base::Clock& clock) : ids_(ids), clock_(clock) {}

  // With a draft as version 1. invalid_argument naming every wrong field.
  Result<Opened> create(store::Tx& tx, NewTemplate order);
  Result<Opened> find(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id) const;
  // Newest first, one more than the limit.
  Result<std::vector<Template>> list(store::Tx& tx, const TemplateFilter& filter) const;
  // What touches the content goes into the draft; a new one begins as a copy of what is sent.
  // conflict "not_published": only what can be sent may become the default.
  Result<Opened> update(store::Tx& tx, const Seen& seen, const TemplateChange& change);
  // conflict "template_is_default".
  Status remove(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id);

  Result<Version> version(store::Tx& tx, domain::TenantId tenant, domain::TemplateId id,
                          std::int64_t number) const;
  // Newest first, one more than the limit.
  Result<std::vector<VersionEntry>> versions(store::Tx& tx, const VersionFilter& filter) const;
  // The draft becomes what is sent. conflict "no_draft".
  Result<Opened> publish(store::Tx& tx, const Seen& seen, const Publication& publication);
  // An earlier version is sent again; a draft stays. conflict "not_published" for a draft.
  Result<Opened> roll_back(store::Tx& tx, const Seen& seen, std::int64_t number,
                           std::optional<bool> is_default = {});
  // conflict "no_draft"; "not_published" when nothing else is there.
  Result<Opened> discard_draft(store::Tx& tx, const Seen& seen);

  // What a new tenant starts with.
  Status install_starters(store::Tx& tx, domain::TenantId tenant);

 private:
  Result<Template> lock(store::Tx& tx, const Seen& seen) const;
  Status take_slot(store::Tx& tx, Template& t, bool is_default) const;
  Status save(store::Tx& tx, Template& t) const;
  Result<Version> draft_of(store::Tx& tx, Template& t) const;
  Result<Opened> opened(store::Tx& tx, Template t) const;

  base::Ids& ids_;
  const base::Clock& clock_;
};

}  // namespace templates

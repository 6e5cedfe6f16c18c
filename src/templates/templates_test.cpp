// Goal: a slot has one default, an edit needs the version that was seen, and no text gets in that
// can't be rendered.
#include "templates/templates.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace templates {
namespace {

using base::Code;
using store::testing::Kind;

NewTemplate sms(domain::TenantId tenant) {
  NewTemplate out;
  out.tenant_id = tenant;
  out.name = "Short";
  out.purpose = {domain::Channel::sms, domain::MessageKind::request};
  out.locale = "en";
  out.content = {SourceKind::text, {}, "{{merchant.name}}: {{link.url}}", {}};
  return out;
}

class TemplatesTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<store::testing::TestStore>(GetParam());
    templates_ = std::make_unique<Templates>(t_->ids(), t_->runtime().clock());
    tenant_ = t_->ids().make<domain::TenantId>();
    other_ = t_->ids().make<domain::TenantId>();
  }
  template <class F>
  auto write(F body) {
    return t_->store().transact_blocking(std::move(body));
  }
  Result<Opened> create(const NewTemplate& order) {
    return write([&](store::Tx& tx) { return templates_->create(tx, order); });
  }
  Result<Opened> update(domain::TemplateId id, std::optional<std::int64_t> version,
                        const TemplateChange& change) {
    return write(
        [&](store::Tx& tx) { return templates_->update(tx, {tenant_, id, version}, change); });
  }
  Result<Opened> publish(domain::TemplateId id, const std::string& text,
                         std::optional<bool> is_default = {}) {
    const Publication publication{{std::nullopt, text}, std::nullopt, is_default};
    return write(
        [&](store::Tx& tx) { return templates_->publish(tx, {tenant_, id, {}}, publication); });
  }
  Template published(domain::TenantId tenant) {
    const auto made = create(sms(tenant)).value();
    const Publication publication{{std::nullopt, "text"}, std::nullopt, true};
    return write([&](store::Tx& tx) {
             return templates_->publish(tx, {tenant, made.row.id, {}}, publication);
           })
        .value()
        .row;
  }
  Template find(domain::TemplateId id) {
    return write([&](store::Tx& tx) { return templates_->find(tx, tenant_, id); }).value().row;
  }
  std::vector<Template> list(const TemplateFilter& filter) {
    return write([&](store::Tx& tx) { return templates_->list(tx, filter); }).value();
  }
  std::unique_ptr<store::testing::TestStore> t_;
  std::unique_ptr<Templates> templates_;
  domain::TenantId tenant_;
  domain::TenantId other_;
};
INSTANTIATE_TEST_SUITE_P(Stores, TemplatesTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(TemplatesTest, ASlotHasOneDefault) {
  const auto first = published(tenant_);
  EXPECT_EQ(first.default_slot, std::optional<std::string>("sms/request/en"));
  EXPECT_EQ(first.version, 2);
  const auto second = published(tenant_);
  EXPECT_FALSE(find(first.id).is_default());
  EXPECT_EQ(find(first.id).version, 3) << "its reader's ETag is old now";
  EXPECT_TRUE(find(second.id).is_default());
  published(other_);
  EXPECT_TRUE(find(second.id).is_default()) << "another tenant has slots of its own";

  TemplateChange take;
  take.is_default = true;
  EXPECT_EQ(update(first.id, 2, take).error().code, Code::precondition_failed);
  ASSERT_TRUE(update(first.id, 3, take));
  EXPECT_FALSE(find(second.id).is_default());
  const auto draft = create(sms(tenant_)).value().row;
  EXPECT_EQ(update(draft.id, {}, take).error().reason, "not_published");
  TemplateChange german;
  german.locale = "de";
  EXPECT_EQ(update(first.id, std::nullopt, german)->row.default_slot,
            std::optional<std::string>("sms/request/de"));

  const auto remove = [&](domain::TenantId tenant, domain::TemplateId id) {
    return write([&](store::Tx& tx) { return templates_->remove(tx, tenant, id); });
  };
  EXPECT_EQ(remove(tenant_, first.id).error().reason, "template_is_default");
  EXPECT_EQ(remove(other_, second.id).error().code, Code::not_found);
  EXPECT_TRUE(remove(tenant_, second.id));
  EXPECT_EQ(remove(tenant_, second.id).error().code, Code::not_found);
}

TEST_P(TemplatesTest, APublishedVersionNeverChanges) {
  const auto made = create(sms(tenant_)).value().row;
  ASSERT_TRUE(publish(made.id, "one"));
  EXPECT_EQ(publish(made.id, "two").error().reason, "no_draft");
  TemplateChange change;
  change.source = "{{link.url}}";
  const auto edited = update(made.id, {}, change).value();
  EXPECT_EQ(edited.row.draft_number, 2);
  EXPECT_EQ(edited.version.source, "{{link.url}}");
  EXPECT_FALSE(edited.version.text);
  const auto version = [&](std::int64_t number) {
    return write([&](store::Tx& tx) { return templates_->version(tx, tenant_, made.id, number); });
  };
  EXPECT_EQ(version(1)->source, "{{merchant.name}}: {{link.url}}");
  EXPECT_EQ(version(1)->text, "one");

  const Seen any{tenant_, made.id, {}};
  const auto discard = [&] {
    return write([&](store::Tx& tx) { return templates_->discard_draft(tx, any); });
  };
  ASSERT_TRUE(discard());
  EXPECT_EQ(discard().error().reason, "no_draft");
  EXPECT_EQ(version(2).error().code, Code::not_found);
  EXPECT_EQ(update(made.id, {}, change)->row.draft_number, 3) << "no number is given twice";
  ASSERT_TRUE(publish(made.id, "three"));
  const auto back = [&](std::int64_t number) {
    return write([&](store::Tx& tx) { return templates_->roll_back(tx, any, number); });
  };
  EXPECT_EQ(back(1)->row.published_number, 1);
  EXPECT_EQ(back(2).error().code, Code::not_found);
  EXPECT_EQ(update(made.id, {}, change)->row.draft_number, 4);
  EXPECT_EQ(back(4).error().reason, "not_published");
}

TEST_P(TemplatesTest, InstallsStartersThatFitEverySlot) {
  ASSERT_TRUE(write([&](store::Tx& tx) { return templates_->install_starters(tx, tenant_); }));
  TemplateFilter filter;
  filter.tenant_id = tenant_;
  EXPECT_EQ(list(filter).size(), 32u);
  filter.channel = domain::Channel::sms;
  EXPECT_EQ(list(filter).size(), 16u);
  filter.kind = domain::MessageKind::receipt;
  filter.locale = "de";
  ASSERT_EQ(list(filter).size(), 1u);
  EXPECT_TRUE(list(filter)[0].is_default());
  filter.tenant_id = other_;
  EXPECT_TRUE(list(filter).empty());
}

struct Bad {
  const char* name;
  std::function<void(NewTemplate&)> change;
  const char* field;
  const char* code;
};
const Bad kBad[] = {
    {"no name", [](NewTemplate& t) { t.name = ""; }, "name", "required"},
    {"locale", [](NewTemplate& t) { t.locale = "EN"; }, "locale", "invalid"},
    {"an SMS has no subject", [](NewTemplate& t) { t.content.subject = "x"; }, "subject",
     "not_allowed"},
    {"an SMS is text", [](NewTemplate& t) { t.content.source_kind = SourceKind::pug; },
     "source_kind", "not_allowed"},
    {"an SMS needs a text", [](NewTemplate& t) { t.content.source = " "; }, "source", "required"},
    {"text twice", [](NewTemplate& t) { t.content.body_text = "x"; }, "body_text", "not_allowed"},
    {"an email needs a subject", [](NewTemplate& t) { t.purpose.channel = domain::Channel::email; },
     "subject", "required"},
    {"too long", [](NewTemplate& t) { t.content.source += std::string(kSmsCharsMax, 'x'); },
     "source", "too_long"},
    {"card number", [](NewTemplate& t) { t.content.source += " 4242 4242 4242 4242"; }, "source",
     "card_number"},
    {"control character", [](NewTemplate& t) { t.content.source += '\0'; }, "source",
     "control_character"},
    {"no UTF-8", [](NewTemplate& t) { t.content.source += "\xff"; }, "source", "invalid_utf8"},
};

TEST_P(TemplatesTest, RefusesByField) {
  for (const Bad& row : kBad) {
    NewTemplate order = sms(tenant_);
    row.change(order);
    const auto made = create(order);
    ASSERT_FALSE(made) << row.name;
    ASSERT_FALSE(made.error().fields.empty()) << row.name;
    EXPECT_EQ(made.error().fields[0].field, row.field) << row.name;
    EXPECT_EQ(made.error().fields[0].code, row.code) << row.name;
  }
  NewTemplate lines = sms(tenant_);
  lines.purpose.channel = domain::Channel::email;
  lines.content = {SourceKind::pug, "s", "mjml\r\n  mj-body\r", {}};
  EXPECT_EQ(create(lines)->version.source, "mjml\n  mj-body\n");
}

}  // namespace
}  // namespace templates

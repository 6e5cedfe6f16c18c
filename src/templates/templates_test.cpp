// Goal: a slot has one default, an edit needs the version that was seen, and no text gets in that
// can't be rendered.
#include "templates/templates.h"

#include <gtest/gtest.h>

#include "domain/sms.h"
#include "store/testing.h"
#include "templates/defaults.h"
#include "templates/placeholders.h"
#include "text/mustache.h"

namespace templates {
namespace {

using base::Code;
using store::testing::Kind;

NewTemplate sms(domain::TenantId tenant, bool is_default) {
  NewTemplate out;
  out.tenant_id = tenant;
  out.name = "Short";
  out.channel = domain::Channel::sms;
  out.locale = "en";
  out.body_text = "{{merchant.name}}: {{link.url}}";
  out.is_default = is_default;
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
  Result<Template> create(const NewTemplate& order) {
    return write([&](store::Tx& tx) { return templates_->create(tx, order); });
  }
  Result<Template> update(domain::TemplateId id, std::optional<std::int64_t> version,
                          const TemplateChange& change) {
    return write(
        [&](store::Tx& tx) { return templates_->update(tx, tenant_, id, version, change); });
  }
  Template find(domain::TemplateId id) {
    return write([&](store::Tx& tx) { return templates_->find(tx, tenant_, id); }).value();
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
  const auto first = create(sms(tenant_, true)).value();
  EXPECT_EQ(first.default_slot, std::optional<std::string>("sms/request/en"));
  const auto second = create(sms(tenant_, true)).value();
  EXPECT_FALSE(find(first.id).is_default());
  EXPECT_EQ(find(first.id).version, 2) << "its reader's ETag is old now";
  EXPECT_TRUE(find(second.id).is_default());
  ASSERT_TRUE(create(sms(other_, true))) << "another tenant has slots of its own";
  EXPECT_TRUE(find(second.id).is_default());

  TemplateChange take;
  take.is_default = true;
  EXPECT_EQ(update(first.id, 1, take).error().code, Code::precondition_failed);
  ASSERT_TRUE(update(first.id, 2, take));
  EXPECT_FALSE(find(second.id).is_default());
  TemplateChange german;
  german.locale = "de";
  EXPECT_EQ(update(first.id, std::nullopt, german)->default_slot,
            std::optional<std::string>("sms/request/de"));

  const auto remove = [&](domain::TenantId tenant, domain::TemplateId id) {
    return write([&](store::Tx& tx) { return templates_->remove(tx, tenant, id); });
  };
  EXPECT_EQ(remove(tenant_, first.id).error().reason, "template_is_default");
  EXPECT_EQ(remove(other_, second.id).error().code, Code::not_found);
  EXPECT_TRUE(remove(tenant_, second.id));
  EXPECT_EQ(remove(tenant_, second.id).error().code, Code::not_found);
}

TEST_P(TemplatesTest, InstallsDefaultsThatFitEverySlot) {
  ASSERT_TRUE(write([&](store::Tx& tx) { return templates_->install_defaults(tx, tenant_); }));
  TemplateFilter filter;
  filter.tenant_id = tenant_;
  EXPECT_EQ(list(filter).size(), 10u);
  filter.channel = domain::Channel::sms;
  EXPECT_EQ(list(filter).size(), 4u);
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
    {"an SMS has no subject", [](NewTemplate& t) { t.subject = "x"; }, "subject", "not_allowed"},
    {"an SMS has no HTML", [](NewTemplate& t) { t.body_html = "{{link.url}}"; }, "body_html",
     "not_allowed"},
    {"an SMS needs a text", [](NewTemplate& t) { t.body_text.reset(); }, "body_text", "required"},
    {"an email needs a subject", [](NewTemplate& t) { t.channel = domain::Channel::email; },
     "subject", "required"},
    {"no link", [](NewTemplate& t) { t.body_text = "Pay now"; }, "body_text", "no_link"},
    {"unknown name", [](NewTemplate& t) { *t.body_text += "{{client.nmae}}"; }, "body_text",
     "unknown_placeholder"},
    {"unknown section", [](NewTemplate& t) { *t.body_text += "{{#tenant}}x{{/tenant}}"; },
     "body_text", "unknown_placeholder"},
    {"bad custom key", [](NewTemplate& t) { *t.body_text += "{{custom.Bad}}"; }, "body_text",
     "unknown_placeholder"},
    {"open tag", [](NewTemplate& t) { *t.body_text += "{{link.url"; }, "body_text", "unclosed_tag"},
    {"open section", [](NewTemplate& t) { *t.body_text += "{{#client.name}}"; }, "body_text",
     "unclosed_section"},
    {"too long", [](NewTemplate& t) { *t.body_text += std::string(kSmsCharsMax, 'x'); },
     "body_text", "too_long"},
    {"card number", [](NewTemplate& t) { *t.body_text += " 4242 4242 4242 4242"; }, "body_text",
     "card_number"},
    {"control character", [](NewTemplate& t) { *t.body_text += '\0'; }, "body_text",
     "control_character"},
};

TEST_P(TemplatesTest, RefusesByField) {
  for (const Bad& row : kBad) {
    NewTemplate order = sms(tenant_, false);
    row.change(order);
    const auto made = create(order);
    ASSERT_FALSE(made) << row.name;
    ASSERT_FALSE(made.error().fields.empty()) << row.name;
    EXPECT_EQ(made.error().fields[0].field, row.field) << row.name;
    EXPECT_EQ(made.error().fields[0].code, row.code) << row.name;
  }
  NewTemplate typo = sms(tenant_, false);
  *typo.body_text += "\n Hello {{client.first_nam}}";
  const std::string detail = create(typo).error().fields.at(0).detail;
  EXPECT_NE(detail.find("line 2, column 8"), std::string::npos) << detail;
  EXPECT_NE(detail.find("{{client.first_name}}"), std::string::npos) << detail;
}

boost::json::value data() {
  return boost::json::parse(
      R"({"request":{"amount":"€1,250.00","amount_sms":"€1,250.00","description":"Website",
    "reference":"",
    "due_date":"24 December 2026","paid_date":""},
    "client":{"name":"Anna <b>","first_name":"Anna","email":"a@example.com","phone":""},
    "merchant":{"name":"Nordlicht Studio","color":"#1f3a5f","reply_to":"x@example.com"},
    "link":{"url":"https://pay.example.com/p/0123456789abcdefghijkl"},"custom":{}})");
}

TEST(Defaults, RenderCompletelyAndStaySmall) {
  ASSERT_EQ(default_texts().size(), 10u);
  for (const DefaultText& text : default_texts()) {
    const bool receipt = text.kind == domain::MessageKind::receipt;
    for (const auto& [source, escape] : {std::pair{text.subject, text::Escape::none},
                                         std::pair{text.body_html, text::Escape::html},
                                         std::pair{text.body_text, text::Escape::none}}) {
      if (!source) continue;
      const auto parsed = text::Mustache::parse(*source, escape);
      ASSERT_TRUE(parsed) << text.name << ": " << parsed.error().detail;
      const auto out = parsed->render(data());
      ASSERT_TRUE(out) << text.name << ": " << out.error().detail;
      EXPECT_EQ(out->find('@' + std::string("label")), std::string::npos);
      for (const char* mark :
           {"{{", "}}", "@locale", "@title", "@greeting", "@intro", "@amount", "@value", "@button",
            "@link_hint", "@closing", "@reply", "@footer"}) {
        EXPECT_EQ(out->find(mark), std::string::npos) << text.name << " " << mark;
      }
      const bool has_link = out->find("https://pay.example.com/p/") != std::string::npos;
      if (source != text.subject) EXPECT_EQ(has_link, !receipt) << text.name;
      EXPECT_LE(out->size(), 20u * 1024);
      if (text.channel == domain::Channel::sms) {
        const auto size = domain::sms_size(*out);
        ASSERT_TRUE(size);
        EXPECT_EQ(size->segments, 1) << *out;
      }
      if (escape == text::Escape::html)
        EXPECT_EQ(out->find("<b>"), std::string::npos) << "values are escaped";
    }
  }
}

TEST(Placeholders, NearestName) {
  EXPECT_EQ(nearest_placeholder("client.nmae"), "client.name");
  EXPECT_EQ(nearest_placeholder("amount"), "request.amount");
  EXPECT_EQ(nearest_placeholder("link"), "link.url");
  EXPECT_TRUE(is_known_placeholder("custom.city_2"));
  EXPECT_FALSE(is_known_placeholder("custom."));
  EXPECT_FALSE(is_known_placeholder("custom.2"));
}

}  // namespace
}  // namespace templates

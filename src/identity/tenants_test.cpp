// Goal: a tenant's fields are checked by name, edits need the version that was seen, and a logo is
// an image of its type.
#include "identity/tenants.h"

#include <gtest/gtest.h>

#include "identity/test_world.h"

namespace identity::testing {
namespace {

using base::Code;

class TenantsTest : public WorldTest {};
INSTANTIATE_TEST_SUITE_P(Stores, TenantsTest, every_store(), kind_name);

struct BadField {
  const char* name;
  std::function<void(TenantChange&)> change;
  const char* field;
};
const BadField kBadFields[] = {
    {"empty name", [](TenantChange& c) { c.name = " "; }, "name"},
    {"control character", [](TenantChange& c) { c.name = "a\nb"; }, "name"},
    {"card number", [](TenantChange& c) { c.name = "4242 4242 4242 4242"; }, "name"},
    {"color", [](TenantChange& c) { c.brand_color = "#12345G"; }, "brand_color"},
    {"upper case color", [](TenantChange& c) { c.accent_color = "#ABCDEF"; }, "accent_color"},
    {"sender", [](TenantChange& c) { c.sms_sender_name = "1Nordlicht"; }, "sms_sender_name"},
    {"long sender", [](TenantChange& c) { c.sms_sender_name = "Nordlicht AG"; }, "sms_sender_name"},
    {"reply_to", [](TenantChange& c) { c.reply_to = "a@b\r\nBcc: c@d.e"; }, "reply_to"},
    {"locale", [](TenantChange& c) { c.locale = "EN"; }, "locale"},
    {"zone", [](TenantChange& c) { c.time_zone = "../../etc/passwd"; }, "time_zone"},
    {"unknown zone", [](TenantChange& c) { c.time_zone = "Europe/Atlantis"; }, "time_zone"},
    {"country", [](TenantChange& c) { c.country = "XX"; }, "country"},
    {"countries",
     [](TenantChange& c) { c.allowed_countries = std::vector<std::string>{"DE", "de"}; },
     "allowed_countries[1]"},
    {"repeated",
     [](TenantChange& c) { c.allowed_countries = std::vector<std::string>{"DE", "DE"}; },
     "allowed_countries"},
    {"cap", [](TenantChange& c) { c.daily_message_cap = 1'000'001; }, "daily_message_cap"},
    {"negative cap", [](TenantChange& c) { c.daily_message_cap = -1; }, "daily_message_cap"},
};

TEST_P(TenantsTest, RefusesBadFieldsByName) {
  for (const BadField& row : kBadFields) {
    TenantChange change;
    row.change(change);
    const auto checked = w().tenants.check(change);
    ASSERT_FALSE(checked) << row.name;
    ASSERT_EQ(checked.error().fields.size(), 1u) << row.name;
    EXPECT_EQ(checked.error().fields[0].field, row.field) << row.name;
  }
}

TEST_P(TenantsTest, CreatesWithDefaultsAndUpdatesByVersion) {
  const auto id = w().make_tenant("First");
  auto tenant = w().read([&](store::Tx& tx) { return w().tenants.find(tx, id); }).value();
  EXPECT_EQ(tenant.country, "DE") << "of the euro";
  EXPECT_EQ(tenant.allowed_countries, "") << "no text goes anywhere unless allowed";
  TenantChange change;
  change.sender_name = std::optional<std::string>("  Studio ");
  change.allowed_countries = std::vector<std::string>{"NL", "DE"};
  change.time_zone = "Europe/Berlin";
  ASSERT_TRUE(w().tenants.check(change));
  const auto update = [&](std::optional<std::int64_t> version) {
    return w().write([&](store::Tx& tx) { return w().tenants.update(tx, id, version, change); });
  };
  const auto zone = [&] {
    return w()
        .read([&](store::Tx& tx) { return w().tenant_cache.find(tx, id); })
        .value()
        ->time_zone;
  };
  EXPECT_EQ(zone(), "UTC");
  EXPECT_EQ(update(2).error().code, Code::precondition_failed);
  ASSERT_TRUE(update(1));
  EXPECT_EQ(zone(), "Europe/Berlin") << "changed here, seen at once";
  EXPECT_EQ(update(1).error().code, Code::precondition_failed);
  tenant = update(std::nullopt).value();
  EXPECT_EQ(tenant.version, 3);
  EXPECT_EQ(tenant.sender_name, std::optional<std::string>("Studio"));
  EXPECT_EQ(split_countries(tenant.allowed_countries), (std::vector<std::string>{"DE", "NL"}));
  change.sender_name = std::optional<std::string>();
  EXPECT_FALSE(update(3)->sender_name) << "cleared";
}

TEST_P(TenantsTest, KeepsOneLogo) {
  const auto id = w().make_tenant("First");
  const auto other = w().make_tenant("Second");
  const ImageFacts facts{"image/png", 32, 16};
  const auto set = [&](const std::string& bytes) {
    return w()
        .write([&](store::Tx& tx) { return w().tenants.set_logo(tx, id, facts, bytes); })
        .value();
  };
  const auto first = set("one");
  const auto second = set("two!");
  const auto asset = [&](domain::TenantId tenant, domain::AssetId which) {
    return w().read([&](store::Tx& tx) { return w().tenants.asset(tx, tenant, which); }).value();
  };
  EXPECT_FALSE(asset(id, first.id)) << "replaced";
  ASSERT_TRUE(asset(id, second.id));
  EXPECT_EQ(asset(id, second.id)->bytes.bytes, "two!");
  EXPECT_EQ(asset(id, second.id)->size_bytes, 4);
  EXPECT_FALSE(asset(other, second.id)) << "another tenant's";
  ASSERT_TRUE(w().write([&](store::Tx& tx) { return w().tenants.delete_logo(tx, id); }));
  EXPECT_FALSE(w().read([&](store::Tx& tx) { return w().tenants.logo(tx, id); }).value());
  ASSERT_TRUE(w().write([&](store::Tx& tx) { return w().tenants.delete_logo(tx, id); }))
      << "nothing to do";
}

}  // namespace
}  // namespace identity::testing

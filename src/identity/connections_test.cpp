// Goal: secrets open only in the row they were sealed for, keys rotate without a gap, and the cache
// never shows a replaced connection.
#include "identity/connections.h"

#include <gtest/gtest.h>

#include "identity/test_world.h"

namespace identity::testing {
namespace {

using base::Code;

constexpr std::string_view kCopyParams[] = {"sealed", "key_version", "tenant_id", "id"};
constexpr store::Statement kCopySealed{
    .name = "test.copy_sealed",
    .sqlite = "UPDATE connection SET sealed = ?, key_version = ? WHERE tenant_id = ? AND id = ?",
    .mariadb = "UPDATE connection SET sealed = ?, key_version = ? WHERE tenant_id = ? AND id = ?",
    .params = kCopyParams};
constexpr store::Query<Connection> kCopy{kCopySealed};

class ConnectionsTest : public WorldTest {
 protected:
  Connection put(domain::TenantId tenant, const std::string& secret,
                 ConnectionKind kind = ConnectionKind::stripe, bool livemode = false) {
    const Connections::Put order{
        {tenant, kind, livemode}, {{"base_url", nullptr}}, {{"secret_key", secret}}};
    auto row = w().write([&](store::Tx& tx) { return w().connections.put(tx, order); });
    EXPECT_TRUE(row) << row.error().detail;
    return *row;
  }
  Result<std::string> secret_of(const ConnectionKey& key) {
    return w().read([&](store::Tx& tx) -> Result<std::string> {
      TRY(const auto opened, w().connections.find(tx, key));
      return std::string(opened.secrets.at("secret_key").as_string());
    });
  }
  Result<std::string> cached(const ConnectionKey& key) {
    return w().read([&](store::Tx& tx) -> Result<std::string> {
      TRY(const auto opened, w().connection_cache.find(tx, key));
      return std::string(opened->secrets.at("secret_key").as_string());
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ConnectionsTest, every_store(), kind_name);

TEST_P(ConnectionsTest, ReplacingKeepsTheIdAndTenantsAreApart) {
  const auto tenant = w().make_tenant("First");
  const auto other = w().make_tenant("Second");
  const auto first = put(tenant, "one");
  const auto second = put(tenant, "two");
  EXPECT_EQ(first.id, second.id);
  EXPECT_EQ(second.version, 2);
  EXPECT_EQ(second.sealed.bytes.find("two"), std::string::npos) << "sealed";
  EXPECT_EQ(*secret_of({tenant, ConnectionKind::stripe, false}), "two");
  EXPECT_EQ(secret_of({other, ConnectionKind::stripe, false}).error().code, Code::not_found);
  EXPECT_EQ(secret_of({tenant, ConnectionKind::stripe, true}).error().code, Code::not_found);
  EXPECT_EQ(secret_of({tenant, ConnectionKind::twilio, false}).error().code, Code::not_found);
  const auto own =
      w().read([&](store::Tx& tx) { return w().connection_cache.find_own(tx, tenant, first.id); });
  EXPECT_TRUE(own);
  const auto foreign =
      w().read([&](store::Tx& tx) { return w().connection_cache.find_own(tx, other, first.id); });
  EXPECT_EQ(foreign.error().code, Code::not_found);
}

TEST_P(ConnectionsTest, SealedBytesOpenInTheirRowOnly) {
  const auto tenant = w().make_tenant("First");
  const auto other = w().make_tenant("Second");
  const auto mine = put(tenant, "mine");
  const auto theirs = put(other, "theirs");
  const auto twilio = put(tenant, "texts", ConnectionKind::twilio);
  for (Connection target : {theirs, twilio}) {
    target.sealed = mine.sealed;
    ASSERT_TRUE(w().write([&](store::Tx& tx) { return tx.exec(kCopy, target); }));
    EXPECT_EQ(secret_of({target.tenant_id, target.kind, false}).error().code, Code::corrupt);
  }
  EXPECT_EQ(*secret_of({tenant, ConnectionKind::stripe, false}), "mine");
}

TEST_P(ConnectionsTest, RotatesInPagesAndOldKeysGo) {
  const auto tenant = w().make_tenant("First");
  put(tenant, "one");
  put(tenant, "two", ConnectionKind::twilio);
  put(w().make_tenant("Second"), "three");
  const SealKeys both = seal_keys(2);
  ConnectionCache cache(w().t.runtime().clock(), both);
  Connections newer(w().t.ids(), w().t.runtime().clock(), w().t.runtime().random(), both, cache);
  const auto rotate = [&] {
    return w().write([&](store::Tx& tx) { return newer.rotate_page(tx); }).value();
  };
  const auto count = [&] {
    return w().read([&](store::Tx& tx) { return newer.count_under_newest_key(tx); }).value();
  };
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(rotate(), 3);
  EXPECT_EQ(rotate(), 0) << "repeating it is harmless";
  EXPECT_EQ(count(), 3);
  const ConnectionKey key{tenant, ConnectionKind::twilio, false};
  const auto opened = w().read([&](store::Tx& tx) { return newer.find(tx, key); });
  ASSERT_TRUE(opened) << opened.error().detail;
  EXPECT_EQ(opened->secrets.at("secret_key").as_string(), "two");
  EXPECT_EQ(secret_of(key).error().code, Code::corrupt)
      << "the old process lacks the new key and says so";
}

TEST_P(ConnectionsTest, TheCacheIsWarmAndNeverOld) {
  const auto tenant = w().make_tenant("First");
  const ConnectionKey key{tenant, ConnectionKind::stripe, false};
  const auto row = put(tenant, "one");
  w().t.sim().advance(std::chrono::seconds(2));
  EXPECT_EQ(*cached(key), "one");
  put(tenant, "two");
  EXPECT_EQ(*cached(key), "two") << "changed here, seen at once";
  w().t.sim().advance(std::chrono::seconds(2));
  EXPECT_EQ(*cached(key), "two");
  ASSERT_TRUE(w().write([&](store::Tx& tx) { return w().connections.remove(tx, row); }));
  EXPECT_EQ(cached(key).error().code, Code::not_found);
}

TEST_P(ConnectionsTest, ACheckOfAReplacedConnectionIsDropped) {
  const auto tenant = w().make_tenant("First");
  const ConnectionKey key{tenant, ConnectionKind::stripe, false};
  put(tenant, "one");
  const auto opened =
      w().read([&](store::Tx& tx) { return w().connections.find(tx, key); }).value();
  const auto record = [&] {
    return w().write(
        [&](store::Tx& tx) { return w().connections.record_check(tx, opened, w().t.now(), "no"); });
  };
  const auto error_now = [&] {
    return w()
        .read([&](store::Tx& tx) { return w().connections.find_row(tx, key); })
        .value()
        .check_error;
  };
  ASSERT_TRUE(record());
  EXPECT_EQ(error_now(), "no");
  put(tenant, "two");
  EXPECT_EQ(error_now(), "");
  ASSERT_TRUE(record());
  EXPECT_EQ(error_now(), "");
}

TEST(SealKeys, RefusesWhatIsNoKey) {
  EXPECT_FALSE(SealKeys::make({}));
  std::map<std::int64_t, base::Secret<std::string>> keys;
  keys.emplace(1, base::Secret<std::string>("short"));
  EXPECT_FALSE(SealKeys::make(keys));
  keys.clear();
  keys.emplace(0, base::Secret<std::string>(std::string(32, 'k')));
  EXPECT_FALSE(SealKeys::make(keys));
}

}  // namespace
}  // namespace identity::testing

#pragma once
// A table for the store's own tests, with every type of column and a unique key besides the primary
// one.
#include "store/testing.h"

namespace store::testing {

enum class Color : std::uint8_t { red, green };
BOOST_DESCRIBE_ENUM(Color, red, green)

struct Item {
  domain::TenantId tenant_id;
  domain::RequestId id;
  std::string name;
  std::optional<std::string> note;
  std::int64_t amount = 0;
  std::optional<std::int32_t> rank;
  bool flag = false;
  Color color = Color::red;
  base::Secret<std::string> secret;
  Blob bytes;
  base::json::Raw payload;
  base::Time made_at;
  std::optional<base::Time> gone_at;
  std::optional<domain::RequestId> parent_id;
};
BOOST_DESCRIBE_STRUCT(Item, (),
                      (tenant_id, id, name, note, amount, rank, flag, color, secret, bytes, payload,
                       made_at, gone_at, parent_id))

struct ItemKey {
  domain::TenantId tenant_id;
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(ItemKey, (), (tenant_id, id))
struct ItemAmount {
  domain::TenantId tenant_id;
  domain::RequestId id;
  std::int64_t amount = 0;
  std::int64_t old = 0;
};
BOOST_DESCRIBE_STRUCT(ItemAmount, (), (tenant_id, id, amount, old))
struct TenantKey {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(TenantKey, (), (tenant_id))
struct Amount {
  std::int64_t amount = 0;
};
BOOST_DESCRIBE_STRUCT(Amount, (), (amount))
struct Total {
  std::int64_t items = 0;
  std::optional<std::int64_t> sum;
};
BOOST_DESCRIBE_STRUCT(Total, (), (items, sum))

namespace sql {
inline constexpr std::string_view kAll[] = {"tenant_id", "id",      "name",    "note",     "amount",
                                            "rank",      "flag",    "color",   "secret",   "bytes",
                                            "payload",   "made_at", "gone_at", "parent_id"};
inline constexpr std::string_view kKey[] = {"tenant_id", "id"};
inline constexpr std::string_view kTenant[] = {"tenant_id"};
inline constexpr std::string_view kSet[] = {"amount", "tenant_id", "id"};
inline constexpr std::string_view kSwap[] = {"amount", "tenant_id", "id", "old"};

#define QT_INSERT_ITEM                                                                        \
  "INSERT INTO item (tenant_id, id, name, note, amount, `rank`, flag, color, secret, bytes, " \
  "payload, made_at, "                                                                        \
  "gone_at, parent_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
inline constexpr Statement insert_item{.name = "test.insert_item",
                                       .sqlite = QT_INSERT_ITEM,
                                       .mariadb = QT_INSERT_ITEM,
                                       .params = kAll,
                                       .table = "item"};
inline constexpr Statement insert_or_ignore{
    .name = "test.insert_or_ignore",
    .sqlite = QT_INSERT_ITEM " ON CONFLICT (tenant_id, id) DO NOTHING",
    .mariadb = QT_INSERT_ITEM,
    .params = kAll,
    .table = "item",
    .ignore_key = "primary"};
#undef QT_INSERT_ITEM
#define QT_FIND_ITEM                                                                        \
  "SELECT tenant_id, id, name, note, amount, `rank`, flag, color, secret, bytes, payload, " \
  "made_at, gone_at, "                                                                      \
  "parent_id FROM item WHERE tenant_id = ?"
inline constexpr Statement find_item{.name = "test.find_item",
                                     .sqlite = QT_FIND_ITEM " AND id = ?",
                                     .mariadb = QT_FIND_ITEM " AND id = ?",
                                     .params = kKey};
inline constexpr Statement list_items{.name = "test.list_items",
                                      .sqlite = QT_FIND_ITEM " ORDER BY id",
                                      .mariadb = QT_FIND_ITEM " ORDER BY id",
                                      .params = kTenant};
#undef QT_FIND_ITEM
#define QT_AMOUNT "SELECT amount FROM item WHERE tenant_id = ? AND id = ?"
inline constexpr Statement amount{
    .name = "test.amount", .sqlite = QT_AMOUNT, .mariadb = QT_AMOUNT, .params = kKey};
inline constexpr Statement lock_amount{.name = "test.lock_amount",
                                       .sqlite = QT_AMOUNT,
                                       .mariadb = QT_AMOUNT " FOR UPDATE",
                                       .params = kKey};
#undef QT_AMOUNT
#define QT_SET "UPDATE item SET amount = ? WHERE tenant_id = ? AND id = ?"
inline constexpr Statement set_amount{
    .name = "test.set_amount", .sqlite = QT_SET, .mariadb = QT_SET, .params = kSet};
inline constexpr Statement swap_amount{.name = "test.swap_amount",
                                       .sqlite = QT_SET " AND amount = ?",
                                       .mariadb = QT_SET " AND amount = ?",
                                       .params = kSwap};
#undef QT_SET
#define QT_TOTAL "SELECT COUNT(id) AS items, SUM(amount) AS sum FROM item WHERE tenant_id = ?"
inline constexpr Statement total{
    .name = "test.total", .sqlite = QT_TOTAL, .mariadb = QT_TOTAL, .params = kTenant};
#undef QT_TOTAL
#define QT_DELETE "DELETE FROM item WHERE tenant_id = ?"
inline constexpr Statement delete_all{
    .name = "test.delete_all", .sqlite = QT_DELETE, .mariadb = QT_DELETE, .params = kTenant};
#undef QT_DELETE
}  // namespace sql

inline constexpr Query<Item> kInsertItem{sql::insert_item};
inline constexpr Query<Item> kInsertOrIgnore{sql::insert_or_ignore};
inline constexpr Query<ItemKey, Item> kFindItem{sql::find_item};
inline constexpr Query<TenantKey, Item> kListItems{sql::list_items};
inline constexpr Query<ItemKey, Amount> kAmount{sql::amount};
inline constexpr Query<ItemKey, Amount> kLockAmount{sql::lock_amount};
inline constexpr Query<ItemAmount> kSetAmount{sql::set_amount};
inline constexpr Query<ItemAmount> kSwapAmount{sql::swap_amount};
inline constexpr Query<TenantKey, Total> kTotal{sql::total};
inline constexpr Query<TenantKey> kDeleteAll{sql::delete_all};

inline void create_items(Store& store) {
  const Status created = store.administer([](Connection& connection) -> Status {
    const bool mariadb = connection.engine() == Engine::mariadb;
    const std::string blob = mariadb ? "BINARY(16)" : "BLOB";
    TRY_STATUS(connection.raw(
        "CREATE TABLE item (tenant_id " + blob + " NOT NULL, id " + blob + " NOT NULL, name " +
        (mariadb ? "VARCHAR(64)" : "TEXT CHECK (length(name) <= 64)") + " NOT NULL, note " +
        (mariadb ? "MEDIUMTEXT" : "TEXT") + ", amount " + (mariadb ? "BIGINT" : "INTEGER") +
        " NOT NULL, `rank` " + (mariadb ? "INT" : "INTEGER") + ", flag " +
        (mariadb ? "BOOLEAN" : "INTEGER") + " NOT NULL, color " +
        (mariadb ? "VARCHAR(8)" : "TEXT") + " NOT NULL, secret " +
        (mariadb ? "VARCHAR(64)" : "TEXT") + " NOT NULL, bytes " +
        (mariadb ? "MEDIUMBLOB" : "BLOB") + " NOT NULL, payload " +
        (mariadb ? "MEDIUMTEXT" : "TEXT") + " NOT NULL, made_at " +
        (mariadb ? "BIGINT" : "INTEGER") + " NOT NULL, gone_at " +
        (mariadb ? "BIGINT" : "INTEGER") + ", parent_id " + blob +
        ", PRIMARY KEY (tenant_id, id)) " +
        (mariadb ? "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin" : "STRICT")));
    TRY_STATUS(connection.raw("CREATE UNIQUE INDEX uq_item_name ON item (tenant_id, name)"));
    return {};
  });
  QT_ASSERT(created.has_value());
}

// An item whose fields hold the awkward values: quotes, NUL, four-byte characters, extremes.
inline Item make_item(TestStore& t, domain::TenantId tenant, std::string name) {
  Item item;
  item.tenant_id = tenant;
  item.id = t.ids().make<domain::RequestId>();
  item.name = std::move(name);
  item.amount = 1;
  item.secret = base::Secret<std::string>("s");
  item.bytes = {std::string("a\0b", 3)};
  item.payload = {"{}"};
  item.made_at = t.now();
  return item;
}

}  // namespace store::testing

// Goal: a client is found by every part a person remembers, only by its own tenant, and never half
// written.
#include "clients/clients.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "clients/export.h"
#include "clients/fields.h"
#include "clients/import.h"
#include "clients/terms.h"
#include "store/testing.h"

namespace clients {
namespace {

using base::Code;
using store::testing::Kind;

Result<std::string> load_zone(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);  // Debian's tzdata
  if (!file) return base::error(Code::not_found, "no such zone");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

class ClientsTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<store::testing::TestStore>(GetParam());
    clients_ = std::make_unique<Clients>(t_->ids(), t_->runtime().clock());
    tenant_ = t_->ids().make<domain::TenantId>();
    other_ = t_->ids().make<domain::TenantId>();
  }
  template <class F>
  auto write(F body) {
    return t_->store().transact_blocking(std::move(body));
  }
  template <class F>
  auto read(F body) {
    return t_->store().snapshot_blocking(std::move(body));
  }
  Result<ClientChange> checked(const RawFields& raw) { return check_fields(raw, "DE", zones_); }
  Client make(const RawFields& raw) {
    const auto change = checked(raw);
    EXPECT_TRUE(change) << change.error().fields.at(0).field;
    auto made = write([&](store::Tx& tx) { return clients_->create(tx, tenant_, *change); });
    EXPECT_TRUE(made) << made.error().detail;
    return *made;
  }
  Client named(const std::string& name) {
    RawFields raw;
    raw.name = name;
    return make(raw);
  }
  ClientFilter filter(const std::string& query) {
    ClientFilter out;
    out.tenant_id = tenant_;
    out.query = query;
    return out;
  }
  std::vector<std::string> found(const ClientFilter& f) {
    const auto page = read([&](store::Tx& tx) { return clients_->list(tx, f); });
    EXPECT_TRUE(page) << page.error().detail;
    std::vector<std::string> names;
    for (const Client& c : page->rows) names.push_back(c.name);
    return names;
  }
  ImportReport import(const std::string& text) {
    const auto file = ImportFile::parse(text);
    EXPECT_TRUE(file) << file.error().detail;
    auto report =
        write([&](store::Tx& tx) { return file->run(tx, *clients_, tenant_, "DE", zones_); });
    EXPECT_TRUE(report) << report.error().detail;
    return *report;
  }
  std::string exported() {
    return read([&](store::Tx& tx) { return export_csv(tx, *clients_, filter("")); }).value();
  }

  std::unique_ptr<store::testing::TestStore> t_;
  std::unique_ptr<Clients> clients_;
  domain::TimeZones zones_{load_zone};
  domain::TenantId tenant_;
  domain::TenantId other_;
};
INSTANTIATE_TEST_SUITE_P(Stores, ClientsTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(ClientsTest, IsFoundByWhatPeopleRemember) {
  RawFields anna;
  anna.name = "Anna Öztürk-Schmidt";
  anna.email = std::optional<std::string>("anna.oz@Studio-Nord.example");
  anna.phone = std::optional<std::string>("0170 1234567");
  anna.external_reference = std::optional<std::string>("KD-2024/0815");
  make(anna);
  named("Bernd O'Brien");
  const std::pair<const char*, bool> rows[] = {{"anna", true},         {"ÖZT", true},
                                               {"schmidt anna", true}, {"anna.oz@", true},
                                               {"studio-nord", true},  {"oz", true},
                                               {"0170", true},         {"+49 170 1234567", true},
                                               {"0170 1234567", true}, {"(0170) 12345", true},
                                               {"0049170", true},      {"4567", true},
                                               {"kd-2024", true},      {"0815", true},
                                               {"nna", false},         {"anna bernd", false},
                                               {"0171", false},        {"0170 999", false},
                                               {"%", false},           {"_", false},
                                               {"an na", false}};
  for (const auto& [query, hit] : rows) {
    EXPECT_EQ(found(filter(query)).size(), hit ? 1u : 0u) << query;
  }
  EXPECT_EQ(found(filter("o'brien")), std::vector<std::string>{"Bernd O'Brien"});
}

TEST_P(ClientsTest, SearchFollowsChangesAndTenants) {
  const Client anna = named("Anna Alt");
  RawFields raw;
  raw.name = "Anna Neu";
  raw.tags = std::vector<std::string>{"vip", "Stammkunde"};
  const auto change = checked(raw).value();
  const auto update = [&](domain::TenantId tenant, std::optional<std::int64_t> version) {
    return write(
        [&](store::Tx& tx) { return clients_->update(tx, tenant, anna.id, version, change); });
  };
  EXPECT_EQ(update(other_, std::nullopt).error().code, Code::not_found);
  EXPECT_EQ(update(tenant_, 2).error().code, Code::precondition_failed);
  ASSERT_TRUE(update(tenant_, 1));
  EXPECT_TRUE(found(filter("alt")).empty());
  EXPECT_EQ(found(filter("neu")).size(), 1u);
  ClientFilter tagged = filter("");
  tagged.tag = "vip";
  EXPECT_EQ(found(tagged).size(), 1u);
  tagged.query = "anna";
  EXPECT_EQ(found(tagged).size(), 1u);
  tagged.tag = "vi";
  EXPECT_TRUE(found(tagged).empty()) << "a tag is meant whole";
  for (ClientFilter f : {filter(""), filter("anna"), tagged}) {
    f.tenant_id = other_;
    EXPECT_TRUE(found(f).empty()) << "another tenant sees nothing";
  }
  const auto stolen = read([&](store::Tx& tx) { return clients_->find(tx, other_, anna.id); });
  EXPECT_EQ(stolen.error().code, Code::not_found);
  const auto archive =
      write([&](store::Tx& tx) { return clients_->set_archived(tx, other_, anna.id, true); });
  EXPECT_EQ(archive.error().code, Code::not_found);
}

TEST_P(ClientsTest, PagesAndArchive) {
  std::vector<Client> all;
  for (int i = 0; i < 7; ++i) all.push_back(named("Client " + std::to_string(i)));
  for (const char* query : {"", "client"}) {
    ClientFilter f = filter(query);
    f.limit = 3;
    std::vector<std::string> names;
    int pages = 0;
    do {
      const auto page = read([&](store::Tx& tx) { return clients_->list(tx, f); }).value();
      for (const Client& c : page.rows) names.push_back(c.name);
      f.cursor = page.next_cursor;
      ++pages;
    } while (f.cursor && pages < 10);
    EXPECT_EQ(pages, 3) << query;
    ASSERT_EQ(names.size(), 7u) << query;
    EXPECT_EQ(names.front(), "Client 6");
    EXPECT_EQ(names.back(), "Client 0");
  }
  const auto archived =
      write([&](store::Tx& tx) { return clients_->set_archived(tx, tenant_, all[3].id, true); });
  ASSERT_TRUE(archived);
  EXPECT_TRUE(archived->archived_at);
  EXPECT_EQ(archived->version, 2);
  const auto again =
      write([&](store::Tx& tx) { return clients_->set_archived(tx, tenant_, all[3].id, true); });
  EXPECT_EQ(again->version, 2) << "nothing changed";
  EXPECT_EQ(found(filter("client")).size(), 6u);
  ClientFilter f = filter("client");
  f.archived = true;
  EXPECT_EQ(found(f), std::vector<std::string>{"Client 3"});
}

TEST_P(ClientsTest, ManyClientsWithOneWordAreWalkedThrough) {
  std::string text = "name,external_reference\n";
  for (int i = 0; i < 2100; ++i)
    text += "Meier " + std::to_string(i) + ",R" + std::to_string(i) + "\n";
  ASSERT_EQ(import(text).imported, 2100);
  EXPECT_EQ(found(filter("meier")).size(), 50u);
  EXPECT_EQ(found(filter("meier")).front(), "Meier 2099");
  EXPECT_EQ(found(filter("meier r1234")), std::vector<std::string>{"Meier 1234"});
}

TEST_P(ClientsTest, AnExternalReferenceIsUnique) {
  RawFields raw;
  raw.name = "Anna";
  raw.external_reference = std::optional<std::string>("K1");
  make(raw);
  const auto change = checked(raw).value();
  const auto twice = write([&](store::Tx& tx) { return clients_->create(tx, tenant_, change); });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, Code::conflict);
  EXPECT_EQ(twice.error().reason, "external_reference_taken");
  EXPECT_TRUE(write([&](store::Tx& tx) { return clients_->create(tx, other_, change); }))
      << "another tenant's own";
}

TEST_P(ClientsTest, ImportReportsEachRow) {
  const Client known = named("Known");
  const auto report = import(
      "name;email;phone;tags;external_reference;consent_sms;custom.city;id\n"
      "Anna;anna@example.com;0170 1234567;vip|Berlin;K1;granted;Berlin;\n"  // 2
      ";x@example.com;;;;;;\n"                                              // 3 no name
      "Bad Mail;not an address;;;;;;\n"                                     // 4
      "Bad Phone;;12;;;;;\n"                                                // 5
      "Anna Neu;;;;K1;denied;;\n"                                           // 6 by reference
      "Known Neu;;;;;;;" +
      known.id.text() +
      "\n"                                              // 7 by id
      "Stranger;;;;;;;cl_00000000000000000000000000\n"  // 8
      "Short;row\n"                                     // 9
      "Card;;;;4242424242424242;;;\n"                   // 10
      "\xff;;;;;;;\n"                                   // 11
      "Consent;;;;;perhaps;;\n"                         // 12
      "\"Quoted\nName\";;;;;;;\n");                     // 13 a line break is no name
  struct Want {
    std::int64_t line;
    ImportStatus status;
    const char* field;
  };
  const Want wants[] = {{2, ImportStatus::imported, ""},
                        {3, ImportStatus::rejected, "name"},
                        {4, ImportStatus::rejected, "email"},
                        {5, ImportStatus::rejected, "phone"},
                        {6, ImportStatus::updated, ""},
                        {7, ImportStatus::updated, ""},
                        {8, ImportStatus::rejected, "id"},
                        {9, ImportStatus::rejected, "row"},
                        {10, ImportStatus::rejected, "external_reference"},
                        {11, ImportStatus::rejected, "row"},
                        {12, ImportStatus::rejected, "consent_sms"},
                        {13, ImportStatus::rejected, "name"}};
  ASSERT_EQ(report.rows.size(), std::size(wants));
  for (std::size_t i = 0; i < std::size(wants); ++i) {
    const ImportRow& row = report.rows[i];
    EXPECT_EQ(row.line, wants[i].line);
    EXPECT_EQ(row.status, wants[i].status) << row.line;
    EXPECT_EQ(row.client_id.has_value(), row.status != ImportStatus::rejected) << row.line;
    if (*wants[i].field) {
      ASSERT_EQ(row.errors.size(), 1u) << row.line;
      EXPECT_EQ(row.errors[0].field, wants[i].field) << row.line;
    }
  }
  EXPECT_EQ(report.imported, 1);
  EXPECT_EQ(report.updated, 2);
  EXPECT_EQ(report.rejected, 9);
  const auto anna = read([&](store::Tx& tx) {
                      return clients_->find(tx, tenant_, *report.rows[0].client_id);
                    }).value();
  EXPECT_EQ(anna.name, "Anna Neu");
  EXPECT_FALSE(anna.phone) << "an empty cell clears its field";
  EXPECT_EQ(anna.consent_sms, domain::Consent::denied);
  EXPECT_EQ(custom_fields_of(anna).size(), 0u);
  EXPECT_EQ(found(filter("known")), std::vector<std::string>{"Known Neu"});
}

TEST_P(ClientsTest, RefusesAHeaderAsAWhole) {
  const std::pair<const char*, const char*> rows[] = {
      {"email\nx@example.com\n", "no_name"},
      {"name,colour\nA,red\n", "unknown_column"},
      {"name,name\nA,B\n", "repeated_column"},
      {"name,custom.Bad Key\nA,B\n", "unknown_column"},
      {"name,\xff\nA,B\n", "invalid_utf8"}};
  for (const auto& [text, code] : rows) {
    const auto file = ImportFile::parse(text);
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().fields.at(0).field, "body");
    EXPECT_EQ(file.error().fields.at(0).code, code) << text;
  }
}

TEST_P(ClientsTest, WhatIsExportedCanBeImportedElsewhere) {
  import(
      "name,email,phone,tags,external_reference,custom.city,consent_email\n"
      "\"=cmd|'/c calc'\",anna@example.com,+49 170 1234567,vip|b,@ref,\"Köln, Süd\",granted\n"
      "Bernd,,,,,,\n");
  const std::string csv = exported();
  EXPECT_TRUE(csv.starts_with(
      "id,name,email,phone,locale,time_zone,tags,external_reference,consent_email,consent_sms,"
      "custom.city,archived,created_at,updated_at\r\n"));
  EXPECT_NE(csv.find(",'=cmd|'/c calc',"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",'+491701234567,"), std::string::npos);
  EXPECT_NE(csv.find("\"Köln, Süd\""), std::string::npos);
  EXPECT_LT(csv.find("=cmd"), csv.find("Bernd")) << "oldest first";
  const auto report = import(csv);
  EXPECT_EQ(report.updated, 2);
  EXPECT_EQ(report.rejected, 0);
  const auto strip = [](std::string text) {  // versions and times differ
    std::string out;
    for (const CsvRow& row : parse_csv(text).value()) {
      for (std::size_t i = 0; i + 1 < row.cells.size(); ++i) out += row.cells[i] + ",";
    }
    return out;
  };
  EXPECT_EQ(strip(exported()), strip(csv));
}

TEST(Fields, AreRefusedByName) {
  domain::TimeZones zones{load_zone};
  struct Bad {
    const char* field;
    std::function<void(RawFields&)> change;
  };
  const Bad rows[] = {
      {"name", [](RawFields& r) { r.name = ""; }},
      {"name", [](RawFields& r) { r.name = std::string(121, 'x'); }},
      {"name", [](RawFields& r) { r.name = "pay 4242 4242 4242 4242"; }},
      {"email",
       [](RawFields& r) { r.email = std::optional<std::string>("a@b\r\nBcc: x@y.example"); }},
      {"phone", [](RawFields& r) { r.phone = std::optional<std::string>("call me"); }},
      {"locale", [](RawFields& r) { r.locale = std::optional<std::string>("german"); }},
      {"time_zone",
       [](RawFields& r) { r.time_zone = std::optional<std::string>("/etc/localtime"); }},
      {"tags[1]", [](RawFields& r) { r.tags = std::vector<std::string>{"a", "a"}; }},
      {"tags[0]", [](RawFields& r) { r.tags = std::vector<std::string>{"a|b"}; }},
      {"tags",
       [](RawFields& r) {
         for (int i = 0; i < 51; ++i) {
           if (!r.tags) r.tags.emplace();
           r.tags->push_back(std::to_string(i));
         }
       }},
      {"custom_fields", [](RawFields& r) { r.custom_fields = CustomFields{{"Bad", "x"}}; }},
      {"custom_fields.city",
       [](RawFields& r) { r.custom_fields = CustomFields{{"city", std::string("a\0b", 3)}}; }},
  };
  for (const Bad& row : rows) {
    RawFields raw;
    row.change(raw);
    const auto checked = check_fields(raw, "DE", zones);
    ASSERT_FALSE(checked) << row.field;
    EXPECT_EQ(checked.error().fields.at(0).field, row.field);
  }
}

TEST(Terms, FoldCaseOfScripts) {
  EXPECT_EQ(fold_case("ÄÖÜ ẞ Łódź ΑΒΓ ЖЯ Ŷ×"), "äöü ẞ łódź αβγ жя ŷ×");
}

}  // namespace
}  // namespace clients

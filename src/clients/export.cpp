#include "clients/export.h"

#include <algorithm>
#include <set>

#include "clients/csv.h"

namespace clients {

namespace {

constexpr std::int64_t kPage = 500;

std::string joined(const std::vector<std::string>& tags) {
  std::string out;
  for (const std::string& tag : tags) out += (out.empty() ? "" : "|") + tag;
  return out;
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  void cell(std::string_view value) {
    if (!first_) out_ += ',';
    first_ = false;
    append_csv_cell(out_, value);
  }
  void end() {
    out_ += "\r\n";
    first_ = true;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void write_row(Writer& out, const Client& c, const std::set<std::string>& keys) {
  out.cell(c.id.text());
  out.cell(c.name);
  out.cell(c.email.value_or(""));
  out.cell(c.phone.value_or(""));
  out.cell(c.locale.value_or(""));
  out.cell(c.time_zone.value_or(""));
  out.cell(joined(tags_of(c)));
  out.cell(c.external_reference.value_or(""));
  out.cell(base::enum_name(c.consent_email));
  out.cell(base::enum_name(c.consent_sms));
  const CustomFields custom = custom_fields_of(c);
  for (const std::string& key : keys) {
    const auto at = custom.find(key);
    out.cell(at == custom.end() ? "" : at->second);
  }
  out.cell(c.archived ? "true" : "false");
  out.cell(base::to_rfc3339(c.created_at));
  out.cell(base::to_rfc3339(c.updated_at));
  out.end();
}

}  // namespace

Result<std::string> export_csv(store::Tx& tx, const Clients& clients, ClientFilter filter) {
  std::vector<Client> rows;
  filter.cursor.reset();
  filter.limit = kPage;
  do {
    TRY(auto page, clients.list(tx, filter));
    std::move(page.rows.begin(), page.rows.end(), std::back_inserter(rows));
    filter.cursor = page.next_cursor;
  } while (filter.cursor);
  std::set<std::string> keys;
  for (const Client& client : rows) {
    for (const auto& [key, value] : custom_fields_of(client)) keys.insert(key);
  }
  std::string out;
  Writer writer(out);
  for (const char* name : {"id", "name", "email", "phone", "locale", "time_zone", "tags",
                           "external_reference", "consent_email", "consent_sms"}) {
    writer.cell(name);
  }
  for (const std::string& key : keys) writer.cell("custom." + key);
  for (const char* name : {"archived", "created_at", "updated_at"}) writer.cell(name);
  writer.end();
  for (auto client = rows.rbegin(); client != rows.rend(); ++client)
    write_row(writer, *client, keys);
  return out;
}

}  // namespace clients

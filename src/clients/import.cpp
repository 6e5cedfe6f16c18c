#include "clients/import.h"

#include <algorithm>
#include <array>

#include "clients/terms.h"

namespace clients {

namespace {

constexpr std::array<std::string_view, 13> kColumns = {"id",
                                                       "name",
                                                       "email",
                                                       "phone",
                                                       "locale",
                                                       "time_zone",
                                                       "tags",
                                                       "external_reference",
                                                       "consent_email",
                                                       "consent_sms",
                                                       "archived",
                                                       "created_at",
                                                       "updated_at"};
constexpr std::string_view kCustom = "custom.";

std::string trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \t") - start + 1));
}

Result<std::optional<domain::Consent>> consent_of(const std::optional<std::string>& cell,
                                                  const std::string& column) {
  if (!cell) return std::optional<domain::Consent>{};
  domain::Consent out{};
  if (cell->empty()) return std::optional(out);
  if (!base::enum_from_name(fold_case(*cell), out)) {
    return base::field_error(column, "unknown_value", "granted, denied or unset");
  }
  return std::optional(out);
}

std::vector<std::string> split_tags(std::string_view cell) {
  std::vector<std::string> out;
  while (!cell.empty()) {
    const std::size_t bar = cell.find('|');
    if (const std::string tag = trimmed(cell.substr(0, bar)); !tag.empty()) out.push_back(tag);
    cell = bar == std::string_view::npos ? std::string_view{} : cell.substr(bar + 1);
  }
  return out;
}

using MaybeText = std::optional<std::optional<std::string>>;
MaybeText nullable(std::optional<std::string> cell) {
  if (!cell) return std::nullopt;
  if (cell->empty()) return MaybeText(std::in_place, std::nullopt);
  return MaybeText(std::move(cell));
}

// The report names columns as the file does: its check speaks of custom_fields.x.
ImportError told(const base::FieldError& error) {
  constexpr std::string_view kFields = "custom_fields.";
  std::string field = error.field;
  if (field.starts_with(kFields)) field = std::string(kCustom) + field.substr(kFields.size());
  if (field.starts_with("tags[")) field = "tags";
  return {std::move(field), error.code, error.detail};
}

ImportRow rejected(std::int64_t line, const base::Error& error) {
  ImportRow out{line, ImportStatus::rejected, std::nullopt, {}};
  for (const auto& field : error.fields) out.errors.push_back(told(field));
  if (out.errors.empty()) out.errors.push_back({"row", "refused", error.detail});
  return out;
}

bool is_rows_fault(const base::Error& error) {
  return error.code == base::Code::invalid_argument || error.code == base::Code::conflict ||
         error.code == base::Code::not_found;
}

}  // namespace

Result<ImportFile> ImportFile::parse(std::string_view text) {
  ImportFile out;
  TRY(out.rows_, parse_csv(text));
  if (!out.rows_.front().valid_utf8)
    return base::field_error("body", "invalid_utf8", "the header is not UTF-8");
  for (const std::string& cell : out.rows_.front().cells) {
    const std::string column = fold_case(trimmed(without_formula_mark(cell)));
    const bool known = std::find(kColumns.begin(), kColumns.end(), column) != kColumns.end() ||
                       (column.starts_with(kCustom) &&
                        is_custom_key(std::string_view(column).substr(kCustom.size())));
    if (!known) {
      const std::string shown = column.substr(0, 60);
      return base::field_error("body", "unknown_column",
                               base::json::write(shown) + " is not a column of the import");
    }
    if (std::find(out.columns_.begin(), out.columns_.end(), column) != out.columns_.end()) {
      return base::field_error("body", "repeated_column", column + " stands twice in the header");
    }
    out.columns_.push_back(column);
  }
  const bool named =
      std::find(out.columns_.begin(), out.columns_.end(), "name") != out.columns_.end();
  if (!named) return base::field_error("body", "no_name", "the header has no column name");
  out.rows_.erase(out.rows_.begin());
  return out;
}

std::optional<std::string> ImportFile::cell(const CsvRow& row, std::string_view column) const {
  const auto at = std::find(columns_.begin(), columns_.end(), column);
  if (at == columns_.end()) return std::nullopt;
  return trimmed(without_formula_mark(row.cells[static_cast<std::size_t>(at - columns_.begin())]));
}

Result<RawFields> ImportFile::fields_of(const CsvRow& row) const {
  RawFields raw;
  raw.name = cell(row, "name");
  raw.email = nullable(cell(row, "email"));
  raw.phone = nullable(cell(row, "phone"));
  raw.locale = nullable(cell(row, "locale"));
  raw.time_zone = nullable(cell(row, "time_zone"));
  raw.external_reference = nullable(cell(row, "external_reference"));
  if (const auto tags = cell(row, "tags")) raw.tags = split_tags(*tags);
  CustomFields custom;
  bool has_custom = false;
  for (const std::string& column : columns_) {
    if (!column.starts_with(kCustom)) continue;
    has_custom = true;
    const std::string value = *cell(row, column);
    if (!value.empty()) custom[column.substr(kCustom.size())] = value;
  }
  if (has_custom) raw.custom_fields = std::move(custom);
  TRY(raw.consent_email, consent_of(cell(row, "consent_email"), "consent_email"));
  TRY(raw.consent_sms, consent_of(cell(row, "consent_sms"), "consent_sms"));
  return raw;
}

Result<ImportRow> ImportFile::take(store::Tx& tx, Clients& clients, domain::TenantId tenant,
                                   const CsvRow& row, const std::string& country,
                                   domain::TimeZones& zones) const {
  if (!row.valid_utf8) return base::field_error("row", "invalid_utf8", "not UTF-8");
  if (row.cells.size() != columns_.size()) {
    return base::field_error("row", "cell_count",
                             "the header has " + std::to_string(columns_.size()) +
                                 " columns, the row " + std::to_string(row.cells.size()));
  }
  TRY(auto raw, fields_of(row));
  TRY(auto change, check_fields(std::move(raw), country, zones));
  std::optional<domain::ClientId> known;
  if (const auto id_text = cell(row, "id"); id_text && !id_text->empty()) {
    const auto id = domain::ClientId::parse(*id_text);
    if (!id) return base::field_error("id", "unknown", "no such client");
    const auto found = clients.find(tx, tenant, *id);
    if (!found && found.error().code != base::Code::not_found) return found.error();
    if (!found) return base::field_error("id", "unknown", "no such client");
    known = *id;
  } else if (change.external_reference && *change.external_reference) {
    TRY(const auto found, clients.lock_by_reference(tx, tenant, **change.external_reference));
    if (found) known = found->id;
  }
  if (known) {
    TRY_STATUS(clients.update(tx, tenant, *known, std::nullopt, change));
    return ImportRow{row.line, ImportStatus::updated, known, {}};
  }
  TRY(const auto created, clients.create(tx, tenant, change));
  return ImportRow{row.line, ImportStatus::imported, created.id, {}};
}

Result<ImportReport> ImportFile::run(store::Tx& tx, Clients& clients, domain::TenantId tenant,
                                     const std::string& country, domain::TimeZones& zones) const {
  ImportReport report;
  for (const CsvRow& row : rows_) {
    auto taken = take(tx, clients, tenant, row, country, zones);
    if (!taken && !is_rows_fault(taken.error())) return taken.error();
    report.rows.push_back(taken ? *std::move(taken) : rejected(row.line, taken.error()));
    switch (report.rows.back().status) {
      case ImportStatus::imported: ++report.imported; break;
      case ImportStatus::updated: ++report.updated; break;
      case ImportStatus::rejected: ++report.rejected; break;
    }
  }
  return report;
}

}  // namespace clients

#pragma once
#include <string>
#include <vector>

#include "clients/clients.h"
#include "clients/csv.h"
#include "clients/fields.h"

namespace clients {

enum class ImportStatus : std::uint8_t { imported, updated, rejected };
BOOST_DESCRIBE_ENUM(ImportStatus, imported, updated, rejected)

// The columns at fault; as base::FieldError, described for JSON.
struct ImportError {
  std::string field;
  std::string code;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(ImportError, (), (field, code, detail))
struct ImportRow {
  std::int64_t line = 0;
  ImportStatus status = ImportStatus::rejected;
  std::optional<domain::ClientId> client_id;
  std::vector<ImportError> errors;
};
BOOST_DESCRIBE_STRUCT(ImportRow, (), (line, status, client_id, errors))
struct ImportReport {
  std::int64_t imported = 0;
  std::int64_t updated = 0;
  std::int64_t rejected = 0;
  std::vector<ImportRow> rows;  // in the order of the file
};
BOOST_DESCRIBE_STRUCT(ImportReport, (), (imported, updated, rejected, rows))

// A file whose header is understood. Reading it needs no database.
class ImportFile {
 public:
  // parse_csv()'s errors; invalid_argument on "body" for a header without `name`, with an unknown
  // or a repeated column.
  static Result<ImportFile> parse(std::string_view text);

  // Takes row by row: one with the `id` or the `external_reference` of a client changes the columns
  // present, any other creates a client. A bad row is reported and changes nothing. An empty cell
  // clears its field. Only failures of the database are errors.
  Result<ImportReport> run(store::Tx& tx, Clients& clients, domain::TenantId tenant,
                           const std::string& country, domain::TimeZones& zones) const;

 private:
  Result<RawFields> fields_of(const CsvRow& row) const;
  Result<ImportRow> take(store::Tx& tx, Clients& clients, domain::TenantId tenant,
                         const CsvRow& row, const std::string& country,
                         domain::TimeZones& zones) const;
  std::optional<std::string> cell(const CsvRow& row, std::string_view column) const;

  std::vector<std::string> columns_;
  std::vector<CsvRow> rows_;
};

}  // namespace clients

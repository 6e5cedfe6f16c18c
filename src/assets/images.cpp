#include "assets/images.h"

#include <charconv>

#include "assets/sql.gen.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "domain/client.h"
#include "domain/eight.h"

namespace assets {

namespace {

constexpr std::size_t kAddressDigits = 16;  // of the content's hash, in an address

struct ImageRow {
  domain::TenantId tenant_id;
  domain::ImageId id;
  std::optional<std::string> name;
  std::string alt;
  std::string media_type;
  bool animated = false;
  std::optional<store::Blob> content_sha256;
  std::int64_t size_bytes = 0;
  base::json::Raw files;
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
  std::optional<Time> used_at;
  std::optional<Time> deleted_at;
};
BOOST_DESCRIBE_STRUCT(ImageRow, (),
                      (tenant_id, id, name, alt, media_type, animated, content_sha256, size_bytes,
                       files, version, created_at, updated_at, used_at, deleted_at))
struct ImageKey {
  domain::TenantId tenant_id;
  domain::ImageId id;
};
BOOST_DESCRIBE_STRUCT(ImageKey, (), (tenant_id, id))
struct ContentKey {
  domain::TenantId tenant_id;
  store::Blob content_sha256;
};
BOOST_DESCRIBE_STRUCT(ContentKey, (), (tenant_id, content_sha256))
struct NameRow {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NameRow, (), (name))
struct ImagePage {
  domain::TenantId tenant_id;
  domain::ImageId cursor;
  std::int64_t limit = 0;
};
BOOST_DESCRIBE_STRUCT(ImagePage, (), (tenant_id, cursor, limit))
struct EightNames {
  domain::TenantId tenant_id;
  std::string name_0, name_1, name_2, name_3, name_4, name_5, name_6, name_7;
};
BOOST_DESCRIBE_STRUCT(EightNames, (),
                      (tenant_id, name_0, name_1, name_2, name_3, name_4, name_5, name_6, name_7))
struct ImageUse {
  domain::TenantId tenant_id;
  domain::ImageId id;
  Time used_at;
};
BOOST_DESCRIBE_STRUCT(ImageUse, (), (tenant_id, id, used_at))
struct FileRow {
  domain::TenantId tenant_id;
  domain::ImageId image_id;
  std::int64_t width = 0;
  std::string media_type;
  store::Blob sha256;
  store::Blob bytes;
};
BOOST_DESCRIBE_STRUCT(FileRow, (), (tenant_id, image_id, width, media_type, sha256, bytes))
struct FileKey {
  domain::TenantId tenant_id;
  domain::ImageId image_id;
  std::int64_t width = 0;
};
BOOST_DESCRIBE_STRUCT(FileKey, (), (tenant_id, image_id, width))
struct FilesKey {
  domain::TenantId tenant_id;
  domain::ImageId image_id;
};
BOOST_DESCRIBE_STRUCT(FilesKey, (), (tenant_id, image_id))
struct AddressKey {
  domain::ImageId image_id;
  std::int64_t width = 0;
};
BOOST_DESCRIBE_STRUCT(AddressKey, (), (image_id, width))
struct FileBytes {
  std::string media_type;
  store::Blob sha256;
  store::Blob bytes;
};
BOOST_DESCRIBE_STRUCT(FileBytes, (), (media_type, sha256, bytes))
struct UsageKey {
  domain::TenantId tenant_id;
};
BOOST_DESCRIBE_STRUCT(UsageKey, (), (tenant_id))
struct Usage {
  domain::TenantId tenant_id;
  std::int64_t image_count = 0;
  std::int64_t size_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(Usage, (), (tenant_id, image_count, size_bytes))

constexpr store::Query<ImageRow> kInsert{sql::insert_image};
constexpr store::Query<ImageKey, ImageRow> kFind{sql::find_image};
constexpr store::Query<ImageKey, ImageRow> kLock{sql::lock_image};
constexpr store::Query<ContentKey, NameRow> kFindByContent{sql::find_image_by_content};
constexpr store::Query<ImagePage, ImageRow> kList{sql::list_images};
constexpr store::Query<EightNames, ImageRow> kFindByName{sql::find_images_by_name};
constexpr store::Query<ImageRow> kUpdate{sql::update_image};
constexpr store::Query<ImageUse> kUse{sql::use_image};
constexpr store::Query<ImageKey> kDelete{sql::delete_image};
constexpr store::Query<FileRow> kInsertFile{sql::insert_image_file};
constexpr store::Query<FileKey, FileBytes> kFindFile{sql::find_image_file};
constexpr store::Query<AddressKey, FileBytes> kFindPublicFile{sql::find_public_image_file};
constexpr store::Query<FilesKey> kDeleteFiles{sql::delete_image_files};
constexpr store::Query<Usage> kAddUsage{sql::add_image_usage};
constexpr store::Query<UsageKey, Usage> kFindUsage{sql::find_image_usage};

base::Error no_image() { return base::error(base::Code::not_found, "no such image"); }

base::Error conflict(const char* reason, std::string field, std::string detail) {
  base::Error error = base::error(base::Code::conflict, reason, detail);
  if (!field.empty()) error.fields.push_back({std::move(field), "taken", std::move(detail)});
  return error;
}

std::string hex(std::string_view raw) {
  return base::to_hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto good = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= kNameCharsMax && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), good);
}

Result<Image> image_of(ImageRow row) {
  TRY(auto files, base::json::read<std::vector<File>>(row.files.text));
  if (files.empty() || !row.name) return base::error(base::Code::corrupt, "an image without files");
  return Image{row.tenant_id,
               row.id,
               *std::move(row.name),
               std::move(row.alt),
               std::move(row.media_type),
               row.animated,
               std::move(files),
               row.size_bytes,
               row.used_at.has_value(),
               row.version,
               row.created_at,
               row.updated_at};
}

Result<std::vector<Image>> images_of(std::vector<ImageRow> rows) {
  std::vector<Image> out;
  out.reserve(rows.size());
  for (ImageRow& row : rows) {
    TRY(auto image, image_of(std::move(row)));
    out.push_back(std::move(image));
  }
  return out;
}

EightNames eight_names(domain::TenantId tenant, std::span<const std::string> names) {
  const auto nth = [names](std::size_t n) { return domain::nth_of_eight(names, n); };
  return {tenant, nth(0), nth(1), nth(2), nth(3), nth(4), nth(5), nth(6), nth(7)};
}

std::string_view extension_of(std::string_view media_type) {
  for (const auto format : {images::Format::png, images::Format::jpeg, images::Format::gif}) {
    if (images::media_type_of(format) == media_type) return images::extension_of(format);
  }
  return "";
}

// "600-0123456789abcdef.png"
std::string file_name(std::int64_t width, std::string_view sha256_hex, std::string_view type) {
  return std::to_string(width) + "-" + std::string(sha256_hex.substr(0, kAddressDigits)) + "." +
         std::string(extension_of(type));
}

Bytes bytes_of(FileBytes row) {
  return {std::move(row.media_type), std::move(row.sha256.bytes), std::move(row.bytes.bytes)};
}

}  // namespace

Images::Images(base::Ids& ids, const base::Clock& clock, std::string public_url, Quota quota)
    : ids_(ids), clock_(clock), public_url_(std::move(public_url)), quota_(quota) {}

Status Images::check(ImageChange& change) {
  base::Error wrong = base::error(base::Code::invalid_argument, "fields of the image are wrong");
  if (change.name && !is_name(*change.name)) {
    wrong.fields.push_back(
        {"name", "invalid", "1 to 40 lower case letters, digits and underscores, a letter first"});
  }
  if (change.alt) {
    auto alt = domain::checked_text(*change.alt,
                                    {.field = "alt", .chars_max = kAltCharsMax, .required = false});
    if (alt) {
      change.alt = *std::move(alt);
    } else {
      const base::Error error = alt.error();
      for (const auto& field : error.fields) wrong.fields.push_back(field);
    }
  }
  if (wrong.fields.empty()) return {};
  return wrong;
}

Status Images::check_quota(store::Tx& tx, domain::TenantId tenant) const {
  TRY(const auto now, tx.one(kFindUsage, {tenant}));
  if (!now) return base::error(base::Code::corrupt, "an image library without its usage");
  if (now->image_count > quota_.images_max)
    return conflict("quota_exceeded", "", "the library holds as many images as it may");
  if (now->size_bytes > quota_.bytes_max)
    return conflict("quota_exceeded", "", "the library's images take as many bytes as they may");
  return {};
}

Result<Image> Images::add(store::Tx& tx, const NewImage& order, const images::Image& picture) {
  ImageRow row;
  row.tenant_id = order.tenant_id;
  row.id = ids_.make<domain::ImageId>();
  row.name = order.name;
  row.alt = order.alt;
  row.media_type = std::string(images::media_type_of(picture.format));
  row.animated = picture.animated;
  row.created_at = row.updated_at = clock_.now();
  std::vector<File> files;
  std::vector<FileRow> file_rows;
  for (const images::Rendition& r : picture.renditions) {
    const auto size = static_cast<std::int64_t>(r.bytes.size());
    const std::string digest(base::as_chars(base::sha256(r.bytes)));
    if (files.empty()) row.content_sha256 = store::Blob{digest};
    row.size_bytes += size;
    files.push_back({r.width, r.height, size, hex(digest)});
    file_rows.push_back({row.tenant_id, row.id, r.width, row.media_type, {digest}, {r.bytes}});
  }
  row.files.text = base::json::write(files);
  // Locks the tenant's usage to the end: two uploads can't share the last room, or be twins.
  TRY_STATUS(tx.exec(kAddUsage, {order.tenant_id, 1, row.size_bytes}));
  TRY(const auto twin, tx.one(kFindByContent, {order.tenant_id, *row.content_sha256}));
  if (twin)
    return conflict("image_exists", "", "the library has this picture as \"" + twin->name + "\"");
  TRY_STATUS(check_quota(tx, order.tenant_id));
  const auto done = tx.exec(kInsert, row);
  if (!done && done.error().code == base::Code::conflict)
    return conflict("name_taken", "name", "another image has this name");
  TRY_STATUS(done);
  for (const FileRow& file : file_rows) TRY_STATUS(tx.exec(kInsertFile, file));
  return image_of(std::move(row));
}

Result<Image> Images::find(store::Tx& tx, domain::TenantId tenant, domain::ImageId id) const {
  TRY(auto row, tx.one(kFind, {tenant, id}));
  if (!row) return no_image();
  return image_of(*std::move(row));
}

Result<std::vector<Image>> Images::list(store::Tx& tx, const ImageFilter& filter) const {
  domain::ImageId newest;
  newest.value.bytes.fill(0xff);
  TRY(auto rows,
      tx.all(kList, {filter.tenant_id, filter.cursor.value_or(newest), filter.limit + 1}));
  return images_of(std::move(rows));
}

Result<Image> Images::update(store::Tx& tx, domain::TenantId tenant, domain::ImageId id,
                             std::optional<std::int64_t> version, const ImageChange& change) {
  TRY(auto row, tx.one(kLock, {tenant, id}));
  if (!row) return no_image();
  const auto other = [] {
    return base::error(base::Code::precondition_failed, "the image was changed meanwhile");
  };
  if (version && *version != row->version) return other();
  if (change.name) row->name = *change.name;
  if (change.alt) row->alt = *change.alt;
  row->updated_at = clock_.now();
  const auto updated = tx.exec(kUpdate, *row);
  if (!updated && updated.error().code == base::Code::conflict)
    return conflict("name_taken", "name", "another image has this name");
  if (!updated) return updated.error();
  if (*updated != 1) return other();
  row->version += 1;
  return image_of(*std::move(row));
}

Status Images::remove(store::Tx& tx, domain::TenantId tenant, domain::ImageId id) {
  TRY(auto row, tx.one(kLock, {tenant, id}));
  if (!row) return no_image();
  if (!row->used_at) {
    TRY_STATUS(tx.exec(kDeleteFiles, {tenant, id}));
    TRY_STATUS(tx.exec(kDelete, {tenant, id}));
    TRY_STATUS(tx.exec(kAddUsage, {tenant, -1, -row->size_bytes}));
    return {};
  }
  row->name.reset();
  row->content_sha256.reset();
  row->deleted_at = row->updated_at = clock_.now();
  TRY_STATUS(tx.exec(kUpdate, *row));
  TRY_STATUS(tx.exec(kAddUsage, {tenant, -1, 0}));
  return {};
}

Result<std::vector<Image>> Images::named(store::Tx& tx, domain::TenantId tenant,
                                         std::span<const std::string> names, Use use) {
  std::vector<Image> out;
  const auto look = [&](std::span<const std::string> some, std::size_t) -> Status {
    TRY(auto rows, tx.all(kFindByName, eight_names(tenant, some)));
    for (ImageRow& row : rows) {
      if (use == Use::message && !row.used_at) {
        TRY(const std::int64_t marked, tx.exec(kUse, {tenant, row.id, clock_.now()}));
        if (marked == 0) continue;  // deleted a moment ago
      }
      TRY(auto image, image_of(std::move(row)));
      out.push_back(std::move(image));
    }
    return {};
  };
  TRY_STATUS(domain::by_eights(names, look));
  return out;
}

Result<Bytes> Images::inline_bytes(store::Tx& tx, const Image& image) const {
  const File& file = file_of(image, kInlineWidthMax);
  TRY(auto row, tx.one(kFindFile, {image.tenant_id, image.id, file.width}));
  if (!row) return base::error(base::Code::corrupt, "an image without its file");
  return bytes_of(*std::move(row));
}

const File& Images::file_of(const Image& image, std::int64_t width) {
  for (const File& file : image.files) {
    if (file.width <= width) return file;
  }
  return image.files.back();
}

std::string Images::url_of(const Image& image, const File& file) const {
  return public_url_ + "/images/" + image.id.text() + "/" +
         file_name(file.width, file.sha256, image.media_type);
}

Result<std::optional<Bytes>> Images::at_address(store::Tx& tx, domain::ImageId id,
                                                std::string_view file) {
  std::int64_t width = 0;
  const auto [end, error] = std::from_chars(file.data(), file.data() + file.size(), width);
  if (error != std::errc{} || width < 1) return std::optional<Bytes>{};
  TRY(auto row, tx.one(kFindPublicFile, {id, width}));
  if (!row || file != file_name(width, hex(row->sha256.bytes), row->media_type))
    return std::optional<Bytes>{};
  return std::optional<Bytes>(bytes_of(*std::move(row)));
}

}  // namespace assets

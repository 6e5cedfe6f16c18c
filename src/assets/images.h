#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "domain/ids.h"
#include "images/images.h"
#include "store/store.h"

namespace assets {

using base::Result;
using base::Status;
using base::Time;

inline constexpr std::int64_t kImagesMax = 500;                 // of a tenant, without deleted ones
inline constexpr std::int64_t kBytesMax = 100LL * 1024 * 1024;  // of a tenant, kept in all
inline constexpr std::size_t kNameCharsMax = 40;
inline constexpr std::size_t kAltCharsMax = 200;
inline constexpr std::int64_t kInlineWidthMax = 600;  // what goes into the mail itself stays small

// One width of an image.
struct File {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t size_bytes = 0;
  std::string sha256;  // 64 hex digits
};
BOOST_DESCRIBE_STRUCT(File, (), (width, height, size_bytes, sha256))

struct Image {
  domain::TenantId tenant_id;
  domain::ImageId id;
  std::string name;  // in templates: {{image.<name>}}
  std::string alt;   // may be empty: decoration
  std::string media_type;
  bool animated = false;
  std::vector<File> files;  // widest first, never empty
  std::int64_t size_bytes = 0;
  bool used = false;  // a message shows it
  std::int64_t version = 1;
  Time created_at;
  Time updated_at;
};

struct NewImage {
  domain::TenantId tenant_id;
  std::string name;
  std::string alt;
};
// Absent stays as it is.
struct ImageChange {
  std::optional<std::string> name;
  std::optional<std::string> alt;
};
struct ImageFilter {
  domain::TenantId tenant_id;
  std::optional<domain::ImageId> cursor;
  std::int64_t limit = 50;
};

struct Bytes {
  std::string media_type;
  std::string sha256;  // 32 raw bytes
  std::string bytes;
};

// What a message makes of the pictures that it names: of a preview nothing stays.
enum class Use : std::uint8_t { preview, message };

struct Quota {
  std::int64_t images_max = kImagesMax;
  std::int64_t bytes_max = kBytesMax;
};

// The tenants' pictures. Immutable after construction; every member is called inside a
// transaction. `public_url` is where payers reach the installation.
class Images {
 public:
  Images(base::Ids& ids, const base::Clock& clock, std::string public_url, Quota quota = {});

  // Names every wrong field; texts come back trimmed.
  static Status check(ImageChange& change);
  // `order` was checked. conflict: "name_taken", "image_exists" (these very pixels, under the name
  // that the detail says), "quota_exceeded".
  Result<Image> add(store::Tx& tx, const NewImage& order, const images::Image& picture);
  Result<Image> find(store::Tx& tx, domain::TenantId tenant, domain::ImageId id) const;
  // Newest first, one more than the limit.
  Result<std::vector<Image>> list(store::Tx& tx, const ImageFilter& filter) const;
  // `version`: what the caller has seen; absent for any. precondition_failed when it is another.
  Result<Image> update(store::Tx& tx, domain::TenantId tenant, domain::ImageId id,
                       std::optional<std::int64_t> version, const ImageChange& change);
  // Out of the library, its name is free. The files of a picture that a message shows stay where
  // they are and go on counting; all others are gone.
  Status remove(store::Tx& tx, domain::TenantId tenant, domain::ImageId id);

  // For messages: those of `names` that the library has, in no order; one statement for up to
  // eight. With Use::message they are marked as shown, once and for all.
  Result<std::vector<Image>> named(store::Tx& tx, domain::TenantId tenant,
                                   std::span<const std::string> names, Use use);
  // To be put into a mail: the widest file up to kInlineWidthMax.
  Result<Bytes> inline_bytes(store::Tx& tx, const Image& image) const;

  // The widest file up to `width`, else the narrowest.
  static const File& file_of(const Image& image, std::int64_t width);
  // Where anybody reads a file; never changes and never shows anything else.
  std::string url_of(const Image& image, const File& file) const;

  // What stands at /images/{id}/{file}; absent when any part of the address is wrong.
  static Result<std::optional<Bytes>> at_address(store::Tx& tx, domain::ImageId id,
                                                 std::string_view file);

 private:
  Status check_quota(store::Tx& tx, domain::TenantId tenant) const;

  base::Ids& ids_;
  const base::Clock& clock_;
  std::string public_url_;
  Quota quota_;
};

}  // namespace assets

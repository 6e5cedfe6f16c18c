#include "api/images.h"

#include <atomic>

#include "api/check.h"
#include "api/views.h"
#include "base/encoding.h"

namespace api {

namespace {

// Images decoded by one process at a time: each may take 320 MB and a blocking thread for seconds,
// and sign-ins need such threads too.
constexpr int kDecodesMax = 2;

struct FileView {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t size_bytes = 0;
  std::string url;
};
BOOST_DESCRIBE_STRUCT(FileView, (), (width, height, size_bytes, url))
struct ImageView {
  domain::ImageId id;
  std::string name;
  std::string alt;
  std::string media_type;
  bool animated = false;
  std::vector<FileView> files;
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(ImageView, (),
                      (id, name, alt, media_type, animated, files, created_at, updated_at, version))

struct UpdateImageBody {
  std::optional<std::string> name;
  std::optional<std::string> alt;
};
BOOST_DESCRIBE_STRUCT(UpdateImageBody, (), (name, alt))

// One of the places of kDecodesMax; released at the end of the request.
class Place {
 public:
  explicit Place(std::atomic<int>& taken) : taken_(taken), mine_(++taken <= kDecodesMax) {}
  ~Place() { --taken_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  explicit operator bool() const { return mine_; }

 private:
  std::atomic<int>& taken_;
  bool mine_;
};

bool is_image_type(std::string_view type) {
  for (const auto format :
       {images::Format::png, images::Format::jpeg, images::Format::gif, images::Format::webp}) {
    if (images::media_type_of(format) == type) return true;
  }
  return false;
}

// A wrong query parameter is the request's fault, as everywhere: 400, not 422.
Result<assets::ImageChange> order_of(const net::Request& request) {
  TRY(const auto params, Params::read(request, {"name", "alt"}));
  assets::ImageChange out{params.text("name"), params.text("alt").value_or("")};
  if (!out.name) return Params::bad_param("name", "required", "an image needs a name");
  const Status good = assets::Images::check(out);
  if (good) return out;
  base::Error error = good.error();
  error.reason = "bad_request";
  return error;
}

class ImageRoutes {
 public:
  explicit ImageRoutes(ImageDeps deps)
      : d_(deps), readers_(d_.runtime.clock(), d_.readers_per_second, d_.readers_per_second * 5) {}

  Awaitable<Result<net::Response>> list(Call call) {
    CO_TRY(const auto params, Params::read(call.request, {"limit", "cursor"}));
    assets::ImageFilter filter;
    filter.tenant_id = call.who.tenant_id;
    CO_TRY(filter.cursor, params.id<domain::ImageId>("cursor"));
    CO_TRY(filter.limit, params.integer("limit", 50, 1, 100));
    auto body = [this, &filter](store::Tx& tx) { return d_.images.list(tx, filter); };
    CO_TRY(auto rows, co_await d_.store.with_snapshot(body));
    co_return page_response(std::move(rows), filter.limit,
                            [this](assets::Image row) { return view_of(std::move(row)); });
  }

  Awaitable<Result<net::Response>> create(Call call) {
    const std::string type = media_type_of(call.request);
    if (!is_image_type(type)) {
      co_return base::error(base::Code::unsupported,
                            "an image is image/png, image/jpeg, image/gif or image/webp");
    }
    CO_TRY(const auto order, order_of(call.request));
    CO_TRY(const auto picture, co_await decode(call.request.body, type));
    const assets::NewImage made{call.who.tenant_id, *order.name, *order.alt};
    Effect effect = [this, &made, &picture](store::Tx& tx) -> Result<Answer> {
      TRY(auto image, d_.images.add(tx, made, picture));
      return Answer{201, base::json::write(view_of(std::move(image)))};
    };
    co_return co_await d_.creator.run(call, std::move(effect));
  }

  Awaitable<Result<net::Response>> read(Call call) {
    CO_TRY(const auto id, path_id<domain::ImageId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto body = [this, tenant, id](store::Tx& tx) { return d_.images.find(tx, tenant, id); };
    CO_TRY(auto found, co_await d_.store.with_snapshot(body));
    co_return tagged(std::move(found));
  }

  Awaitable<Result<net::Response>> update(Call call) {
    CO_TRY(const auto id, path_id<domain::ImageId>(call.request));
    CO_TRY(const auto version, if_match(call.request));
    CO_TRY(auto body, read_body<UpdateImageBody>(call.request));
    assets::ImageChange change{std::move(body.name), std::move(body.alt)};
    CO_TRY_STATUS(assets::Images::check(change));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id, version, &change](store::Tx& tx) {
      return d_.images.update(tx, tenant, id, version, change);
    };
    CO_TRY(auto changed, co_await d_.store.with_transaction(effect));
    co_return tagged(std::move(changed));
  }

  Awaitable<Result<net::Response>> remove(Call call) {
    CO_TRY(const auto id, path_id<domain::ImageId>(call.request));
    const domain::TenantId tenant = call.who.tenant_id;
    auto effect = [this, tenant, id](store::Tx& tx) { return d_.images.remove(tx, tenant, id); };
    CO_TRY_STATUS(co_await d_.store.with_transaction(effect));
    co_return no_content();
  }

  // For mail programs and their proxies, which have no credentials.
  Awaitable<Result<net::Response>> file(net::Request request) {
    if (!readers_.take(request.peer).allowed)
      co_return base::error(base::Code::rate_limited, "too many requests from this address");
    CO_TRY(const auto id, path_id<domain::ImageId>(request));
    const std::string name = request.path_params.at(1);
    auto body = [id, name](store::Tx& tx) { return assets::Images::at_address(tx, id, name); };
    CO_TRY(auto found, co_await d_.store.with_reads(body));
    if (!found) co_return base::error(base::Code::not_found, "no such image");
    const auto* digest = reinterpret_cast<const std::uint8_t*>(found->sha256.data());
    const std::string tag = "\"" + base::to_hex({digest, found->sha256.size()}) + "\"";
    net::Response response;
    if (request.headers.get("If-None-Match") == tag)
      response.status = 304;
    else
      response = net::text_response(200, found->media_type, std::move(found->bytes));
    response.headers.set("ETag", tag);
    response.headers.set("Cache-Control", "public, max-age=31536000, immutable");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    // Mail shown in a browser reads it from another site.
    response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    co_return response;
  }

 private:
  Awaitable<Result<images::Image>> decode(const std::string& bytes, const std::string& type) {
    CO_TRY(const auto header, images::inspect(bytes));
    if (images::media_type_of(header.format) != type) {
      co_return base::field_error(
          "body", "other_type",
          "the content is " + std::string(images::media_type_of(header.format)));
    }
    const Place place(decodes_);
    if (!place) {
      base::Error busy =
          base::error(base::Code::rate_limited, "other images are being read; try again");
      busy.retry_after_s = 2;
      co_return busy;
    }
    auto job = [&bytes] { return images::normalise(bytes); };
    co_return co_await base::run_blocking(d_.runtime, job);
  }

  ImageView view_of(assets::Image image) const {
    std::vector<FileView> files;
    for (const assets::File& file : image.files)
      files.push_back({file.width, file.height, file.size_bytes, d_.images.url_of(image, file)});
    return {
        image.id,       std::move(image.name), std::move(image.alt), std::move(image.media_type),
        image.animated, std::move(files),      image.created_at,     image.updated_at,
        image.version};
  }

  net::Response tagged(assets::Image image) const {
    const std::int64_t version = image.version;
    net::Response response = json_response(200, view_of(std::move(image)));
    set_etag(response, version);
    return response;
  }

  ImageDeps d_;
  RateLimiter readers_;
  std::atomic<int> decodes_{0};
};

}  // namespace

void add_image_routes(Routes& routes, ImageDeps deps) {
  auto self = std::make_shared<ImageRoutes>(deps);
  const Need viewer = Need::tenant_viewer;
  const Need member = Need::tenant_member;
  const std::string root = "/v1/images";
  routes.add(Method::get, root, viewer, [self](Call call) { return self->list(std::move(call)); });
  routes.add(
      Method::post, root, member, [self](Call call) { return self->create(std::move(call)); },
      images::kBytesMax);
  routes.add(Method::get, root + "/{id}", viewer,
             [self](Call call) { return self->read(std::move(call)); });
  routes.add(Method::patch, root + "/{id}", member,
             [self](Call call) { return self->update(std::move(call)); });
  routes.add(Method::delete_, root + "/{id}", member,
             [self](Call call) { return self->remove(std::move(call)); });
  routes.add_public(Method::get, "/images/{id}/{file}",
                    [self](net::Request r) { return self->file(std::move(r)); });
}

}  // namespace api

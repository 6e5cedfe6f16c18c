// Goal: the routes of the image library keep their contract, serve nothing that was not decoded,
// and keep tenants apart.
#include <gtest/gtest.h>

#include "api/slices_world.h"
#include "images/qr.h"

namespace api::slices {
namespace {

using namespace std::string_literals;

// A picture of its own for each text.
std::string png(const std::string& text) { return images::qr_code_png(text).value(); }

class ImageRoutesTest : public SlicesTest {
 protected:
  World::Reply add(const std::string& key, const std::string& query, const std::string& bytes,
                   const std::string& type = "image/png", const std::string& idempotency = "") {
    World::Ask ask{Method::post, "/v1/images?" + query, key, bytes, {}, type};
    if (!idempotency.empty()) ask.headers.emplace_back("Idempotency-Key", idempotency);
    return w().call(ask);
  }
  World::Reply fetch(const std::string& url, const std::string& tag = "") {
    const std::string root = "https://pay.example.com";
    EXPECT_TRUE(url.starts_with(root)) << url;
    World::Ask ask{Method::get, url.substr(root.size()), "", "", {}};
    if (!tag.empty()) ask.headers.emplace_back("If-None-Match", tag);
    return w().call(ask);
  }
  static std::string url_of(const World::Reply& image, std::size_t file = 0) {
    return std::string(
        image.json.at("files").as_array().at(file).as_object().at("url").as_string());
  }
};
INSTANTIATE_TEST_SUITE_P(Stores, ImageRoutesTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

TEST_P(ImageRoutesTest, KeepTheirContract) {
  const auto m = w().merchant("M");
  const auto made = add(m.key, "name=hero&alt=A%20boat", png("1"));
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.at("name"), "hero");
  EXPECT_EQ(made.at("alt"), "A boat");
  EXPECT_EQ(made.at("media_type"), "image/png");
  EXPECT_EQ(made.json.at("version"), 1);
  EXPECT_EQ(made.json.at("files").as_array().size(), 2U) << made.text;
  const std::string path = "/v1/images/" + made.at("id");
  const auto read = w().get(m.key, path);
  EXPECT_EQ(read.text, made.text);
  EXPECT_EQ(read.etag, "\"1\"");
  EXPECT_EQ(w().patch(m.key, path, "\"7\"", R"({"name":"boat"})").status, 412);
  EXPECT_EQ(w().call({Method::patch, path, m.key, R"({"name":"boat"})", {}}).status, 428);
  EXPECT_EQ(w().patch(m.key, path, "\"1\"", R"({"name":"Boat"})").status, 422);
  const auto renamed = w().patch(m.key, path, "\"1\"", R"({"name":"boat","alt":""})");
  ASSERT_EQ(renamed.status, 200) << renamed.text;
  EXPECT_EQ(renamed.at("name"), "boat");
  EXPECT_EQ(renamed.at("alt"), "");
  EXPECT_EQ(renamed.etag, "\"2\"");
  ASSERT_EQ(add(m.key, "name=second", png("2")).status, 201);
  const auto first_page = w().get(m.key, "/v1/images?limit=1");
  EXPECT_EQ(first_page.json.at("data").as_array().size(), 1U);
  const auto rest = w().get(m.key, "/v1/images?cursor=" + first_page.at("next_cursor"));
  EXPECT_EQ(rest.json.at("data").as_array().size(), 1U);
  EXPECT_TRUE(rest.json.at("next_cursor").is_null());
  EXPECT_EQ(w().call({Method::delete_, path, m.key, "", {}}).status, 204);
  EXPECT_EQ(w().get(m.key, path).status, 404);
  EXPECT_EQ(fetch(url_of(made)).status, 404) << "no message showed it";
}

TEST_P(ImageRoutesTest, RefuseWhatIsNoPicture) {
  const auto m = w().merchant("M");
  const std::string good = png("1");
  struct Row {
    const char* name;
    std::string query;
    std::string bytes;
    const char* type;
    int status;
    const char* code;  // of the field, or of the problem
  };
  std::string bomb = good;
  bomb.replace(16, 8, "\0\0\xea\x60\0\0\xea\x60"s);
  const std::string svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>";
  const std::vector<Row> rows = {
      {"svg", "name=a", svg, "image/svg+xml", 415, "unsupported_media_type"},
      {"svg that is named png", "name=a", svg, "image/png", 422, "not_an_image"},
      {"html", "name=a", "<script>x()</script>", "image/gif", 422, "not_an_image"},
      {"no body", "name=a", "", "", 415, "unsupported_media_type"},
      {"png that is named jpeg", "name=a", good, "image/jpeg", 422, "other_type"},
      {"half a png", "name=a", good.substr(0, good.size() / 2), "image/png", 422, "broken"},
      {"bomb", "name=a", bomb, "image/png", 422, "out_of_range"},
      {"no name", "alt=x", good, "image/png", 400, "required"},
      {"bad name", "name=A-b", good, "image/png", 400, "invalid"},
      {"two names", "name=a&name=b", good, "image/png", 400, "repeated"},
      {"unknown parameter", "name=a&title=x", good, "image/png", 400, "unknown_parameter"},
  };
  for (const Row& row : rows) {
    const auto answer = add(m.key, row.query, row.bytes, row.type);
    EXPECT_EQ(answer.status, row.status) << row.name << ": " << answer.text;
    EXPECT_NE(answer.text.find("\""s + row.code + "\""), std::string::npos)
        << row.name << ": " << answer.text;
  }
  EXPECT_EQ(w().router.match(Method::post, "/v1/images").body_bytes_max, images::kBytesMax);
  EXPECT_TRUE(w().get(m.key, "/v1/images").json.at("data").as_array().empty());
}

TEST_P(ImageRoutesTest, CreateOnce) {
  const auto m = w().merchant("M");
  const auto made = add(m.key, "name=a", png("1"), "image/png", "k");
  ASSERT_EQ(made.status, 201);
  const auto again = add(m.key, "name=a", png("1"), "image/png", "k");
  EXPECT_EQ(again.text, made.text);
  EXPECT_EQ(again.response.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(add(m.key, "name=a", png("2"), "image/png", "k").at("code"), "idempotency_mismatch");
  EXPECT_EQ(add(m.key, "name=b", png("1"), "image/png", "k").at("code"), "idempotency_mismatch")
      << "the name is a part of what is created";
  const auto twin = add(m.key, "name=b", png("1"));
  EXPECT_EQ(twin.status, 409);
  EXPECT_EQ(twin.at("code"), "image_exists");
  const auto taken = add(m.key, "name=a", png("2"));
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.at("code"), "name_taken");
}

TEST_P(ImageRoutesTest, ServeTheirFilesForEver) {
  const auto m = w().merchant("M");
  const std::string tail = "<html><script>alert(document.domain)</script></html>";
  const auto made = add(m.key, "name=a", png("1") + tail);
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string url = url_of(made);
  const auto file = fetch(url);
  ASSERT_EQ(file.status, 200) << file.text;
  const auto header = images::read_header(file.text);
  ASSERT_TRUE(header);
  EXPECT_EQ(file.text.find("script"), std::string::npos) << "a polyglot loses its tail";
  const auto& headers = file.response.headers;
  EXPECT_EQ(headers.get("Content-Type"), "image/png");
  EXPECT_EQ(headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(headers.get("Content-Security-Policy"), "default-src 'none'");
  const auto same = fetch(url, file.etag);
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.text, "");
  EXPECT_EQ(fetch(url_of(made, 1)).status, 200);
  for (const char* wrong : {"1-0123456789abcdef.png", "x", "%2e%2e", "0-"}) {
    EXPECT_EQ(fetch(url.substr(0, url.rfind('/') + 1) + wrong).status, 404) << wrong;
  }
  const std::string file_name = url.substr(url.rfind('/'));
  EXPECT_EQ(
      fetch("https://pay.example.com/images/ig_00000000000000000000000000" + file_name).status,
      404);
  EXPECT_EQ(fetch("https://pay.example.com/images/nothing" + file_name).status, 404);
}

TEST_P(ImageRoutesTest, KeepTenantsAndRolesApart) {
  const auto m = w().merchant("M");
  const auto n = w().merchant("N");
  const auto made = add(m.key, "name=a", png("1"));
  ASSERT_EQ(made.status, 201);
  const std::string path = "/v1/images/" + made.at("id");
  EXPECT_EQ(w().get(n.key, path).status, 404);
  EXPECT_EQ(w().patch(n.key, path, "*", R"({"name":"b"})").status, 404);
  EXPECT_EQ(w().call({Method::delete_, path, n.key, "", {}}).status, 404);
  EXPECT_TRUE(w().get(n.key, "/v1/images").json.at("data").as_array().empty());
  EXPECT_EQ(add(n.key, "name=a", png("1")).status, 201) << "its own library";
  const std::string viewer =
      w().post(m.key, "/v1/api-keys", R"({"name":"v","livemode":false,"role":"viewer"})")
          .at("secret");
  EXPECT_EQ(w().get(viewer, path).status, 200);
  EXPECT_EQ(w().get(viewer, "/v1/images").status, 200);
  EXPECT_EQ(add(viewer, "name=b", png("2")).status, 403);
  EXPECT_EQ(w().patch(viewer, path, "*", R"({"name":"b"})").status, 403);
  EXPECT_EQ(w().call({Method::delete_, path, viewer, "", {}}).status, 403);
  for (const auto method : {Method::get, Method::post}) {
    EXPECT_EQ(w().call({method, "/v1/images", "", "", {}}).status, 401);
  }
}

}  // namespace
}  // namespace api::slices

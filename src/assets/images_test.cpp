// Goal: a library holds each picture once under one name, no tenant sees another's, its room is
// bounded, and what was sent stays where it is.
#include "assets/images.h"

#include <gtest/gtest.h>

#include "store/testing.h"

namespace assets {
namespace {

using base::Code;
using store::testing::Kind;

// A picture of its own for each text.
images::Image picture(const std::string& text) {
  return {images::Format::png, false, {{700, 350, "wide " + text}, {600, 300, text}}};
}

class ImagesTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    if (auto why = store::testing::cannot_run(GetParam())) GTEST_SKIP() << *why;
    t_ = std::make_unique<store::testing::TestStore>(GetParam());
    set_quota({});
    tenant_ = t_->ids().make<domain::TenantId>();
    other_ = t_->ids().make<domain::TenantId>();
  }
  void set_quota(Quota quota) {
    images_ = std::make_unique<Images>(t_->ids(), t_->runtime().clock(), "https://pay.example.com",
                                       quota);
  }
  template <class F>
  auto write(F body) {
    return t_->store().transact_blocking(std::move(body));
  }
  Result<Image> add(domain::TenantId tenant, const std::string& name, const std::string& content) {
    return write([&](store::Tx& tx) {
      return images_->add(tx, {tenant, name, "Alt of " + name}, picture(content));
    });
  }
  Result<Image> rename(domain::ImageId id, std::int64_t version, const std::string& name) {
    const ImageChange change{name, std::nullopt};
    return write([&](store::Tx& tx) { return images_->update(tx, tenant_, id, version, change); });
  }
  Status remove(domain::TenantId tenant, domain::ImageId id) {
    return write([&](store::Tx& tx) { return images_->remove(tx, tenant, id); });
  }
  std::vector<std::string> named(domain::TenantId tenant, std::vector<std::string> names, Use use) {
    const auto found = write([&](store::Tx& tx) { return images_->named(tx, tenant, names, use); });
    std::vector<std::string> out;
    for (const Image& image : found.value()) out.push_back(image.name);
    std::sort(out.begin(), out.end());
    return out;
  }
  std::optional<Bytes> at(const std::string& url) {
    const std::string root = "https://pay.example.com/images/";
    EXPECT_TRUE(url.starts_with(root));
    const std::size_t slash = url.find('/', root.size());
    const auto id = domain::ImageId::parse(url.substr(root.size(), slash - root.size()));
    if (!id) return std::nullopt;
    const std::string file = url.substr(slash + 1);
    return write([&](store::Tx& tx) { return Images::at_address(tx, *id, file); }).value();
  }
  std::unique_ptr<store::testing::TestStore> t_;
  std::unique_ptr<Images> images_;
  domain::TenantId tenant_;
  domain::TenantId other_;
};

TEST_P(ImagesTest, StandAtAddressesThatNameTheirContent) {
  const auto image = add(tenant_, "logo", "a");
  ASSERT_TRUE(image) << image.error().detail;
  ASSERT_EQ(image->files.size(), 2U);
  EXPECT_EQ(image->size_bytes, 7);
  const std::string url = images_->url_of(*image, image->files[0]);
  EXPECT_EQ(url, "https://pay.example.com/images/" + image->id.text() + "/700-" +
                     image->files[0].sha256.substr(0, 16) + ".png");
  EXPECT_EQ(at(url)->bytes, "wide a");
  EXPECT_EQ(at(url)->media_type, "image/png");
  const std::string narrow = images_->url_of(*image, Images::file_of(*image, 600));
  EXPECT_EQ(at(narrow)->bytes, "a");
  const auto part = [&](std::size_t from, std::size_t count, const std::string& with) {
    return std::string(url).replace(url.size() - from, count, with);
  };
  for (const std::string& wrong : {part(4, 4, ".jpg"), part(4, 4, ".png.html"), part(5, 1, "x"),
                                   part(24, 3, "701"), part(24, 3, "0700"), part(24, 3, "+700"),
                                   part(24, 3, "99999999999999999999"), part(24, 24, "")}) {
    EXPECT_FALSE(at(wrong)) << wrong;
  }
}

TEST_P(ImagesTest, AreKnownByNameAndContentOnce) {
  const auto first = add(tenant_, "logo", "a");
  ASSERT_TRUE(first);
  EXPECT_EQ(add(tenant_, "logo", "b").error().reason, "name_taken");
  const auto twin = add(tenant_, "other", "a");
  EXPECT_EQ(twin.error().reason, "image_exists");
  EXPECT_NE(twin.error().detail.find("\"logo\""), std::string::npos);
  const auto second = add(tenant_, "banner", "b");
  ASSERT_TRUE(second);
  EXPECT_EQ(rename(second->id, 1, "logo").error().reason, "name_taken");
  EXPECT_EQ(rename(second->id, 2, "hero").error().code, Code::precondition_failed);
  const auto renamed = rename(second->id, 1, "hero");
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->version, 2);
  EXPECT_EQ(renamed->alt, "Alt of banner");
  EXPECT_EQ(named(tenant_, {"hero", "logo", "banner"}, Use::preview),
            (std::vector<std::string>{"hero", "logo"}));
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("n" + std::to_string(i));
  many.push_back("logo");
  EXPECT_EQ(named(tenant_, many, Use::preview), std::vector<std::string>{"logo"});
  EXPECT_TRUE(named(tenant_, {}, Use::preview).empty());
}

TEST_P(ImagesTest, BelongToTheirTenant) {
  const auto image = add(tenant_, "logo", "a");
  ASSERT_TRUE(image);
  EXPECT_TRUE(add(other_, "logo", "a")) << "names and contents are the tenant's own";
  const auto stranger = t_->ids().make<domain::TenantId>();
  const auto find = [&](store::Tx& tx) { return images_->find(tx, stranger, image->id); };
  EXPECT_EQ(write(find).error().code, Code::not_found);
  const ImageChange change{"mine", std::nullopt};
  const auto update = [&](store::Tx& tx) {
    return images_->update(tx, stranger, image->id, std::nullopt, change);
  };
  EXPECT_EQ(write(update).error().code, Code::not_found);
  EXPECT_EQ(remove(stranger, image->id).error().code, Code::not_found);
  EXPECT_TRUE(named(stranger, {"logo"}, Use::message).empty());
  EXPECT_TRUE(write([&](store::Tx& tx) { return images_->list(tx, {stranger, {}, 10}); })->empty());
  EXPECT_EQ(write([&](store::Tx& tx) { return images_->list(tx, {tenant_, {}, 10}); })->size(), 1U);
}

TEST_P(ImagesTest, StayForTheMailsThatShowThem) {
  const auto sent = add(tenant_, "sent", "a");
  const auto unsent = add(tenant_, "unsent", "b");
  ASSERT_TRUE(sent && unsent);
  EXPECT_EQ(named(tenant_, {"unsent"}, Use::preview).size(), 1U);
  EXPECT_EQ(named(tenant_, {"sent"}, Use::message).size(), 1U);
  EXPECT_EQ(named(tenant_, {"sent"}, Use::message).size(), 1U) << "again";
  ASSERT_TRUE(remove(tenant_, sent->id));
  ASSERT_TRUE(remove(tenant_, unsent->id));
  EXPECT_EQ(remove(tenant_, sent->id).error().code, Code::not_found);
  EXPECT_TRUE(at(images_->url_of(*sent, sent->files[0])));
  EXPECT_FALSE(at(images_->url_of(*unsent, unsent->files[0])));
  EXPECT_TRUE(named(tenant_, {"sent", "unsent"}, Use::message).empty());
  const auto again = add(tenant_, "sent", "a");
  ASSERT_TRUE(again) << "name and content are free";
  EXPECT_NE(again->id, sent->id);
}

TEST_P(ImagesTest, HaveBoundedRoom) {
  set_quota({.images_max = 2, .bytes_max = 1000});
  const auto first = add(tenant_, "a", "a");
  const auto second = add(tenant_, "b", "b");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(add(tenant_, "c", "c").error().reason, "quota_exceeded");
  EXPECT_TRUE(add(other_, "c", "c")) << "each tenant has its own";
  ASSERT_TRUE(remove(tenant_, first->id));
  EXPECT_TRUE(add(tenant_, "c", "c")) << "what was refused did not count";
  set_quota({.images_max = 100, .bytes_max = 7 * 2});
  EXPECT_EQ(add(tenant_, "d", "d").error().reason, "quota_exceeded");
  EXPECT_EQ(named(tenant_, {"b"}, Use::message).size(), 1U);
  ASSERT_TRUE(remove(tenant_, second->id));
  EXPECT_EQ(add(tenant_, "d", "d").error().reason, "quota_exceeded") << "kept for its mails";
}

TEST_P(ImagesTest, GiveAMailTheirNarrowFile) {
  const auto image = add(tenant_, "logo", "a");
  ASSERT_TRUE(image);
  const auto bytes = write([&](store::Tx& tx) { return images_->inline_bytes(tx, *image); });
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->bytes, "a");
  EXPECT_EQ(Images::file_of(*image, 100).width, 600) << "the narrowest there is";
}

TEST(ImageChange, IsChecked) {
  const auto codes = [](std::optional<std::string> name, std::optional<std::string> alt) {
    ImageChange change{std::move(name), std::move(alt)};
    const auto status = Images::check(change);
    std::string out;
    if (status) return out;
    for (const auto& field : status.error().fields) out += field.field + ":" + field.code + " ";
    return out;
  };
  EXPECT_EQ(codes("logo_2", "A boat"), "");
  EXPECT_EQ(codes("a", ""), "") << "decoration";
  for (const char* name : {"", "Logo", "2a", "_a", "a-b", "a.b", "ä"}) {
    EXPECT_EQ(codes(name, std::nullopt), "name:invalid ") << name;
  }
  EXPECT_EQ(codes(std::string(41, 'a'), std::string(201, 'x')), "name:invalid alt:too_long ");
}

INSTANTIATE_TEST_SUITE_P(Stores, ImagesTest, ::testing::ValuesIn(store::testing::all_kinds()),
                         [](const auto& info) { return store::testing::to_string(info.param); });

}  // namespace
}  // namespace assets

// Goal: a page holds at most its limit, and names where the next one begins exactly when there is
// one.
#include "api/page.h"

#include <gtest/gtest.h>

#include "domain/ids.h"

namespace api {
namespace {

struct Row {
  domain::RequestId id;
};
BOOST_DESCRIBE_STRUCT(Row, (), (id))

Row row(std::uint8_t n) {
  Row out;
  out.id.value.bytes[15] = n;
  return out;
}

boost::json::value page_of(std::uint8_t rows, std::int64_t limit) {
  std::vector<Row> all;
  for (std::uint8_t n = 0; n < rows; ++n) all.push_back(row(n));
  const auto response = page_response(std::move(all), limit, [](Row one) { return one; });
  EXPECT_EQ(response.status, 200);
  return base::json::parse(response.body).value();
}

TEST(Page, is_empty_without_rows) {
  const auto page = page_of(0, 2);
  EXPECT_TRUE(page.at("data").as_array().empty());
  EXPECT_TRUE(page.at("next_cursor").is_null());
}

TEST(Page, the_last_one_has_no_next) {
  const auto page = page_of(2, 2);
  EXPECT_EQ(page.at("data").as_array().size(), 2u);
  EXPECT_TRUE(page.at("next_cursor").is_null());
}

TEST(Page, goes_on_behind_its_last_row) {
  const auto page = page_of(3, 2);
  EXPECT_EQ(page.at("data").as_array().size(), 2u);
  EXPECT_EQ(page.at("next_cursor").as_string(), row(1).id.text());
}

TEST(Page, may_go_on_although_it_is_not_full) {
  Page page(5);
  page.add(row(1).id, row(1));
  page.go_on_behind(row(7).id);
  const auto json = base::json::parse(std::move(page).response().body).value();
  EXPECT_EQ(json.at("data").as_array().size(), 1u);
  EXPECT_EQ(json.at("next_cursor").as_string(), row(7).id.text());
}

}  // namespace
}  // namespace api

#include "providers/twilio/parse.h"

#include <gtest/gtest.h>

#include "base/json.h"

// Goal: a message's price, state and time as Twilio writes them, without a float on the way.
namespace providers::twilio {
namespace {

using base::Code;
using base::FormField;

constexpr const char* kMessage = R"({"account_sid":"AC1","api_version":"2010-04-01","body":"Hi",
  "date_created":"Thu, 24 Aug 2023 05:01:45 +0000","date_sent":null,"direction":"outbound-api",
  "error_code":null,"error_message":null,"from":"+15005550006","num_segments":"2",
  "price":"-0.01580","price_unit":"USD","sid":"SM1","status":"delivered","to":"+491701234567"})";

base::Result<SmsSnapshot> changed(const char* name, const char* to) {
  auto message = *base::json::parse(kMessage);
  if (*to == 0) {
    message.as_object().erase(name);
  } else {
    message.as_object()[name] = *base::json::parse(to);
  }
  return read_message(message);
}

TEST(TwilioParse, Message) {
  const auto got = read_message(*base::json::parse(kMessage));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->provider_ref, "SM1");
  EXPECT_EQ(got->to, "+491701234567");
  EXPECT_EQ(got->body, "Hi");
  EXPECT_EQ(got->status, "delivered");
  EXPECT_EQ(got->segments, 2);
  EXPECT_EQ(got->price_micros, 15'800);
  EXPECT_EQ(got->price_currency, "USD");
  EXPECT_EQ(got->error_code, "");
  ASSERT_TRUE(got->created_at);
  EXPECT_EQ(base::to_rfc3339(*got->created_at), "2023-08-24T05:01:45.000000Z");
}

TEST(TwilioParse, Prices) {
  struct {
    const char* price;
    const char* unit;
    std::optional<std::int64_t> micros;
    bool corrupt;
  } const rows[] = {
      {"null", "\"USD\"", {}, false},
      {"\"\"", "\"USD\"", {}, false},
      {"", "\"USD\"", {}, false},
      {"null", "null", {}, false},
      {"\"-0.00790\"", "\"USD\"", 7'900, false},
      {"\"-0.0079\"", "\"usd\"", 7'900, false},
      {"\"-0.000001\"", "\"USD\"", 1, false},
      {"\"-1\"", "\"EUR\"", 1'000'000, false},
      {"\"-12.34\"", "\"JPY\"", 12'340'000, false},
      {"\"0.00000\"", "\"USD\"", 0, false},
      {"\"0.00790\"", "\"USD\"", {}, true},
      {"\"-0.0000001\"", "\"USD\"", {}, true},
      {"\"-1e-3\"", "\"USD\"", {}, true},
      {"\"-\"", "\"USD\"", {}, true},
      {"\"-99999999999999\"", "\"USD\"", {}, true},
      {"\"-0.01\"", "null", {}, true},
      {"\"-0.01\"", "\"ZZZ\"", {}, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.price) + " " + row.unit);
    auto message = *base::json::parse(kMessage);
    message.as_object().erase("price");
    if (*row.price != 0) message.as_object()["price"] = *base::json::parse(row.price);
    message.as_object()["price_unit"] = *base::json::parse(row.unit);
    const auto got = read_message(message);
    ASSERT_EQ(got.has_value(), !row.corrupt);
    if (row.corrupt) {
      EXPECT_EQ(got.error().code, Code::corrupt);
    } else {
      EXPECT_EQ(got->price_micros, row.micros);
    }
  }
}

TEST(TwilioParse, OddMessages) {
  struct {
    const char* name;
    const char* to;
    bool corrupt;
  } const rows[] = {
      {"sid", "", true},
      {"sid", "null", true},
      {"sid", "\"../x\"", true},
      {"status", "", true},
      {"status", "\"\"", true},
      {"status", "\"a b\"", true},
      {"error_code", "\"a b\"", true},
      {"to", "null", false},
      {"body", "null", false},
      {"num_segments", "null", false},
      {"num_segments", "\"many\"", false},
      {"date_created", "\"today\"", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(row.name) + " = " + row.to);
    EXPECT_EQ(changed(row.name, row.to).has_value(), !row.corrupt);
  }
  EXPECT_EQ(changed("error_code", "30003")->error_code, "30003");
  EXPECT_EQ(changed("error_code", "\"30005\"")->error_code, "30005");
  EXPECT_EQ(changed("num_segments", "3")->segments, 3);
  EXPECT_FALSE(read_message(*base::json::parse("[]")));
}

TEST(TwilioParse, Dates) {
  struct {
    const char* text;
    const char* rfc3339;  // "": none
  } const rows[] = {
      {"Thu, 24 Aug 2023 05:01:45 +0000", "2023-08-24T05:01:45.000000Z"},
      {"Mon, 1 Jan 2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
      {"Mon, 01 Jan 2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
      {"Thu, 29 Feb 2024 23:59:59 -0130", "2024-03-01T01:29:59.000000Z"},
      {"Thu, 29 Feb 2024 01:00:00 +0200", "2024-02-28T23:00:00.000000Z"},
      {"Wed, 29 Feb 2023 00:00:00 +0000", ""},
      {"Thu, 24 Foo 2023 05:01:45 +0000", ""},
      {"Thu, 24 ugS 2023 05:01:45 +0000", ""},
      {"Thu, 24 Aug 2023 25:01:45 +0000", ""},
      {"Thu, 24 Aug 2023 05:01:45", ""},
      {"Thu, 24 Aug 2023 05:01:45 GMT", ""},
      {"2023-08-24T05:01:45Z", ""},
      {"", ""},
      {"Thu, ", ""},
      {"Thu, 24 Aug 2023 05:01:45 +0000 ", ""},
  };
  for (const auto& row : rows) {
    const auto got = read_date(row.text);
    EXPECT_EQ(got ? base::to_rfc3339(*got) : "", row.rfc3339) << row.text;
  }
}

using Form = std::vector<FormField>;

Form without(Form form, const std::string& name) {
  std::erase_if(form, [&](const auto& item) { return item.name == name; });
  return form;
}
Form with(Form form, const std::string& name, const std::string& value) {
  form = without(std::move(form), name);
  form.push_back({name, value});
  return form;
}

TEST(TwilioParse, Status) {
  const Form good = {{"SmsSid", "SM1"}, {"SmsStatus", "sent"}, {"MessageStatus", "delivered"},
                     {"To", "+1"},      {"MessageSid", "SM2"}, {"AccountSid", "AC1"}};
  const auto got = read_status(good);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->provider_ref, "SM2");
  EXPECT_EQ(got->status, "delivered");
  EXPECT_EQ(got->account_sid, "AC1");
  EXPECT_EQ(got->error_code, "");
  EXPECT_EQ(read_status(with(good, "ErrorCode", "30003"))->error_code, "30003");
  EXPECT_EQ(read_status(without(good, "MessageSid"))->provider_ref, "SM1");
  EXPECT_EQ(read_status(without(good, "MessageStatus"))->status, "sent");
  struct {
    const char* name;
    Form form;
    const char* field;
  } const rows[] = {
      {"empty", {}, "MessageSid"},
      {"no sid", without(without(good, "MessageSid"), "SmsSid"), "MessageSid"},
      {"bad sid", with(good, "MessageSid", "SM 1"), "MessageSid"},
      {"no status", without(without(good, "MessageStatus"), "SmsStatus"), "MessageStatus"},
      {"bad status", with(good, "MessageStatus", "a\r\nb"), "MessageStatus"},
      {"bad error", with(good, "ErrorCode", "12345678901"), "ErrorCode"},
      {"no account", without(good, "AccountSid"), "AccountSid"},
  };
  for (const auto& row : rows) {
    const auto bad = read_status(row.form);
    ASSERT_FALSE(bad) << row.name;
    EXPECT_EQ(bad.error().code, Code::invalid_argument);
    EXPECT_EQ(bad.error().fields.at(0).field, row.field) << row.name;
  }
}

TEST(TwilioParse, Inbound) {
  const Form good = {
      {"MessageSid", "SM1"}, {"From", "+49170"}, {"To", "+1500"}, {"Body", " Stop "}};
  const auto got = read_inbound(good);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->from, "+49170");
  EXPECT_EQ(got->to, "+1500");
  EXPECT_EQ(got->body, " Stop ");
  EXPECT_EQ(got->opt_out_type, "");
  EXPECT_EQ(read_inbound(with(good, "OptOutType", "STOP"))->opt_out_type, "STOP");
  EXPECT_EQ(read_inbound(with(good, "OptOutType", "start"))->opt_out_type, "START");
  EXPECT_EQ(read_inbound(with(good, "OptOutType", "MAYBE"))->opt_out_type, "");
  EXPECT_EQ(read_inbound(without(good, "Body"))->body, "");
  struct {
    Form form;
    const char* field;
  } const rows[] = {
      {without(good, "MessageSid"), "MessageSid"},
      {without(good, "From"), "From"},
      {without(good, "To"), "To"},
      {with(good, "From", std::string(65, '1')), "From"},
      {with(good, "Body", std::string(70'000, 'x')), "Body"},
      {with(good, "Body", "\xff"), "Body"},
  };
  for (const auto& row : rows) {
    const auto bad = read_inbound(row.form);
    ASSERT_FALSE(bad) << row.field;
    EXPECT_EQ(bad.error().fields.at(0).field, row.field);
  }
}

}  // namespace
}  // namespace providers::twilio

#include "domain/timezone.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <random>
#include <sstream>

#include "base/json.h"
#include "domain/timezone_rule.h"

namespace domain {
namespace {

constexpr const char* kZoneFolder = "/usr/share/zoneinfo/";  // Debian's tzdata

base::Result<std::string> load(const std::string& name) {
  std::ifstream file(kZoneFolder + name, std::ios::binary);
  if (!file) return base::error(base::Code::not_found, "no such file");
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

TimeZone zone(const std::string& name) { return TimeZone::parse(load(name).value()).value(); }
base::Time at(const char* text) { return base::from_rfc3339(text).value(); }
Day day(const char* text) { return Day::parse(text).value(); }

// A version 2 file: one transition at 2000-01-01 from UTC+1 to UTC+2, then the footer's rule.
std::string small_file(std::string_view footer) {
  const auto number = [](std::uint64_t value, int size) {
    std::string out;
    for (int i = size - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xFF);
    return out;
  };
  const auto header = [&](int times, int types, int chars) {
    std::string out = "TZif2" + std::string(15, '\0') + number(0, 4) + number(0, 4) + number(0, 4);
    return out + number(static_cast<std::uint64_t>(times), 4) +
           number(static_cast<std::uint64_t>(types), 4) +
           number(static_cast<std::uint64_t>(chars), 4);
  };
  const std::string type_one = number(3600, 4) + std::string("\0\0", 2);
  const std::string type_two = number(7200, 4) + std::string("\1\0", 2);
  const std::string names("ABC\0", 4);
  return header(0, 1, 4) + type_one + names + header(1, 2, 4) + number(946'684'800, 8) + '\1' +
         type_one + type_two + names + '\n' + std::string(footer) + '\n';
}

TEST(TimeZone, ReadsASmallFile) {
  const auto fixed = TimeZone::parse(small_file("")).value();
  EXPECT_EQ(fixed.offset_s(at("1999-12-31T23:59:59.999999Z")), 3600);
  EXPECT_EQ(fixed.offset_s(at("2000-01-01T00:00:00Z")), 7200);
  const auto ruled = TimeZone::parse(small_file("CET-1CEST,M3.5.0,M10.5.0/3")).value();
  EXPECT_EQ(ruled.offset_s(at("1999-07-01T00:00:00Z")), 3600);
  EXPECT_EQ(ruled.offset_s(at("2030-01-01T00:00:00Z")), 3600);
  EXPECT_EQ(ruled.offset_s(at("2030-07-01T00:00:00Z")), 7200);
}

// Goal: no bytes crash the reader, and files cut anywhere are refused.
TEST(TimeZone, RefusesBrokenFiles) {
  const auto good = small_file("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(TimeZone::parse(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(TimeZone::parse(good.substr(0, size))) << size;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xFF);
    if (const auto parsed = TimeZone::parse(bad)) parsed->day_start(day("2026-11-23"));
  }
}

RC_GTEST_PROP(TimeZoneLaw, AnyFooterIsSafe, (const std::string& tail)) {
  for (const auto* head : {"", "CET", "CET-1CEST,", "CET-1CEST,M3.5.0,M10.5.0/", "<-03>3"}) {
    if (const auto rule = parse_zone_rule(head + tail)) rule_offset_s(*rule, 1'800'000'000);
  }
}

TEST(TimeZone, RefusesMalformedFooters) {
  for (const auto* bad :
       {"", "CE-1", "CET", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365",
        "CET-1CEST,M0.5.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET-168", "CET-24:00:01", "CET25",
        "CET-1CEST25,M3.5.0,M10.5.0", "CET-1:60", "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1"}) {
    EXPECT_FALSE(parse_zone_rule(bad)) << bad;
  }
}

// Goal: the C library reads the same files; both must agree on every moment.
TEST(TimeZone, AgreesWithTheCLibrary) {
  std::mt19937_64 random(11);
  for (const std::string name :
       {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Tokyo",
        "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Europe/Dublin", "UTC",
        "Asia/Gaza", "America/Nuuk", "Pacific/Chatham", "Antarctica/Troll", "Etc/GMT+12"}) {
    const auto ours = zone(name);
    ::setenv("TZ", name.c_str(), 1);
    ::tzset();
    for (int i = 0; i < 3'000; ++i) {
      const auto seconds = static_cast<std::time_t>(random() % 6'000'000'000) - 2'000'000'000;
      std::tm local{};
      ::localtime_r(&seconds, &local);
      const auto t = base::from_micros(std::int64_t{seconds} * 1'000'000);
      ASSERT_EQ(ours.offset_s(t), local.tm_gmtoff) << name << ' ' << seconds;
    }
  }
  ::unsetenv("TZ");
  ::tzset();
}

TEST(TimeZone, DaysAndTheirStarts) {
  struct Row {
    const char* zone;
    const char* day;
    const char* start;
  };
  const Row rows[] = {
      {"UTC", "2026-11-23", "2026-11-23T00:00:00Z"},
      {"Europe/Berlin", "2026-11-23", "2026-11-22T23:00:00Z"},
      {"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"},
      {"Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"},
      {"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"},
      {"Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"},
      {"Europe/Berlin", "2060-07-01", "2060-06-30T22:00:00Z"},
      {"Asia/Kathmandu", "2026-11-23", "2026-11-22T18:15:00Z"},
      {"Pacific/Kiritimati", "2026-11-23", "2026-11-22T10:00:00Z"},
      {"Etc/GMT+12", "2026-11-23", "2026-11-23T12:00:00Z"},
      // Midnight did not exist: the clock went from 23:59:59 to 01:00.
      {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
      {"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},
      // Midnight came twice: the clock went from 01:00 back to 00:00.
      {"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},
      // The clock went back across midnight: the next day began, ended and began again.
      {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"},
  };
  for (const auto& row : rows) {
    const auto ours = zone(row.zone);
    const auto start = ours.day_start(day(row.day));
    EXPECT_EQ(start, at(row.start)) << row.zone << ' ' << row.day << ' ' << base::to_rfc3339(start);
    EXPECT_EQ(ours.day_of(start).text(), row.day) << row.zone;
    EXPECT_LT(ours.day_of(start - base::Duration{1}), day(row.day)) << row.zone;
  }
  // A day that Samoa never had: its start is that of the next one.
  const auto apia = zone("Pacific/Apia");
  EXPECT_EQ(apia.day_start(day("2011-12-30")), apia.day_start(day("2011-12-31")));
}

// Goal: a bucket of a local hour never crosses a local midnight, so days are sums of buckets.
TEST(TimeZone, HoursStayWithinTheirDay) {
  std::mt19937_64 random(12);
  for (const std::string name : {"Europe/Berlin", "Asia/Kathmandu", "Asia/Kolkata", "UTC",
                                 "America/St_Johns", "Pacific/Chatham", "America/New_York"}) {
    const auto ours = zone(name);
    for (int i = 0; i < 2'000; ++i) {
      const auto t = base::from_micros(static_cast<std::int64_t>(random() % 2'000'000'000'000'000));
      const auto start = ours.hour_start(t);
      ASSERT_LE(start, t);
      ASSERT_LT(t - start, std::chrono::hours(1));
      ASSERT_EQ(ours.day_of(start), ours.day_of(t)) << name << ' ' << base::to_rfc3339(t);
      ASSERT_LE(ours.day_start(ours.day_of(t)), t) << name << ' ' << base::to_rfc3339(t);
    }
  }
}

TEST(TimeZone, Names) {
  for (const auto* good : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+12",
                           "America/Port-au-Prince"}) {
    EXPECT_TRUE(is_time_zone_name(good)) << good;
  }
  for (const auto* bad : {"", "/etc/passwd", "../etc/passwd", "Europe/", "Europe//Berlin",
                          "Europe/..", "Europe/Berlin\n", "Europe/Ber lin", "./UTC", "+UTC", "Ü"}) {
    EXPECT_FALSE(is_time_zone_name(bad)) << bad;
  }
  EXPECT_FALSE(is_time_zone_name(std::string(65, 'a')));
}

TEST(TimeZone, CacheLoadsOnceAndRefusesUnknownNames) {
  int loads = 0;
  TimeZones zones([&](const std::string& name) {
    ++loads;
    return load(name);
  });
  EXPECT_EQ(zones.find("Europe/Berlin").value(), zones.find("Europe/Berlin").value());
  EXPECT_EQ(loads, 1);
  for (const auto* bad : {"Europe/Atlantis", "../../etc/passwd", ""}) {
    const auto result = zones.find(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, base::Code::invalid_argument);
    EXPECT_EQ(result.error().fields.at(0).field, "time_zone");
  }
  EXPECT_EQ(loads, 2) << "a malformed name never reaches the loader";
}

TEST(Day, Texts) {
  for (const auto* text : {"1970-01-01", "2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31"}) {
    EXPECT_EQ(day(text).text(), text);
  }
  EXPECT_EQ(day("1970-01-02").since_1970, 1);
  EXPECT_EQ(day("1969-12-31").since_1970, -1);
  for (const auto* bad : {"", "2026-11-31", "2023-02-29", "2026-13-01", "2026-00-01", "2026-1-01",
                          "2026/11/23", "2026-11-23 ", "-026-11-23", "2026-11-2x"}) {
    EXPECT_FALSE(Day::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace domain

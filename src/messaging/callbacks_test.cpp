// Goal: STOP and START are recognised as the carriers' rules have them, and nothing else is.
#include "messaging/callbacks.h"

#include <gtest/gtest.h>

namespace messaging {
namespace {

struct Row {
  const char* body;
  const char* opt_out_type;
  Keyword keyword;
};

TEST(Keyword, Table) {
  const Row rows[] = {
      {"STOP", "", Keyword::stop},
      {"stop", "", Keyword::stop},
      {" Stop. ", "", Keyword::stop},
      {"UNSUBSCRIBE", "", Keyword::stop},
      {"ENDE", "", Keyword::stop},
      {"START", "", Keyword::start},
      {"unstop!", "", Keyword::start},
      {"please stop", "", Keyword::none},
      {"stop it", "", Keyword::none},
      {"", "", Keyword::none},
      {"STOP 1", "", Keyword::none},
      {"Danke!", "STOP", Keyword::stop},
      {"what?", "START", Keyword::start},
      {"HELP", "HELP", Keyword::none},
      {"\xf0\x9f\x9b\x91", "", Keyword::none},
  };
  for (const Row& row : rows)
    EXPECT_EQ(keyword_of(row.body, row.opt_out_type), row.keyword) << row.body;
}

}  // namespace
}  // namespace messaging

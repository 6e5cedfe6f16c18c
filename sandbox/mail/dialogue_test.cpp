// Goal: the dialogue keeps to RFC 5321 and its faults hit the phase they are meant for.
#include "sandbox/mail/dialogue.h"

#include "sandbox/testing.h"

namespace sandbox::mail {
namespace {

class DialogueTest : public ::testing::Test {
 protected:
  DialogueServices services() {
    DialogueServices services;
    services.take_fault = [this](std::string_view phase, std::string_view text) {
      return faults_.take("smtp", phase, {text});
    };
    services.sign_in = [](const std::string& user, const std::string& password) {
      return user == "shop" && password == "secret";
    };
    services.accept = [this](const Envelope& envelope, std::string data) {
      accepted_.emplace_back(envelope, std::move(data));
      return static_cast<std::int64_t>(accepted_.size());
    };
    return services;
  }
  // The three digits of the last line's reply; "-" when the connection closes without one.
  std::string say(Dialogue& dialogue, const std::string& line) {
    last_ = dialogue.feed(line);
    return last_.reply.empty() ? (last_.close ? "-" : "") : last_.reply.substr(0, 3);
  }
  std::string send(Dialogue& dialogue, std::string to = "b@x.test") {
    std::string codes;
    for (const std::string& line :
         {std::string("EHLO me"), std::string("MAIL FROM:<a@x.test>"), "RCPT TO:<" + to + ">",
          std::string("DATA"), std::string("Subject: x"), std::string(), std::string("..dot"),
          std::string(".")}) {
      const auto code = say(dialogue, line);
      codes += code.empty() ? "" : code + " ";
      if (last_.close) break;
    }
    return codes;
  }
  void fault(std::string phase, FaultMode mode, std::int64_t status = 451) {
    Fault fault;
    fault.provider = "smtp";
    fault.operation = std::move(phase);
    fault.mode = mode;
    fault.status = status;
    faults_.add(fault);
  }

  Faults faults_;
  std::vector<std::pair<Envelope, std::string>> accepted_;
  Step last_;
};

TEST_F(DialogueTest, AMailIsAccepted) {
  Dialogue dialogue(services(), true);
  EXPECT_EQ(dialogue.greet().reply.substr(0, 3), "220");
  EXPECT_EQ(send(dialogue), "250 250 250 354 250 ");
  ASSERT_EQ(accepted_.size(), 1u);
  EXPECT_EQ(accepted_[0].first.from, "a@x.test");
  EXPECT_EQ(accepted_[0].first.to, std::vector<std::string>{"b@x.test"});
  EXPECT_EQ(accepted_[0].second, "Subject: x\r\n\r\n.dot\r\n");
  EXPECT_EQ(send(dialogue), "250 250 250 354 250 ") << "the connection is reused";
  EXPECT_EQ(say(dialogue, "QUIT"), "221");
  EXPECT_TRUE(last_.close);
}

TEST_F(DialogueTest, OrderIsKept) {
  Dialogue dialogue(services(), false);
  EXPECT_EQ(say(dialogue, "RCPT TO:<b@x.test>"), "503");
  EXPECT_EQ(say(dialogue, "DATA"), "503");
  EXPECT_EQ(say(dialogue, "MAIL x"), "501");
  EXPECT_EQ(say(dialogue, "mail from:<a@x.test> BODY=8BITMIME"), "250");
  EXPECT_EQ(say(dialogue, "RCPT TO:<nobody>"), "550");
  EXPECT_EQ(say(dialogue, "DATA"), "503");
  EXPECT_EQ(say(dialogue, "STARTTLS"), "502");
  EXPECT_EQ(say(dialogue, "WHAT"), "500");
  EXPECT_EQ(say(dialogue, "RSET"), "250");
}

TEST_F(DialogueTest, SignsIn) {
  const auto plain = base::to_base64(std::string("\0shop\0secret", 12));
  Dialogue dialogue(services(), false);
  EXPECT_EQ(say(dialogue, "AUTH PLAIN " + plain), "235");
  EXPECT_EQ(say(dialogue, "AUTH PLAIN"), "334");
  EXPECT_EQ(say(dialogue, plain), "235");
  EXPECT_EQ(say(dialogue, "AUTH LOGIN"), "334");
  EXPECT_EQ(say(dialogue, base::to_base64("shop")), "334");
  EXPECT_EQ(say(dialogue, base::to_base64("secret")), "235");
  EXPECT_EQ(say(dialogue, "AUTH LOGIN " + base::to_base64("shop")), "334");
  EXPECT_EQ(say(dialogue, base::to_base64("wrong")), "535");
  EXPECT_EQ(say(dialogue, "AUTH PLAIN %%%"), "501");
  EXPECT_EQ(say(dialogue, "AUTH CRAM-MD5"), "504");
}

TEST_F(DialogueTest, TlsForgetsWhatWasSaid) {
  Dialogue dialogue(services(), true);
  EXPECT_EQ(say(dialogue, "MAIL FROM:<a@x.test>"), "250");
  EXPECT_EQ(say(dialogue, "STARTTLS"), "220");
  EXPECT_TRUE(last_.start_tls);
  dialogue.tls_started();
  EXPECT_EQ(say(dialogue, "RCPT TO:<b@x.test>"), "503");
  EXPECT_EQ(send(dialogue), "250 250 250 354 250 ");
  EXPECT_TRUE(accepted_[0].first.tls);
}

struct FaultRow {
  std::string phase;
  FaultMode mode;
  std::int64_t status;
  std::string codes;
  std::size_t accepted;
};

TEST_F(DialogueTest, FaultsHitTheirPhase) {
  const FaultRow rows[] = {
      {"helo", FaultMode::status, 421, "421 ", 0},
      {"mail", FaultMode::status, 451, "250 451 503 503 500 500 500 500 ", 0},
      {"mail", FaultMode::refuse, 0, "250 - ", 0},
      {"rcpt", FaultMode::status, 550, "250 250 550 503 500 500 500 500 ", 0},
      {"data", FaultMode::status, 452, "250 250 250 452 500 500 500 500 ", 0},
      {"body", FaultMode::status, 554, "250 250 250 354 554 ", 0},
      {"body", FaultMode::refuse, 0, "250 250 250 354 - ", 0},
      {"body", FaultMode::lose_reply_but_done, 0, "250 250 250 354 - ", 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.phase + " " + std::string(base::enum_name(row.mode)));
    accepted_.clear();
    fault(row.phase, row.mode, row.status);
    Dialogue dialogue(services(), false);
    EXPECT_EQ(send(dialogue), row.codes);
    EXPECT_EQ(accepted_.size(), row.accepted);
    Dialogue next(services(), false);
    EXPECT_EQ(send(next), "250 250 250 354 250 ") << "the fault is used up";
  }
}

TEST_F(DialogueTest, TooMuchIsRefused) {
  Dialogue dialogue(services(), false);
  say(dialogue, "EHLO me");
  say(dialogue, "MAIL FROM:<a@x.test>");
  say(dialogue, "RCPT TO:<b@x.test>");
  say(dialogue, "DATA");
  const std::string line(1'000'000, 'x');
  for (int i = 0; i < 27; ++i) say(dialogue, line);
  EXPECT_EQ(say(dialogue, "."), "552");
  EXPECT_TRUE(accepted_.empty());
}

}  // namespace
}  // namespace sandbox::mail

#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/core/faults.h"
#include "sandbox/mail/mail_store.h"

namespace sandbox::mail {

// What the connection does after one line of the client.
struct Step {
  std::string reply;          // with CRLF; empty: nothing to say yet
  std::int64_t delay_ms = 0;  // before the reply
  bool start_tls = false;     // after the reply
  bool close = false;         // after the reply
};

struct DialogueServices {
  // The fault of this phase: connect, helo, auth, mail, rcpt, data, body.
  std::function<std::optional<Fault>(std::string_view phase, std::string_view text)> take_fault;
  std::function<bool(const std::string& user, const std::string& password)> sign_in;
  std::function<std::int64_t(const Envelope&, std::string data)> accept;  // the mail's number
};

// One SMTP connection as a state machine: lines in, replies out, no sockets (RFC 5321, RFC 4954,
// RFC 3207).
class Dialogue {
 public:
  Dialogue(DialogueServices services, bool tls_offered)
      : services_(std::move(services)), tls_offered_(tls_offered) {}

  Step greet();
  // `line` without CRLF.
  Step feed(std::string line);
  void tls_started();

  static constexpr std::size_t kLineMax = 4096;
  static constexpr std::size_t kDataMax = 25 * 1024 * 1024;

 private:
  enum class State { command, auth_plain, auth_user, auth_password, data };
  Step command(const std::string& line);
  Step hello(const std::string& rest, bool extended);
  Step auth(const std::string& rest);
  Step finish_auth(const std::string& user, const std::string& password);
  Step mail_from(const std::string& rest);
  Step rcpt_to(const std::string& rest);
  Step data_line(std::string line);
  Step finish_data();
  // Applies a fault of the phase; `normal` runs when none prevents it.
  Step with_fault(std::string_view phase, std::string_view text, std::function<Step()> normal);

  DialogueServices services_;
  bool tls_offered_ = false;
  State state_ = State::command;
  Envelope envelope_;
  bool has_sender_ = false;
  std::string auth_user_;
  std::string data_;
  bool too_much_ = false;
};

}  // namespace sandbox::mail

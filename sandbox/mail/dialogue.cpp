#include "sandbox/mail/dialogue.h"

#include "base/encoding.h"

namespace sandbox::mail {
namespace {

Step say(std::string text) {
  Step step;
  step.reply = std::move(text) + "\r\n";
  return step;
}

Step hang_up(std::string text = {}) {
  Step step;
  if (!text.empty()) step.reply = std::move(text) + "\r\n";
  step.close = true;
  return step;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

// The address between < and >; nothing when there is none.
std::optional<std::string> path_of(std::string_view rest, std::string_view keyword) {
  if (upper(rest.substr(0, keyword.size())) != keyword) return std::nullopt;
  const auto open = rest.find('<');
  const auto close = rest.find('>', open);
  if (open == rest.npos || close == rest.npos) return std::nullopt;
  return std::string(rest.substr(open + 1, close - open - 1));
}

constexpr std::size_t kRecipientsMax = 100;

}  // namespace

Step Dialogue::with_fault(std::string_view phase, std::string_view text,
                          std::function<Step()> normal) {
  const auto fault = services_.take_fault ? services_.take_fault(phase, text) : std::nullopt;
  if (!fault) return normal();
  switch (fault->mode) {
    case FaultMode::refuse: return hang_up();
    case FaultMode::status: {
      const auto code = std::to_string(fault->status);
      auto step = say(code + " " + code.substr(0, 1) + ".3.0 the sandbox was told to refuse");
      step.close = fault->status == 421;
      if (phase == "body") envelope_.to.clear(), has_sender_ = false;
      return step;
    }
    case FaultMode::delay_ms: {
      auto step = normal();
      step.delay_ms = fault->delay_ms;
      return step;
    }
    case FaultMode::close_mid_reply: {
      auto step = normal();
      step.reply.resize(step.reply.size() / 2);
      step.close = true;
      return step;
    }
    case FaultMode::lose_reply_but_done: normal(); return hang_up();
  }
  return normal();
}

Step Dialogue::greet() {
  return with_fault("connect", "", [] { return say("220 sandbox.localhost ESMTP ready"); });
}

void Dialogue::tls_started() {
  envelope_ = {};  // RFC 3207, 4.2: everything learnt before is forgotten
  envelope_.tls = true;
  has_sender_ = false;
  tls_offered_ = false;
}

Step Dialogue::feed(std::string line) {
  switch (state_) {
    case State::data: return data_line(std::move(line));
    case State::auth_plain: return auth("PLAIN " + line);
    case State::auth_user: {
      const auto user = base::from_base64(line);
      auth_user_ = user ? *user : "";
      state_ = State::auth_password;
      return say("334 UGFzc3dvcmQ6");
    }
    case State::auth_password: {
      const auto password = base::from_base64(line);
      return finish_auth(auth_user_, password ? *password : "");
    }
    case State::command: break;
  }
  return command(line);
}

Step Dialogue::command(const std::string& line) {
  const auto space = line.find(' ');
  const auto verb = upper(std::string_view(line).substr(0, space));
  const auto rest = space == line.npos ? std::string() : line.substr(space + 1);
  if (verb == "EHLO" || verb == "HELO") {
    return with_fault("helo", rest, [&] { return hello(rest, verb == "EHLO"); });
  }
  if (verb == "STARTTLS") {
    if (!tls_offered_) return say("502 5.5.1 not offered");
    auto step = say("220 2.0.0 go ahead");
    step.start_tls = true;
    return step;
  }
  if (verb == "AUTH") return auth(rest);
  if (verb == "MAIL") return with_fault("mail", rest, [&] { return mail_from(rest); });
  if (verb == "RCPT") return with_fault("rcpt", rest, [&] { return rcpt_to(rest); });
  if (verb == "DATA") {
    if (envelope_.to.empty()) return say("503 5.5.1 who is it for?");
    return with_fault("data", rest, [&] {
      state_ = State::data;
      data_.clear();
      too_much_ = false;
      return say("354 go on, end with a dot");
    });
  }
  if (verb == "RSET") {
    envelope_.to.clear();
    has_sender_ = false;
    return say("250 2.0.0 forgotten");
  }
  if (verb == "NOOP") return say("250 2.0.0 ok");
  if (verb == "VRFY") return say("252 2.5.2 try it");
  if (verb == "QUIT") return hang_up("221 2.0.0 bye");
  return say("500 5.5.2 unknown command");
}

Step Dialogue::hello(const std::string& rest, bool extended) {
  envelope_.helo = rest;
  envelope_.to.clear();
  has_sender_ = false;
  if (!extended) return say("250 sandbox.localhost");
  std::string text = "250-sandbox.localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n";
  if (tls_offered_) text += "250-STARTTLS\r\n";
  text += "250-AUTH PLAIN LOGIN\r\n250-SIZE " + std::to_string(kDataMax);
  return say(text + "\r\n250 ENHANCEDSTATUSCODES");
}

Step Dialogue::auth(const std::string& rest) {
  const auto space = rest.find(' ');
  const auto mechanism = upper(std::string_view(rest).substr(0, space));
  if (mechanism == "LOGIN") {
    state_ = State::auth_user;
    if (space != rest.npos) return feed(rest.substr(space + 1));
    return say("334 VXNlcm5hbWU6");
  }
  if (mechanism != "PLAIN") return say("504 5.5.4 PLAIN or LOGIN");
  if (space == rest.npos) {
    state_ = State::auth_plain;
    return say("334 ");
  }
  const auto decoded = base::from_base64(rest.substr(space + 1));
  state_ = State::command;
  if (!decoded) return say("501 5.5.2 not base64");
  const auto first = decoded->find('\0');
  const auto second = first == decoded->npos ? first : decoded->find('\0', first + 1);
  if (second == decoded->npos) return say("501 5.5.2 not a PLAIN response");
  return finish_auth(decoded->substr(first + 1, second - first - 1), decoded->substr(second + 1));
}

Step Dialogue::finish_auth(const std::string& user, const std::string& password) {
  state_ = State::command;
  return with_fault("auth", user, [&] {
    if (services_.sign_in && !services_.sign_in(user, password)) {
      return say("535 5.7.8 wrong user or password");
    }
    envelope_.user = user;
    return say("235 2.7.0 welcome");
  });
}

Step Dialogue::mail_from(const std::string& rest) {
  const auto from = path_of(rest, "FROM:");
  if (!from) return say("501 5.5.4 MAIL FROM:<address>");
  envelope_.from = *from;
  envelope_.to.clear();
  has_sender_ = true;
  return say("250 2.1.0 ok");
}

Step Dialogue::rcpt_to(const std::string& rest) {
  if (!has_sender_) return say("503 5.5.1 MAIL first");
  const auto to = path_of(rest, "TO:");
  if (!to || to->empty()) return say("501 5.5.4 RCPT TO:<address>");
  if (to->find('@') == to->npos) return say("550 5.1.1 no such address");
  if (envelope_.to.size() == kRecipientsMax) return say("452 4.5.3 too many recipients");
  envelope_.to.push_back(*to);
  return say("250 2.1.5 ok");
}

Step Dialogue::data_line(std::string line) {
  if (line == ".") return finish_data();
  if (line.starts_with('.')) line.erase(0, 1);
  too_much_ = too_much_ || data_.size() + line.size() > kDataMax;
  if (!too_much_) data_ += line + "\r\n";
  return {};
}

Step Dialogue::finish_data() {
  state_ = State::command;
  std::string recipients;
  for (const auto& to : envelope_.to) recipients += to + " ";
  auto step = with_fault("body", recipients + data_, [&] {
    if (too_much_) return say("552 5.3.4 too big");
    const auto n = services_.accept(envelope_, std::move(data_));
    return say("250 2.0.0 Ok: queued as " + std::to_string(n));
  });
  envelope_.to.clear();
  has_sender_ = false;
  data_.clear();
  return step;
}

}  // namespace sandbox::mail

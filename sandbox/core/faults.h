#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace sandbox {

enum class FaultMode : std::uint8_t {
  refuse,               // the connection closes, nothing is done
  delay_ms,             // done after a wait
  status,               // an error is answered, nothing is done
  close_mid_reply,      // done, half of the reply
  lose_reply_but_done,  // done, no reply
};
BOOST_DESCRIBE_ENUM(FaultMode, refuse, delay_ms, status, close_mid_reply, lose_reply_but_done)

enum class CallbackMode : std::uint8_t { drop, delay, double_, reorder };

struct Fault {
  std::int64_t id = 0;
  std::string provider;
  std::string operation;  // glob
  FaultMode mode = FaultMode::refuse;
  std::int64_t status = 500;
  std::int64_t delay_ms = 0;
  std::int64_t count = 1;  // uses left; 0 = always
  std::int64_t skip = 0;   // matching requests to let pass first
  std::string match;       // text that the request must hold
  std::int64_t hits = 0;
};

struct CallbackFault {
  std::int64_t id = 0;
  std::string provider;
  std::string event;  // glob
  CallbackMode mode = CallbackMode::drop;
  std::int64_t delay_ms = 0;
  std::int64_t count = 1;
  std::int64_t hits = 0;
};

// What shall go wrong, in the order it was asked for. Guarded by the world's lock.
class Faults {
 public:
  std::int64_t add(Fault fault);
  std::int64_t add(CallbackFault fault);
  // The first fault that applies, used up by one. `texts` are searched for Fault::match.
  std::optional<Fault> take(std::string_view provider, std::string_view operation,
                            std::initializer_list<std::string_view> texts);
  std::optional<CallbackFault> take_callback(std::string_view provider, std::string_view event);
  bool remove(std::int64_t id);
  void clear();
  void clear_callbacks();
  bool empty() const { return faults_.empty(); }
  const std::vector<Fault>& all() const { return faults_; }
  const std::vector<CallbackFault>& callbacks() const { return callbacks_; }

 private:
  std::vector<Fault> faults_;
  std::vector<CallbackFault> callbacks_;
  std::int64_t last_id_ = 0;
};

}  // namespace sandbox

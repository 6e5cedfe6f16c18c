#pragma once
#include "base/work_loop.h"
#include "store/store.h"

namespace messaging {

// Forgets what messages said once the time for keeping it is over; that they were sent, when, from
// which version and what they cost stays. Owned by app, lives as long as the runtime. Several
// processes may run it.
class Retention {
 public:
  Retention(base::Runtime& runtime, store::Store& store);
  void start() { loop_.start(); }

 private:
  using Tasks = std::vector<base::Awaitable<void>>;
  base::Awaitable<base::Result<Tasks>> sweep();

  base::Runtime& runtime_;
  store::Store& store_;
  base::WorkLoop loop_;
};

}  // namespace messaging

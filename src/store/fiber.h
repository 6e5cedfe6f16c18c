#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace store {

// A function on a stack of its own that may stop in the middle and go on later: how a plain
// function can wait for a socket without holding a thread. Lives and runs on one thread. The body
// must not throw, and must not stop inside a catch block.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  ~Fiber();  // only after the body has returned, or before it began
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // From outside: runs the body until it stops or returns.
  void resume();
  // From inside the body: back to resume().
  void stop();
  bool began() const;
  bool returned() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace store

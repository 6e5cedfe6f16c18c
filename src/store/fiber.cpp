#include "store/fiber.h"

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace store {
namespace {

// Only what is touched is ever memory; the sanitizers' frames are several times larger.
constexpr std::size_t kStackBytes = 512 * 1024;

}  // namespace

struct Fiber::State {
  boost::context::fiber inside;
  boost::context::fiber outside;
  bool began = false;
  bool returned = false;

  // The sanitizers must be told of every change of stacks.
#if defined(__SANITIZE_ADDRESS__)
  void* fake_inside = nullptr;
  void* fake_outside = nullptr;
  const void* bottom_inside = nullptr;
  const void* bottom_outside = nullptr;
  std::size_t size_inside = 0;
  std::size_t size_outside = 0;
  void leave_outside() {
    __sanitizer_start_switch_fiber(&fake_outside, bottom_inside, size_inside);
  }
  void back_outside() { __sanitizer_finish_switch_fiber(fake_outside, nullptr, nullptr); }
  void begin_inside() { __sanitizer_finish_switch_fiber(nullptr, &bottom_outside, &size_outside); }
  void leave_inside() {
    __sanitizer_start_switch_fiber(returned ? nullptr : &fake_inside, bottom_outside, size_outside);
  }
  void back_inside() {
    __sanitizer_finish_switch_fiber(fake_inside, &bottom_outside, &size_outside);
  }
#elif defined(__SANITIZE_THREAD__)
  void* thread_inside = __tsan_create_fiber(0);
  void* thread_outside = nullptr;
  ~State() { __tsan_destroy_fiber(thread_inside); }
  void leave_outside() {
    thread_outside = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(thread_inside, 0);
  }
  void back_outside() {}
  void begin_inside() {}
  void leave_inside() { __tsan_switch_to_fiber(thread_outside, 0); }
  void back_inside() {}
#else
  void leave_outside() {}
  void back_outside() {}
  void begin_inside() {}
  void leave_inside() {}
  void back_inside() {}
#endif
};

Fiber::Fiber(std::function<void()> body) : state_(std::make_unique<State>()) {
  boost::context::protected_fixedsize_stack allocator(kStackBytes);
  const boost::context::stack_context stack = allocator.allocate();
#if defined(__SANITIZE_ADDRESS__)
  state_->bottom_inside = static_cast<const char*>(stack.sp) - stack.size;
  state_->size_inside = stack.size;
#endif
  auto run = [state = state_.get(), body = std::move(body)](boost::context::fiber&& outside) {
    state->begin_inside();
    state->outside = std::move(outside);
    body();
    state->returned = true;
    state->leave_inside();
    return std::move(state->outside);
  };
  state_->inside = boost::context::fiber(std::allocator_arg,
                                         boost::context::preallocated(stack.sp, stack.size, stack),
                                         allocator, std::move(run));
}

Fiber::~Fiber() { QT_ASSERT(!state_->began || state_->returned); }

void Fiber::resume() {
  QT_ASSERT(!state_->returned);
  state_->began = true;
  state_->leave_outside();
  state_->inside = std::move(state_->inside).resume();
  state_->back_outside();
}

void Fiber::stop() {
  state_->leave_inside();
  state_->outside = std::move(state_->outside).resume();
  state_->back_inside();
}

bool Fiber::began() const { return state_->began; }
bool Fiber::returned() const { return state_->returned; }

}  // namespace store

#pragma once
// The template of runtime.h; the waiting itself is compiled once, in runtime.cpp.

namespace base {
namespace detail {

// Suspends the caller while `job`, which must not throw, runs on a blocking thread.
Awaitable<void> run_erased(Runtime& runtime, std::function<void()> job);

}  // namespace detail

template <class F>
Awaitable<std::invoke_result_t<F&>> run_blocking(Runtime& runtime, F job) {
  using R = std::invoke_result_t<F&>;
  std::exception_ptr failure;
  // The frame outlives the job, so the job may refer to it; that also lets F be move-only.
  if constexpr (std::is_void_v<R>) {
    std::function<void()> erased = [&job, &failure] {
      try {
        job();
      } catch (...) {
        failure = std::current_exception();
      }
    };
    co_await detail::run_erased(runtime, std::move(erased));
    if (failure) std::rethrow_exception(failure);
  } else {
    std::optional<R> result;
    std::function<void()> erased = [&job, &failure, &result] {
      try {
        result.emplace(job());
      } catch (...) {
        failure = std::current_exception();
      }
    };
    co_await detail::run_erased(runtime, std::move(erased));
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*result);
  }
}

}  // namespace base

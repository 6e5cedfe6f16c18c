#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/runtime.h"
#include "store/store.h"

namespace store {

// Many small pieces of work of one kind, reads or writes, in one transaction when they come at the
// same time: while `running_max` transactions are under way, what arrives waits and then goes
// together, so that nothing waits for company. Lives as long as the runtime runs. Thread-safe.
template <class Item, class Out>
class Batch {
 public:
  struct Options {
    std::string name;
    Access access = Access::write;  // or reads
    std::size_t items_max = 32;
    std::size_t running_max = 2;
    std::size_t waiting_max = 1024;  // more are refused with Code::unavailable
  };
  // One result for each item, in their order. An error undoes the transaction; unless it was the
  // database's own (unavailable, ambiguous) each item then runs in a transaction alone, so that one
  // bad item harms no other. May run several times: only reads its captures.
  using Body = std::function<Result<std::vector<Out>>(Tx&, std::span<const Item>)>;

  Batch(base::Runtime& runtime, Store& store, Options options, Body body)
      : runtime_(runtime), store_(store), options_(std::move(options)), body_(std::move(body)) {}

  // The item's result after its commit; resumes the caller on the caller's own executor.
  Awaitable<Result<Out>> run(Item item) {
    auto initiate = [this](auto handler, Item moved) {
      using Handler = decltype(handler);
      add(std::move(moved),
          std::make_unique<detail::ResumeWith<Result<Out>, Handler>>(std::move(handler)));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<Out>)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(item));
  }

 private:
  using Waiter = std::unique_ptr<detail::Resume<Result<Out>>>;
  struct Taken {
    std::vector<Item> items;
    std::vector<Waiter> waiters;
  };

  void add(Item item, Waiter waiter) {
    bool full = false;
    {
      const std::lock_guard lock(mutex_);
      full = waiting_.size() >= options_.waiting_max;
      if (!full) waiting_.emplace_back(std::move(item), std::move(waiter));
      if (!full && running_ >= options_.running_max) return;
      if (!full) ++running_;
    }
    if (full) {
      return waiter->resume(base::error(base::Code::unavailable, "batch_full",
                                        options_.name + ": too many wait for the database"));
    }
    runtime_.spawn(options_.name, drain());
  }

  Taken take() {
    Taken out;
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && out.items.size() < options_.items_max) {
      out.items.push_back(std::move(waiting_.front().first));
      out.waiters.push_back(std::move(waiting_.front().second));
      waiting_.pop_front();
    }
    if (out.items.empty()) --running_;
    return out;
  }

  Awaitable<void> drain() {
    for (;;) {
      Taken taken = take();
      if (taken.items.empty()) co_return;
      co_await write(taken);
    }
  }

  Awaitable<Result<std::vector<Out>>> carry_out(std::span<const Item> items) {
    auto body = [this, items](Tx& tx) { return body_(tx, items); };
    if (options_.access == Access::reads) co_return co_await store_.with_reads(body);
    co_return co_await store_.with_transaction(body);
  }

  Awaitable<void> write(Taken& taken) {
    auto results = co_await carry_out(taken.items);
    if (results) {
      QT_ASSERT(results->size() == taken.items.size());
      for (std::size_t i = 0; i < taken.items.size(); ++i)
        taken.waiters[i]->resume(std::move((*results)[i]));
      co_return;
    }
    const base::Error error = results.error();
    const bool alone = taken.items.size() == 1 || error.code == base::Code::unavailable ||
                       error.code == base::Code::ambiguous;
    for (std::size_t i = 0; i < taken.items.size(); ++i) {
      if (alone) {
        taken.waiters[i]->resume(error);
      } else {
        co_await write_one(taken.items[i], *taken.waiters[i]);
      }
    }
  }

  Awaitable<void> write_one(const Item& item, detail::Resume<Result<Out>>& waiter) {
    const std::span<const Item> alone(&item, 1);
    auto result = co_await carry_out(alone);
    if (!result) {
      waiter.resume(std::move(result).error());
      co_return;
    }
    QT_ASSERT(result->size() == 1);
    waiter.resume(std::move(result->front()));
  }

  base::Runtime& runtime_;
  Store& store_;
  Options options_;
  Body body_;
  std::mutex mutex_;
  std::deque<std::pair<Item, Waiter>> waiting_;
  std::size_t running_ = 0;
};

}  // namespace store

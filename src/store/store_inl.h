#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "store/store.h"

namespace store {
namespace detail {

base::Error write_in_snapshot(const Statement& statement);
base::Error second_row(const Statement& statement);
base::Error misfit(const Statement& statement, std::string_view column);
base::Error body_threw(const std::exception& e);

// Gives the statement back however the loop over its rows ends.
class OpenCursor {
 public:
  explicit OpenCursor(Cursor* cursor) : cursor_(cursor) {}
  OpenCursor(const OpenCursor&) = delete;
  OpenCursor& operator=(const OpenCursor&) = delete;
  ~OpenCursor() {
    if (cursor_) static_cast<void>(cursor_->finish());
  }
  const Value* next() { return cursor_->next(); }
  base::Status finish() { return std::exchange(cursor_, nullptr)->finish(); }

 private:
  Cursor* cursor_;
};

template <class P>
class BoundValues {
 public:
  explicit BoundValues(const P& params) { encode_members(params, values_.data()); }
  Bound bound(const std::uint8_t* plan) const { return {values_.data(), plan}; }

 private:
  std::array<Value, kMemberCount<P> + 1> values_;
};

// The rows of one statement that was put off.
class Deferred {
 public:
  using Plan = std::array<std::uint8_t, kParamsMax>;
  // `type` stands for the type of the rows.
  Deferred(const Statement& statement, const Plan& plan, const void* type, Affects affects)
      : statement(statement), plan(plan), type(type), affects(affects) {}
  virtual ~Deferred() = default;
  virtual std::size_t count() const = 0;
  virtual Result<std::int64_t> run(Connection& connection) = 0;

  const Statement& statement;
  const Plan plan;  // question mark -> member of the row
  const void* const type;
  const Affects affects;
};

template <class P>
inline constexpr char kTypeOf = 0;

template <class P>
std::vector<Value> encode_rows(std::span<const P> rows) {
  constexpr std::size_t stride = kMemberCount<P>;
  std::vector<Value> values(rows.size() * stride);
  for (std::size_t i = 0; i < rows.size(); ++i) encode_members(rows[i], values.data() + i * stride);
  return values;
}

template <class P>
class DeferredRows final : public Deferred {
 public:
  using Deferred::Deferred;
  void add(const P& row) { rows_.push_back(row); }
  std::size_t count() const override { return rows_.size(); }
  Result<std::int64_t> run(Connection& connection) override {
    const std::vector<Value> values = encode_rows(std::span<const P>(rows_));
    return connection.execute_many(statement, values.data(), rows_.size(), kMemberCount<P>,
                                   plan.data());
  }

 private:
  std::vector<P> rows_;
};

}  // namespace detail

template <class P, class R>
Status Tx::later(const Query<P, R>& query, const std::type_identity_t<P>& params, Affects affects) {
  if (read_only_) return detail::write_in_snapshot(*query.statement);
  for (const auto& known : deferred_) {
    const bool same = &known->statement == query.statement && known->plan == query.plan &&
                      known->type == &detail::kTypeOf<P> && known->affects == affects;
    if (!same) continue;
    static_cast<detail::DeferredRows<P>&>(*known).add(params);
    return {};
  }
  auto rows = std::make_unique<detail::DeferredRows<P>>(*query.statement, query.plan,
                                                        &detail::kTypeOf<P>, affects);
  rows->add(params);
  deferred_.push_back(std::move(rows));
  return {};
}

template <class P, class R>
Result<std::int64_t> Tx::exec(const Query<P, R>& query, const std::type_identity_t<P>& params) {
  if (read_only_) return detail::write_in_snapshot(*query.statement);
  TRY_STATUS(settle(*query.statement));
  const detail::BoundValues<P> values(params);
  return connection_.execute(*query.statement, values.bound(query.plan.data()));
}

template <class P, class R>
Result<std::optional<R>> Tx::one(const Query<P, R>& query, const std::type_identity_t<P>& params) {
  TRY_STATUS(settle(*query.statement));
  std::optional<R> found;
  const detail::BoundValues<P> values(params);
  TRY(Cursor * opened, connection_.query(*query.statement, values.bound(query.plan.data()),
                                         detail::kColumns<R>, false));
  detail::OpenCursor cursor(opened);
  while (const detail::Value* row = cursor.next()) {
    if (found) return detail::second_row(*query.statement);
    const std::size_t good = detail::decode_members(row, found.emplace());
    if (good < detail::kMemberCount<R>) {
      return detail::misfit(*query.statement, detail::kColumns<R>[good].name);
    }
  }
  TRY_STATUS(cursor.finish());
  return found;
}

template <class P, class R>
Result<std::vector<R>> Tx::all(const Query<P, R>& query, const std::type_identity_t<P>& params) {
  TRY_STATUS(settle(*query.statement));
  std::vector<R> rows;
  const detail::BoundValues<P> values(params);
  TRY(Cursor * opened, connection_.query(*query.statement, values.bound(query.plan.data()),
                                         detail::kColumns<R>, false));
  detail::OpenCursor cursor(opened);
  while (const detail::Value* row = cursor.next()) {
    const std::size_t good = detail::decode_members(row, rows.emplace_back());
    if (good < detail::kMemberCount<R>) {
      return detail::misfit(*query.statement, detail::kColumns<R>[good].name);
    }
  }
  TRY_STATUS(cursor.finish());
  return rows;
}

template <class P, class R, class F>
Status Tx::each(const Query<P, R>& query, const std::type_identity_t<P>& params, F&& visit) {
  TRY_STATUS(settle(*query.statement));
  const detail::BoundValues<P> values(params);
  TRY(Cursor * opened, connection_.query(*query.statement, values.bound(query.plan.data()),
                                         detail::kColumns<R>, true));
  detail::OpenCursor cursor(opened);
  R row{};
  while (const detail::Value* from = cursor.next()) {
    const std::size_t good = detail::decode_members(from, row);
    if (good < detail::kMemberCount<R>) {
      return detail::misfit(*query.statement, detail::kColumns<R>[good].name);
    }
    TRY_STATUS(visit(std::move(row)));
  }
  return cursor.finish();
}

template <class P, class R>
Result<std::int64_t> Tx::exec_many(const Query<P, R>& query,
                                   std::type_identity_t<std::span<const P>> params) {
  if (read_only_) return detail::write_in_snapshot(*query.statement);
  if (params.empty()) return std::int64_t{0};
  TRY_STATUS(settle(*query.statement));
  const std::vector<detail::Value> values = detail::encode_rows(params);
  return connection_.execute_many(*query.statement, values.data(), params.size(),
                                  detail::kMemberCount<P>, query.plan.data());
}

namespace detail {

// The body and its result, common to both ways of waiting.
template <class F>
class BodyJob : public Job {
 public:
  using Outcome = std::invoke_result_t<F&, Tx&>;
  BodyJob(F body, Access access) : Job(access), body_(std::move(body)) {}
  bool run(Tx& tx) final {
    try {
      result_.emplace(body_(tx));
      if (*result_) {
        if (Status written = tx.flush(); !written) result_.emplace(std::move(written).error());
      }
    } catch (const std::exception& e) {
      result_.emplace(body_threw(e));
    }
    return result_->has_value();
  }

 protected:
  Outcome take(Status outcome) {
    if (outcome.has_error()) return std::move(outcome).error();
    return *std::move(result_);
  }

 private:
  F body_;
  std::optional<Outcome> result_;
};

// A coroutine that waits for an Outcome.
template <class Outcome>
class Resume {
 public:
  virtual ~Resume() = default;
  // Either, once: later on the waiting coroutine's loop, from any thread; or at once when this is
  // its loop.
  virtual void resume(Outcome outcome) = 0;
  virtual void resume_here(Outcome outcome) = 0;
};

template <class Outcome, class Handler>
class ResumeWith final : public Resume<Outcome> {
 public:
  explicit ResumeWith(Handler handler)
      // Keeps the caller's loop running while its work is elsewhere.
      : executor_(boost::asio::prefer(
            boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
            boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}
  void resume(Outcome outcome) override { boost::asio::post(executor_, go_on(std::move(outcome))); }
  void resume_here(Outcome outcome) override {
    boost::asio::dispatch(executor_, go_on(std::move(outcome)));
  }

 private:
  auto go_on(Outcome outcome) {
    return [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
      std::move(handler)(std::move(outcome));
    };
  }

  boost::asio::any_io_executor executor_;
  Handler handler_;
};

template <class F, class Handler>
class AwaitedJob final : public BodyJob<F> {
 public:
  using Outcome = typename BodyJob<F>::Outcome;
  AwaitedJob(F body, Access access, Handler handler)
      : BodyJob<F>(std::move(body), access), waiter_(std::move(handler)) {}
  void done(Status outcome) override { waiter_.resume(this->take(std::move(outcome))); }
  void done_here(Status outcome) override { waiter_.resume_here(this->take(std::move(outcome))); }

 private:
  ResumeWith<Outcome, Handler> waiter_;
};

template <class F>
class BlockingJob final : public BodyJob<F> {
 public:
  using Outcome = typename BodyJob<F>::Outcome;
  BlockingJob(F body, Access access, std::optional<Outcome>& into)
      : BodyJob<F>(std::move(body), access), into_(into) {}
  void done(Status outcome) override { into_.emplace(this->take(std::move(outcome))); }

 private:
  std::optional<Outcome>& into_;
};

}  // namespace detail

template <class F>
auto Store::start(F body, Access access) {
  using Outcome = std::invoke_result_t<F&, Tx&>;
  auto initiate = [this, access](auto handler, F moved_body) {
    using Handler = decltype(handler);
    submit(std::make_unique<detail::AwaitedJob<F, Handler>>(std::move(moved_body), access,
                                                            std::move(handler)));
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Outcome)>(
      std::move(initiate), boost::asio::use_awaitable, std::move(body));
}

template <class F>
Awaitable<std::invoke_result_t<F&, Tx&>> Store::with_transaction(F body) {
  return start(std::move(body), Access::write);
}

template <class F>
Awaitable<std::invoke_result_t<F&, Tx&>> Store::with_snapshot(F body) {
  return start(std::move(body), Access::snapshot);
}

template <class F>
Awaitable<std::invoke_result_t<F&, Tx&>> Store::with_reads(F body) {
  return start(std::move(body), Access::reads);
}

template <class F>
std::invoke_result_t<F&, Tx&> Store::blocking(F body, Access access) {
  std::optional<std::invoke_result_t<F&, Tx&>> result;
  run_blocking(std::make_unique<detail::BlockingJob<F>>(std::move(body), access, result));
  return *std::move(result);
}

template <class F>
std::invoke_result_t<F&, Tx&> Store::transact_blocking(F body) {
  return blocking(std::move(body), Access::write);
}

template <class F>
std::invoke_result_t<F&, Tx&> Store::snapshot_blocking(F body) {
  return blocking(std::move(body), Access::snapshot);
}

}  // namespace store

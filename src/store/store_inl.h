#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
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

}  // namespace detail

template <class P, class R>
Result<std::int64_t> Tx::exec(const Query<P, R>& query, const std::type_identity_t<P>& params) {
  if (read_only_) return detail::write_in_snapshot(*query.statement);
  const detail::BoundValues<P> values(params);
  return connection_.execute(*query.statement, values.bound(query.plan.data()));
}

template <class P, class R>
Result<std::optional<R>> Tx::one(const Query<P, R>& query, const std::type_identity_t<P>& params) {
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
  const detail::BoundValues<P> values(params);
  TRY(Cursor * opened, connection_.query(*query.statement, values.bound(query.plan.data()),
                                         detail::kColumns<R>, true));
  detail::OpenCursor cursor(opened);
  while (const detail::Value* from = cursor.next()) {
    R row{};
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
  constexpr std::size_t stride = detail::kMemberCount<P>;
  std::vector<detail::Value> values(params.size() * stride);
  for (std::size_t i = 0; i < params.size(); ++i) {
    detail::encode_members(params[i], values.data() + i * stride);
  }
  return connection_.execute_many(*query.statement, values.data(), params.size(), stride,
                                  query.plan.data());
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

template <class F, class Handler>
class AwaitedJob final : public BodyJob<F> {
 public:
  AwaitedJob(F body, Access access, Handler handler)
      : BodyJob<F>(std::move(body), access),
        // Keeps the caller's loop running while the job is with a database thread.
        executor_(boost::asio::prefer(
            boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
            boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}
  void done(Status outcome) override {
    auto resume = [handler = std::move(handler_),
                   result = this->take(std::move(outcome))]() mutable {
      std::move(handler)(std::move(result));
    };
    boost::asio::post(executor_, std::move(resume));
  }

 private:
  boost::asio::any_io_executor executor_;
  Handler handler_;
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

#include <boost/asio/post.hpp>
#include <thread>

#include "base/log.h"
#include "store/engines.h"
#include "store/job_queue.h"
#include "store/sqlite_connection.h"

namespace store {
namespace {
using Control = SqliteConnection::Control;

constexpr std::size_t kBatchMax = 64;   // bodies in one commit
constexpr int kWalPagesPassive = 1000;  // 4 MB of log: copy it into the database
constexpr int kWalPagesRestart =
    8 * kWalPagesPassive;  // readers keep it from starting over: wait for them

// One writer with group commit, and readers with their own snapshots. In memory, and when the
// runtime has no threads, one connection does both.
class SqliteStore final : public Store {
 public:
  SqliteStore(base::Runtime& runtime, Options options, std::string path)
      : runtime_(runtime),
        options_(std::move(options)),
        path_(std::move(path)),
        in_memory_(path_ == ":memory:"),
        writes_(options_.queue_max),
        reads_(options_.queue_max) {}

  ~SqliteStore() override {
    close();
    *alive_ = false;
  }

  void close() override {
    writes_.close();
    reads_.close();
    for (auto& t : std::exchange(threads_, {})) t.join();
  }

  Status start() {
    TRY(writer_,
        SqliteConnection::open(path_, SqliteConnection::Role::writer, options_.busy_timeout));
    if (!runtime_.threaded()) return {};
    threads_.push_back(runtime_.start_thread("sqlite-write", [this] { write_loop(); }));
    if (in_memory_) return {};
    for (std::size_t i = 0; i < options_.threads; ++i) {
      threads_.push_back(runtime_.start_thread("sqlite-read", [this] { read_loop(); }));
    }
    return {};
  }

  Engine engine() const override { return Engine::sqlite; }

  Status administer(std::function<Status(Connection&)> work) override {
    Status result;
    run_blocking(std::make_unique<AdminJob>(std::move(work), result));
    return result;
  }

 protected:
  void submit(std::unique_ptr<Job> job) override {
    if (runtime_.threaded()) {
      (job->read_only() && !in_memory_ ? reads_ : writes_).push(std::move(job));
      return;
    }
    auto task = [this, alive = alive_, job = std::move(job)]() mutable {
      if (*alive) run_inline(std::move(job));
    };
    boost::asio::post(runtime_.loop(0), std::move(task));
  }

  void run_blocking(std::unique_ptr<Job> job) override {
    if (!runtime_.threaded()) return run_inline(std::move(job));
    auto wrapped = std::make_unique<NotifyingJob>(std::move(job));
    NotifyingJob::Flag flag;
    wrapped->notify(&flag);
    submit(std::move(wrapped));
    flag.wait();
  }

 private:
  struct Finished {
    std::unique_ptr<Job> job;
    Status outcome;
    bool committed = false;
    std::vector<std::function<void()>> hooks;
  };

  void run_inline(std::unique_ptr<Job> job) {
    QT_ASSERT(!inside_);  // a body must not start another transaction
    inside_ = true;
    std::vector<Finished> batch(1);
    batch[0].job = std::move(job);
    run_batch(batch, false);
    inside_ = false;
    finish(batch);
  }

  void write_loop() {
    while (auto first = writes_.pop()) {
      std::vector<Finished> batch(1);
      batch[0].job = std::move(first);
      run_batch(batch, true);
      finish(batch);
      if (writer_->wal_pages() >= kWalPagesPassive) {
        writer_->checkpoint(writer_->wal_pages() >= kWalPagesRestart);
      }
    }
  }

  void finish(std::vector<Finished>& batch) {
    for (Finished& f : batch) {
      if (f.committed) {
        for (auto& hook : f.hooks) hook();
      }
      f.job->done(std::move(f.outcome));
    }
  }

  // Runs the batch in one transaction; `more` lets it grow by what arrives meanwhile.
  void run_batch(std::vector<Finished>& batch, bool more) {
    const Status begun = writer_->control(Control::begin_write);
    if (!begun) {
      for (Finished& f : batch) f.outcome = begun;
      return;
    }
    std::size_t committing = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (!run_job(batch[i])) {
        if (!writer_->in_transaction()) return lost(batch, i);
      } else {
        ++committing;
      }
      if (more && i + 1 == batch.size() && batch.size() < kBatchMax) {
        if (auto job = writes_.try_pop()) batch.emplace_back().job = std::move(job);
      }
    }
    const Status ended = writer_->control(committing > 0 ? Control::commit : Control::rollback);
    if (ended) return;
    if (writer_->in_transaction()) static_cast<void>(writer_->control(Control::rollback));
    for (Finished& f : batch) {
      if (std::exchange(f.committed, false)) f.outcome = ended;
    }
  }

  // True when the job's work is to be committed.
  bool run_job(Finished& f) {
    if (const Status s = writer_->control(Control::savepoint); !s) {
      f.outcome = s;
      return false;
    }
    Tx tx(*writer_, f.job->read_only());
    const bool commit = f.job->run(tx);
    f.hooks = writer_->take_hooks();
    if (!writer_->in_transaction()) {
      f.outcome = base::error(base::Code::unavailable, "storage_failed",
                              "SQLite rolled the transaction back");
      return false;
    }
    if (!commit) static_cast<void>(writer_->control(Control::rollback_to));
    if (const Status s = writer_->control(Control::release); !s) {
      f.outcome = s;
      return false;
    }
    f.committed = commit;
    return commit;
  }

  // The job at `culprit` met an error that took the whole transaction with it: the others run once
  // more.
  void lost(std::vector<Finished>& batch, std::size_t culprit) {
    base::log::error("SQLite rolled a transaction back", {{"batch", batch.size()}});
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (i == culprit || !std::exchange(batch[i].committed, false)) continue;
      std::vector<Finished> alone(1);
      alone[0].job = std::move(batch[i].job);
      run_batch(alone, false);
      batch[i] = std::move(alone[0]);
    }
  }

  void read_loop() {
    std::unique_ptr<SqliteConnection> connection;  // opened when first needed
    while (auto job = reads_.pop()) {
      Status outcome;
      if (!connection) {
        auto opened =
            SqliteConnection::open(path_, SqliteConnection::Role::reader, options_.busy_timeout);
        if (opened) {
          connection = *std::move(opened);
        } else {
          outcome = opened.error();
        }
      }
      if (outcome) outcome = connection->control(Control::begin_read);
      if (outcome) {
        Tx tx(*connection, true);
        job->run(tx);
        static_cast<void>(connection->take_hooks());
        // Nothing was written, so both ends are the same; a rollback also works after an error.
        if (connection->in_transaction()) static_cast<void>(connection->control(Control::rollback));
      }
      job->done(std::move(outcome));
    }
  }

  base::Runtime& runtime_;
  const Options options_;
  const std::string path_;
  const bool in_memory_;
  JobQueue writes_;
  JobQueue reads_;
  std::unique_ptr<SqliteConnection> writer_;
  bool inside_ = false;  // without threads: a body runs
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(base::Runtime& runtime, Options options) {
  std::string path = options.url.substr(std::string_view("sqlite:").size());
  if (path.empty()) return base::error(base::Code::invalid_argument, "sqlite: needs a path");
  auto made = std::make_unique<SqliteStore>(runtime, std::move(options), std::move(path));
  TRY_STATUS(made->start());
  return made;
}

}  // namespace store

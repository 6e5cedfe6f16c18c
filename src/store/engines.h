#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "store/store.h"

namespace store {

// open()'s two halves.
Result<std::unique_ptr<Store>> open_sqlite(base::Runtime& runtime, Options options);
Result<std::unique_ptr<Store>> open_mariadb(base::Runtime& runtime, Options options);

// A job around plain work on the connection.
class AdminJob final : public Job {
 public:
  AdminJob(std::function<Status(Connection&)> work, Status& into)
      : Job(Access::write), work_(std::move(work)), into_(into) {}
  bool run(Tx& tx) override {
    result_ = work_(tx.connection());
    return result_.has_value();
  }
  void done(Status outcome) override {
    into_ = outcome.has_error() ? std::move(outcome) : std::move(result_);
  }

 private:
  std::function<Status(Connection&)> work_;
  Status& into_;
  Status result_;
};

// Lets a thread wait for a job that another thread runs.
class NotifyingJob final : public Job {
 public:
  explicit NotifyingJob(std::unique_ptr<Job> inner)
      : Job(inner->access()), inner_(std::move(inner)) {}
  bool run(Tx& tx) override { return inner_->run(tx); }
  void done(Status outcome) override;
  // The flag lives with the waiting thread.
  struct Flag {
    std::mutex mutex;
    std::condition_variable wake;
    bool set = false;
    void wait();
  };
  void notify(Flag* flag) { flag_ = flag; }

 private:
  std::unique_ptr<Job> inner_;
  Flag* flag_ = nullptr;
};

}  // namespace store

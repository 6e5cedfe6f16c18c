#include "store/engines.h"

namespace store {

void NotifyingJob::done(Status outcome) {
  inner_->done(std::move(outcome));
  std::lock_guard lock(flag_->mutex);
  flag_->set = true;
  flag_->wake
      .notify_one();  // under the lock: the waiting thread owns the flag and may return at once
}

void NotifyingJob::Flag::wait() {
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return set; });
}

Result<std::unique_ptr<Store>> open(base::Runtime& runtime, Options options) {
  QT_ASSERT(options.threads > 0 && options.queue_max > 0 && options.attempts_max > 0);
  if (options.url.starts_with("sqlite:")) return open_sqlite(runtime, std::move(options));
  if (options.url.starts_with("mysql:")) return open_mariadb(runtime, std::move(options));
  return base::error(base::Code::invalid_argument, "a database URL starts with sqlite: or mysql:");
}

}  // namespace store

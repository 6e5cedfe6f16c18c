#include "store/job_queue.h"

#include <gtest/gtest.h>

namespace store {
namespace {

// Writes down how it ended.
class NotedJob final : public Job {
 public:
  NotedJob(std::string name, std::vector<std::string>& ends)
      : Job(Access::write), name_(std::move(name)), ends_(ends) {}
  bool run(Tx&) override { return true; }
  void done(Status outcome) override {
    ends_.push_back(name_ + " " + (outcome ? "ran" : outcome.error().reason));
  }

 private:
  std::string name_;
  std::vector<std::string>& ends_;
};

TEST(JobQueue, hands_jobs_on_in_order_and_refuses_when_full_or_closed) {
  std::vector<std::string> ends;
  JobQueue queue(2);
  for (const char* name : {"a", "b", "c"}) queue.push(std::make_unique<NotedJob>(name, ends));
  EXPECT_EQ(ends, std::vector<std::string>{"c store_queue_full"});
  queue.pop()->done({});
  queue.push(std::make_unique<NotedJob>("d", ends));
  queue.try_pop()->done({});
  ends.clear();
  queue.push(std::make_unique<NotedJob>("e", ends));
  queue.close();
  EXPECT_EQ(ends, (std::vector<std::string>{"d store_closing", "e store_closing"}));
  queue.push(std::make_unique<NotedJob>("f", ends));
  EXPECT_EQ(ends.back(), "f store_closing");
  EXPECT_EQ(queue.pop(), nullptr);
  EXPECT_EQ(queue.try_pop(), nullptr);
}

}  // namespace
}  // namespace store

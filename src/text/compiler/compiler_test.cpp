// Goal: sources become what the official compilers make of them, mistakes are told at their place,
// and whatever a source does ends with its own fork.
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "base/json.h"
#include "text/compiler/client.h"
#include "text/compiler/engine.h"
#include "text/compiler/helper.h"

namespace text::compiler {
namespace {

// The helper as a fork of the test instead of the program's hidden target.
pid_t fork_helper(int socket) {
  const pid_t process = fork();
  if (process != 0) return process;
  dup2(socket, 3);
  close_range(4, ~0U, 0);
  _exit(serve_compiles(3));
}

class CompilerTest : public ::testing::Test {
 protected:
  CompilerTest()
      : runtime_(base::real_runtime(1, base::system_clock())),
        compiler_(make_compiler(*runtime_, fork_helper)) {}
  ~CompilerTest() override { runtime_->stop(); }

  base::Result<Compiled> compile(SourceKind kind, std::string source) {
    std::promise<base::Result<Compiled>> promise;
    auto task = [](Compiler& compiler, SourceKind kind, std::string source,
                   std::promise<base::Result<Compiled>>& out) -> base::Awaitable<void> {
      auto result = co_await compiler.compile(kind, std::move(source));
      out.set_value(std::move(result));
    };
    runtime_->spawn("test", task(*compiler_, kind, std::move(source), promise));
    return promise.get_future().get();
  }
  Compiled pug(std::string source) {
    auto result = compile(SourceKind::pug, std::move(source));
    EXPECT_TRUE(result);
    return result ? *std::move(result) : Compiled{};
  }

  std::unique_ptr<base::Runtime> runtime_;
  std::unique_ptr<Compiler> compiler_;
};

const std::string kGood =
    "mjml\n  mj-body\n    mj-section\n      mj-column\n        mj-text Hello {{client.name}}\n";

TEST_F(CompilerTest, compiles_pug_through_mjml) {
  const Compiled out = pug(kGood);
  EXPECT_TRUE(out.problems.empty()) << base::json::write(out.problems);
  EXPECT_NE(out.html.find("Hello {{client.name}}"), std::string::npos);
  EXPECT_NE(out.html.find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(out.html.find("\xEE\x80\x80"), std::string::npos) << "a mark stayed";
}

TEST_F(CompilerTest, tells_mistakes_at_their_place) {
  struct Row {
    std::string source;
    std::string stage;
    std::string code;
    std::int64_t line;
    std::int64_t column;
  };
  const Row rows[] = {
      {"mjml\n  mj-body\n    mj-section(\n", "pug", "no_end_bracket", 4, 1},
      {"mjml\n  include other\n", "pug", "include_refused", 2, 3},
      {"mjml\n  :markdown\n    x\n", "pug", "filter_refused", 2, 3},
      {"mjml\n  mj-body\n    - nothing.at.all\n", "pug", "threw", 3, 1},
      {"mjml\n  mj-body\n    mj-section\n      mj-column\n        mj-text(colour=\"red\") x\n",
       "mjml", "invalid", 5, 17},
      {"mjml\n  mj-body\n    mj-section\n      mj-column\n        mj-what x\n", "mjml", "invalid",
       5, 9},
  };
  for (const Row& row : rows) {
    const Compiled out = pug(row.source);
    ASSERT_FALSE(out.problems.empty()) << row.source;
    const SourceProblem& first = out.problems.front();
    EXPECT_EQ(first.stage, row.stage) << first.detail;
    EXPECT_EQ(first.code, row.code) << first.detail;
    EXPECT_EQ(first.line, row.line) << first.detail;
    EXPECT_EQ(first.column, row.column) << first.detail;
  }
}

TEST_F(CompilerTest, contains_what_sources_do) {
  const std::string before = pug(kGood).html;
  const char* const attacks[] = {
      "- while (true) {}\n",
      "- const a = []; while (true) a.push(new Array(100000).fill('x'))\n",
      "- let s = 'x'; while (true) s += s\n",
      "- function f() { return f() + 1 } f()\n",
      "- 'x'.repeat(2 ** 29)\n",
      "- /^(a+)+$/.test('a'.repeat(40) + 'b')\n",
      "- new Array(2 ** 32 - 1).sort()\n",
      "- new Uint8Array(2 ** 31)\n",
      "- Object.prototype.toString = () => { while (true) {} }\np= {}\n",
      "- String.prototype.replace = () => 'poisoned'\n",
      "- (() => {}).constructor('return this')().pugStage = 1\n",
      "- globalThis.template = 1; Array.prototype.join = () => 'poisoned'\n",
      "- BigInt(2) ** BigInt(2 ** 30)\n",
  };
  std::size_t count = 0;
  for (const std::string attack : attacks) {
    const auto began = std::chrono::steady_clock::now();  // tidy: clock because it bounds real time
    const auto out = compile(SourceKind::pug, "mjml\n  mj-body\n    " + attack);
    EXPECT_TRUE(out) << attack;
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_LT(took, std::chrono::seconds(10)) << attack;
    EXPECT_EQ(pug(kGood + "//- after " + std::to_string(++count) + "\n").html, before) << attack;
  }
}

TEST_F(CompilerTest, refuses_what_is_no_source) {
  EXPECT_FALSE(compile(SourceKind::pug, std::string(kSourceBytesMax + 1, 'x')));
  EXPECT_FALSE(compile(SourceKind::pug, "\xff\xfe"));
}

}  // namespace
}  // namespace text::compiler

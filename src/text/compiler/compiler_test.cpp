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
Launch fork_helper(base::Duration time_max) {
  return [time_max](int socket) {
    const pid_t process = fork();
    if (process != 0) return process;
    dup2(socket, 3);
    close_range(4, ~0U, 0);
    _exit(serve_compiles(3, time_max));
  };
}
// Tests of what comes out must not fail because the machine is busy.
constexpr base::Duration kPatient = std::chrono::seconds(60);

class CompilerTest : public ::testing::Test {
 protected:
  explicit CompilerTest(base::Duration time_max = kPatient)
      : runtime_(base::real_runtime(1, base::system_clock())),
        compiler_(make_compiler(*runtime_, fork_helper(time_max))) {}
  ~CompilerTest() override { runtime_->stop(); }

  using Answer = base::Result<Compiled>;
  std::future<Answer> start(SourceKind kind, std::string source) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    auto task = [](Compiler& compiler, SourceKind kind, std::string source,
                   std::shared_ptr<std::promise<Answer>> out) -> base::Awaitable<void> {
      auto result = co_await compiler.compile(kind, std::move(source), "owner");
      out->set_value(std::move(result));
    };
    runtime_->spawn("test", task(*compiler_, kind, std::move(source), std::move(promise)));
    return future;
  }
  Answer compile(SourceKind kind, std::string source) {
    return start(kind, std::move(source)).get();
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

// Longer than the product allows: the good mails between them must come through on a busy machine.
class HostileSources : public CompilerTest {
 protected:
  HostileSources() : CompilerTest(std::chrono::seconds(4)) {}
};

struct Attack {
  SourceKind kind;
  std::string source;
};

// One line of Pug each, within an otherwise good mail.
const char* const kPugAttacks[] = {
    // Loops, in the source and inside the engine's own functions.
    "- while (true) {}",
    "- for (;;) try { null.x } catch (e) {}",
    "- /^(a+)+$/.test('a'.repeat(40) + 'b')",
    "- /(x+x+)+y/.exec('x'.repeat(64))",
    "- new Array(2 ** 32 - 1).sort()",
    "- new Array(2 ** 32 - 1).join('x')",
    "- Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)",
    "- BigInt(2) ** BigInt(2 ** 30)",
    "- 'a'.repeat(2 ** 20).split('').map((c, i, all) => all.indexOf(i))",
    "- [...(function* () { while (true) yield 1 })()]",
    "- JSON.stringify({ toJSON() { while (true) {} } })",
    "- Promise.resolve().then(function again() { return Promise.resolve().then(again) })",
    "each x in (function* () { while (true) yield 1 })()\n      p= x",
    "while true\n      p again",
    // Memory.
    "- const a = []; while (true) a.push(new Array(100000).fill('x'))",
    "- let s = 'x'; while (true) s += s",
    "- 'x'.repeat(2 ** 29)",
    "- new Uint8Array(2 ** 31)",
    "- new ArrayBuffer(2 ** 33)",
    "- let m = new Map(); for (let i = 0; ; i++) m.set(i, 'x'.repeat(1000))",
    "- 'x'.padEnd(2 ** 29).replace(/x?/g, '$&$&$&$&')",
    "- const o = {}; for (let i = 0; ; i++) o['k' + i] = i",
    "- let f = () => 1; for (;;) { const g = f; f = () => g() }",
    // The stack.
    "- function f() { return f() + 1 } f()",
    "- const deep = []; let at = deep; for (let i = 0; i < 1e6; i++) { at[0] = []; at = at[0] } "
    "String(deep)",
    "- JSON.parse('['.repeat(1e6))",
    "- new RegExp('('.repeat(1e5) + ')'.repeat(1e5))",
    "- const p = new Proxy({}, { get(t, k, r) { return r[k] } }); p.x",
    // Leaving something behind for whoever comes next.
    "- Object.prototype.toString = () => { while (true) {} }\n    p= {}",
    "- String.prototype.replace = () => 'poisoned'",
    "- Object.prototype.poisoned = 'poisoned'",
    "- Object.defineProperty(Object.prototype, 'type', { get() { return 'poisoned' } })",
    "- globalThis.template = 1; Array.prototype.join = () => 'poisoned'",
    "- JSON.stringify = () => '{\"html\":\"poisoned\",\"problems\":[]}'",
    "- RegExp.prototype.exec = () => null",
    "- Array.prototype[Symbol.iterator] = function* () { yield 'poisoned' }",
    "- Math.random = () => 0; Date.now = () => 0",
    "- Promise.prototype.then = () => { while (true) {} }",
    // Ways out.
    "- (() => {}).constructor('return this')().pugStage = 1",
    "- ({}).constructor.constructor('return globalThis')().mjmlStage = 1",
    "- (async () => import('std'))()",
    "- require('child_process').execSync('id')",
    "- process.exit(0)",
    "- std.exit(0)",
    "- os.exec(['id'])",
    "- new Worker('x.js')",
    "- new SharedArrayBuffer(16); Atomics.wait(new Int32Array(new SharedArrayBuffer(16)), 0, 0)",
    "- eval('while (true) {}')",
};

std::vector<Attack> attacks() {
  std::vector<Attack> out;
  for (const std::string line : kPugAttacks)
    out.push_back({SourceKind::pug, "mjml\n  mj-body\n    " + line + "\n"});
  std::string indented = "mjml\n";
  for (std::size_t depth = 1; indented.size() < kSourceBytesMax - 2000; ++depth)
    indented += std::string(depth, ' ') + "div\n";
  out.push_back({SourceKind::pug, indented});
  out.push_back({SourceKind::pug, std::string(kSourceBytesMax, '(')});
  out.push_back({SourceKind::pug, "p #[" + std::string(kSourceBytesMax - 10, '[')});
  out.push_back({SourceKind::pug, "mixin m\n  +m\n+m\n"});
  std::string nested;
  while (nested.size() < kSourceBytesMax - 20) nested += "<mj-section>";
  out.push_back({SourceKind::mjml, "<mjml><mj-body>" + nested.substr(0, kSourceBytesMax - 20)});
  out.push_back({SourceKind::mjml, std::string(kSourceBytesMax, '<')});
  out.push_back({SourceKind::mjml, "<mjml><mj-body>" + std::string(100'000, '&')});
  out.push_back({SourceKind::mjml,
                 "<!DOCTYPE x [<!ENTITY a \"&b;&b;\"><!ENTITY b \"&a;&a;\">]><mjml>&a;</mjml>"});
  out.push_back(
      {SourceKind::mjml, "<mjml><mj-head><mj-include path=\"/etc/passwd\" /></mj-head></mjml>"});
  return out;
}

TEST_F(HostileSources, AreContainedAndLeaveNothingBehind) {
  const std::string before = pug(kGood).html;
  ASSERT_FALSE(before.empty());
  constexpr std::size_t kTogether = 4;
  std::size_t good = 0;
  std::vector<std::future<Answer>> waiting;
  const auto all_attacks = attacks();
  for (std::size_t i = 0; i < all_attacks.size(); i += kTogether) {
    for (std::size_t j = i; j < std::min(all_attacks.size(), i + kTogether); ++j)
      waiting.push_back(start(all_attacks[j].kind, all_attacks[j].source));
    // Another tenant's mail between them. The comment keeps it from being remembered.
    const auto other = pug(kGood + "//- after " + std::to_string(++good) + "\n");
    EXPECT_EQ(other.html, before) << all_attacks[i].source.substr(0, 100);
    for (std::size_t j = 0; j < waiting.size(); ++j) {
      const auto out = waiting[j].get();
      const std::string shown = all_attacks[i + j].source.substr(0, 100);
      EXPECT_TRUE(out) << shown << ": the helper itself ended";
      if (out) EXPECT_EQ(out->html.find("root:"), std::string::npos) << shown;
    }
    waiting.clear();
  }
  EXPECT_GE(all_attacks.size(), 55U);
}

// One tenant's endless sources wait for each other, not for everybody.
TEST_F(HostileSources, NobodyKeepsTheOthersWaiting) {
  const auto of = [this](const std::string& owner, std::string source) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto task = [](Compiler& compiler, std::string source, std::string owner,
                   std::shared_ptr<std::promise<Answer>> out) -> base::Awaitable<void> {
      auto result = co_await compiler.compile(SourceKind::pug, std::move(source), std::move(owner));
      out->set_value(std::move(result));
    };
    auto future = promise->get_future();
    runtime_->spawn("test", task(*compiler_, std::move(source), owner, std::move(promise)));
    return future;
  };
  std::vector<std::future<Answer>> loops;
  for (int i = 0; i < 12; ++i)
    loops.push_back(of("hostile", "- while (true) {}\n//- " + std::to_string(i) + "\n"));
  const auto good = of("good", kGood).get();
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_FALSE(good->html.empty());
  std::size_t refused = 0;
  std::size_t unanswered = 0;
  for (auto& loop : loops) {
    if (loop.wait_for(std::chrono::seconds(0)) != std::future_status::ready) ++unanswered;
    const auto answer = loop.get();
    if (!answer && answer.error().code == base::Code::rate_limited) ++refused;
  }
  EXPECT_EQ(refused, 4u) << "eight of one owner wait, no more";
  EXPECT_GT(unanswered, 0u) << "the good one came first";
}

TEST_F(CompilerTest, refuses_what_is_no_source) {
  EXPECT_FALSE(compile(SourceKind::pug, std::string(kSourceBytesMax + 1, 'x')));
  EXPECT_FALSE(compile(SourceKind::pug, "\xff\xfe"));
}

}  // namespace
}  // namespace text::compiler

#include "text/compiler/engine.h"

#include <malloc.h>
#include <quickjs.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "text/compiler/bundles.h"

namespace text::compiler {

namespace {

// A JS value that is given back.
class Held {
 public:
  Held(JSContext* realm, JSValue value) : realm_(realm), value_(value) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { JS_FreeValue(realm_, value_); }
  JSValue get() const { return value_; }
  bool failed() const { return JS_IsException(value_); }
  // Empty when it is no text; never runs code of the source.
  std::string text() const {
    if (!JS_IsString(value_)) return {};
    std::size_t size = 0;
    const char* data = JS_ToCStringLen(realm_, &size, value_);
    std::string out = data ? std::string(data, size) : std::string();
    JS_FreeCString(realm_, data);
    return out;
  }

 private:
  JSContext* realm_;
  JSValue value_;
};

struct PugAnswer {
  std::optional<std::string> code;
  std::optional<SourceProblem> problem;
};
BOOST_DESCRIBE_STRUCT(PugAnswer, (), (code, problem))

SourceProblem problem_of(std::string stage, std::string code, std::string detail) {
  SourceProblem out;
  out.stage = std::move(stage);
  out.code = std::move(code);
  out.detail = std::move(detail);
  return out;
}

std::string answer(SourceProblem problem) {
  Compiled out;
  out.problems.push_back(std::move(problem));
  return base::json::write(out);
}

// What a source can't hold, so that its marks are told from its own text.
std::string mark_of(std::string_view source) {
  const auto digest = base::sha256(source);
  return "\xEE\x80\x80" + base::to_hex(digest).substr(0, 16) + ":";
}

// Pug's own report begins "template.pug:LINE", shows the lines around, and ends with the message.
SourceProblem thrown(std::string_view report) {
  SourceProblem out = problem_of("pug", "threw", std::string(report));
  constexpr std::string_view kFile = "template.pug:";
  const std::size_t at = report.find(kFile);
  if (at == std::string_view::npos) return out;
  const std::string_view digits = report.substr(at + kFile.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), out.line);
  const std::size_t message = report.rfind("\n\n");
  if (message != std::string_view::npos) out.detail = std::string(report.substr(message + 2));
  return out;
}

}  // namespace

struct Engine::State {
  explicit State(Limits limits) : runtime(JS_NewRuntime()) {
    QT_ASSERT(runtime != nullptr);
    JS_SetMaxStackSize(runtime, limits.stack_bytes);
    pug = realm_with(pug_bundle(), "pug.js");
    mjml = realm_with(mjml_bundle(), "mjml.js");
    // The compilers themselves are loaded without a limit; it is for what sources do.
    JS_SetMemoryLimit(runtime, limits.memory_bytes);
    // Reading the scripts took memory that is not needed again, and they are read only once.
    malloc_trim(0);
    give_back(pug_bundle());
    give_back(mjml_bundle());
  }
  ~State() {
    if (fresh) JS_FreeContext(fresh);
    JS_FreeContext(mjml);
    JS_FreeContext(pug);
    JS_FreeRuntime(runtime);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  JSContext* realm_with(std::string_view script, const char* name) {
    JSContext* realm = JS_NewContext(runtime);
    QT_ASSERT(realm != nullptr);
    const Held loaded(realm, evaluate(realm, script, name));
    QT_ASSERT(!loaded.failed());
    return realm;
  }

  // The pages of the program's file that hold nothing else; who reads them gets them anew.
  static void give_back(std::string_view script) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = reinterpret_cast<std::uintptr_t>(script.data());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t end = (begin + script.size()) / page * page;
    if (first < end) madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
  }

  // QuickJS wants a zero behind the text, which string_views of std::string and the bundles have.
  static JSValue evaluate(JSContext* realm, std::string_view script, const char* name) {
    return JS_Eval(realm, script.data(), script.size(), name, JS_EVAL_TYPE_GLOBAL);
  }

  static JSValue call(JSContext* realm, const char* function,
                      std::initializer_list<std::string_view> texts) {
    std::vector<JSValue> values;
    for (const std::string_view text : texts)
      values.push_back(JS_NewStringLen(realm, text.data(), text.size()));
    const Held global(realm, JS_GetGlobalObject(realm));
    const Held callee(realm, JS_GetPropertyStr(realm, global.get(), function));
    const JSValue out =
        JS_Call(realm, callee.get(), JS_UNDEFINED, static_cast<int>(values.size()), values.data());
    for (const JSValue value : values) JS_FreeValue(realm, value);
    return out;
  }

  // The message of what was thrown, as far as it can be told without running more of the source.
  static std::string thrown_in(JSContext* realm) {
    const Held error(realm, JS_GetException(realm));
    if (JS_IsString(error.get())) return error.text();
    if (!JS_IsError(error.get())) return "the template threw something that is no error";
    const Held message(realm, JS_GetPropertyStr(realm, error.get(), "message"));
    return JS_IsString(message.get()) ? message.text() : "the template failed";
  }

  std::optional<std::string> markup_of(std::string_view source, const std::string& mark,
                                       SourceProblem& problem);
  std::string html_of(std::string_view marked, const std::string& mark, std::string_view source);

  JSRuntime* runtime;
  JSContext* pug = nullptr;
  JSContext* mjml = nullptr;
  JSContext* fresh = nullptr;  // where a source's own JavaScript runs
};

std::optional<std::string> Engine::State::markup_of(std::string_view source,
                                                    const std::string& mark,
                                                    SourceProblem& problem) {
  const Held stage(pug, call(pug, "pugStage", {source, mark}));
  if (stage.failed()) {
    problem = problem_of("pug", "failed", thrown_in(pug));
    return std::nullopt;
  }
  auto read = base::json::read<PugAnswer>(stage.text());
  if (!read || !read->code) {
    problem =
        read && read->problem ? *read->problem : problem_of("pug", "failed", "Pug gave no answer");
    return std::nullopt;
  }
  fresh = JS_NewContext(runtime);
  QT_ASSERT(fresh != nullptr);
  const std::string script = *read->code + "\n;template({});";
  const Held markup(fresh, evaluate(fresh, script, "template"));
  if (markup.failed()) {
    problem = thrown(thrown_in(fresh));
    return std::nullopt;
  }
  if (!JS_IsString(markup.get())) {
    problem = problem_of("pug", "failed", "the template made no text");
    return std::nullopt;
  }
  return markup.text();
}

std::string Engine::State::html_of(std::string_view marked, const std::string& mark,
                                   std::string_view source) {
  const Held promise(mjml, call(mjml, "mjmlStage", {marked, mark, source}));
  if (promise.failed()) return answer(problem_of("mjml", "failed", thrown_in(mjml)));
  while (JS_PromiseState(mjml, promise.get()) == JS_PROMISE_PENDING) {
    JSContext* where = nullptr;
    if (JS_ExecutePendingJob(runtime, &where) <= 0) break;
  }
  if (JS_PromiseState(mjml, promise.get()) != JS_PROMISE_FULFILLED)
    return answer(problem_of("mjml", "failed", "MJML gave no answer"));
  const Held result(mjml, JS_PromiseResult(mjml, promise.get()));
  return result.text();
}

Engine::Engine(Limits limits) : state_(std::make_unique<State>(limits)) {
  // OpenSSL reads its settings at its first use, which a fork may not.
  static_cast<void>(mark_of(""));
}
Engine::~Engine() = default;

std::string Engine::compile(SourceKind kind, std::string_view source) {
  JS_UpdateStackTop(state_->runtime);
  if (kind == SourceKind::mjml) return state_->html_of(source, "", "");
  const std::string mark = mark_of(source);
  SourceProblem problem;
  const auto markup = state_->markup_of(source, mark, problem);
  if (!markup) return answer(std::move(problem));
  return state_->html_of(*markup, mark, source);
}

}  // namespace text::compiler

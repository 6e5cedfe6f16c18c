#pragma once
#include "base/json.h"
#include "text/compiler.h"
#include "text/compiler/engine.h"

namespace text::compiler {

// Compiles in the process and the thread of the caller, for tests whose sources are our own: a
// hostile one would reach the test itself.
class InlineCompiler final : public Compiler {
 public:
  base::Awaitable<base::Result<Compiled>> compile(SourceKind kind, std::string source,
                                                  std::string) override {
    Engine engine({256 << 20, 2 << 20});
    co_return base::json::read<Compiled>(engine.compile(kind, source));
  }
};

}  // namespace text::compiler

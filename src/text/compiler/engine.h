#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "text/compiler.h"

namespace text::compiler {

// The bundled compilers in QuickJS, ready to be used. A source may hold JavaScript that leaves
// anything behind in here: an engine that has compiled one tenant's source is never used for
// another's (helper.h forks one for each compile). One thread.
class Engine {
 public:
  struct Limits {
    std::size_t memory_bytes;
    std::size_t stack_bytes;
  };
  explicit Engine(Limits limits);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // JSON of Compiled. Mistakes in the source are problems in it.
  std::string compile(SourceKind kind, std::string_view source);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace text::compiler

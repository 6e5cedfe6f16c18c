#pragma once
#include <sys/types.h>

#include <functional>
#include <memory>

#include "text/compiler.h"

namespace text::compiler {

// Starts a helper that serves the other end of `socket` (helper.h); its process id, or -1.
using Launch = std::function<pid_t(int socket)>;
// This program again, with its hidden target.
Launch launch_self();

// The helper starts with the first source and again whenever it ended; what it was asked meanwhile
// fails with Code::unavailable. Compiled sources are remembered by their hash. Any thread; lives as
// long as the runtime runs.
std::unique_ptr<Compiler> make_compiler(base::Runtime& runtime, Launch launch);

}  // namespace text::compiler

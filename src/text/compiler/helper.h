#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "base/time.h"

// The process that compiles. It loads the compilers once and forks for each source: the fork may
// compute and allocate within limits and write its answer, nothing else; when its time is up it is
// killed. Nothing that a source does outlives its fork.
namespace text::compiler {

// One message of the socket between server and helper: this head, then `size` bytes. To the helper:
// the source. From it: JSON of Compiled.
struct FrameHead {
  std::uint32_t size = 0;
  std::uint32_t id = 0;
  std::uint32_t kind = 0;  // SourceKind; 0 in answers
};

// What one source may take: many times what a long one needs on a small machine.
inline constexpr base::Duration kCompileTimeMax = std::chrono::milliseconds(1500);

// More wait in the server, where it is known whose they are.
inline constexpr std::size_t kCompilesAtOnce = 4;

// Serves until the other end of `socket` is closed; what the hidden target of the program runs.
// Returns the process's exit code.
int serve_compiles(int socket, base::Duration time_max = kCompileTimeMax);

}  // namespace text::compiler

#pragma once
#include <cstddef>

namespace text::compiler {

// Gives up, for the rest of this process, everything but computing, memory and writing to open
// descriptors. False when the kernel refuses.
bool give_up_the_world(std::size_t memory_bytes, unsigned cpu_seconds);

}  // namespace text::compiler

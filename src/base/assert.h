#pragma once

namespace base {
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);
}

// A programmer error: always on, prints, aborts. Never for input from outside.
#define QT_ASSERT(...) \
  ((__VA_ARGS__) ? static_cast<void>(0) : ::base::assert_failed(#__VA_ARGS__, __FILE__, __LINE__))

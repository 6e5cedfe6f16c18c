#include "text/compiler/sandbox.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace text::compiler {

namespace {

constexpr const char* kLetThrough[] = {"write",        "exit_group",    "exit",        "brk",
                                       "munmap",       "mremap",        "madvise",     "futex",
                                       "rt_sigreturn", "clock_gettime", "gettimeofday"};

#ifdef __SANITIZE_ADDRESS__
// The sanitizers ask by a pipe whether memory can be read, and for the stack before an exit.
constexpr const char* kForSanitizers[] = {"pipe2", "read", "close", "sigaltstack"};
constexpr rlim_t kFiles = 64;
#else
constexpr const char* kForSanitizers[] = {"exit"};
constexpr rlim_t kFiles = 0;
#endif

bool limit(int what, rlim_t most) {
  const rlimit both{most, most};
  return setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}

bool allow(scmp_filter_ctx filter, int call) {
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
}

}  // namespace

bool give_up_the_world(std::size_t memory_bytes, unsigned cpu_seconds) {
#ifdef __SANITIZE_ADDRESS__
  memory_bytes = RLIM_INFINITY;  // its shadow alone is terabytes of addresses
#endif
  bool done = limit(RLIMIT_CPU, cpu_seconds) && limit(RLIMIT_AS, memory_bytes) &&
              limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NPROC, 0) && limit(RLIMIT_CORE, 0) &&
              limit(RLIMIT_NOFILE, kFiles);
  done = done && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (!filter) return false;
  for (const char* name : kLetThrough) {
    done = done && allow(filter, seccomp_syscall_resolve_name(name));
  }
  for (const char* name : kForSanitizers) {
    done = done && allow(filter, seccomp_syscall_resolve_name(name));
  }
  // Memory, but never to run.
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    done = done && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
                                    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
  }
  done = done && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return done;
}

}  // namespace text::compiler

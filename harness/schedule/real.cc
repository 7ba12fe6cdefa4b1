#include "harness/schedule/real.h"

#include <dlfcn.h>

// Where sanitizers keep their own function while the program has one of the same name.
#define MAPFUZZ_INTERCEPTOR(result, name, parameters) \
  extern "C" __attribute__((weak)) result __interceptor_##name parameters;
MAPFUZZ_REAL_FUNCTIONS(MAPFUZZ_INTERCEPTOR)
#undef MAPFUZZ_INTERCEPTOR

namespace mapfuzz {
namespace {

RealFunctions real_functions;
LibcFunctions libc_functions;
// The first call comes before there are threads, and what a second one would write is the same.
bool found = false;

// pthread_cond_* have an older version, which a plain look-up may find.
void* Next(const char* name) {
#if defined(__x86_64__) || defined(__i386__)
  constexpr char kCond[] = "pthread_cond_";
  if (__builtin_memcmp(name, kCond, sizeof(kCond) - 1) == 0) {
    if (void* const symbol = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2")) return symbol;
  }
#endif
  return dlsym(RTLD_NEXT, name);
}

void Find() {
#define MAPFUZZ_FIND(result, name, parameters)          \
  real_functions.name = __interceptor_##name != nullptr \
                            ? __interceptor_##name      \
                            : reinterpret_cast<result(*) parameters>(Next(#name));
  MAPFUZZ_REAL_FUNCTIONS(MAPFUZZ_FIND)
#undef MAPFUZZ_FIND

  void* const libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
#define MAPFUZZ_FIND(result, name, parameters) \
  libc_functions.name =                        \
      reinterpret_cast<result(*) parameters>(dlsym(libc != nullptr ? libc : RTLD_NEXT, #name));
  MAPFUZZ_LIBC_FUNCTIONS(MAPFUZZ_FIND)
#undef MAPFUZZ_FIND
  found = true;
}

// Before main, as a look-up allocates: a sanitizer that looks for leaks calls `sched_yield` while
// it holds the locks of its allocator, and must not be the first to ask.
__attribute__((constructor(101))) void FindEarly() {
  if (!found) Find();
}

}  // namespace

bool RealIsFound() { return found; }

const RealFunctions& Real() {
  if (!found) Find();
  return real_functions;
}

const LibcFunctions& Libc() {
  if (!found) Find();
  return libc_functions;
}

}  // namespace mapfuzz

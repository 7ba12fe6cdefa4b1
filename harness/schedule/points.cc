// The points that compilers put into the code under test.
//
// clang calls these before every load and store of code that is compiled with
// -fsanitize-coverage=func,trace-loads,trace-stores (without `func`, or another level, the rest is
// silently ignored). It does so before thread sanitizer's own call, so that another thread can go
// on between the two halves of `x += 1`. Plain atomic loads and stores are included;
// read-modify-write operations, memcpy and memset are not.

#include <cstddef>

#include "harness/schedule/core.h"
#include "harness/schedule/interpose.h"

namespace mapfuzz {
namespace {

inline void Meet(PointKind kind, const void* address, std::size_t size) {
  if (Core* const core = CoreOfCaller()) core->Meet(kind, address, size);
}

}  // namespace

void LinkPoints() {}

}  // namespace mapfuzz

// Runtimes define some of these weakly, or none.
#define MAPFUZZ_ACCESS(size)                                         \
  extern "C" void __sanitizer_cov_load##size(const void* address) {  \
    mapfuzz::Meet(mapfuzz::PointKind::kLoad, address, size);         \
  }                                                                  \
  extern "C" void __sanitizer_cov_store##size(const void* address) { \
    mapfuzz::Meet(mapfuzz::PointKind::kStore, address, size);        \
  }
MAPFUZZ_ACCESS(1)
MAPFUZZ_ACCESS(2)
MAPFUZZ_ACCESS(4)
MAPFUZZ_ACCESS(8)
MAPFUZZ_ACCESS(16)
#undef MAPFUZZ_ACCESS

#include "harness/coverage_look.h"

// The counters that clang's instrumentation keeps for libFuzzer, a byte for each place. The linker
// names the ends of their section, if there is one.
#ifdef __linux__
extern "C" {
extern __attribute__((weak, visibility("hidden"))) std::uint8_t __start___sancov_cntrs[];
extern __attribute__((weak, visibility("hidden"))) std::uint8_t __stop___sancov_cntrs[];
}
#endif

namespace mapfuzz {

// The counters are the engine's, and no sanitizer need look on.
__attribute__((no_sanitize("address"), no_sanitize("undefined"))) std::uint64_t PlacesPassed() {
  std::uint64_t passed = 0;
#ifdef __linux__
  for (const std::uint8_t* counter = __start___sancov_cntrs; counter < __stop___sancov_cntrs;
       ++counter) {
    passed += *counter != 0 ? 1 : 0;
  }
#endif
  return passed;
}

}  // namespace mapfuzz

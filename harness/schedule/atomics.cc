// The points at atomic operations, which under thread sanitizer are calls: programs are linked with
// --wrap for each of them (`CMakeLists.txt`), so that a call of NAME comes to __wrap_NAME.
//
// Each of these ends in a jump, not a call: the sanitizer takes the address that it returns to for
// the place of the access. So this file is always optimised.

#include <cstddef>
#include <cstdint>

#include "harness/schedule/core.h"
#include "harness/schedule/interpose.h"

namespace mapfuzz {

void LinkAtomics() {}

}  // namespace mapfuzz

namespace {

inline void MeetAtomic(const volatile void* address, std::size_t size) {
  if (mapfuzz::Core* const core = mapfuzz::CoreOfCaller()) {
    core->Meet(mapfuzz::PointKind::kAtomic, const_cast<const void*>(address), size);
  }
}

}  // namespace

// <sanitizer/tsan_interface_atomic.h>
#define MAPFUZZ_ATOMIC(result, bits, name, parameters, arguments)                         \
  extern "C" __attribute__((weak)) result __real___tsan_atomic##bits##_##name parameters; \
  extern "C" result __wrap___tsan_atomic##bits##_##name parameters {                      \
    MeetAtomic(a, bits / 8);                                                              \
    return __real___tsan_atomic##bits##_##name arguments;                                 \
  }
#define MAPFUZZ_ATOMIC_UPDATE(type, bits, name) \
  MAPFUZZ_ATOMIC(type, bits, name, (volatile type * a, type value, int order), (a, value, order))
#define MAPFUZZ_ATOMIC_COMPARE(type, bits, name)                                              \
  MAPFUZZ_ATOMIC(int, bits, name,                                                             \
                 (volatile type * a, type * expected, type value, int order, int fail_order), \
                 (a, expected, value, order, fail_order))
#define MAPFUZZ_ATOMICS(type, bits)                                                                \
  MAPFUZZ_ATOMIC(type, bits, load, (const volatile type* a, int order), (a, order))                \
  MAPFUZZ_ATOMIC(void, bits, store, (volatile type * a, type value, int order), (a, value, order)) \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, exchange)                                                      \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_add)                                                     \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_sub)                                                     \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_and)                                                     \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_or)                                                      \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_xor)                                                     \
  MAPFUZZ_ATOMIC_UPDATE(type, bits, fetch_nand)                                                    \
  MAPFUZZ_ATOMIC_COMPARE(type, bits, compare_exchange_strong)                                      \
  MAPFUZZ_ATOMIC_COMPARE(type, bits, compare_exchange_weak)                                        \
  MAPFUZZ_ATOMIC(type, bits, compare_exchange_val,                                                 \
                 (volatile type * a, type expected, type value, int order, int fail_order),        \
                 (a, expected, value, order, fail_order))

MAPFUZZ_ATOMICS(std::uint8_t, 8)
MAPFUZZ_ATOMICS(std::uint16_t, 16)
MAPFUZZ_ATOMICS(std::uint32_t, 32)
MAPFUZZ_ATOMICS(std::uint64_t, 64)
#if defined(__SIZEOF_INT128__)
__extension__ using Uint128 = unsigned __int128;
MAPFUZZ_ATOMICS(Uint128, 128)
#endif

// What the scheduler tells sanitizers. It is compiled without them, so it cannot know at compile
// time which are there: the functions of those that are not are null.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_SANITIZER_HOOKS_H_
#define MAPFUZZ_HARNESS_SCHEDULE_SANITIZER_HOOKS_H_

#include <cstddef>

#define MAPFUZZ_WEAK extern "C" __attribute__((weak))

// <sanitizer/common_interface_defs.h>, <sanitizer/lsan_interface.h>
MAPFUZZ_WEAK void __sanitizer_start_switch_fiber(void** fake_stack, const void* bottom,
                                                 std::size_t size);
MAPFUZZ_WEAK void __sanitizer_finish_switch_fiber(void* fake_stack, const void** bottom,
                                                  std::size_t* size);
MAPFUZZ_WEAK void __lsan_register_root_region(const void* begin, std::size_t size);

// <sanitizer/tsan_interface.h>
MAPFUZZ_WEAK void* __tsan_get_current_fiber();
MAPFUZZ_WEAK void* __tsan_create_fiber(unsigned flags);
MAPFUZZ_WEAK void __tsan_destroy_fiber(void* fiber);
MAPFUZZ_WEAK void __tsan_switch_to_fiber(void* fiber, unsigned flags);
MAPFUZZ_WEAK void __tsan_acquire(void* address);
MAPFUZZ_WEAK void __tsan_release(void* address);
MAPFUZZ_WEAK void __tsan_mutex_pre_lock(void* lock, unsigned flags);
MAPFUZZ_WEAK void __tsan_mutex_post_lock(void* lock, unsigned flags, int recursion);
MAPFUZZ_WEAK int __tsan_mutex_pre_unlock(void* lock, unsigned flags);
MAPFUZZ_WEAK void __tsan_mutex_post_unlock(void* lock, unsigned flags);

#undef MAPFUZZ_WEAK

namespace mapfuzz {

inline constexpr unsigned kTsanReadLock = 1 << 3;
inline constexpr unsigned kTsanTryLock = 1 << 4;
inline constexpr unsigned kTsanTryLockFailed = 1 << 5;
// A switch that does not count as synchronization.
inline constexpr unsigned kTsanSwitchNoSync = 1 << 0;

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_SANITIZER_HOOKS_H_

// Threads as fibers: stacks on the caller's system thread.
//
// Stacks are kept from run to run. Those of threads that are stuck at the end of a run hold what
// they did not free, so they are left as they are, and others take their place.

#include <errno.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "harness/schedule/backend.h"
#include "harness/schedule/core.h"
#include "harness/schedule/sanitizer_hooks.h"
#include "harness/schedule/stack_switch.h"

namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals() noexcept;
}  // namespace __cxxabiv1

namespace mapfuzz {
namespace {

constexpr std::size_t kStackSize = std::size_t{512} << 10;
constexpr std::size_t kGuardSize = std::size_t{64} << 10;

// The Itanium C++ ABI's __cxa_eh_globals: the exceptions that are being handled or thrown, which
// the C++ library keeps for each system thread.
struct Exceptions {
  void* caught;
  unsigned uncaught;
};

// What the libraries of C and C++ and the code under test keep for each system thread while they
// are at work, and a fiber has to have for itself.
struct ThreadState {
  Exceptions exceptions;
  int error;          // errno
  void* own_pointer;  // `ScheduleOptions::own_pointer`
  // What std::call_once hands over to pthread_once, in libstdc++.
  void* once_callable;
  void (*once_call)();
};

struct Fiber {
  void* stack_pointer;
  std::byte* stack;  // the lowest byte; null: none yet, or the caller's
  std::size_t stack_size;
  ThreadState thread_state;
  void* asan_fake_stack;
  void* tsan_fiber;
  char tsan_sync;  // its address stands for what the fiber did
};

Fiber fibers[kMaxThreads + 1];  // the last is the caller's
int entered;                    // the fiber that is on

void ChangeThreadState(ThreadState& left, const ThreadState& next) {
  auto* const exceptions = reinterpret_cast<Exceptions*>(__cxxabiv1::__cxa_get_globals());
  left.exceptions = *exceptions;
  *exceptions = next.exceptions;
  left.error = errno;
  errno = next.error;
  if (void* const own = running_core->own_pointer()) {
    __builtin_memcpy(&left.own_pointer, own, sizeof(void*));
    __builtin_memcpy(own, &next.own_pointer, sizeof(void*));
  }
#if defined(__GLIBCXX__) && defined(_GLIBCXX_HAVE_TLS)
  left.once_callable = std::__once_callable;
  left.once_call = std::__once_call;
  std::__once_callable = next.once_callable;
  std::__once_call = next.once_call;
#endif
}

bool MapStack(Fiber& fiber) {
  void* const mapped = mmap(nullptr, kGuardSize + kStackSize, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return false;
  mprotect(mapped, kGuardSize, PROT_NONE);
  fiber.stack = static_cast<std::byte*>(mapped) + kGuardSize;
  fiber.stack_size = kStackSize;
  return true;
}

// The first that a fiber does after it was entered.
void Arrive() {
  if (__sanitizer_finish_switch_fiber == nullptr) return;
  Fiber& caller = fibers[kCaller];
  const void* bottom = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(fibers[entered].asan_fake_stack, &bottom, &size);
  if (caller.stack != nullptr) return;
  caller.stack = static_cast<std::byte*>(const_cast<void*>(bottom));
  caller.stack_size = size;
}

// `for_good`: the stack that is left is not entered again.
void Switch(int from, int to, bool for_good) {
  Fiber& left = fibers[from];
  Fiber& next = fibers[to];
  ChangeThreadState(left.thread_state, next.thread_state);
  entered = to;
  inside_run = to != kCaller;
  if (__sanitizer_start_switch_fiber != nullptr) {
    __sanitizer_start_switch_fiber(for_good ? nullptr : &left.asan_fake_stack, next.stack,
                                   next.stack_size);
  }
  if (__tsan_switch_to_fiber != nullptr) {
    __tsan_switch_to_fiber(next.tsan_fiber, kTsanSwitchNoSync);
  }
  mapfuzz_switch_stack(&left.stack_pointer, next.stack_pointer);
  Arrive();
}

// What leaves `RunBody` by an exception ends the program, as with any thread.
void Enter() noexcept {
  Arrive();
  const int thread = entered;
  RunBody(thread);
  EndThread(thread);
}

bool Start(int thread) {
  Fiber& fiber = fibers[thread];
  if (fiber.stack == nullptr && !MapStack(fiber)) return false;
  fiber.thread_state = {};
  fiber.asan_fake_stack = nullptr;
  fiber.stack_pointer = NewStack(fiber.stack + fiber.stack_size, Enter);
  if (__tsan_create_fiber != nullptr) {
    if (!inside_run) fibers[kCaller].tsan_fiber = __tsan_get_current_fiber();
    fiber.tsan_fiber = __tsan_create_fiber(0);
  }
  return true;
}

void Resume(int from, int to) {
  if (from == kCaller) fibers[kCaller].stack = nullptr;
  Switch(from, to, false);
}

void Leave(int from, int to) {
  if (__tsan_release != nullptr) __tsan_release(&fibers[from].tsan_sync);
  Switch(from, to, true);
}

void Join(int thread) {
  if (__tsan_acquire != nullptr) __tsan_acquire(&fibers[thread].tsan_sync);
}

pthread_t Handle(int thread) { return reinterpret_cast<pthread_t>(&fibers[thread]); }

// A stuck fiber does nothing any more, so what it did happened before what the caller does.
void JoinStuck(Fiber& fiber) {
  if (__tsan_switch_to_fiber == nullptr) return;
  __tsan_switch_to_fiber(fiber.tsan_fiber, kTsanSwitchNoSync);
  __tsan_release(&fiber.tsan_sync);
  __tsan_switch_to_fiber(fibers[kCaller].tsan_fiber, kTsanSwitchNoSync);
  __tsan_acquire(&fiber.tsan_sync);
}

void Close(int threads, ThreadSet stuck) {
  for (int thread = 0; thread < threads; ++thread) {
    Fiber& fiber = fibers[thread];
    if (Has(stuck, thread)) JoinStuck(fiber);
    if (__tsan_destroy_fiber != nullptr) __tsan_destroy_fiber(fiber.tsan_fiber);
    if (!Has(stuck, thread)) continue;
    if (__lsan_register_root_region != nullptr) {
      __lsan_register_root_region(fiber.stack, fiber.stack_size);
    }
    fiber.stack = nullptr;
  }
}

}  // namespace

const Backend kFiberBackend = {Start, Handle, Resume, Leave, Join, Close};

}  // namespace mapfuzz

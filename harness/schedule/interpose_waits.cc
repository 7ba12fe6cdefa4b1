// What else threads wait in: condition variables, futexes (std::atomic's wait and notify), sleeps,
// sched_yield, and the initialization of statics by another thread. With them the clock, which
// gives the time of the run.

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>

#include <cstdint>

#include "harness/schedule/core.h"
#include "harness/schedule/interpose.h"
#include "harness/schedule/real.h"

namespace mapfuzz {
namespace {

// The mutex is let go of and taken again without a point of its own: others can go on while the
// thread waits.
int WaitForCondition(Core& core, pthread_cond_t* condition, pthread_mutex_t* mutex,
                     std::uint64_t deadline) {
  core.Meet(PointKind::kWait, condition);
  UnlockMutex(core, mutex);
  const bool woken = core.Wait(WaitKind::kCondition, condition, deadline);
  const int result = LockMutex(core, mutex);
  return result != 0 || woken ? result : ETIMEDOUT;
}

int SleepUntil(Core& core, std::uint64_t deadline) {
  core.Meet(PointKind::kWait, nullptr);
  core.Wait(WaitKind::kSleep, nullptr, deadline);
  return 0;
}

std::uint64_t Deadline(std::uint64_t from, const timespec* time) {
  return time == nullptr ? kForever : from + Nanoseconds(*time);
}

// Returns what the system call does, or -1 and errno.
long WaitForAtomic(Core& core, const void* word, std::uint32_t expected, std::uint64_t deadline) {
  core.Meet(PointKind::kWait, word);
  if (__atomic_load_n(static_cast<const std::uint32_t*>(word), __ATOMIC_SEQ_CST) != expected) {
    errno = EAGAIN;
    return -1;
  }
  if (core.Wait(WaitKind::kAtomic, word, deadline)) return 0;
  errno = ETIMEDOUT;
  return -1;
}

long WakeFromAtomic(Core& core, const void* word, long most) {
  core.Meet(PointKind::kNotify, word);
  long woken = 0;
  while (woken < most && core.WakeFirst(word) != 0) ++woken;
  return woken;
}

}  // namespace

void LinkWaits() {}

}  // namespace mapfuzz

using namespace mapfuzz;

extern "C" {

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  Core* const core = CoreOfCaller();
  return core != nullptr ? WaitForCondition(*core, condition, mutex, kForever)
                         : Real().pthread_cond_wait(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  Core* const core = CoreOfCaller();
  return core != nullptr ? WaitForCondition(*core, condition, mutex, Nanoseconds(*until))
                         : Real().pthread_cond_timedwait(condition, mutex, until);
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  Core* const core = CoreOfCaller();
  return core != nullptr ? WaitForCondition(*core, condition, mutex, Nanoseconds(*until))
                         : Real().pthread_cond_clockwait(condition, mutex, clock, until);
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (Core* const core = CoreOfCaller()) {
    core->Meet(PointKind::kNotify, condition);
    core->WakeFirst(condition);
  }
  return Real().pthread_cond_signal(condition);
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (Core* const core = CoreOfCaller()) {
    core->Meet(PointKind::kNotify, condition);
    core->WakeAll(condition);
  }
  return Real().pthread_cond_broadcast(condition);
}

int nanosleep(const timespec* time, timespec* left) {
  Core* const core = CoreOfCaller();
  return core != nullptr ? SleepUntil(*core, core->Now() + Nanoseconds(*time))
                         : Real().nanosleep(time, left);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().clock_nanosleep(clock, flags, time, left);
  const std::uint64_t from = (flags & TIMER_ABSTIME) != 0 ? 0 : core->Now();
  return SleepUntil(*core, from + Nanoseconds(*time));
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().clock_gettime(clock, time);
  const std::uint64_t now = core->Now();
  time->tv_sec = static_cast<time_t>(now / 1'000'000'000);
  time->tv_nsec = static_cast<long>(now % 1'000'000'000);
  return 0;
}

int sched_yield() noexcept {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().sched_yield();
  core->Yield();
  return 0;
}

// A system call has six arguments at most, and those that it does not take do not matter.
long syscall(long number, ...) noexcept {
  va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  Core* const core = CoreOfCaller();
  if (core == nullptr || number != SYS_futex) {
    return Real().syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  const auto* const word = reinterpret_cast<const void*>(a[0]);
  switch (a[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      return WaitForAtomic(*core, word, static_cast<std::uint32_t>(a[2]),
                           Deadline(core->Now(), reinterpret_cast<const timespec*>(a[3])));
    case FUTEX_WAIT_BITSET:
      return WaitForAtomic(*core, word, static_cast<std::uint32_t>(a[2]),
                           Deadline(0, reinterpret_cast<const timespec*>(a[3])));
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return WakeFromAtomic(*core, word, static_cast<int>(a[2]));
    default:
      return Real().syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
}

int pthread_once(pthread_once_t* once, void (*function)()) {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().pthread_once(once, function);
  struct Turn {
    Turn(Core& c, const void* o) : core(c), once(o) { TakeOnce(core, once); }
    ~Turn() { ReleaseOnce(core, once); }
    Core& core;
    const void* once;
  } turn(*core, once);
  return Real().pthread_once(once, function);
}

// Guards of function-local statics. Sanitizers define these themselves, so programs are linked with
// --wrap for them.
int __real___cxa_guard_acquire(long long* guard) __attribute__((weak));
void __real___cxa_guard_release(long long* guard) noexcept __attribute__((weak));
void __real___cxa_guard_abort(long long* guard) noexcept __attribute__((weak));

int __wrap___cxa_guard_acquire(long long* guard) {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return __real___cxa_guard_acquire(guard);
  TakeOnce(*core, guard);
  const int must_initialize = __real___cxa_guard_acquire(guard);
  if (must_initialize == 0) ReleaseOnce(*core, guard);
  return must_initialize;
}

void __wrap___cxa_guard_release(long long* guard) noexcept {
  __real___cxa_guard_release(guard);
  if (Core* const core = CoreOfCaller()) ReleaseOnce(*core, guard);
}

void __wrap___cxa_guard_abort(long long* guard) noexcept {
  __real___cxa_guard_abort(guard);
  if (Core* const core = CoreOfCaller()) ReleaseOnce(*core, guard);
}

}  // extern "C"

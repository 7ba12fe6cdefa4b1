// pthread_mutex_*, pthread_rwlock_*: what std::mutex, std::shared_mutex and their like are made of.
//
// A lock is tried, and while it is taken its thread waits in the core. Thread sanitizer is told of
// an attempt to lock, not to try, so that it reports locks taken in different orders, and is told
// by us alone: the C library's functions are called past its own.

#include <errno.h>
#include <pthread.h>

#include <cstdint>

#include "harness/schedule/core.h"
#include "harness/schedule/interpose.h"
#include "harness/schedule/real.h"
#include "harness/schedule/sanitizer_hooks.h"

namespace mapfuzz {
namespace {

void TellBeforeLock(void* lock, unsigned flags) {
  if (__tsan_mutex_pre_lock != nullptr) __tsan_mutex_pre_lock(lock, flags);
}

void TellAfterLock(void* lock, unsigned flags, bool taken) {
  if (__tsan_mutex_post_lock == nullptr) return;
  __tsan_mutex_post_lock(lock, taken ? flags : flags | kTsanTryLockFailed, 0);
}

// What there is to a kind of lock, held in a mode.
template <class LockT>
struct LockKind {
  int (*try_lock)(LockT*);
  HoldMode mode;
  WaitKind wait;
  unsigned tsan_flags;
};

LockKind<pthread_mutex_t> MutexKind() {
  return {Libc().pthread_mutex_trylock, HoldMode::kExclusive, WaitKind::kMutex, 0};
}
LockKind<pthread_rwlock_t> ReadKind() {
  return {Libc().pthread_rwlock_tryrdlock, HoldMode::kShared, WaitKind::kSharedMutexToRead,
          kTsanReadLock};
}
LockKind<pthread_rwlock_t> WriteKind() {
  return {Libc().pthread_rwlock_trywrlock, HoldMode::kExclusive, WaitKind::kSharedMutexToWrite, 0};
}

template <class LockT>
int Try(Core& core, LockT* lock, const LockKind<LockT>& kind, unsigned tsan_flags) {
  TellBeforeLock(lock, tsan_flags);
  const int result = core.IsHeldAgainst(lock, kind.mode) ? EBUSY : kind.try_lock(lock);
  TellAfterLock(lock, tsan_flags, result == 0);
  if (result == 0) core.Take(lock, kind.mode);
  return result;
}

template <class LockT>
int TryOnce(Core& core, LockT* lock, const LockKind<LockT>& kind) {
  core.Meet(PointKind::kLock, lock);
  return Try(core, lock, kind, kind.tsan_flags | kTsanTryLock);
}

template <class LockT>
int LockQuietly(Core& core, LockT* lock, const LockKind<LockT>& kind,
                std::uint64_t deadline = kForever) {
  for (;;) {
    const int result = Try(core, lock, kind, kind.tsan_flags);
    if (result != EBUSY) return result;
    if (!core.Wait(kind.wait, lock, deadline)) return ETIMEDOUT;
  }
}

template <class LockT>
int Lock(Core& core, LockT* lock, const LockKind<LockT>& kind, std::uint64_t deadline = kForever) {
  core.Meet(PointKind::kLock, lock);
  return LockQuietly(core, lock, kind, deadline);
}

template <class LockT>
int Unlock(LockT* lock, int (*unlock)(LockT*), HoldMode mode) {
  const unsigned flags = mode == HoldMode::kShared ? kTsanReadLock : 0;
  if (__tsan_mutex_pre_unlock != nullptr) __tsan_mutex_pre_unlock(lock, flags);
  const int result = unlock(lock);
  if (__tsan_mutex_post_unlock != nullptr) __tsan_mutex_post_unlock(lock, flags);
  return result;
}

}  // namespace

std::uint64_t Nanoseconds(const timespec& time) {
  constexpr std::int64_t kMostSeconds = std::int64_t{1} << 33;
  const auto seconds = static_cast<std::int64_t>(time.tv_sec);
  if (seconds < 0) return 0;
  return static_cast<std::uint64_t>(seconds < kMostSeconds ? seconds : kMostSeconds) *
             1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

int LockMutex(Core& core, pthread_mutex_t* mutex) { return LockQuietly(core, mutex, MutexKind()); }

int UnlockMutex(Core& core, pthread_mutex_t* mutex) {
  return Unlock(mutex, Libc().pthread_mutex_unlock, core.Release(mutex));
}

void TakeOnce(Core& core, const void* once) {
  while (core.IsHeldAgainst(once, HoldMode::kExclusive)) core.Wait(WaitKind::kOnce, once);
  core.Take(once, HoldMode::kExclusive);
}

void ReleaseOnce(Core& core, const void* once) { core.Release(once); }

void LinkLocks() {}

}  // namespace mapfuzz

using namespace mapfuzz;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, mutex, MutexKind()) : Real().pthread_mutex_lock(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? TryOnce(*core, mutex, MutexKind()) : Real().pthread_mutex_trylock(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, mutex, MutexKind(), Nanoseconds(*until))
                         : Real().pthread_mutex_timedlock(mutex, until);
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, mutex, MutexKind(), Nanoseconds(*until))
                         : Real().pthread_mutex_clocklock(mutex, clock, until);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().pthread_mutex_unlock(mutex);
  const int result = UnlockMutex(*core, mutex);
  core->Meet(PointKind::kUnlock, mutex);
  return result;
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, ReadKind()) : Real().pthread_rwlock_rdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, WriteKind()) : Real().pthread_rwlock_wrlock(lock);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? TryOnce(*core, lock, ReadKind()) : Real().pthread_rwlock_tryrdlock(lock);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* lock) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? TryOnce(*core, lock, WriteKind())
                         : Real().pthread_rwlock_trywrlock(lock);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, ReadKind(), Nanoseconds(*until))
                         : Real().pthread_rwlock_timedrdlock(lock, until);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* lock, const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, WriteKind(), Nanoseconds(*until))
                         : Real().pthread_rwlock_timedwrlock(lock, until);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, ReadKind(), Nanoseconds(*until))
                         : Real().pthread_rwlock_clockrdlock(lock, clock, until);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* lock, clockid_t clock,
                               const timespec* until) noexcept {
  Core* const core = CoreOfCaller();
  return core != nullptr ? Lock(*core, lock, WriteKind(), Nanoseconds(*until))
                         : Real().pthread_rwlock_clockwrlock(lock, clock, until);
}

int pthread_rwlock_unlock(pthread_rwlock_t* lock) noexcept {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().pthread_rwlock_unlock(lock);
  const HoldMode mode = core->Release(lock);
  const int result = Unlock(lock, Libc().pthread_rwlock_unlock, mode);
  core->Meet(PointKind::kUnlock, lock);
  return result;
}

}  // extern "C"

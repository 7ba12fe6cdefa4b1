// The functions that stand behind those of the same name in `interpose_*.cc`.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_REAL_H_
#define MAPFUZZ_HARNESS_SCHEDULE_REAL_H_

#include <pthread.h>
#include <sched.h>
#include <time.h>

namespace mapfuzz {

// A sanitizer's own, if it has one, and else the C library's.
#define MAPFUZZ_REAL_FUNCTIONS(F)                                                                 \
  F(int, pthread_create, (pthread_t*, const pthread_attr_t*, void* (*)(void*), void*))            \
  F(int, pthread_join, (pthread_t, void**))                                                       \
  F(int, pthread_detach, (pthread_t))                                                             \
  F(int, pthread_once, (pthread_once_t*, void (*)()))                                             \
  F(int, pthread_mutex_lock, (pthread_mutex_t*))                                                  \
  F(int, pthread_mutex_trylock, (pthread_mutex_t*))                                               \
  F(int, pthread_mutex_timedlock, (pthread_mutex_t*, const timespec*))                            \
  F(int, pthread_mutex_clocklock, (pthread_mutex_t*, clockid_t, const timespec*))                 \
  F(int, pthread_mutex_unlock, (pthread_mutex_t*))                                                \
  F(int, pthread_rwlock_rdlock, (pthread_rwlock_t*))                                              \
  F(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t*))                                           \
  F(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t*, const timespec*))                        \
  F(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t*, clockid_t, const timespec*))             \
  F(int, pthread_rwlock_wrlock, (pthread_rwlock_t*))                                              \
  F(int, pthread_rwlock_trywrlock, (pthread_rwlock_t*))                                           \
  F(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t*, const timespec*))                        \
  F(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t*, clockid_t, const timespec*))             \
  F(int, pthread_rwlock_unlock, (pthread_rwlock_t*))                                              \
  F(int, pthread_cond_wait, (pthread_cond_t*, pthread_mutex_t*))                                  \
  F(int, pthread_cond_timedwait, (pthread_cond_t*, pthread_mutex_t*, const timespec*))            \
  F(int, pthread_cond_clockwait, (pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)) \
  F(int, pthread_cond_signal, (pthread_cond_t*))                                                  \
  F(int, pthread_cond_broadcast, (pthread_cond_t*))                                               \
  F(int, nanosleep, (const timespec*, timespec*))                                                 \
  F(int, clock_nanosleep, (clockid_t, int, const timespec*, timespec*))                           \
  F(int, clock_gettime, (clockid_t, timespec*))                                                   \
  F(int, sched_yield, ())                                                                         \
  F(long, syscall, (long, ...))

// The C library's, whatever sanitizer there is.
#define MAPFUZZ_LIBC_FUNCTIONS(F)                       \
  F(int, pthread_mutex_trylock, (pthread_mutex_t*))     \
  F(int, pthread_mutex_unlock, (pthread_mutex_t*))      \
  F(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t*)) \
  F(int, pthread_rwlock_trywrlock, (pthread_rwlock_t*)) \
  F(int, pthread_rwlock_unlock, (pthread_rwlock_t*))

#define MAPFUZZ_POINTER(result, name, parameters) result(*name) parameters = nullptr;
struct RealFunctions {
  MAPFUZZ_REAL_FUNCTIONS(MAPFUZZ_POINTER)
};
struct LibcFunctions {
  MAPFUZZ_LIBC_FUNCTIONS(MAPFUZZ_POINTER)
};
#undef MAPFUZZ_POINTER

// Whether they have been looked up, which is done before any initializer runs.
bool RealIsFound();

// A function that the C library lacks is null.
const RealFunctions& Real();
const LibcFunctions& Libc();

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_REAL_H_

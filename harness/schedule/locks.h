// Who holds which lock: the model that a run keeps beside the locks themselves.
//
// It says who is waited for in a deadlock, and it tells apart threads that the system does not:
// fibers all run on one thread, which may take a recursive lock again.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_LOCKS_H_
#define MAPFUZZ_HARNESS_SCHEDULE_LOCKS_H_

#include <cstddef>
#include <cstdint>

#include "harness/schedule/chooser.h"

namespace mapfuzz {

enum class HoldMode : std::uint8_t { kExclusive, kShared };

// Locks are told apart by their addresses, and known while somebody holds them.
class Locks {
 public:
  static constexpr std::size_t kMostHeld = 1024;  // at once

  // Whether another thread stands in the way.
  bool IsHeldAgainst(const void* lock, int thread, HoldMode mode) const;

  // To be called when the lock has been taken, once for each time. False if too many are held.
  bool Take(const void* lock, int thread, HoldMode mode);

  // How `thread` held the lock that it lets go of. A lock that nobody holds, or another thread,
  // was taken elsewhere: kExclusive.
  HoldMode Release(const void* lock, int thread);

  ThreadSet Holders(const void* lock) const;
  bool IsShared(const void* lock) const;

 private:
  struct Held {
    const void* lock;
    HoldMode mode;
    std::uint16_t times[kMaxThreads];  // 0: not held by this thread
  };

  const Held* Find(const void* lock) const;

  Held held_[kMostHeld];  // [0, size_)
  std::size_t size_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_LOCKS_H_

// Tells a thread that it is about to enter a map that it is inside of already.
//
// Maps with locks call code of their users while they hold one: hashers, equality, copies, the
// function given to `compute`. If that code calls the same map, the thread would wait for itself.
// Each operation therefore holds a `ReentryGuard`, and one that finds another of the same map and
// the same thread throws. Other maps may be entered; that threads do so in different orders, and
// so wait for each other, is not detected.
//
// The guards of a thread are a list on its stack whose head is thread-local. Entering costs a walk
// over the operations that the thread is inside of, which is none but in such calls.

#ifndef HMAP_REENTRY_H_
#define HMAP_REENTRY_H_

#include <atomic>
#include <string>

#include "hmap/errors.h"

namespace hmap {

// A map was called by code that it was running itself. The inner call did nothing.
class ReentryError : public Error {
 public:
  ReentryError(const char* inner, const char* outer)
      : Error(std::string("hmap: ") + inner + " was called by code that runs inside " + outer +
              " of the same map") {}
};

class ReentryGuard {
 public:
  // Enters `map` with an operation of this name. Throws ReentryError if the thread is inside it.
  ReentryGuard(const void* map, const char* operation)
      : map_(map), operation_(operation), outer_(innermost_.load(std::memory_order_relaxed)) {
    for (const ReentryGuard* guard = outer_; guard != nullptr; guard = guard->outer_) {
      if (guard->map_ == map) throw ReentryError(operation, guard->operation_);
    }
    innermost_.store(this, std::memory_order_relaxed);
  }
  ReentryGuard(const ReentryGuard&) = delete;
  ReentryGuard& operator=(const ReentryGuard&) = delete;
  ~ReentryGuard() { innermost_.store(outer_, std::memory_order_relaxed); }

  // Where the calling thread keeps the pointer to its list. Whoever runs tasks in turn on one
  // thread gives each a list of its own there, null to begin with.
  static void* List() { return &innermost_; }

 private:
  // Atomic for thread sanitizer, to which tasks that take turns on one thread are threads.
  static inline constinit thread_local std::atomic<const ReentryGuard*> innermost_{nullptr};

  const void* map_;
  const char* operation_;
  const ReentryGuard* outer_;
};

}  // namespace hmap

#endif  // HMAP_REENTRY_H_

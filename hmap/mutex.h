// Mutexes that the compiler checks: std::mutex and std::shared_mutex with the annotations of
// Clang's thread safety analysis (-Wthread-safety).
//
//   class Account {
//    public:
//     void Add(int amount) {
//       const MutexLock lock(mutex_);
//       balance_ += amount;             // without the lock: a warning
//     }
//    private:
//     Mutex mutex_;
//     int balance_ HMAP_GUARDED_BY(mutex_) = 0;
//   };
//
// Other compilers see the bare wrappers, which cost nothing.

#ifndef HMAP_MUTEX_H_
#define HMAP_MUTEX_H_

#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define HMAP_THREAD_ANNOTATION(annotation) __attribute__((annotation))
#else
#define HMAP_THREAD_ANNOTATION(annotation)
#endif

// Of a class: a lock; an object that holds one from construction to destruction.
#define HMAP_CAPABILITY(name) HMAP_THREAD_ANNOTATION(capability(name))
#define HMAP_SCOPED_CAPABILITY HMAP_THREAD_ANNOTATION(scoped_lockable)
// Of a variable: read it with the lock held, write it with the lock held alone.
#define HMAP_GUARDED_BY(mutex) HMAP_THREAD_ANNOTATION(guarded_by(mutex))
// Of a function: the locks that its caller holds, or must not hold.
#define HMAP_REQUIRES(...) HMAP_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define HMAP_REQUIRES_SHARED(...) HMAP_THREAD_ANNOTATION(requires_shared_capability(__VA_ARGS__))
#define HMAP_EXCLUDES(...) HMAP_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
// Of a function: the locks that it takes and gives back.
#define HMAP_ACQUIRE(...) HMAP_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define HMAP_ACQUIRE_SHARED(...) HMAP_THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define HMAP_TRY_ACQUIRE(...) HMAP_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define HMAP_TRY_ACQUIRE_SHARED(...) \
  HMAP_THREAD_ANNOTATION(try_acquire_shared_capability(__VA_ARGS__))
#define HMAP_RELEASE(...) HMAP_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define HMAP_RELEASE_SHARED(...) HMAP_THREAD_ANNOTATION(release_shared_capability(__VA_ARGS__))

namespace hmap {

class HMAP_CAPABILITY("mutex") Mutex {
 public:
  void Lock() HMAP_ACQUIRE() { mutex_.lock(); }
  void Unlock() HMAP_RELEASE() { mutex_.unlock(); }
  // Whether the lock was free and is now the caller's.
  bool TryLock() HMAP_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

// Any number of readers, or one writer.
class HMAP_CAPABILITY("mutex") SharedMutex {
 public:
  void Lock() HMAP_ACQUIRE() { mutex_.lock(); }
  void Unlock() HMAP_RELEASE() { mutex_.unlock(); }
  bool TryLock() HMAP_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

  void LockShared() HMAP_ACQUIRE_SHARED() { mutex_.lock_shared(); }
  void UnlockShared() HMAP_RELEASE_SHARED() { mutex_.unlock_shared(); }
  bool TryLockShared() HMAP_TRY_ACQUIRE_SHARED(true) { return mutex_.try_lock_shared(); }

 private:
  std::shared_mutex mutex_;
};

// Each holds its mutex as long as it lives.
class HMAP_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) HMAP_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() HMAP_RELEASE() { mutex_.Unlock(); }

 private:
  Mutex& mutex_;
};

class HMAP_SCOPED_CAPABILITY WriterLock {
 public:
  explicit WriterLock(SharedMutex& mutex) HMAP_ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  ~WriterLock() HMAP_RELEASE() { mutex_.Unlock(); }

 private:
  SharedMutex& mutex_;
};

class HMAP_SCOPED_CAPABILITY ReaderLock {
 public:
  explicit ReaderLock(SharedMutex& mutex) HMAP_ACQUIRE_SHARED(mutex) : mutex_(mutex) {
    mutex_.LockShared();
  }
  ReaderLock(const ReaderLock&) = delete;
  ReaderLock& operator=(const ReaderLock&) = delete;
  ~ReaderLock() HMAP_RELEASE() { mutex_.UnlockShared(); }

 private:
  SharedMutex& mutex_;
};

}  // namespace hmap

#endif  // HMAP_MUTEX_H_

// What the wrappers promise at run time; `unguarded_access.cc` is about what they make of code that
// does not take them.

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "hmap/mutex.h"

namespace hmap {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 2000;

template <class F>
void InThreads(F f) {
  std::array<std::thread, kThreads> threads;
  for (std::thread& thread : threads) thread = std::thread(f);
  for (std::thread& thread : threads) thread.join();
}

// Whether another thread gets the lock; it gives it back.
template <class MutexT>
bool AnotherLocks(MutexT& mutex) {
  bool got = false;
  std::thread([&] {
    if (!mutex.TryLock()) return;
    got = true;
    mutex.Unlock();
  }).join();
  return got;
}
bool AnotherReads(SharedMutex& mutex) {
  bool got = false;
  std::thread([&] {
    if (!mutex.TryLockShared()) return;
    got = true;
    mutex.UnlockShared();
  }).join();
  return got;
}

struct Account {
  Mutex mutex;
  int balance HMAP_GUARDED_BY(mutex) = 0;
};

TEST(MutexTest, AtMostOneThreadHoldsIt) {
  Account account;
  InThreads([&account] {
    for (int i = 0; i < kRounds; ++i) {
      const MutexLock lock(account.mutex);
      ++account.balance;
    }
  });
  const MutexLock lock(account.mutex);
  EXPECT_EQ(account.balance, kThreads * kRounds);
}

TEST(MutexTest, AScopedLockIsGivenBackWithItsScope) {
  Mutex mutex;
  {
    const MutexLock lock(mutex);
    EXPECT_FALSE(AnotherLocks(mutex));
  }
  EXPECT_TRUE(AnotherLocks(mutex));
}

struct SharedAccount {
  SharedMutex mutex;
  int balance HMAP_GUARDED_BY(mutex) = 0;
};

TEST(SharedMutexTest, WritersAreAlone) {
  SharedAccount account;
  InThreads([&account] {
    for (int i = 0; i < kRounds; ++i) {
      {
        const WriterLock lock(account.mutex);
        account.balance += 2;
      }
      const ReaderLock lock(account.mutex);
      EXPECT_EQ(account.balance % 2, 0);
    }
  });
  const ReaderLock lock(account.mutex);
  EXPECT_EQ(account.balance, 2 * kThreads * kRounds);
}

TEST(SharedMutexTest, ReadersMeetAndKeepWritersOut) {
  SharedMutex mutex;
  {
    const ReaderLock lock(mutex);
    EXPECT_TRUE(AnotherReads(mutex));
    EXPECT_FALSE(AnotherLocks(mutex));
  }
  {
    const WriterLock lock(mutex);
    EXPECT_FALSE(AnotherReads(mutex));
    EXPECT_FALSE(AnotherLocks(mutex));
  }
  EXPECT_TRUE(AnotherLocks(mutex));
}

}  // namespace
}  // namespace hmap

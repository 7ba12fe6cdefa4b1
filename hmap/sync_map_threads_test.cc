// A `SyncMap` in several threads: what holds under every interleaving, and what becomes of code
// that calls back.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "hmap/sync_map.h"
#include "hmap/sync_testing.h"

namespace hmap {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 300;

// Calls f(n) in thread n of kThreads.
void InThreads(const std::function<void(int)>& f) {
  std::array<std::thread, kThreads> threads;
  for (int n = 0; n < kThreads; ++n) threads[n] = std::thread(f, n);
  for (std::thread& thread : threads) thread.join();
}

TEST(SyncMapThreadsTest, EachThreadFindsItsOwnKeysAsItLeftThem) {
  SyncMap<int, int> map;
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      const int key = i * kThreads + thread;
      map.store(key, i);
      ASSERT_EQ(map.load(key), i);
      ASSERT_EQ(map.swap(key, -i), i);
      ASSERT_EQ(map.load_or_store(key, 7), std::pair(-i, true));
      ASSERT_TRUE(map.compare_and_swap(key, -i, i));
      if (i % 2 == 0) {
        ASSERT_EQ(map.load_and_delete(key), i);
      }
      ASSERT_EQ(map.load(key).has_value(), i % 2 != 0);
    }
  });
  std::size_t size = 0;
  map.range([&size](int, int) { return ++size, true; });
  EXPECT_EQ(size, static_cast<std::size_t>(kThreads * kRounds / 2));
  EXPECT_EQ(SyncMapInside::BrokenRule(map), "");
}

TEST(SyncMapThreadsTest, NoUpdateByCompareAndSwapIsLost) {
  SyncMap<int, int> map;
  constexpr int kKeys = 5;
  InThreads([&map](int) {
    for (int i = 0; i < kRounds; ++i) {
      const int key = i % kKeys;
      for (bool done = false; !done;) {
        const auto [value, loaded] = map.load_or_store(key, 1);
        done = !loaded || map.compare_and_swap(key, value, value + 1);
      }
      map.store(1000 + i, 0);
    }
  });
  int sum = 0;
  map.range([&sum](int key, int value) { return sum += key < kKeys ? value : 0, true; });
  EXPECT_EQ(sum, kThreads * kRounds);
}

TEST(SyncMapThreadsTest, AllWhoLoadOrStoreAgreeOnOneWinner) {
  SyncMap<int, int> map;
  std::atomic<int> stored = 0;
  InThreads([&](int thread) {
    for (int key = 0; key < kRounds; ++key) {
      const auto [winner, loaded] = map.load_or_store(key, thread);
      ASSERT_TRUE(loaded || winner == thread);
      stored += loaded ? 0 : 1;
      ASSERT_EQ(map.load(key), winner) << "nobody replaces it";
    }
  });
  EXPECT_EQ(stored, kRounds);
}

// Tokens are put in and taken out under few keys, so that entries are deleted, expunged and
// revived all the time. Each comes out once.
TEST(SyncMapThreadsTest, WhatIsStoredComesOutExactlyOnce) {
  SyncMap<int, int> map;
  std::array<std::atomic<int>, kThreads * kRounds> taken{};
  const auto take = [&taken](const std::optional<int>& token) {
    if (token.has_value()) ++taken[static_cast<std::size_t>(*token)];
  };
  InThreads([&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      take(map.swap(i % 6, i * kThreads + thread));
      take(map.load_and_delete((i + thread) % 6));
      if (i % 16 == thread) map.store(100 + i, 0);
      if (i % 16 == thread) map.erase(100 + i);
    }
  });
  for (int key = 0; key < 6; ++key) take(map.load_and_delete(key));
  for (const auto& count : taken) ASSERT_EQ(count, 1);
  EXPECT_EQ(SyncMapInside::BrokenRule(map), "");
}

TEST(SyncMapThreadsTest, OneDeletionOfAValueWins) {
  SyncMap<int, int> map;
  std::atomic<int> deleted = 0;
  for (int key = 0; key < kRounds; ++key) map.store(key, key);
  InThreads([&](int thread) {
    for (int key = 0; key < kRounds; ++key) {
      const bool mine = thread % 2 == 0 ? map.erase(key) : map.compare_and_delete(key, key);
      deleted += mine ? 1 : 0;
      ASSERT_EQ(map.load(key), std::nullopt);
    }
  });
  EXPECT_EQ(deleted, kRounds);
}

constexpr int kStays = 50;

TEST(SyncMapThreadsTest, ARangeMeetsEveryKeyThatStaysOnce) {
  SyncMap<int, int> map;
  for (int key = 0; key < kStays; ++key) map.store(key, 0);
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds / 10; ++i) {
      if (thread < 2) {
        for (int key = 0; key < kStays; ++key) map.store(key, i);
        for (int key = 100; key < 120; ++key) map.store(key + 20 * thread, i);
        for (int key = 100; key < 120; ++key) map.erase(key + 20 * thread);
        continue;
      }
      std::set<int> seen;
      map.range([&seen](int key, int) {
        EXPECT_TRUE(seen.insert(key).second);
        return true;
      });
      ASSERT_EQ(std::distance(seen.begin(), seen.lower_bound(kStays)), kStays);
    }
  });
}

TEST(SyncMapThreadsTest, AClearLeavesNothingThatWasThereBefore) {
  SyncMap<int, int> map;
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      if (thread == 0) {
        map.store(-i, i);
        map.clear();
        ASSERT_EQ(map.load(-i), std::nullopt);
        continue;
      }
      const int key = 1 + (i * kThreads + thread) % 64;
      map.store(key, key);
      const std::optional<int> found = map.load(key);
      ASSERT_TRUE(!found.has_value() || *found == key);
    }
  });
  EXPECT_EQ(SyncMapInside::BrokenRule(map), "");
}

// Counts its living objects, in several threads.
struct CountedValue {
  explicit CountedValue(int number) : number(number) { ++living; }
  CountedValue(const CountedValue& other) : number(other.number) { ++living; }
  ~CountedValue() {
    number = -1;
    --living;
  }

  static inline std::atomic<int> living = 0;
  int number;
};

TEST(SyncMapThreadsTest, EveryValueThatIsMadeIsDestroyedAndNoneIsReadAfterwards) {
  {
    SyncMap<int, CountedValue> map;
    InThreads([&map](int thread) {
      for (int i = 0; i < kRounds; ++i) {
        const int key = (i * 7 + thread) % 12;
        map.store(key, CountedValue(key));
        if (i % 5 == 0) map.erase(key);
        if (i % 32 == 0) map.store(100 + i + thread, CountedValue(0));
        const std::optional<CountedValue> found = map.load((key + 1) % 12);
        ASSERT_TRUE(!found.has_value() || found->number == (key + 1) % 12);
      }
    });
    const std::size_t bound = Reclaimer::kSlots * Reclaimer::kScanAt;
    EXPECT_LE(SyncMapInside::RetainedValues(map), bound);
    EXPECT_LE(SyncMapInside::RetainedParts(map), Reclaimer::kSlots);
  }
  EXPECT_EQ(CountedValue::living, 0);
}

// --- Code that calls back ---

// Runs once, where a map hashes, compares or copies.
thread_local std::function<void()> hook;

void RunHook() {
  if (!hook) return;
  std::exchange(hook, nullptr)();
}

struct HookedHash {
  std::uint64_t operator()(int key, std::uint32_t seed) const {
    RunHook();
    return Hash<int>{}(key, seed);
  }
};
struct HookedEqual {
  bool operator()(int a, int b) const {
    RunHook();
    return a == b;
  }
};
struct HookedValue {
  HookedValue() = default;
  HookedValue(const HookedValue&) { RunHook(); }
  friend bool operator==(const HookedValue&, const HookedValue&) { return true; }
};

using Hooked = SyncMap<int, HookedValue, HookedHash, HookedEqual>;
using NamedCall = std::pair<std::string, std::function<void(Hooked&)>>;

const NamedCall kCalls[] = {
    {"load", [](Hooked& map) { map.load(1); }},
    {"store", [](Hooked& map) { map.store(1, {}); }},
    {"swap", [](Hooked& map) { map.swap(1, {}); }},
    {"load_or_store", [](Hooked& map) { map.load_or_store(1, {}); }},
    {"load_and_delete", [](Hooked& map) { map.load_and_delete(1); }},
    {"erase", [](Hooked& map) { map.erase(1); }},
    {"compare_and_swap", [](Hooked& map) { map.compare_and_swap(1, {}, {}); }},
    {"compare_and_delete", [](Hooked& map) { map.compare_and_delete(1, {}); }},
    {"range", [](Hooked& map) { map.range([](int, const HookedValue&) { return true; }); }},
    {"clear", [](Hooked& map) { map.clear(); }},
};

using HashHooked = SyncMap<int, int, HookedHash, HookedEqual>;

// Each call looks for key 1 in a read part that does not have it; before it gets the lock, another
// thread promotes the dirty part.
TEST(SyncMapThreadsTest, WhatWasPromotedMeanwhileIsFoundByTheSecondLook) {
  struct Case {
    const char* name;
    bool (*call)(HashHooked&);
    const char* after;
  };
  const Case kCases[] = {
      {"load", [](HashHooked& map) { return map.load(1) == 10; }, "read 1=10 2=20"},
      {"store", [](HashHooked& map) { return map.store(1, 11), true; }, "read 1=11 2=20"},
      {"swap", [](HashHooked& map) { return map.swap(1, 11) == 10; }, "read 1=11 2=20"},
      {"load_or_store", [](HashHooked& map) { return map.load_or_store(1, 11).first == 10; },
       "read 1=10 2=20"},
      {"load_and_delete", [](HashHooked& map) { return map.load_and_delete(1) == 10; },
       "read 1- 2=20"},
      {"erase", [](HashHooked& map) { return map.erase(1); }, "read 1- 2=20"},
      {"compare_and_swap", [](HashHooked& map) { return map.compare_and_swap(1, 10, 11); },
       "read 1=11 2=20"},
      {"compare_and_delete", [](HashHooked& map) { return map.compare_and_delete(1, 10); },
       "read 1- 2=20"},
  };
  const auto promote = [](const HashHooked& map) { map.range([](int, int) { return true; }); };
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    HashHooked map;
    map.store(2, 20);
    promote(map);
    map.store(1, 10);
    ASSERT_EQ(SyncMapInside::Describe(map), "read 2=20 amended | dirty 1=10 2=20");
    hook = [&] { std::thread([&] { promote(map); }).join(); };
    EXPECT_TRUE(test.call(map));
    EXPECT_FALSE(hook) << "it did run";
    EXPECT_EQ(SyncMapInside::Describe(map), test.after);
  }
}

TEST(SyncMapReentryTest, CodeThatACallRunsCannotCallTheMap) {
  for (const NamedCall& outer : kCalls) {
    if (outer.first == "clear") continue;  // it runs none
    for (const NamedCall& inner : kCalls) {
      Hooked map;
      map.store(1, {});
      std::string error;
      hook = [&] {
        try {
          inner.second(map);
        } catch (const ReentryError& reentry) {
          error = reentry.what();
        }
      };
      outer.second(map);
      EXPECT_FALSE(hook) << "it did run";
      EXPECT_EQ(error, "hmap: " + inner.first + " was called by code that runs inside " +
                           outer.first + " of the same map");
    }
  }
}

TEST(SyncMapReentryTest, TheFunctionOfARangeMayCallTheMap) {
  for (const NamedCall& inner : kCalls) {
    SCOPED_TRACE(inner.first);
    Hooked map;
    map.store(1, {});
    int visited = 0;
    map.range([&](int, const HookedValue&) {
      inner.second(map);
      return ++visited, true;
    });
    EXPECT_EQ(visited, 1);
  }
}

}  // namespace
}  // namespace hmap

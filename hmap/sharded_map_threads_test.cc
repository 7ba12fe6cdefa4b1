// A sharded map in several threads: what holds under every interleaving, and what becomes of code
// that calls back.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "hmap/sharded_map.h"

namespace hmap {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 500;

// Calls f(n) in thread n of kThreads.
void InThreads(const std::function<void(int)>& f) {
  std::array<std::thread, kThreads> threads;
  for (int n = 0; n < kThreads; ++n) threads[n] = std::thread(f, n);
  for (std::thread& thread : threads) thread.join();
}

std::optional<int> AddOne(const int* present) { return present == nullptr ? 1 : *present + 1; }

TEST(ShardedMapThreadsTest, EachThreadFindsItsOwnKeysAsItLeftThem) {
  ShardedMap<int, int> map(4);
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      const int key = i * kThreads + thread;
      ASSERT_TRUE(map.insert(key, i));
      ASSERT_EQ(map.find(key), i);
      ASSERT_FALSE(map.insert_or_assign(key, -i));
      ASSERT_EQ(map.find(key), -i);
      if (i % 2 == 0) {
        ASSERT_TRUE(map.erase(key));
      }
      ASSERT_EQ(map.contains(key), i % 2 != 0);
    }
  });
  EXPECT_EQ(map.size(), static_cast<std::size_t>(kThreads * kRounds / 2));
}

TEST(ShardedMapThreadsTest, NoUpdateByComputeIsLost) {
  ShardedMap<int, int> map(2);
  InThreads([&map](int) {
    for (int i = 0; i < kRounds; ++i) map.compute(i % 7, AddOne);
  });
  int sum = 0;
  map.for_each([&sum](int, int value) { sum += value; });
  EXPECT_EQ(sum, kThreads * kRounds);
}

TEST(ShardedMapThreadsTest, OneInsertOfAKeyWins) {
  ShardedMap<int, int> map;
  std::atomic<int> inserted = 0;
  InThreads([&](int thread) {
    for (int key = 0; key < kRounds; ++key) {
      const bool mine = map.try_emplace(key, thread);
      inserted += mine ? 1 : 0;
      const std::optional<int> winner = map.find(key);
      ASSERT_TRUE(winner.has_value());
      ASSERT_EQ(*winner == thread, mine);
    }
  });
  EXPECT_EQ(inserted, kRounds);
}

// Threads 0 and 1 insert and erase keys that come after these meanwhile.
constexpr int kStays = 100;

TEST(ShardedMapThreadsTest, ForEachAndSizeMeetEveryEntryThatStays) {
  ShardedMap<int, int> map(4);
  for (int key = 0; key < kStays; ++key) map.insert(key, key);
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds / 10; ++i) {
      if (thread < 2) {
        for (int key = kStays; key < 2 * kStays; ++key) map.insert(2 * key + thread, -1);
        for (int key = kStays; key < 2 * kStays; ++key) map.erase(2 * key + thread);
        continue;
      }
      std::map<int, int> seen;
      map.for_each([&seen](int key, int value) { ASSERT_TRUE(seen.emplace(key, value).second); });
      for (const auto& [key, value] : seen) ASSERT_EQ(value, key < kStays ? key : -1);
      ASSERT_EQ(std::distance(seen.begin(), seen.lower_bound(kStays)), kStays);
      ASSERT_GE(map.size(), static_cast<std::size_t>(kStays));
      ASSERT_LE(map.size(), static_cast<std::size_t>(3 * kStays));
    }
  });
  EXPECT_EQ(map.size(), static_cast<std::size_t>(kStays));
}

TEST(ShardedMapThreadsTest, AClearLeavesNothingThatWasThereBefore) {
  ShardedMap<int, int> map(4);
  InThreads([&map](int thread) {
    for (int i = 0; i < kRounds / 10; ++i) {
      if (thread == 0) {
        map.clear();
        map.for_each([](int, int) {});
        continue;
      }
      const int key = i * kThreads + thread;
      map.insert(key, i);
      const std::optional<int> found = map.find(key);
      ASSERT_TRUE(!found.has_value() || *found == i);
    }
  });
  map.clear();
  EXPECT_TRUE(map.empty());
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
  HookedValue& operator=(const HookedValue&) {
    RunHook();
    return *this;
  }
};

using Hooked = ShardedMap<int, HookedValue, HookedHash, HookedEqual>;
using NamedCall = std::pair<std::string, std::function<void(Hooked&)>>;

const NamedCall kCalls[] = {
    {"find", [](Hooked& map) { map.find(1); }},
    {"contains", [](Hooked& map) { map.contains(1); }},
    {"insert_or_assign", [](Hooked& map) { map.insert_or_assign(1, {}); }},
    {"try_emplace", [](Hooked& map) { map.try_emplace(1); }},
    {"erase", [](Hooked& map) { map.erase(1); }},
    {"compute",
     [](Hooked& map) {
       map.compute(1, [](const HookedValue* v) {
         return v == nullptr ? std::nullopt : std::optional<HookedValue>(*v);
       });
     }},
    {"size", [](Hooked& map) { map.size(); }},
    {"clear", [](Hooked& map) { map.clear(); }},
    {"for_each", [](Hooked& map) { map.for_each([](int, const HookedValue&) {}); }},
};

// What the inner call, made by code that the outer one runs, says; empty if it succeeds.
std::string ErrorOf(Hooked& map, const NamedCall& inner, const std::function<void()>& outer) {
  std::string error;
  hook = [&] {
    try {
      inner.second(map);
    } catch (const ReentryError& reentry) {
      error = reentry.what();
    }
  };
  outer();
  EXPECT_FALSE(hook) << "it did run";
  hook = nullptr;
  return error;
}

std::string Message(const std::string& inner, const std::string& outer) {
  return "hmap: " + inner + " was called by code that runs inside " + outer + " of the same map";
}

TEST(ShardedMapReentryTest, CodeThatACallRunsUnderALockCannotCallTheMap) {
  for (const NamedCall& outer : kCalls) {
    if (outer.first == "size" || outer.first == "clear") continue;  // these run none
    for (const NamedCall& inner : kCalls) {
      Hooked map(2);
      map.try_emplace(1);
      EXPECT_EQ(ErrorOf(map, inner, [&] { outer.second(map); }), Message(inner.first, outer.first));
      EXPECT_TRUE(map.size() == 1 || outer.first == "erase");
    }
  }
}

TEST(ShardedMapReentryTest, TheFunctionOfComputeCannotCallTheMapAndMayThrow) {
  for (const NamedCall& inner : kCalls) {
    Hooked map(2);
    try {
      map.compute(1, [&](const HookedValue*) {
        inner.second(map);
        return std::optional<HookedValue>();
      });
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), Message(inner.first, "compute"));
    }
    EXPECT_TRUE(map.try_emplace(1)) << "the lock was given back, and nothing was stored";
  }
}

TEST(ShardedMapReentryTest, TheFunctionOfForEachMayCallTheMap) {
  for (const NamedCall& inner : kCalls) {
    SCOPED_TRACE(inner.first);
    Hooked map(2);
    map.try_emplace(1);
    int visited = 0;
    map.for_each([&](int, const HookedValue&) {
      inner.second(map);
      ++visited;
    });
    EXPECT_EQ(visited, 1);
  }
}

TEST(ShardedMapReentryTest, AnotherMapMayBeCalled) {
  Hooked map;
  Hooked other;
  for (const NamedCall& inner : kCalls) {
    other.try_emplace(1);
    map.compute(1, [&](const HookedValue*) {
      inner.second(other);
      return std::optional<HookedValue>(std::in_place);
    });
  }
  EXPECT_EQ(map.size(), 1U);
}

}  // namespace
}  // namespace hmap

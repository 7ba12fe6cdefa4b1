// What a `SyncMap` keeps, what it frees and when, and what is left of it when something throws.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "hmap/sync_map.h"
#include "hmap/sync_testing.h"
#include "hmap/testing.h"

namespace hmap {
namespace testing {

template <std::size_t kBytes, bool kMovesThrow>
std::ostream& operator<<(std::ostream& out, const Tracked<kBytes, kMovesThrow>& tracked) {
  return out << tracked.number();
}
template <std::size_t kBytes, bool kMovesThrow>
bool operator<(const Tracked<kBytes, kMovesThrow>& a, const Tracked<kBytes, kMovesThrow>& b) {
  return a.number() < b.number();
}

}  // namespace testing

namespace {

using testing::Bomb;
using testing::Fuse;
using testing::TrackedHash;

using Key = testing::Tracked<8>;
using Value = testing::Tracked<16>;
using TrackedMap = SyncMap<Key, Value, TrackedHash>;

constexpr std::size_t kSlots = Reclaimer::kSlots;
constexpr std::size_t kScanAt = Reclaimer::kScanAt;

class SyncMapMemoryTest : public ::testing::Test {
 protected:
  ~SyncMapMemoryTest() override {
    EXPECT_EQ(Key::living, 0);
    EXPECT_EQ(Value::living, 0);
  }
};

void Promote(const TrackedMap& map) {
  map.range([](const Key&, const Value&) { return false; });
}

TEST_F(SyncMapMemoryTest, OneThreadThatReplacesValuesKeepsNoMoreThanTheBound) {
  TrackedMap map;
  map.store(1, 0);
  std::size_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    switch (i % 4) {
      case 0:
        map.store(1, i);
        break;
      case 1:
        map.swap(1, i);
        break;
      case 2:
        map.erase(1);
        break;
      default:
        map.load_or_store(1, i);
    }
    ASSERT_LE(static_cast<std::size_t>(Value::living), 1 + SyncMapInside::RetainedValues(map));
    most = std::max(most, SyncMapInside::RetainedValues(map));
  }
  EXPECT_EQ(most, kScanAt - 1);
}

TEST_F(SyncMapMemoryTest, OneThreadKeepsNoReadPartThatWasReplaced) {
  TrackedMap map;
  for (int i = 0; i < 200; ++i) {
    map.store(i, i);
    Promote(map);
    map.erase(i - 3);
    ASSERT_EQ(SyncMapInside::RetainedParts(map), 0U);
    ASSERT_LE(Key::living, 12) << "four keys and what is expunged, in both parts at most";
  }
}

// As many readers as there can be, each of which has begun to look at another read part and then
// stands still.
TEST_F(SyncMapMemoryTest, AReaderThatStandsStillKeepsOneReadPart) {
  TrackedMap map;
  struct Reader {
    explicit Reader(const TrackedMap& map) : pin(SyncMapInside::ReclaimerOf(map), garbage) {}
    RetiredList garbage;
    Reclaimer::Pin pin;
  };
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i + 1 < kSlots; ++i) {
    readers.push_back(std::make_unique<Reader>(map));
    SyncMapInside::AnnounceReadPart(map, readers.back()->pin);
    map.store(i, 0);
    Promote(map);
    map.store(1000 + i, 0);
    map.erase(1000 + i);
    ASSERT_EQ(SyncMapInside::RetainedParts(map), i + 1);
  }
  readers.clear();
  map.clear();
  EXPECT_EQ(SyncMapInside::RetainedParts(map), 0U);
}

TEST_F(SyncMapMemoryTest, ARangeKeepsThePartThatItWalks) {
  TrackedMap map;
  for (int i = 0; i < 20; ++i) map.store(i, i);
  int visited = 0;
  map.range([&](const Key& key, const Value& value) {
    EXPECT_EQ(key.number(), value.number());
    if (visited++ == 0) {
      for (int round = 0; round < 300; ++round) {
        map.store(100 + round, 0);
        Promote(map);
        EXPECT_EQ(SyncMapInside::RetainedParts(map), 0U) << "it is no retired part that is kept";
      }
    }
    return true;
  });
  EXPECT_EQ(visited, 20);
}

TEST_F(SyncMapMemoryTest, AClearFreesKeysAndValuesAtOnce) {
  TrackedMap map;
  for (int i = 0; i < 100; ++i) map.store(i, i);
  Promote(map);
  for (int i = 100; i < 110; ++i) map.store(i, i);
  map.clear();
  EXPECT_EQ(Key::living, 0);
  EXPECT_EQ(Value::living, 0);
}

// Its end calls the map, which is possible because it comes when the call that freed it is over.
struct Farewell {
  ~Farewell() {
    map->store(2, nullptr);
    ++calls;
  }

  static inline int calls = 0;
  SyncMap<int, std::shared_ptr<Farewell>>* map;
};

TEST_F(SyncMapMemoryTest, TheDestructorOfAReplacedValueMayCallTheMap) {
  Farewell::calls = 0;
  SyncMap<int, std::shared_ptr<Farewell>> map;
  constexpr int kStored = 3 * static_cast<int>(kScanAt);
  for (int i = 0; i < kStored; ++i) {
    map.store(1, std::shared_ptr<Farewell>(new Farewell{&map}));
  }
  EXPECT_GT(Farewell::calls, 0);
  map.clear();
  for (std::size_t i = 0; i < kScanAt; ++i) map.store(1, nullptr);
  EXPECT_EQ(Farewell::calls, kStored);
}

struct Call {
  std::string name;
  std::function<void(TrackedMap&)> run;
};

const Call kCalls[] = {
    {"load", [](TrackedMap& map) { map.load(1); }},
    {"load from the dirty part", [](TrackedMap& map) { map.load(5); }},
    {"store", [](TrackedMap& map) { map.store(1, 7); }},
    {"swap", [](TrackedMap& map) { map.swap(1, 7); }},
    {"swap in the dirty part", [](TrackedMap& map) { map.swap(5, 7); }},
    {"load_or_store", [](TrackedMap& map) { map.load_or_store(1, 7); }},
    {"load_and_delete", [](TrackedMap& map) { map.load_and_delete(1); }},
    {"load_and_delete in the dirty part", [](TrackedMap& map) { map.load_and_delete(5); }},
    {"erase in the dirty part", [](TrackedMap& map) { map.erase(5); }},
    {"compare_and_swap", [](TrackedMap& map) { map.compare_and_swap(1, 1, 7); }},
    {"range", [](TrackedMap& map) { map.range([](const Key&, const Value&) { return true; }); }},
    {"store to an expunged key", [](TrackedMap& map) { map.store(0, 7); }},
    {"load_or_store to an expunged key", [](TrackedMap& map) { map.load_or_store(0, 7); }},
    {"store a new key", [](TrackedMap& map) { map.store(9, 7); }},
    {"load_or_store a new key", [](TrackedMap& map) { map.load_or_store(9, 7); }},
};

// Keys 0 to 4, of which 0 is deleted; `amend`: and a dirty part that has key 5 besides.
void Fill(TrackedMap& map, bool amend) {
  for (int i = 0; i < 5; ++i) map.store(i, i);
  Promote(map);
  map.erase(0);
  if (amend) map.store(5, 5);
}

std::map<std::uint64_t, std::uint64_t> ContentsOf(const TrackedMap& map) {
  std::map<std::uint64_t, std::uint64_t> contents;
  map.range([&contents](const Key& key, const Value& value) {
    return contents.emplace(key.number(), value.number()).second;
  });
  return contents;
}

// Every copy of a key or a value that the call makes throws once; then the map is as it was. When
// no copy throws any more, the call succeeds.
TEST_F(SyncMapMemoryTest, WhatThrowsLeavesTheMapAsItWas) {
  for (const bool amend : {false, true}) {
    for (const Call& call : kCalls) {
      int left = 0;
      for (bool threw = true; threw; ++left) {
        SCOPED_TRACE(call.name + ", copy " + std::to_string(left) + (amend ? ", amended" : ""));
        threw = false;
        TrackedMap map;
        Fill(map, amend);
        TrackedMap twin;
        Fill(twin, amend);
        Fuse::left = left;
        try {
          call.run(map);
        } catch (const Bomb&) {
          threw = true;
        }
        Fuse::left = -1;
        ASSERT_EQ(SyncMapInside::BrokenRule(map), "");
        if (!threw) call.run(twin);
        ASSERT_EQ(ContentsOf(map), ContentsOf(twin));
        map.store(0, 50);
        map.store(9, 59);
        ASSERT_EQ(ContentsOf(map).at(0), 50U) << "what was expunged on the way can be stored to";
        ASSERT_EQ(ContentsOf(map).at(9), 59U);
        ASSERT_EQ(SyncMapInside::BrokenRule(map), "");
      }
    }
  }
}

}  // namespace
}  // namespace hmap

#include "hmap/sharded_map.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hmap/random.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Bomb;
using testing::Fuse;
using testing::IdentityHash;
using testing::LedgerAllocator;
using testing::Rig;
using testing::TestPolicy;
using testing::Tracked;
using testing::TrackedHash;

using IntMap = ShardedMap<int, int>;
using Contents = std::map<int, int>;

template <class MapT>
auto ContentsOf(const MapT& map) {
  std::map<typename MapT::key_type, typename MapT::mapped_type> contents;
  map.for_each([&contents](const auto& key, const auto& value) {
    EXPECT_TRUE(contents.emplace(key, value).second) << "a key came twice";
  });
  return contents;
}

std::optional<int> AddOne(const int* present) { return present == nullptr ? 1 : *present + 1; }
std::optional<int> Nothing(const int*) { return std::nullopt; }

TEST(ShardedMapTest, EachOperationDoesAndReturnsWhatItSays) {
  struct Case {
    std::string name;
    std::function<std::optional<int>(IntMap&)> call;
    std::optional<int> returned;
    Contents after;
  };
  const Case kCases[] = {
      // on a map of 1: 10 and 2: 20
      {"find", [](IntMap& map) { return map.find(1); }, 10, {{1, 10}, {2, 20}}},
      {"find absent", [](IntMap& map) { return map.find(3); }, {}, {{1, 10}, {2, 20}}},
      {"contains", [](IntMap& map) { return map.contains(1); }, true, {{1, 10}, {2, 20}}},
      {"contains absent", [](IntMap& map) { return map.contains(3); }, false, {{1, 10}, {2, 20}}},
      {"overwrite",
       [](IntMap& map) { return map.insert_or_assign(1, 5); },
       false,
       {{1, 5}, {2, 20}}},
      {"assign to absent",
       [](IntMap& map) { return map.insert_or_assign(3, 5); },
       true,
       {{1, 10}, {2, 20}, {3, 5}}},
      {"emplace", [](IntMap& map) { return map.try_emplace(1, 5); }, false, {{1, 10}, {2, 20}}},
      {"emplace absent",
       [](IntMap& map) { return map.try_emplace(3); },
       true,
       {{1, 10}, {2, 20}, {3, 0}}},
      {"insert", [](IntMap& map) { return map.insert(1, 5); }, false, {{1, 10}, {2, 20}}},
      {"insert absent",
       [](IntMap& map) { return map.insert(3, 5); },
       true,
       {{1, 10}, {2, 20}, {3, 5}}},
      {"erase", [](IntMap& map) { return map.erase(1); }, true, {{2, 20}}},
      {"erase absent", [](IntMap& map) { return map.erase(3); }, false, {{1, 10}, {2, 20}}},
      {"compute", [](IntMap& map) { return map.compute(1, AddOne); }, 11, {{1, 11}, {2, 20}}},
      {"compute absent",
       [](IntMap& map) { return map.compute(3, AddOne); },
       1,
       {{1, 10}, {2, 20}, {3, 1}}},
      {"compute nothing", [](IntMap& map) { return map.compute(1, Nothing); }, {}, {{2, 20}}},
      {"compute nothing for absent",
       [](IntMap& map) { return map.compute(3, Nothing); },
       {},
       {{1, 10}, {2, 20}}},
      {"clear", [](IntMap& map) { return map.clear(), std::nullopt; }, {}, {}},
  };
  for (const std::size_t shards : {1, 16}) {
    for (const Case& test : kCases) {
      SCOPED_TRACE(test.name + " with " + std::to_string(shards) + " shards");
      IntMap map(shards);
      map.insert(1, 10);
      map.insert(2, 20);
      EXPECT_EQ(test.call(map), test.returned);
      EXPECT_EQ(ContentsOf(map), test.after);
      EXPECT_EQ(map.size(), test.after.size());
      EXPECT_EQ(map.empty(), test.after.empty());
    }
  }
}

TEST(ShardedMapTest, DoesAsStdMapDoes) {
  IntMap map(4);
  Contents model;
  SeededRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto drawn = random(Draw::kHashSeed);
    const int key = static_cast<int>(drawn >> 8 & 0xff);
    switch (drawn & 3) {
      case 0:
        ASSERT_EQ(map.insert_or_assign(key, i), model.insert_or_assign(key, i).second);
        break;
      case 1:
        ASSERT_EQ(map.try_emplace(key, i), model.try_emplace(key, i).second);
        break;
      case 2:
        ASSERT_EQ(map.erase(key), model.erase(key) != 0);
        break;
      default:
        ASSERT_EQ(map.compute(key, AddOne), ++model[key]);
    }
    ASSERT_EQ(map.size(), model.size());
  }
  EXPECT_EQ(ContentsOf(map), model);
}

TEST(ShardedMapTest, RefusesNumbersOfShardsThatAreNoPowerOfTwoOrTooLarge) {
  for (const std::size_t shards : {1, 2, 64, 256}) EXPECT_EQ(IntMap(shards).shard_count(), shards);
  for (const std::size_t shards : {0, 3, 48, 512}) {
    SCOPED_TRACE(shards);
    try {
      IntMap map(shards);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "hmap: a map of " + std::to_string(shards) +
                                  " shards: the number must be a power of two from 1 to 256");
    }
  }
}

using Identity = ShardedMap<std::uint64_t, int, IdentityHash>;

TEST(ShardedMapTest, TheShardHangsOnBits48To55Alone) {
  const Identity map(Identity::kMostShards);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t key = std::uint64_t{1} << bit;
    const bool chooses = bit >= 48 && bit < 56;
    EXPECT_EQ(map.shard_of(key), chooses ? std::size_t{1} << (bit - 48) : 0) << "bit " << bit;
  }
}

// How many different buckets, and tophashes of single entries, the keys of the only shard in use
// have.
struct Spread {
  std::size_t chains = 0;
  std::size_t longest = 0;
  std::set<std::uint8_t> tophashes;
};

template <class MapT>
Spread SpreadOf(const MapT& map, std::size_t shard) {
  Spread spread;
  map.inspect(shard, [&spread](const auto& table) {
    const auto view = table.view();
    for (std::size_t n = 0; n < view.chains(Array::kCurrent); ++n) {
      std::size_t length = 0;
      for (auto bucket = view.chain(Array::kCurrent, n); bucket; bucket = bucket.next()) {
        for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
          if (!IsLive(bucket.tophash(slot))) continue;
          ++length;
          spread.tophashes.insert(bucket.tophash(slot));
        }
      }
      spread.chains += length != 0 ? 1 : 0;
      spread.longest = std::max(spread.longest, length);
    }
  });
  return spread;
}

// By identity, keys that differ in the low or the top bits share a shard. That their hash ignores
// the seed is the worst case: shard and bucket are then chosen by one and the same hash.
TEST(ShardedMapTest, KeysThatShareAShardSpreadOverItsBucketsAndTophashes) {
  constexpr std::size_t kKeys = 256;
  Identity map(16);
  for (std::uint64_t i = 0; i < kKeys; ++i) map.insert(std::uint64_t{3} << 48 | i << 56 | i, 0);
  const Spread spread = SpreadOf(map, 3);
  EXPECT_EQ(spread.chains, 64U) << "256 keys, at most 6.5 a bucket: every bucket has some";
  EXPECT_EQ(spread.longest, 4U);
  EXPECT_EQ(spread.tophashes.size(), 256U - kMinTopHash);
}

TEST(ShardedMapTest, ShardsGrowOnTheirOwn) {
  Identity map(2);
  for (std::uint64_t i = 0; i < 1000; ++i) map.insert(i, 0);
  map.inspect(0, [](const auto& table) { EXPECT_EQ(table.view().b(), 8U); });
  map.inspect(1, [](const auto& table) { EXPECT_EQ(table.view().b(), 0U); });
}

TEST(ShardedMapTest, ReadersLeaveATableThatGrowsAsItIs) {
  Identity map(1);
  for (std::uint64_t i = 0; i < 105; ++i) map.insert(i, 0);
  const auto state = [&map] {
    std::pair<std::size_t, std::uint8_t> state;
    map.inspect(0, [&state](const auto& table) {
      EXPECT_TRUE(table.view().growing());
      state = {table.view().nevacuate(), table.view().flags()};
    });
    return state;
  };
  const auto before = state();
  for (std::uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(map.find(i).has_value(), i < 105);
    EXPECT_EQ(map.contains(i), i < 105);
  }
  EXPECT_EQ(ContentsOf(map).size(), 105U);
  EXPECT_EQ(state(), before);
}

TEST(ShardedMapTest, KeysNotEqualToThemselvesAreKeptAndNeverFound) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ShardedMap<double, int> map(4);
  EXPECT_TRUE(map.insert(nan, 1));
  EXPECT_TRUE(map.insert_or_assign(nan, 2));
  EXPECT_EQ(map.compute(nan, AddOne), 1);
  EXPECT_EQ(map.find(nan), std::nullopt);
  EXPECT_FALSE(map.contains(nan));
  EXPECT_FALSE(map.erase(nan));
  EXPECT_EQ(map.size(), 3U);
  map.clear();
  EXPECT_TRUE(map.empty());
}

// Readers would share the draws of their shard's random source.
TEST(ShardedMapTest, ReadersDrawNothing) {
  using Map = ShardedMap<double, int, Hash<double>, std::equal_to<>,
                         LedgerAllocator<std::pair<const double, int>>, TestPolicy<Strict>>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Rig rig;
  Map map(1, rig.parts<Map::MapT>());
  map.insert(nan, 1);
  map.insert(2, 2);
  const int drawn = rig.draws.drawn;
  map.find(nan);
  map.contains(nan);
  map.find(2);
  map.for_each([](double, int) {});
  EXPECT_EQ(rig.draws.drawn, drawn);
}

TEST(ShardedMapTest, TakesValuesThatCannotBeCopied) {
  ShardedMap<int, std::unique_ptr<int>> map;
  EXPECT_TRUE(map.insert_or_assign(1, std::make_unique<int>(1)));
  EXPECT_TRUE(map.try_emplace(2, std::make_unique<int>(2)));
  EXPECT_TRUE(map.contains(1));
  EXPECT_TRUE(map.erase(2));
  EXPECT_EQ(map.size(), 1U);
}

TEST(ShardedMapTest, AllMemoryOfTheShardsComesFromItsAllocator) {
  using Map = ShardedMap<int, int, Hash<int>, std::equal_to<>,
                         LedgerAllocator<std::pair<const int, int>>, TestPolicy<Strict>>;
  Rig rig;
  {
    Map map(8, rig.parts<Map::MapT>());
    for (int i = 0; i < 100; ++i) map.insert(i, i);
    EXPECT_GT(rig.ledger.blocks, 16) << "each shard, its core and its table";
  }
  EXPECT_EQ(rig.ledger.blocks, 0);
  EXPECT_EQ(rig.ledger.bytes, 0);
}

using Value = Tracked<>;
using FusedMap = ShardedMap<Value, Value, TrackedHash>;

// Every copy that an operation makes throws once.
// A value that is copied in two steps, of which the second can throw.
struct TwoSteps {
  static inline bool throws = false;

  TwoSteps(int a, int b) : first(a), second(b) {}
  TwoSteps(const TwoSteps& other) { *this = other; }
  TwoSteps(TwoSteps&&) noexcept = default;
  TwoSteps& operator=(const TwoSteps& other) {
    first = other.first;
    if (throws) throw Bomb();
    second = other.second;
    return *this;
  }
  TwoSteps& operator=(TwoSteps&&) noexcept = default;
  ~TwoSteps() = default;

  int first = 0;
  int second = 0;
};

TEST(ShardedMapTest, AComputedValueThatCannotBeCopiedLeavesNoHalfOfIt) {
  ShardedMap<int, TwoSteps> map;
  map.insert(1, {1, 1});
  TwoSteps::throws = true;
  const auto two = [](const TwoSteps*) { return std::optional<TwoSteps>(std::in_place, 2, 2); };
  EXPECT_THROW(map.compute(1, two), Bomb);
  TwoSteps::throws = false;
  const std::optional<TwoSteps> left = map.find(1);
  ASSERT_TRUE(left.has_value());
  EXPECT_EQ(left->first, 1);
  EXPECT_EQ(left->second, 1);
}

TEST(ShardedMapTest, WhatThrowsLeavesAllEntriesAsTheyWereAndLosesNoObject) {
  const std::pair<const char*, void (*)(FusedMap&)> kCalls[] = {
      {"find", [](FusedMap& map) { map.find(1); }},
      {"overwrite", [](FusedMap& map) { map.insert_or_assign(1, 7); }},
      {"insert", [](FusedMap& map) { map.insert(100, 7); }},
      {"compute", [](FusedMap& map) { map.compute(1, [](const Value* v) { return *v; }); }},
      {"compute absent",
       [](FusedMap& map) { map.compute(100, [](const Value*) { return Value(7); }); }},
      {"for_each", [](FusedMap& map) { map.for_each([](const Value&, const Value&) {}); }},
  };
  for (const auto& [name, call] : kCalls) {
    for (int left = 0;; ++left) {
      SCOPED_TRACE(std::string(name) + ", copy " + std::to_string(left));
      FusedMap map(1);
      for (int i = 0; i < 13; ++i) map.insert(i, i);
      bool threw = false;
      Fuse::left = left;
      try {
        call(map);
      } catch (const Bomb&) {
        threw = true;
      }
      Fuse::left = -1;
      if (!threw) break;
      std::map<std::uint64_t, std::uint64_t> contents;
      map.for_each([&contents](const Value& key, const Value& value) {
        contents[key.number()] = value.number();
      });
      EXPECT_EQ(contents.size(), 13U);
      for (const auto& [key, value] : contents) EXPECT_EQ(key, value);
    }
    EXPECT_EQ(Value::living, 0);
  }
}

}  // namespace
}  // namespace hmap

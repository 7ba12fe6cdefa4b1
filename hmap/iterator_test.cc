// The iteration contract, case by case. Random sequences of operations are the fuzz targets' part.

#include "hmap/iterator.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Bomb;
using testing::Fuse;
using testing::FusedHash;
using testing::IdentityHash;
using testing::MakeSparse;
using testing::Rest;
using testing::Rig;
using testing::TestMap;

using Key = std::uint64_t;
using Map64 = TestMap<Key, Key, IdentityHash>;
using Spread64 = TestMap<Key, Key>;

std::multiset<Key> Sorted(const std::vector<Key>& keys) { return {keys.begin(), keys.end()}; }

std::multiset<Key> Range(Key begin, Key end) {
  std::multiset<Key> keys;
  for (; begin != end; ++begin) keys.insert(begin);
  return keys;
}

template <class MapT>
void Fill(MapT& map, Key begin, Key end) {
  for (; begin != end; ++begin) map.insert_or_assign(begin, begin);
}

TEST(IteratorTest, ProducesEachEntryOnceFromAnyStart) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  for (Key size = 1; size <= 60; ++size) {
    map[size - 1];
    for (rig.draws.iterator_start = 0; rig.draws.iterator_start < 8U << map.view().b();
         ++rig.draws.iterator_start) {
      ASSERT_EQ(Sorted(Rest(map.begin())), Range(0, size)) << rig.draws.iterator_start;
    }
  }
}

TEST(IteratorTest, TheStartIsTheDrawsBucketAndSlot) {
  Rig rig;
  auto map = rig.Make<Map64>(20);  // 4 buckets
  for (Key key = 0; key < 24; ++key) map[key];
  rig.draws.iterator_start = 2 | 5 << 2;
  EXPECT_EQ(Rest(map.begin()),
            (std::vector<Key>{2 + 4 * 5, 2, 6, 10, 14, 18, 23, 3, 7, 11, 15, 19,
                              20,        0, 4, 8,  12, 16, 21, 1, 5, 9,  13, 17}));
}

TEST(IteratorTest, OfAnEmptyMapIsAtItsEndAndDrawsNothing) {
  Rig rig;
  auto map = rig.Make<Spread64>(100);
  const int drawn = rig.draws.drawn;
  EXPECT_TRUE(map.begin().done());
  EXPECT_TRUE(map.begin() == map.end());
  EXPECT_TRUE(Spread64::iterator().done());
  EXPECT_EQ(rig.draws.drawn, drawn);
  EXPECT_EQ(map.view().flags(), 0);
}

TEST(IteratorTest, WhatIsErasedBeforeItIsProducedIsNotProduced) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 50);
  auto it = map.begin();
  const Key first = it.key();
  for (Key key = 0; key < 50; ++key) {
    if (key != first && key % 2 == 1) map.erase(key);
  }
  for (const Key key : Rest(it)) EXPECT_TRUE(key == first || key % 2 == 0) << key;
  EXPECT_EQ(Rest(it).size(), first % 2 == 1 ? 26U : 25U);
}

TEST(IteratorTest, TheCurrentValueIsProducedEvenIfTheEntryMoved) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 100);
  auto it = map.begin();
  for (Key key = 0; key < 100; ++key) map[key] = key + 1000;
  Fill(map, 100, 2000);
  for (Key key = 0; key < 100; ++key) map[key] += 1000;
  for (++it; !it.done(); ++it) {
    EXPECT_EQ(it.value(), it.key() < 100 ? it.key() + 2000 : it.key());
  }
}

TEST(IteratorTest, AValueMayBeWrittenThroughIt) {
  Map<int, int> map = {{1, 10}, {2, 20}};
  for (auto it = map.begin(); it != map.end(); it++) it.value() += 1;
  for (auto [key, value] : map) value += 1;
  EXPECT_EQ(map[1], 12);
  EXPECT_EQ(map[2], 22);
  static_assert(std::is_same_v<decltype(std::as_const(map).begin().value()), const int&>);
  static_assert(std::is_same_v<decltype(*map.begin()), std::pair<const int&, int&>>);
}

// From every start: half of the walk, then growth upon growth, then the rest.
TEST(IteratorTest, GoesOnThroughTwoGrowths) {
  for (const Key size : {5, 8, 13, 26, 30}) {
    for (unsigned start = 0; start < 64; ++start) {
      Rig rig;
      auto map = rig.Make<Spread64>();
      Fill(map, 0, size);
      rig.draws.iterator_start = start;
      auto it = map.begin();
      std::multiset<Key> produced;
      for (Key i = 0; i < size / 2; ++i, ++it) produced.insert(it.key());
      produced.insert(it.key());
      const unsigned b = map.view().b();
      Fill(map, size, 8 * size + 8);
      ASSERT_GE(map.view().b(), b + 2);
      ++it;
      for (const Key key : Rest(it)) produced.insert(key);
      for (Key key = 0; key < size; ++key) EXPECT_EQ(produced.count(key), 1U) << key;
      for (const Key key : produced) EXPECT_EQ(produced.count(key), 1U) << key;
    }
  }
}

// Begun at every stage of a growth, which goes on one write at a time.
TEST(IteratorTest, BegunInTheMiddleOfAGrowthProducesEachEntryOnce) {
  for (Key writes = 0; writes < 20; ++writes) {
    for (unsigned start = 0; start < 32; ++start) {
      Rig rig;
      auto map = rig.Make<Spread64>();
      Fill(map, 0, 105);  // 16 buckets begin to become 32
      for (Key i = 0; i < writes; ++i) map[i] = 0;
      rig.draws.iterator_start = start;
      auto it = map.begin();
      std::multiset<Key> produced;
      for (; !it.done(); ++it) {
        produced.insert(it.key());
        map[it.key()] = 1;
      }
      ASSERT_EQ(produced, Range(0, 105)) << writes << ' ' << start;
    }
  }
}

TEST(IteratorTest, GoesOnThroughASameSizeGrowth) {
  for (unsigned start = 0; start < 128; ++start) {
    Rig rig;
    auto map = MakeSparse<Map64>(rig);
    ASSERT_EQ(map.size(), 16U);
    ASSERT_EQ(map.view().noverflow(), 16);
    rig.draws.iterator_start = start;
    auto it = map.begin();
    std::multiset<Key> produced;
    int turn = 0;
    for (; !it.done(); ++it, ++turn) {
      if (it.key() < 1000) produced.insert(it.key());
      if (turn % 3 == 0) map[1000 + static_cast<Key>(turn)];
      if (turn == 0) {
        ASSERT_NE(map.view().flags() & kSameSizeFlag, 0);
        ASSERT_EQ(map.view().b(), 4U);
      }
    }
    EXPECT_EQ(produced, Range(128, 144)) << start;
  }
}

// Where Go's own iterator goes wrong: it begins during one growth and lives on into another of the
// same size, whose old array is not the one it began with.
TEST(IteratorTest, GoesOnThroughADoublingAndThenASameSizeGrowth) {
  for (unsigned start = 0; start < 256; ++start) {
    Rig rig;
    auto map = rig.Make<Map64>(50);  // 8 buckets
    for (Key key = 0; key < 53; ++key) map[key];
    ASSERT_EQ(map.view().b(), 4U);
    ASSERT_TRUE(map.view().growing());
    rig.draws.iterator_start = start;
    auto it = map.begin();
    std::multiset<Key> produced;
    for (int i = 0; i < 5; ++i, ++it) produced.insert(it.key());
    for (Key key = 0; key < 53; ++key) map[key];
    ASSERT_FALSE(map.view().growing());
    for (Key bucket = 0; bucket < 16 && !map.view().growing(); ++bucket) {
      for (Key i = 0; i < 9; ++i) map[1024 + bucket + 16 * i];
      for (Key i = 0; i < 9; ++i) map.erase(1024 + bucket + 16 * i);
    }
    map[2048];
    ASSERT_EQ(map.view().b(), 4U);
    for (; !it.done(); ++it) {
      produced.insert(it.key());
      map[it.key()];
    }
    for (Key key = 0; key < 53; ++key) EXPECT_EQ(produced.count(key), 1U) << key << ' ' << start;
  }
}

TEST(IteratorTest, IsOverAfterAClear) {
  for (const bool growing : {false, true}) {
    Rig rig;
    auto map = rig.Make<Spread64>();
    Fill(map, 0, growing ? 105 : 100);
    ASSERT_EQ(map.view().growing(), growing);
    auto it = map.begin();
    map.clear();
    Fill(map, 0, 500);
    EXPECT_FALSE(it.done()) << "until it is advanced";
    ++it;
    EXPECT_TRUE(it.done());
  }
}

TEST(IteratorTest, IsOverWhenAnEraseHasEmptiedTheMap) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 9);
  auto it = map.begin();
  for (Key key = 0; key < 9; ++key) map.erase(key);
  Fill(map, 0, 9);
  ++it;
  EXPECT_TRUE(it.done());
}

TEST(IteratorTest, UnderGosRuleAClearLeavesItWalking) {
  Rig rig;
  auto map = rig.Make<TestMap<std::string, std::string, Hash<std::string>, Go119>>();
  for (int i = 0; i < 105; ++i) map[std::to_string(i)] = std::string(100, 'v');
  ASSERT_TRUE(map.view().growing());
  auto it = map.begin();
  map.clear();
  for (int i = 0; i < 500; ++i) map[std::to_string(i)] = "new";
  while (!it.done()) ++it;
}

TEST(IteratorTest, NansAreProducedOnceThroughTwoGrowths) {
  for (unsigned start = 0; start < 64; ++start) {
    Rig rig;
    auto map = rig.Make<TestMap<double, Key>>();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    for (Key i = 0; i < 30; ++i) map.insert_or_assign(i % 2 == 0 ? kNan : double(i), i);
    rig.draws.iterator_start = start;
    auto it = map.begin();
    std::multiset<Key> produced;
    for (int i = 0; i < 15; ++i, ++it) produced.insert(it.value());
    produced.insert(it.value());
    for (Key i = 30; i < 300; ++i) map.insert_or_assign(i % 2 == 0 ? kNan : double(i), i);
    for (++it; !it.done(); ++it) produced.insert(it.value());
    for (Key i = 0; i < 30; ++i) EXPECT_EQ(produced.count(i), 1U) << i << ' ' << start;
    for (const Key value : produced) EXPECT_EQ(produced.count(value), 1U) << value;
  }
}

TEST(IteratorTest, WhoseHasherThrowsStandsWhereItStoodAndMissesNothing) {
  Rig rig;
  auto map = rig.Make<TestMap<Key, Key, FusedHash>>();
  Fill(map, 0, 100);
  auto it = map.begin();
  std::multiset<Key> produced = {it.key()};
  Fill(map, 100, 1000);
  int thrown = 0;
  for (bool more = true; more;) {
    const Key* const before = &it.key();
    Fuse::left = thrown % 2;
    try {
      ++it;
      more = !it.done();
      if (more && it.key() < 100) produced.insert(it.key());
      thrown += more ? 1 : 0;
    } catch (const Bomb&) {
      ++thrown;
      EXPECT_EQ(&it.key(), before);
    }
  }
  Fuse::left = -1;
  EXPECT_GT(thrown, 100);
  EXPECT_EQ(produced, Range(0, 100));
}

}  // namespace
}  // namespace hmap

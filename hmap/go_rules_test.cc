// What Go's own tests of its map ask for, where it applies to a map in C++.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using testing::SeededMap;

template <class Base>
using Floats = SeededMap<double, int, Base>;

template <class Base>
class GoRulesTest : public ::testing::Test {};
using Policies = ::testing::Types<Strict, Go119>;
TYPED_TEST_SUITE(GoRulesTest, Policies);

TYPED_TEST(GoRulesTest, NegativeZeroIsZeroAndTheLaterKeyStays) {
  Floats<TypeParam> map;
  map[0.0] = 1;
  map[-0.0] = 2;
  ASSERT_EQ(map.size(), 1U);
  EXPECT_EQ(*map.find(0.0), 2);
  EXPECT_TRUE(std::signbit(map.begin().key()));
  map.insert_or_assign(0.0, 3);
  EXPECT_FALSE(std::signbit(map.begin().key()));
  map.try_emplace(-0.0, 4);
  EXPECT_FALSE(std::signbit(map.begin().key())) << "nothing was updated";
}

TYPED_TEST(GoRulesTest, EveryNanInsertedIsKeptAndNoneIsFound) {
  Floats<TypeParam> map;
  for (int i = 1; i <= 100; ++i) map.insert_or_assign(kNan, i);
  map[kNan] = 101;
  map[kNan] += 102;
  EXPECT_EQ(map.size(), 102U);
  EXPECT_EQ(map.find(kNan), nullptr);
  EXPECT_EQ(map.erase(kNan), 0U);
  std::set<int> values;
  for (auto [key, value] : map) {
    EXPECT_NE(key, key);
    values.insert(value);
  }
  EXPECT_EQ(values.size(), 102U);
  map.clear();
  EXPECT_TRUE(map.empty());
}

TYPED_TEST(GoRulesTest, GrowingInsideARangeProducesTheNansOnce) {
  Floats<TypeParam> map;
  map[kNan] = 1;
  map[kNan] = 2;
  map[kNan] = 3;
  std::multiset<int> produced;
  int turn = 0;
  for (auto [key, value] : map) {
    if (value <= 3) produced.insert(value);
    if (turn++ == 0) {
      for (int i = 0; i < 1000; ++i) map[i] = i + 4;
    }
  }
  EXPECT_EQ(produced, (std::multiset<int>{1, 2, 3}));
}

TYPED_TEST(GoRulesTest, GrowingInsideARangeKeepsKeyAndValueTogether) {
  Floats<TypeParam> map;
  const auto put = [&map](double key) { map[key] = std::signbit(key) ? -1 : 1; };
  put(0.0);
  put(-1.0);
  put(2.0);
  int turn = 0;
  bool zero_seen = false;
  for (auto [key, value] : map) {
    EXPECT_EQ(value, std::signbit(key) ? -1 : 1) << key;
    if (key == 0) zero_seen = true;
    if (turn++ == 0) {
      for (int i = 3; i < 1000; ++i) put(i);
      put(-0.0);  // updates key and value of an entry that has moved
    }
  }
  EXPECT_TRUE(zero_seen);
}

TYPED_TEST(GoRulesTest, WhatIsDeletedInsideAGrowingRangeIsNotProduced) {
  SeededMap<int, int, TypeParam> map;
  for (int i = 0; i < 100; ++i) map[i] = i;
  int turn = 0;
  std::set<int> produced;
  for (auto [key, value] : map) {
    if (turn++ == 0) {
      for (int i = 100; i < 1000; ++i) map[i] = i;
      for (int i = 1; i < 1000; i += 2) map.erase(i);
      continue;
    }
    EXPECT_EQ(value % 2, 0) << value;
    EXPECT_TRUE(produced.insert(value).second) << value;
  }
  int even = 0;
  for (const int key : produced) even += key < 100 ? 1 : 0;
  EXPECT_GE(even, 49) << "the first turn may have had one of the 50";
}

TYPED_TEST(GoRulesTest, DeletingEverythingWhileRangingVisitsAll) {
  SeededMap<int, int, TypeParam> map;
  for (int i = 0; i < 10000; ++i) map[i] = i;
  int visits = 0;
  for (auto [key, value] : map) {
    EXPECT_EQ(map.erase(key), 1U);
    ++visits;
  }
  EXPECT_EQ(visits, 10000);
  EXPECT_TRUE(map.empty());
}

TYPED_TEST(GoRulesTest, AnIteratorBegunInTheMiddleOfAGrowthProducesNansOnce) {
  for (int size = 1; size < 300; ++size) {
    Floats<TypeParam> map;
    for (int i = 0; i < size; ++i) map[i % 3 == 0 ? i : kNan] = i;
    std::vector<bool> seen(static_cast<std::size_t>(size));
    auto it = map.begin();
    seen[static_cast<std::size_t>(it.value())] = true;
    for (int i = 0; i < 200; ++i) map[1e6 + i] = -1;
    for (++it; !it.done(); ++it) {
      if (it.value() < 0) continue;
      EXPECT_FALSE(seen[static_cast<std::size_t>(it.value())]) << it.value() << " of " << size;
      seen[static_cast<std::size_t>(it.value())] = true;
    }
    EXPECT_EQ(seen, std::vector<bool>(static_cast<std::size_t>(size), true)) << size;
  }
}

TYPED_TEST(GoRulesTest, IterationOrderVaries) {
  for (const int n : {3, 7, 9, 15}) {
    SeededMap<int, int, TypeParam> map;
    for (int i = 0; i < n; ++i) map[i] = 0;
    std::set<std::vector<int>> orders;
    for (int walk = 0; walk < 100; ++walk) orders.insert(testing::Rest(map.begin()));
    EXPECT_GE(orders.size(), 2U) << n;
  }
}

TYPED_TEST(GoRulesTest, BogusHintsAreIgnored) {
  for (const std::int64_t hint : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max()}) {
    SeededMap<int, int, TypeParam> map(hint);
    map[1] = 1;
    EXPECT_EQ(map.view().b(), 0U) << hint;
  }
}

// Go looks long strings up in a table of one bucket by length, then by both ends.
TYPED_TEST(GoRulesTest, LongStringsOfOneBucketAreToldApart) {
  const std::string same(100, 'x');
  std::vector<std::string> keys;
  for (const std::size_t length : {0, 1, 31, 32, 33, 64}) keys.emplace_back(length, 'x');
  for (const std::size_t place : {0, 50}) {  // of equal length: differing at an end, in the middle
    keys.push_back(same);
    keys.back()[place] = 'y';
  }
  SeededMap<std::string, int, TypeParam> map;
  for (std::size_t i = 0; i < keys.size(); ++i) map[keys[i]] = static_cast<int>(i);
  ASSERT_EQ(map.view().b(), 0U);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    ASSERT_NE(map.find(keys[i]), nullptr) << keys[i];
    EXPECT_EQ(*map.find(keys[i]), static_cast<int>(i)) << keys[i];
  }
  EXPECT_FALSE(map.contains(same)) << "one candidate by both ends, but another string";
  EXPECT_TRUE(map.erase(keys.back()));
  EXPECT_FALSE(map.contains(keys.back()));
}

TYPED_TEST(GoRulesTest, TwoCandidatesByBothEndsAreToldApartByTheirHash) {
  SeededMap<std::string, int, TypeParam> map;
  std::string key(40, 'x');
  for (int i = 0; i < 8; ++i) {
    key[20] = static_cast<char>('a' + i);
    map[key] = i;
  }
  for (int i = 0; i < 8; ++i) {
    key[20] = static_cast<char>('a' + i);
    EXPECT_EQ(*map.find(key), i);
  }
  key[20] = 'z';
  EXPECT_FALSE(map.contains(key));
}

TYPED_TEST(GoRulesTest, LargeKeysAndValuesAreStoredWhole) {
  using Large = std::array<std::uint64_t, 32>;
  struct LargeHash {
    std::uint64_t operator()(const Large& key, std::uint32_t seed) const {
      return Hash<std::uint64_t>{}(key[31], seed);
    }
  };
  SeededMap<Large, Large, TypeParam, LargeHash> map;
  for (std::uint64_t i = 0; i < 100; ++i) {
    Large key;
    key.fill(i);
    map[key].fill(~i);
  }
  for (std::uint64_t i = 0; i < 100; ++i) {
    Large key;
    key.fill(i);
    Large value;
    value.fill(~i);
    EXPECT_EQ(*map.find(key), value);
    EXPECT_EQ(map.erase(key), 1U);
    EXPECT_EQ(map[key], Large{}) << "a value that is not there is all zeros";
  }
}

TYPED_TEST(GoRulesTest, AnEmptyValueTakesNoPartInAnything) {
  struct Nothing {};
  SeededMap<int, Nothing, TypeParam> set;
  for (int i = 0; i < 1000; ++i) set[i];
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(set.contains(i));
  EXPECT_EQ(testing::Rest(set.begin()).size(), 1000U);
}

// A deleted entry's value must not shine through when its cell is used again.
TYPED_TEST(GoRulesTest, AnEntryInsertedAnewStartsAtZero) {
  SeededMap<std::uint32_t, int, TypeParam> numbers;
  SeededMap<std::string, std::string, TypeParam> strings;
  for (std::uint32_t i = 0; i < 100; ++i) {
    numbers[i] = 5;
    strings[std::to_string(i)] = "foo";
    numbers.erase(i);
    strings.erase(std::to_string(i));
    numbers[i] += 1;
    strings[std::to_string(i)] += "bar";
    EXPECT_EQ(numbers[i], 1);
    EXPECT_EQ(strings[std::to_string(i)], "bar");
  }
  numbers.clear();
  for (std::uint32_t i = 0; i < 100; ++i) EXPECT_EQ(++numbers[i], 1);
}

// Go: TestMapTombstones. No run of tombstones is left where nothing follows.
TYPED_TEST(GoRulesTest, TombstonesAreOnlyWhereSomethingFollows) {
  SeededMap<int, int, TypeParam> map;
  const auto expect_tidy = [&map] {
    const auto view = map.view();
    for (std::size_t n = 0; n < view.chains(Array::kCurrent); ++n) {
      std::vector<std::uint8_t> tophashes;
      for (auto bucket = view.chain(Array::kCurrent, n); bucket; bucket = bucket.next()) {
        for (unsigned slot = 0; slot < 8; ++slot) tophashes.push_back(bucket.tophash(slot));
      }
      std::reverse(tophashes.begin(), tophashes.end());
      bool rest = true;
      for (const std::uint8_t tophash : tophashes) {
        if (!IsEmpty(tophash)) rest = false;
        EXPECT_TRUE(!IsEmpty(tophash) || (tophash == kEmptyRest) == rest) << n;
      }
    }
  };
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) map[i] = i;
  expect_tidy();
  for (int i = 0; i < kCount; i += 2) map.erase(i);
  expect_tidy();
  for (int i = kCount; i < kCount * 3 / 2; ++i) map[i] = i;
  expect_tidy();
  for (int i = 1; i < kCount * 3 / 2; i += 3) map.erase(i);
  expect_tidy();
}

}  // namespace
}  // namespace hmap

// What an iterator holds on to: its map's content through move and swap, old arrays for as long as
// it walks them, nothing once it is gone. And what it cannot hold on to.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Rest;
using testing::Rig;
using testing::TestMap;

using Key = std::uint64_t;
using Spread64 = TestMap<Key, Key>;

void Fill(Spread64& map, Key begin, Key end) {
  for (; begin != end; ++begin) map.insert_or_assign(begin, begin);
}

TEST(IteratorLifetimeTest, ThatOutlivesItsMapSaysSo) {
  Rig rig;
  std::optional<Spread64> map(rig.Make<Spread64>());
  Fill(*map, 0, 105);
  auto it = map->begin();
  auto copy = it;
  map.reset();
  try {
    ++it;
    FAIL() << "no error";
  } catch (const StaleIterator& error) {
    EXPECT_STREQ(error.what(), "hmap: the iterator's map is gone");
  }
  EXPECT_TRUE(it.done());
  EXPECT_THROW(++copy, StaleIterator);
}

TEST(IteratorLifetimeTest, OfContentThatIsReplacedIsStale) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 10);
  auto it = map.begin();
  map = rig.Make<Spread64>();
  EXPECT_THROW(++it, StaleIterator);
}

TEST(IteratorLifetimeTest, FollowsItsContentThroughMoveAndSwap) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 10);
  auto it = map.begin();
  const Key first = it.key();
  Spread64 moved = std::move(map);
  moved.erase(first);
  auto other = rig.Make<Spread64>();
  other[100] = 1;
  swap(moved, other);
  other[50] = 50;  // grows the content that the iterator is on
  ++it;
  const std::vector<Key> rest = Rest(it);
  std::set<Key> produced(rest.begin(), rest.end());
  EXPECT_EQ(produced.size(), rest.size());
  produced.erase(50);
  EXPECT_TRUE(produced.insert(first).second) << "it does not produce what was erased";
  EXPECT_EQ(produced, (std::set<Key>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  ++it;
  EXPECT_FALSE(it.done());
}

TEST(IteratorLifetimeTest, ACopyGoesItsOwnWay) {
  Rig rig;
  auto map = rig.Make<Spread64>();
  Fill(map, 0, 100);
  auto it = map.begin();
  ++it;
  auto copy = it;
  const std::vector<Key> rest = Rest(it);
  EXPECT_EQ(rest.size(), 99U);
  EXPECT_EQ(Rest(copy), rest);
  ++copy;
  EXPECT_NE(copy.key(), it.key());
  auto& same = it;
  it = same;
  it = copy;
  EXPECT_EQ(it.key(), rest[1]);
  const auto moved = std::move(it);
  EXPECT_EQ(moved.key(), rest[1]);
}

TEST(IteratorLifetimeTest, OldArraysLiveAsLongAsIteratorsWalkThem) {
  Rig rig;
  {
    auto map = rig.Make<TestMap<std::string, std::string, Hash<std::string>>>();
    for (int i = 0; i < 50; ++i) map[std::to_string(i)] = "value";
    auto a = std::make_unique<decltype(map)::iterator>(map.begin());
    auto b = std::make_unique<decltype(map)::iterator>(*a);
    for (int i = 0; i < 1000; ++i) map[std::to_string(i)] = "value";
    while (map.view().growing()) map["0"] = "value";
    const std::int64_t held = rig.ledger.bytes;
    a.reset();
    EXPECT_EQ(rig.ledger.bytes, held) << "the other one still walks it";
    for (int i = 0; i < 10; ++i) ++*b;
    EXPECT_EQ((*map.find(b->key())), b->value());
    b.reset();
    EXPECT_LT(rig.ledger.bytes, held);
  }
  EXPECT_EQ(rig.ledger.blocks, 0);
}

TEST(IteratorLifetimeTest, NothingIsLeakedWhoeverGoesFirst) {
  Rig rig;
  using Strings = TestMap<std::string, std::string, Hash<std::string>>;
  std::vector<Strings::iterator> iterators;
  {
    auto map = rig.Make<Strings>();
    for (int i = 0; i < 1000; ++i) {
      map[std::to_string(i)] = std::string(50, 'v');
      if (i % 50 == 0) iterators.push_back(map.begin());
      if (i % 300 == 299) map.clear();
      if (i % 7 == 0) map.erase(std::to_string(i / 2));
    }
  }
  EXPECT_GT(rig.ledger.blocks, 0) << "held by the iterators";
  for (auto& it : iterators) EXPECT_THROW(++it, StaleIterator);
  iterators.clear();
  EXPECT_EQ(rig.ledger.blocks, 0);
  EXPECT_EQ(rig.ledger.bytes, 0);
}

struct PointeeHash {
  std::uint64_t operator()(const std::unique_ptr<int>& key, std::uint32_t seed) const {
    return Hash<int>{}(*key, seed);
  }
};
struct PointeeEqual {
  bool operator()(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) const {
    return *a == *b;
  }
};

TEST(IteratorLifetimeTest, OverMoveOnlyKeysIsStaleOnceTheMapHasGrown) {
  Map<std::unique_ptr<int>, int, PointeeHash, PointeeEqual> map;
  for (int i = 0; i < 105; ++i) map[std::make_unique<int>(i)] = i;
  auto it = map.begin();
  for (int i = 0; i < 30; ++i) map[std::make_unique<int>(i)] = i;
  const auto advance_to_the_end = [&it] {
    while (!it.done()) ++it;
  };
  for (int i = 105; i < 500; ++i) map[std::make_unique<int>(i)] = i;
  EXPECT_THROW(advance_to_the_end(), StaleIterator);
  EXPECT_THROW(++it, StaleIterator) << "and stays so";
  int produced = 0;
  for (auto entry : map) produced += entry.second == *entry.first ? 1 : 0;
  EXPECT_EQ(produced, 500);
}

// A moved NaN cannot be looked up, so its value would have to be copied.
TEST(IteratorLifetimeTest, OverMoveOnlyValuesOfNansIsStaleOnceTheMapHasGrown) {
  Map<double, std::unique_ptr<int>> map;
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 20; ++i) map.insert_or_assign(kNan, std::make_unique<int>(i));
  auto it = map.begin();
  for (int i = 0; i < 200; ++i) map.insert_or_assign(kNan, std::make_unique<int>(i));
  const auto advance_to_the_end = [&it] {
    while (!it.done()) ++it;
  };
  EXPECT_THROW(advance_to_the_end(), StaleIterator);
  for (auto entry : map) EXPECT_NE(entry.second, nullptr);
}

}  // namespace
}  // namespace hmap

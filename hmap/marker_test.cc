#include "hmap/marker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hmap/map.h"
#include "hmap/roots.h"
#include "hmap/testing.h"
#include "hmap/tophash.h"

namespace hmap::testing {
namespace {

template <class Base>
using WordMap = TestMap<std::uint64_t, std::string, IdentityHash, Base>;
using StrictMap = WordMap<Strict>;

template <class MapT>
MarkReport MarkOf(const MapT& map, const std::vector<typename MapT::iterator>& walks = {}) {
  Roots<typename MapT::CoreT> roots;
  roots.AddTable(map.view().core());
  for (const auto& walk : walks) roots.AddIterator(walk);
  return Marker<typename MapT::CoreT>(roots).Mark();
}

// Inserts, erases and clears with up to three iterators that hold on to what they began with.
template <class Base>
std::size_t MostGenerations() {
  Rig rig;
  auto map = rig.Make<WordMap<Base>>();
  std::vector<typename WordMap<Base>::iterator> walks;
  SeededRandom random;
  std::size_t most = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t drawn = random(Draw::kIteratorStart);
    const std::uint64_t key = drawn % 16 + (drawn >> 8) % 60 * 16;
    if (drawn >> 62 == 0) {
      map.erase(key);
    } else {
      map.insert_or_assign(key, "");
    }
    if (i % 50 == 0) walks.push_back(map.begin());
    if (walks.size() > 3) walks.erase(walks.begin());
    if (i % 1100 == 1099) map.clear();
    const MarkReport report = MarkOf(map, walks);
    EXPECT_EQ(report.problem, "") << "after " << i;
    if (CoreOf(map)->kContract) {
      EXPECT_EQ(report.in_chains + report.in_pools, report.allocated);
    }
    most = std::max(most, report.generations);
  }
  return most;
}

TEST(MarkerTest, FindsEveryBucketOnceOrInAPool) {
  EXPECT_GE(MostGenerations<Strict>(), 3U);
  EXPECT_GE(MostGenerations<Go119>(), 3U);
  EXPECT_GE(MostGenerations<Checked>(), 3U);
}

TEST(MarkerTest, OfAMapWithoutATableFindsNothing) {
  const MarkReport report =
      MarkOf(StrictMap::Nil({{}, {}, {}, {}, {}, LedgerAllocator<int>(nullptr)}));
  EXPECT_EQ(report.generations, 0U);
  EXPECT_EQ(report.problem, "");
}

// Sixteen chains, of which two have an overflow bucket each, from the pool.
StrictMap MakeMap(Rig& rig) {
  auto map = rig.Make<StrictMap>(60);
  for (std::uint64_t chain = 3; chain <= 4; ++chain) {
    for (std::uint64_t i = 0; i < 9; ++i) map.insert_or_assign(chain + 16 * i, "");
  }
  return map;
}

TEST(MarkerTest, SeesABucketThatAPoolHandsOutTwice) {
  Rig rig;
  auto map = rig.Make<TestMap<std::uint64_t, std::uint64_t, IdentityHash>>(60);
  for (std::uint64_t i = 0; i < 9; ++i) map.insert_or_assign(3 + 16 * i, i);
  for (std::uint64_t i = 0; i < 8; ++i) map.insert_or_assign(4 + 16 * i, i);
  ASSERT_EQ(MarkOf(map).problem, "");
  UnsafeCode::RewindPool(*CoreOf(map)->buckets());
  EXPECT_EQ(MarkOf(map).fault, MarkFault::kShared);
  EXPECT_EQ(MarkOf(map).problem, "bucket 1 of chain 3 is in the pool");
  map.insert_or_assign(4 + 16 * 8, 8);
  EXPECT_EQ(MarkOf(map).problem, "bucket 1 of chain 4 is in chain 3 already");
}

TEST(MarkerTest, SeesABucketThatWasTakenAndForgotten) {
  Rig rig;
  auto with_pool = MakeMap(rig);
  auto without_pool = rig.Make<StrictMap>();
  without_pool.insert_or_assign(1, "");
  for (const StrictMap* map : {&with_pool, &without_pool}) {
    ASSERT_EQ(MarkOf(*map).problem, "");
    CoreOf(*map)->buckets()->TakeOverflow();
    const MarkReport report = MarkOf(*map);
    EXPECT_EQ(report.fault, MarkFault::kLost);
    EXPECT_EQ(report.problem, "a bucket is in no chain and no pool");
  }
}

TEST(MarkerTest, DoesNotFollowTheChainsOfWhatWasDestroyed) {
  Rig rig;
  using MapT = WordMap<Checked>;  // which is destroyed in order whatever was overwritten
  auto map = rig.Make<MapT>(60);
  map.insert_or_assign(1, "");
  const std::vector walks = {map.begin()};
  const auto& generation = *CoreOf(map)->buckets();
  int elsewhere = 0;
  UnsafeCode::OverwriteOverflow(generation.layout(), generation.Chain(3),
                                reinterpret_cast<Bucket*>(&elsewhere));
  EXPECT_EQ(MarkOf(map, walks).fault, MarkFault::kForeign);
  map = rig.Make<MapT>();
  EXPECT_EQ(MarkOf(map, walks).generations, 1U);
  EXPECT_EQ(MarkOf(map, walks).problem, "");
}

// What is wrong with the array that only the iterator holds, and once its first mark is a live one.
template <class MapT>
std::vector<MarkFault> FaultsWithAndWithoutEntry(const MapT& map, typename MapT::iterator walk) {
  const typename MapT::CoreT::GenerationT& array = *walk.arrays()[0];
  std::uint8_t& mark = *array.layout().Tophash(array.Chain(0));
  const MarkFault without = MarkOf(map, {walk}).fault;
  const std::uint8_t before = std::exchange(mark, kMinTopHash);
  const MarkFault with = MarkOf(map, {walk}).fault;
  mark = before;
  return {without, with};
}

TEST(MarkerTest, SeesAnEntryThatIsLeftWhereOnlyAnIteratorIs) {
  const std::vector seen = {MarkFault::kNone, MarkFault::kLeft};
  Rig rig;
  auto map = MakeMap(rig);
  const auto walk = map.begin();
  EXPECT_EQ(FaultsWithAndWithoutEntry(map, walk), (std::vector{MarkFault::kNone, MarkFault::kNone}))
      << "the map holds the array too";
  map.reserve(1000);
  EXPECT_EQ(FaultsWithAndWithoutEntry(map, walk), seen) << "moved";
  const auto later = map.begin();
  map = rig.Make<StrictMap>();
  EXPECT_EQ(FaultsWithAndWithoutEntry(map, later), seen) << "destroyed";
}

TEST(MarkerTest, MarksAreLeftOfEntriesThatNeedNoDestruction) {
  Rig rig;
  auto map = rig.Make<TestMap<std::uint64_t, std::uint64_t, IdentityHash>>(60);
  map.insert_or_assign(1, 1);
  const std::vector walks = {map.begin()};
  map = rig.Make<TestMap<std::uint64_t, std::uint64_t, IdentityHash>>();
  EXPECT_EQ(MarkOf(map, walks).problem, "");
}

TEST(MarkerTest, SeesOverflowPointersThatLeadWhereTheyShouldNot) {
  Rig rig;
  auto map = MakeMap(rig);
  const auto& generation = *CoreOf(map)->buckets();
  const auto& layout = generation.layout();
  Bucket* const head = generation.Chain(3);
  Bucket* const second = layout.Overflow(head);
  int elsewhere = 0;
  struct Row {
    Bucket* from;
    Bucket* to;
    const char* problem;
  };
  const Row rows[] = {
      {second, second, "bucket 2 of chain 3 is in chain 3 already"},
      {second, head, "bucket 2 of chain 3 is in chain 3 already"},
      {second, generation.Chain(9), "bucket 0 of chain 9 is in chain 3 already"},
      {head, nullptr, "a bucket is in no chain and no pool"},
      {second, reinterpret_cast<Bucket*>(&elsewhere),
       "bucket 2 of chain 3 is none of its generation's"},
  };
  for (const Row& row : rows) {
    const auto undo = UnsafeCode::OverwriteOverflow(layout, row.from, row.to);
    EXPECT_EQ(MarkOf(map).problem, row.problem);
    undo();
    EXPECT_EQ(MarkOf(map).problem, "");
  }
}

}  // namespace
}  // namespace hmap::testing

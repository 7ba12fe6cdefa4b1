#include "hmap/snapshot.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::IdentityHash;
using testing::MakeSparse;
using testing::Rig;
using testing::TestMap;

using Map64 = TestMap<std::uint64_t, std::uint64_t, IdentityHash>;

// The snapshot says what the view says, bucket by bucket.
template <class MapT, class SnapshotT>
void ExpectSame(const MapT& map, const SnapshotT& snapshot) {
  const auto view = map.view();
  EXPECT_EQ(snapshot.count, view.count());
  EXPECT_EQ(snapshot.flags, view.flags());
  EXPECT_EQ(snapshot.b, view.b());
  EXPECT_EQ(snapshot.noverflow, view.noverflow());
  EXPECT_EQ(snapshot.hash0, view.hash0());
  EXPECT_EQ(snapshot.nevacuate, view.nevacuate());
  EXPECT_EQ(snapshot.growing, view.growing());
  EXPECT_EQ(snapshot.pool_left, view.pool_left());
  for (const Array array : {Array::kCurrent, Array::kOld}) {
    const auto& chains = array == Array::kCurrent ? snapshot.buckets : snapshot.oldbuckets;
    ASSERT_EQ(chains.size(), view.chains(array));
    for (std::size_t n = 0; n < chains.size(); ++n) {
      auto bucket = view.chain(array, n);
      for (const auto& copy : chains[n]) {
        ASSERT_TRUE(bucket);
        for (unsigned slot = 0; slot < 8; ++slot) {
          EXPECT_EQ(copy.tophash[slot], bucket.tophash(slot));
          ASSERT_EQ(copy.keys[slot].has_value(), IsLive(bucket.tophash(slot)));
          ASSERT_EQ(copy.values[slot].has_value(), copy.keys[slot].has_value());
          if (!copy.keys[slot]) continue;
          EXPECT_EQ(*copy.keys[slot], bucket.key(slot));
          EXPECT_EQ(*copy.values[slot], bucket.value(slot));
        }
        bucket = bucket.next();
      }
      EXPECT_FALSE(bucket);
    }
  }
}

TEST(SnapshotTest, IsTheTableAsTheViewShowsIt) {
  Rig rig;
  rig.draws.hash_seed = 77;
  auto map = rig.Make<TestMap<std::string, std::string, Hash<std::string>>>();
  ExpectSame(map, TakeSnapshot(map.view()));
  for (int i = 0; i < 300; ++i) {
    map[std::to_string(i)] = std::to_string(-i);
    if (i % 3 == 0) map.erase(std::to_string(i / 2));
    if (i == 100) map.begin();
    ExpectSame(map, TakeSnapshot(map.view()));
  }
}

TEST(SnapshotTest, OutlivesWhatItWasTakenOf) {
  Rig rig;
  auto map = rig.Make<Map64>();
  map[3] = 4;
  const auto snapshot = TakeSnapshot(map.view());
  map.clear();
  EXPECT_EQ(snapshot.count, 1U);
  ASSERT_EQ(snapshot.buckets.size(), 1U);
  ASSERT_EQ(snapshot.buckets[0].size(), 1U);
  EXPECT_EQ(snapshot.buckets[0][0].keys[0], 3U);
  EXPECT_EQ(snapshot.buckets[0][0].values[0], 4U);
}

TEST(SnapshotTest, OfANilOrMovedFromMapIsEmpty) {
  const auto snapshot = TakeSnapshot(Map<int, int>::Nil().view());
  EXPECT_EQ(snapshot.count, 0U);
  EXPECT_EQ(snapshot.pool_left, -1);
  EXPECT_TRUE(snapshot.buckets.empty());
  EXPECT_TRUE(snapshot.oldbuckets.empty());
  EXPECT_EQ(CollectStats(Map<int, int>::Nil().view()).allocated_bytes, 0U);
}

TEST(StatsTest, CountsEntriesChainsAndBytes) {
  Rig rig;
  auto map = rig.Make<Map64>(60);
  for (std::uint64_t i = 0; i < 20; ++i) map[16 * i] = i;  // 20 in one of 16 chains
  map[1] = map.size();
  const Stats stats = CollectStats(map.view());
  EXPECT_EQ(stats.entries, 21U);
  EXPECT_EQ(stats.buckets, 16U);
  EXPECT_EQ(stats.old_buckets, 0U);
  EXPECT_EQ(stats.evacuated, 0U);
  EXPECT_EQ(stats.overflow_in_use, 2U);
  EXPECT_EQ(stats.longest_chain, 3U);
  EXPECT_EQ(stats.allocated_bytes, 18U * 144) << "the pool of two is used up, nothing beside it";
  EXPECT_DOUBLE_EQ(stats.entries_per_bucket, 21.0 / 16);
}

TEST(StatsTest, CountsOldChainsAndHowManyAreEvacuated) {
  Rig rig;
  auto map = MakeSparse<Map64>(rig);
  map[128] = 1;  // an update starts nothing
  EXPECT_EQ(CollectStats(map.view()).old_buckets, 0U);
  map[5];
  Stats stats = CollectStats(map.view());
  EXPECT_EQ(stats.old_buckets, 16U);
  EXPECT_EQ(stats.evacuated, 2U) << "its own chain, and the first";
  EXPECT_EQ(stats.entries, 17U);
  EXPECT_EQ(stats.allocated_bytes, (16U + 2 + 14 + 18) * 144);
  while (map.view().growing()) map[5];
  stats = CollectStats(map.view());
  EXPECT_EQ(stats.overflow_in_use, 0U) << "rebuilt without holes";
  EXPECT_EQ(stats.longest_chain, 1U);
}

}  // namespace
}  // namespace hmap

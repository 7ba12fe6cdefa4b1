// The growth policy's limit on the length of a chain.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hmap/opaque_testing.h"
#include "hmap/snapshot.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::IdentityHash;
using testing::Rest;
using testing::Rig;
using testing::TestMap;

// Keys of the same hash, so that no growth can part them.
struct OneHash {
  std::uint64_t operator()(std::uint64_t, std::uint32_t) const { return 0; }
};

template <class MapT>
MapT MakeLimited(Rig& rig, std::uint32_t limit, std::int64_t hint = 0) {
  auto parts = rig.parts<MapT>();
  parts.growth.chain_limit = limit;
  return MapT(hint, parts);
}

template <class SnapshotT>
void ExpectSameCells(const SnapshotT& a, const SnapshotT& b) {
  EXPECT_EQ(a.count, b.count);
  EXPECT_EQ(a.b, b.b);
  EXPECT_EQ(a.flags, b.flags);
  EXPECT_EQ(a.noverflow, b.noverflow);
  EXPECT_EQ(a.growing, b.growing);
  ASSERT_EQ(a.buckets.size(), b.buckets.size());
  for (std::size_t n = 0; n < a.buckets.size(); ++n) {
    ASSERT_EQ(a.buckets[n].size(), b.buckets[n].size());
    for (std::size_t i = 0; i < a.buckets[n].size(); ++i) {
      EXPECT_EQ(a.buckets[n][i].tophash, b.buckets[n][i].tophash);
      EXPECT_EQ(a.buckets[n][i].keys, b.buckets[n][i].keys);
      EXPECT_EQ(a.buckets[n][i].values, b.buckets[n][i].values);
    }
  }
}

template <class Base>
void ExpectRefusesOneBucketMore() {
  using MapT = TestMap<std::uint64_t, std::string, OneHash, Base>;
  for (const std::uint32_t limit : {1U, 2U, 3U, 5U}) {
    Rig rig;
    {
      MapT map = MakeLimited<MapT>(rig, limit, 60);
      const std::uint64_t most = 8 * limit;
      for (std::uint64_t i = 0; i < most; ++i) map[i] = std::to_string(i);
      ASSERT_FALSE(map.view().growing());
      const auto it = map.begin();
      const auto before = TakeSnapshot(map.view());
      for (int attempt = 0; attempt < 3; ++attempt) {
        EXPECT_THROW(map.insert_or_assign(1000, "x"), ChainLimit);
        EXPECT_THROW(map.try_emplace(1000, "x"), ChainLimit);
        EXPECT_THROW(map[1000], ChainLimit);
        ExpectSameCells(before, TakeSnapshot(map.view()));
      }
      EXPECT_EQ(Rest(it).size(), most) << "iterators go on";
      map[most / 2] = "an update needs no room";
      EXPECT_EQ(map.erase(3), 1U);
      map[1000] = "in the cell that is free now";
      EXPECT_EQ(map.size(), most);
      EXPECT_THROW(map[1001], ChainLimit);
    }
    EXPECT_EQ(rig.ledger.blocks, 0);
  }
}

TEST(ChainLimitTest, AnInsertThatNeedsOneBucketMoreThrowsAndLosesNothing) {
  ExpectRefusesOneBucketMore<Strict>();
  ExpectRefusesOneBucketMore<Go119>();
}

TEST(ChainLimitTest, ZeroIsNoLimit) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, OneHash>;
  Rig rig;
  MapT map = rig.Make<MapT>();
  for (std::uint64_t i = 0; i < 100; ++i) map[i] = i;
  EXPECT_EQ(map.size(), 100U);
}

TEST(ChainLimitTest, AGrowthThatIsDueGoesFirstAndMayMakeRoom) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, IdentityHash>;
  Rig rig;
  MapT map = MakeLimited<MapT>(rig, 1);
  for (std::uint64_t i = 0; i < 8; ++i) map[i] = i;
  EXPECT_EQ(map.view().b(), 0U);
  map[8] = 8;  // a second bucket, but for the growth
  EXPECT_EQ(map.view().b(), 1U);
  EXPECT_EQ(map.size(), 9U);
}

TEST(ChainLimitTest, NoGrowthIsStartedOnItsAccount) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, IdentityHash>;
  Rig rig;
  MapT map = MakeLimited<MapT>(rig, 1, 60);
  for (std::uint64_t i = 0; i < 8; ++i) map[16 * i] = i;  // one of 16 buckets is full
  EXPECT_THROW(map[16 * 8], ChainLimit);
  EXPECT_EQ(map.view().b(), 4U);
  EXPECT_FALSE(map.view().growing());
  map[1] = 1;  // other buckets have room
  EXPECT_EQ(map.size(), 9U);
}

TEST(ChainLimitTest, InTheMiddleOfAGrowthOnlyTheWorkThatIsDueIsDone) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, OneHash>;
  Rig rig;
  MapT map = MakeLimited<MapT>(rig, 7, 52);
  for (std::uint64_t i = 0; i < 52; ++i) map[i] = i;
  map[52] = 52;
  ASSERT_TRUE(map.view().growing());
  std::vector<std::uint64_t> refused;
  for (std::uint64_t i = 53; map.view().growing(); ++i) {
    const auto before = map.view().nevacuate();
    try {
      map[i] = i;
    } catch (const ChainLimit&) {
      refused.push_back(i);
      EXPECT_GT(map.view().nevacuate(), before);
    }
  }
  EXPECT_FALSE(refused.empty());
  for (const std::uint64_t key : refused) EXPECT_FALSE(map.contains(key));
  EXPECT_EQ(map.size(), 56U);
  for (std::uint64_t i = 0; i < 56; ++i) EXPECT_TRUE(map.contains(i)) << i;
}

// A copy's table is as large as its entries ask for, and may be smaller than the one copied.
TEST(ChainLimitTest, DoesNotBindCopies) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, IdentityHash>;
  Rig rig;
  MapT map = MakeLimited<MapT>(rig, 1, 60);
  for (std::uint64_t i = 0; i < 8; ++i) {
    for (const std::uint64_t bucket : {0, 4, 8}) map[16 * i + bucket] = i;
  }
  ASSERT_EQ(map.view().b(), 4U);
  MapT copy = map;
  EXPECT_EQ(copy.view().b(), 2U);
  EXPECT_EQ(CollectStats(copy.view()).longest_chain, 3U);
  EXPECT_EQ(copy.size(), 24U);
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(copy[16 * i + 4], i);
  EXPECT_THROW(copy[4 * 100] = 1, ChainLimit) << "an insert is bound as before";
}

TEST(ChainLimitTest, SaysHowManyBucketsAreAllowed) {
  EXPECT_STREQ(ChainLimit(3).what(),
               "hmap: insert: the key's chain is full and may have no more than 3 buckets");
}

// Buckets of fewer slots make longer chains of the same entries; none may be lost over that.
struct Shrinking : LoadFactor {
  unsigned SlotsAfter(const GrowthState&) const { return 4; }
};
struct ShrinkingPolicy : Strict {
  using Growth = Shrinking;
};

TEST(ChainLimitTest, DoesNotBindEvacuation) {
  using MapT = testing::TestDynamicMap<ShrinkingPolicy>;
  testing::Ledger ledger;
  // All keys have the hash 0.
  auto parts =
      testing::OpaqueParts<MapT>(DynamicLayout({8, 8}, {8, 8}, 16), ledger, std::uint64_t{0});
  parts.growth.chain_limit = 2;
  MapT map(0, parts);
  for (std::uint64_t i = 0; i < 16; ++i) map.insert(&i, &i);
  const std::uint64_t next = 16;  // grows, and then finds four buckets of four
  EXPECT_THROW(map.insert(&next, &next), ChainLimit);
  EXPECT_EQ(map.view().slots(Array::kCurrent), 4U);
  EXPECT_EQ(CollectStats(map.view()).longest_chain, 4U);
  EXPECT_EQ(map.size(), 16U);
  for (std::uint64_t i = 0; i < 16; ++i) EXPECT_TRUE(map.contains(&i)) << i;
}

}  // namespace
}  // namespace hmap

#include "hmap/growth.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "hmap/map.h"

namespace hmap {
namespace {

// The bucket of every recorded table: 8 tophash bytes, 8 keys and 8 values of 8 bytes, a pointer.
constexpr std::size_t kRecordedBucket = 144;

TEST(HintTest, EveryRowOfTheRecordedTableHolds) {
  std::ifstream file(MAPFUZZ_SOURCE_DIR "/corpus/go-traces/hints.txt");
  ASSERT_TRUE(file) << "no corpus/go-traces/hints.txt under " MAPFUZZ_SOURCE_DIR;
  int rows = 0;
  for (std::string row; std::getline(file, row); ++rows) {
    SCOPED_TRACE(row);
    long long hint = 0;
    unsigned b = 0;
    unsigned long long buckets = 0;
    char allocated[6];
    long long pool = 0;
    ASSERT_EQ(
        std::sscanf(row.c_str(), "hint=%lld B=%u buckets=%llu allocated=%5[a-z] prealloc=%lld",
                    &hint, &b, &buckets, allocated, &pool),
        5);
    EXPECT_EQ(InitialB(GoGrowth(), hint, kRecordedBucket), b);
    EXPECT_EQ(std::uint64_t{1} << b, buckets);
    EXPECT_EQ(BucketsToAllocate(b, kRecordedBucket) - buckets, pool == -1 ? 0U : pool);

    const Map<std::uint64_t, std::uint64_t> map(hint);
    EXPECT_EQ(map.view().b(), b);
    EXPECT_EQ(map.view().chains(Array::kCurrent), allocated == std::string("true") ? buckets : 0);
    EXPECT_EQ(map.view().pool_left(), pool);
  }
  EXPECT_EQ(rows, 56);
}

TEST(HintTest, OneThatMakesNoSenseCountsAsZero) {
  constexpr std::int64_t kMost = (std::int64_t{1} << 48) / kRecordedBucket;
  constexpr std::int64_t kSenseless[] = {-1, -100, std::numeric_limits<std::int64_t>::min(),
                                         std::numeric_limits<std::int64_t>::max(), kMost + 1};
  for (const std::int64_t hint : kSenseless) {
    EXPECT_EQ(InitialB(GoGrowth(), hint, kRecordedBucket), 0U) << hint;
    const Map<std::uint64_t, std::uint64_t> map(hint);
    EXPECT_EQ(map.view().b(), 0U) << hint;
  }
  EXPECT_EQ(InitialB(GoGrowth(), kMost, kRecordedBucket), 39U);
}

TEST(HintTest, AnAddressSpaceOf32BitsHoldsFewer) {
  constexpr std::uint64_t kAllocation = std::uint64_t{1} << 32;
  constexpr std::int64_t kMost = kAllocation / kRecordedBucket;
  EXPECT_EQ(InitialB(GoGrowth(), kMost, kRecordedBucket, 8, kAllocation), 23U);
  EXPECT_EQ(InitialB(GoGrowth(), kMost + 1, kRecordedBucket, 8, kAllocation), 0U);
  EXPECT_EQ(InitialB(GoGrowth(), std::int64_t{1} << 40, kRecordedBucket, 8, kAllocation), 0U);
}

TEST(HintTest, OneWhoseTableNoAllocationHoldsCountsAsZeroUnderASparseRule) {
  // Of one entry in each bucket of 16 bytes: a table of 2^43 of them is 17 * 2^43 bytes.
  constexpr LoadFactor kSparse{1, 1};
  constexpr std::int64_t kMost = std::int64_t{1} << 43;
  EXPECT_EQ(InitialB(kSparse, kMost, 16, 8), 43U);
  EXPECT_EQ(InitialB(kSparse, kMost + 1, 16, 8), 0U);
  EXPECT_EQ(InitialB(LoadFactor{0, 1}, 9, 16, 8), 0U) << "a rule that no table satisfies";
}

TEST(LeastBTest, EndsAtTheLargestAllocation) {
  EXPECT_TRUE(IsAllocatable(43, 16));
  EXPECT_FALSE(IsAllocatable(44, 16)) << "2^48 bytes and the pool";
  EXPECT_TRUE(IsAllocatable(3, std::size_t{1} << 45)) << "no pool";
  EXPECT_FALSE(IsAllocatable(4, std::size_t{1} << 44));
  for (const unsigned b : {48U, 63U}) EXPECT_FALSE(IsAllocatable(b, 1)) << b;
  constexpr std::uint64_t kMost = 13 * (std::uint64_t{1} << 42);
  EXPECT_EQ(LeastB(GoGrowth(), kMost, 0, 16, 8), 43U);
  EXPECT_EQ(LeastB(GoGrowth(), kMost + 1, 0, 16, 8), std::nullopt);
  EXPECT_EQ(LeastB(GoGrowth(), kMaxAllocation, 0, 16, 8), std::nullopt);
  EXPECT_EQ(LeastB(GoGrowth(), 9, 5, 16, 8), 5U) << "a table never shrinks";
}

TEST(LoadFactorTest, AtMostSixAndAHalfEntriesABucket) {
  EXPECT_FALSE(GoGrowth().Over(8, 0));
  EXPECT_TRUE(GoGrowth().Over(9, 0));
  for (unsigned b = 1; b < 20; ++b) {
    const std::uint64_t most = 13 * (std::uint64_t{1} << b) / 2;
    EXPECT_FALSE(GoGrowth().Over(most, b)) << b;
    EXPECT_TRUE(GoGrowth().Over(most + 1, b)) << b;
  }
}

TEST(LoadFactorTest, TheRuleOfGo121IsSixEntriesABucket) {
  constexpr LoadFactor kGo121{12, 2};
  constexpr std::uint64_t kMost[] = {8, 12, 24, 48, 96, 192};
  for (unsigned b = 0; b < std::size(kMost); ++b) {
    EXPECT_FALSE(kGo121.Over(kMost[b], b)) << b;
    EXPECT_TRUE(kGo121.Over(kMost[b] + 1, b)) << b;
  }
}

TEST(LoadFactorTest, AFirstBucketHoldsEightWhateverTheFactor) {
  constexpr LoadFactor kTight{1, 1};
  EXPECT_FALSE(kTight.Over(8, 0));
  EXPECT_FALSE(kTight.Over(8, 2));
  EXPECT_TRUE(kTight.Over(9, 3));
}

// Go: overLoadFactor.
bool GoIsOver(const LoadFactor& rule, std::uint64_t count, unsigned b) {
  return count > 8 && count > rule.numerator * ((std::uint64_t{1} << b) / rule.denominator);
}

TEST(LoadFactorTest, WithEightSlotsIsGosRule) {
  for (const LoadFactor rule :
       {LoadFactor{13, 2}, LoadFactor{12, 2}, LoadFactor{8, 1}, LoadFactor{2, 1}}) {
    for (unsigned b = 0; b <= 20; ++b) {
      // Both rules say no up to some count and yes from there on, so the counts around each of
      // their limits tell whether they are the same.
      const std::uint64_t limit = rule.numerator * ((std::uint64_t{1} << b) / rule.denominator);
      for (std::uint64_t count = 0; count <= 40; ++count) {
        EXPECT_EQ(rule.Over(count, b), GoIsOver(rule, count, b)) << count << ' ' << b;
        EXPECT_EQ(rule.Over(limit + count, b), GoIsOver(rule, limit + count, b)) << count;
        if (count > limit) continue;
        EXPECT_EQ(rule.Over(limit - count, b), GoIsOver(rule, limit - count, b)) << count;
      }
    }
  }
}

TEST(LoadFactorTest, IsInProportionToTheSlots) {
  for (const unsigned slots : {1U, 2U, 4U, 16U, 32U}) {
    EXPECT_FALSE(GoGrowth().Over(slots, 0, slots));
    for (unsigned b = 4; b < 20; ++b) {
      const std::uint64_t most = 13 * slots * (std::uint64_t{1} << b) / 16;
      EXPECT_FALSE(GoGrowth().Over(most, b, slots)) << b;
      EXPECT_TRUE(GoGrowth().Over(most + 1, b, slots)) << b;
    }
  }
}

// A rule from before there were other buckets than of 8 slots.
struct FourABucket {
  static bool Over(std::uint64_t count, unsigned b) { return count > 4 * (std::uint64_t{1} << b); }
  static bool TooManyOverflow(std::uint16_t noverflow, unsigned b) {
    return LoadFactor::TooManyOverflow(noverflow, b);
  }
};
struct FourABucketPolicy : Strict {
  using Growth = FourABucket;
};

// One that says it by hiding Go's.
struct OneABucket : GoGrowth {
  constexpr bool Over(std::uint64_t count, unsigned b) const {
    return count > std::uint64_t{1} << b;
  }
};

TEST(GrowthPolicyTest, OneThatKnowsNothingOfSlotsIsAskedWithoutThem) {
  EXPECT_FALSE(IsOver(FourABucket(), 4, 0, 16));
  EXPECT_TRUE(IsOver(FourABucket(), 5, 0, 16));
  EXPECT_TRUE(IsOver(OneABucket(), 2, 0, 16));
  Map<int, int, Hash<int>, std::equal_to<>, std::allocator<std::pair<const int, int>>,
      FourABucketPolicy>
      map;
  for (int i = 0; i < 64; ++i) map[i] = i;
  EXPECT_EQ(map.view().b(), 4U);
  map[64] = 64;
  EXPECT_EQ(map.view().b(), 5U);
}

TEST(TooManyOverflowTest, IsAsManyAsBucketsUpTo32768) {
  for (unsigned b = 0; b < 20; ++b) {
    const std::uint32_t limit = std::uint32_t{1} << (b < 15 ? b : 15);
    EXPECT_FALSE(GoGrowth::TooManyOverflow(static_cast<std::uint16_t>(limit - 1), b)) << b;
    EXPECT_TRUE(GoGrowth::TooManyOverflow(static_cast<std::uint16_t>(limit), b)) << b;
  }
  EXPECT_TRUE(GoGrowth::TooManyOverflow(0xffff, 63));
}

TEST(RoundUpSizeTest, GivesTheNextSizeClassOrWholePages) {
  struct Row {
    std::uint64_t asked;
    std::uint64_t given;
  };
  constexpr Row kRows[] = {{1, 8},         {8, 8},         {9, 16},         {17, 24},
                           {25, 32},       {128, 128},     {129, 144},      {144, 144},
                           {145, 160},     {1024, 1024},   {1025, 1152},    {2448, 2688},
                           {4896, 5376},   {9792, 10240},  {19584, 20480},  {27265, 28672},
                           {32767, 32768}, {32768, 32768}, {32769, 40960},  {40960, 40960},
                           {40961, 49152}, {78336, 81920}, {156672, 163840}};
  for (const Row& row : kRows) EXPECT_EQ(RoundUpSize(row.asked), row.given) << row.asked;
}

TEST(RoundUpSizeTest, NeverShrinksAndKeepsWhatItGave) {
  std::uint64_t last = 0;
  for (std::uint64_t asked = 1; asked <= 70000; ++asked) {
    const std::uint64_t given = RoundUpSize(asked);
    ASSERT_GE(given, asked);
    ASSERT_GE(given, last) << asked;
    ASSERT_EQ(RoundUpSize(given), given) << asked;
    last = given;
  }
}

TEST(BucketsToAllocateTest, ThereIsAPoolFromSixteenBucketsOn) {
  for (const std::size_t size : {16, 80, 144, 272, 1104, 2064}) {
    for (unsigned b = 0; b < 4; ++b) {
      EXPECT_EQ(BucketsToAllocate(b, size), std::size_t{1} << b) << size;
    }
    for (unsigned b = 4; b < 20; ++b) {
      const std::size_t buckets = std::size_t{1} << b;
      EXPECT_GE(BucketsToAllocate(b, size), buckets + buckets / 16) << size << ' ' << b;
    }
  }
  EXPECT_EQ(BucketsToAllocate(4, 16), 18U);    // 17 * 16 = 272 -> 288 bytes
  EXPECT_EQ(BucketsToAllocate(4, 2064), 19U);  // 17 * 2064 = 35088 -> 5 pages
}

}  // namespace
}  // namespace hmap

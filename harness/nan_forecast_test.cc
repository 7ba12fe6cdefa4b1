#include "harness/nan_forecast.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mapfuzz {
namespace {

constexpr KeyId kNan = 5;

// A table of chains of one bucket, each with NaN entries of these tophashes.
struct FlatTable {
  struct BucketT {
    const std::vector<std::uint8_t>* tops = nullptr;

    explicit operator bool() const { return tops != nullptr; }
    std::uint8_t Tophash(unsigned slot) const { return slot < tops->size() ? (*tops)[slot] : 0; }
    Entry At(unsigned) const { return {kNan, 1}; }
    BucketT Next() const { return {}; }
  };
  BucketT Chain(bool, std::size_t n) const { return {&chains[n]}; }

  std::vector<std::vector<std::uint8_t>> chains;
};

class NanForecastTest : public testing::Test {
 protected:
  // Chain 1 of 2 moves, with two NaN entries of tophash 8 and 9.
  void Begin(bool doubling, bool iterators) {
    forecast_.Begin({.doubling = doubling, .iterators = iterators, .old_chains = 2}, kFirstHash);
    forecast_.AddChain(1);
    forecast_.AddNan(1, 8);
    forecast_.AddNan(1, 9);
  }
  std::string Check(const FlatTable& table) const {
    const auto fault = forecast_.Check(table, KeyType::kF64);
    return fault ? fault->property : "";
  }
  static std::uint64_t Drawn(std::uint64_t n) { return NanHash(kFirstHash + n - 1); }

  static constexpr std::uint64_t kFirstHash = 70;
  NanForecast forecast_;
};

TEST_F(NanForecastTest, SameSizeGrowthKeepsChainAndTophash) {
  Begin(false, true);
  EXPECT_EQ(Check({{{}, {8, 9}}}), "");
  EXPECT_EQ(Check({{{}, {8, 10}}}), "nan-placement");
}

TEST_F(NanForecastTest, UnderIteratorsTheOldTophashTellsTheHalfAndTheDrawnHashTheNewOne) {
  Begin(true, true);
  const std::uint8_t first = TophashOf(Drawn(1));
  const std::uint8_t second = TophashOf(Drawn(2));
  EXPECT_EQ(Check({{{}, {first}, {}, {second}}}), "");
  EXPECT_EQ(Check({{{}, {8}, {}, {9}}}), "nan-placement") << "tophash not renewed";
  EXPECT_EQ(Check({{{}, {first, second}, {}, {}}}), "nan-placement") << "both in the lower half";
}

TEST_F(NanForecastTest, WithoutIteratorsTheDrawnHashTellsTheHalfAndTheTophashStays) {
  Begin(true, false);
  FlatTable table{{{}, {}, {}, {}}};
  table.chains[(Drawn(1) & 2) != 0 ? 3 : 1].push_back(8);
  table.chains[(Drawn(2) & 2) != 0 ? 3 : 1].push_back(9);
  EXPECT_EQ(Check(table), "");
  std::swap(table.chains[1], table.chains[3]);
  EXPECT_EQ(Check(table), "nan-placement");
}

TEST_F(NanForecastTest, AnInsertedNanIsExpectedInItsChain) {
  Begin(false, false);
  const std::uint64_t hash = 0x4200000000000001;
  forecast_.AddInserted(hash, 2);
  EXPECT_EQ(Check({{{}, {8, 9, TophashOf(hash)}}}), "");
  EXPECT_EQ(Check({{{}, {8, 9}}}), "nan-placement");
}

}  // namespace
}  // namespace mapfuzz

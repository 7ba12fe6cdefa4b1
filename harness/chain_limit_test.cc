// Which inserts may be refused and which must, on chains made by hand.

#include "harness/chain_limit.h"

#include <gtest/gtest.h>

#include <string>

namespace mapfuzz {
namespace {

constexpr GrowthRule kTwoBuckets{.chain_limit = 2};

std::string Verdict(const LimitedInsert& insert, const GrowthRule& rule = kTwoBuckets) {
  const auto fault = CheckLimit(rule, insert, {.count = 20, .b = 1});
  return fault ? fault->property : "";
}

TEST(ChainLimitTest, AFullChainOfAsManyBucketsRefuses) {
  EXPECT_EQ(Verdict({.refused = true, .had = 2, .chain = {.buckets = 2, .live = 16}}), "");
  EXPECT_EQ(Verdict({.refused = true, .had = 2, .chain = {.buckets = 2, .live = 8}, .slots = 4}),
            "");
  EXPECT_EQ(Verdict({.refused = true, .had = 3, .chain = {.buckets = 3, .live = 24}}), "")
      << "it was too long before";
}

TEST(ChainLimitTest, AShorterChainDoesNot) {
  const LimitedInsert shorter{.refused = true, .had = 1, .chain = {.buckets = 1, .live = 8}};
  EXPECT_EQ(Verdict(shorter), "refused-too-soon");
  EXPECT_EQ(Verdict(shorter, {.chain_limit = 1}), "");
  EXPECT_EQ(Verdict(shorter, GrowthRule{}), "refused-too-soon") << "no limit";
}

TEST(ChainLimitTest, AChainWithAFreeCellDoesNot) {
  EXPECT_EQ(Verdict({.refused = true, .had = 2, .chain = {.buckets = 2, .live = 15}}),
            "refused-too-soon");
  EXPECT_EQ(Verdict({.refused = true, .had = 2, .chain = {.buckets = 2, .live = 16}, .slots = 16}),
            "refused-too-soon");
}

TEST(ChainLimitTest, ABucketThatARefusedInsertLeftBehindIsRoom) {
  EXPECT_EQ(Verdict({.refused = true, .had = 2, .chain = {.buckets = 3, .live = 16}}),
            "refused-too-soon");
}

TEST(ChainLimitTest, AGrowthThatIsDueGoesFirst) {
  EXPECT_EQ(
      Verdict({.refused = true, .had = 2, .chain = {.buckets = 2, .live = 16}, .growth_due = true}),
      "refused-too-soon");
}

TEST(ChainLimitTest, NoInsertMakesAChainLongerThanItMayBe) {
  EXPECT_EQ(Verdict({.had = 1, .chain = {.buckets = 2, .live = 9}}), "");
  EXPECT_EQ(Verdict({.had = 2, .chain = {.buckets = 3, .live = 17}}), "chain-over-limit");
  EXPECT_EQ(Verdict({.had = 3, .chain = {.buckets = 3, .live = 17}}), "")
      << "into a bucket that was there";
}

TEST(ChainLimitTest, SaysWhatTheChainLooksLike) {
  const auto fault = CheckLimit(kTwoBuckets, {.had = 2, .chain = {.buckets = 3, .live = 17}},
                                {.count = 20, .b = 1});
  EXPECT_EQ(fault->detail.substr(0, fault->detail.find('\n')),
            "an insert made its chain too long: 3 buckets, 17 entries in 24 cells; the limit is 2");
}

TEST(RefusedKeysTest, HoldsTheLastEight) {
  RefusedKeys keys;
  EXPECT_FALSE(keys.Has(0)) << "though no key is 0";
  for (KeyId key = 1; key <= 10; ++key) keys.Add(key);
  EXPECT_FALSE(keys.Has(2));
  EXPECT_TRUE(keys.Has(3));
  EXPECT_TRUE(keys.Has(10));
  keys.Forget();
  EXPECT_FALSE(keys.Has(10));
}

}  // namespace
}  // namespace mapfuzz

// Hand-made headers, right and corrupt: every rule on the header of a table is shown to fire.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "harness/structure.h"

namespace mapfuzz {
namespace {

std::string AtRest(const HeaderView& header, std::uint64_t size) {
  const auto fault = CheckHeaderAtRest(header, size);
  return fault ? fault->property : "";
}

TEST(HeaderAtRestTest, EachRule) {
  const HeaderView good{.count = 3, .flags = 3, .b = 4, .pool = 1};
  EXPECT_EQ(AtRest(good, 3), "");
  EXPECT_EQ(AtRest(good, 4), "count");
  HeaderView bad = good;
  bad.flags |= kWritingFlag;
  EXPECT_EQ(AtRest(bad, 3), "writing-flag");
  bad = good;
  bad.flags = 16;
  EXPECT_EQ(AtRest(bad, 3), "flags");
  bad = good;
  bad.flags = kSameSizeFlag;
  EXPECT_EQ(AtRest(bad, 3), "same-size-flag");
  bad = good;
  bad.growing = true;
  bad.nevacuate = 8;
  EXPECT_EQ(AtRest(bad, 3), "nevacuate");
  bad = good;
  bad.b = 3;
  EXPECT_EQ(AtRest(bad, 3), "pool");
}

std::string Step(const HeaderStep& step) {
  const auto fault = CheckHeaderStep(step);
  return fault ? fault->property : "";
}

TEST(HeaderStepTest, ReadChangesNothing) {
  HeaderStep step{.before = {.count = 3, .b = 1}, .model_size = 3};
  step.after = step.before;
  EXPECT_EQ(Step(step), "");
  step.after.flags = kIteratorFlag;
  EXPECT_EQ(Step(step), "read-writes");
}

TEST(HeaderStepTest, BeginMarksTheTable) {
  HeaderStep step{.before = {.count = 3, .b = 1}, .model_size = 3, .began = true};
  step.after = step.before;
  EXPECT_EQ(Step(step), "read-writes");
  step.after.flags = kIteratorFlag | kOldIteratorFlag;
  EXPECT_EQ(Step(step), "");
}

TEST(HeaderStepTest, GrowthHandsTheIteratorFlagOn) {
  HeaderStep step{.before = {.count = 26, .flags = 3, .b = 2},
                  .after = {.count = 27, .flags = kOldIteratorFlag, .b = 3, .growing = true},
                  .model_size = 27,
                  .wrote = true,
                  .started = 1};
  EXPECT_EQ(Step(step), "");
  step.after.flags = 0;
  EXPECT_EQ(Step(step), "iterator-flags");
  step.after.flags = 3;
  EXPECT_EQ(Step(step), "iterator-flags");
}

TEST(HeaderStepTest, OverflowBucketsComeFromThePoolFirst) {
  HeaderStep step{.before = {.count = 3, .b = 4, .pool = 2},
                  .after = {.count = 3, .b = 4, .noverflow = 1, .pool = 1},
                  .model_size = 3,
                  .wrote = true};
  EXPECT_EQ(Step(step), "");
  step.after.pool = 2;
  EXPECT_EQ(Step(step), "pool");
  step.after = {.count = 3, .b = 4, .noverflow = 3, .pool = -1};
  EXPECT_EQ(Step(step), "");
  step.before.noverflow = 4;
  EXPECT_EQ(Step(step), "noverflow");
}

TEST(HeaderStepTest, SeedIsRenewedWhenADeleteEmptiesTheMapAndOnlyThen) {
  HeaderStep step{.before = {.count = 1, .hash0 = 7},
                  .after = {.count = 0, .hash0 = 8},
                  .model_size = 0,
                  .wrote = true,
                  .emptied = true,
                  .hash_seeds_drawn = 1};
  EXPECT_EQ(Step(step), "");
  step.hash_seeds_drawn = 0;
  EXPECT_EQ(Step(step), "hash-seed");
  step.hash_seeds_drawn = 1;
  step.after.hash0 = 7;
  EXPECT_EQ(Step(step), "hash-seed");
  step.pinned_seed = true;
  EXPECT_EQ(Step(step), "");
  step.emptied = false;
  EXPECT_EQ(Step(step), "hash-seed");
}

TEST(HeaderOfWholeOperationsTest, ClearKeepsSizeAndIteratorFlags) {
  const HeaderView before{.count = 9,
                          .flags = 11,
                          .b = 5,
                          .noverflow = 2,
                          .hash0 = 1,
                          .nevacuate = 3,
                          .growing = true,
                          .pool = 1};
  HeaderView after{.flags = 3, .b = 5, .hash0 = 2, .pool = 5};
  EXPECT_FALSE(CheckHeaderAfterClear(before, after, true, 1, false).has_value());
  EXPECT_TRUE(CheckHeaderAfterClear(before, after, true, 0, false).has_value());
  for (const HeaderView& bad :
       {HeaderView{.flags = 0, .b = 5, .hash0 = 2, .pool = 5},
        HeaderView{.flags = 3, .b = 4, .hash0 = 2, .pool = 5},
        HeaderView{.flags = 3, .b = 5, .noverflow = 2, .hash0 = 2, .pool = 5},
        HeaderView{.flags = 3, .b = 5, .hash0 = 2, .nevacuate = 3, .pool = 5},
        HeaderView{.flags = 3, .b = 5, .hash0 = 2, .pool = 0}}) {
    EXPECT_TRUE(CheckHeaderAfterClear(before, bad, true, 1, false).has_value()) << HeaderText(bad);
  }
}

TEST(HeaderOfWholeOperationsTest, MadeAndReservedTablesHaveTheSizeForTheirHint) {
  EXPECT_FALSE(CheckHeaderMade({.b = 3}, 3).has_value());
  EXPECT_TRUE(CheckHeaderMade({.b = 4}, 3).has_value());
}

TEST(HeaderOfWholeOperationsTest, AWriteThatFailedMayHaveGrownAndNoMore) {
  const HeaderView before{.count = 9, .b = 2, .hash0 = 7};
  for (const HeaderView& good :
       {before, HeaderView{.count = 9, .b = 3, .hash0 = 7},
        HeaderView{.count = 9, .flags = kSameSizeFlag, .b = 2, .hash0 = 7, .growing = true}}) {
    EXPECT_FALSE(CheckHeaderAfterFault(before, good, 3).has_value()) << HeaderText(good);
  }
  for (const HeaderView& bad :
       {HeaderView{.count = 9, .b = 4, .hash0 = 7}, HeaderView{.count = 9, .b = 1, .hash0 = 7},
        HeaderView{.count = 8, .b = 2, .hash0 = 7}, HeaderView{.count = 9, .b = 2, .hash0 = 8},
        HeaderView{.count = 9, .flags = kWritingFlag, .b = 2, .hash0 = 7}}) {
    EXPECT_TRUE(CheckHeaderAfterFault(before, bad, 3).has_value()) << HeaderText(bad);
  }
}

TEST(HeaderOfWholeOperationsTest, ReserveDoesWhatIsNeededAndNoMore) {
  const HeaderView before{.count = 9, .b = 2, .growing = true};
  EXPECT_FALSE(CheckHeaderReserved(before, before, 2).has_value());
  EXPECT_FALSE(CheckHeaderReserved(before, {.count = 9, .b = 3}, 3).has_value());
  for (const HeaderView& bad :
       {before, HeaderView{.count = 9, .b = 4}, HeaderView{.count = 9, .b = 3, .growing = true},
        HeaderView{.count = 8, .b = 3}}) {
    EXPECT_TRUE(CheckHeaderReserved(before, bad, 3).has_value()) << HeaderText(bad);
  }
  EXPECT_TRUE(CheckHeaderReserved(before, {.count = 9, .b = 2}, 2).has_value())
      << "a growth was ended that nothing asked to end";
}

TEST(HeaderOfWholeOperationsTest, ACopyIsAsLargeAsItsEntriesNeed) {
  for (unsigned b = 0; b < 6; ++b) {
    const HeaderView header{.count = 30, .b = static_cast<std::uint8_t>(b)};
    EXPECT_EQ(CheckHeaderCopied(header, 3, 3).has_value(), b != 3) << b;
    EXPECT_EQ(CheckHeaderCopied(header, 3, 4).has_value(), b != 3 && b != 4) << b;
  }
}

TEST(HeaderAtRestTest, PoolIsASixteenthOfTheTableOrLittleMore) {
  EXPECT_FALSE(CheckHeaderAtRest({.b = 5, .pool = 2}, 0).has_value());
  EXPECT_FALSE(CheckHeaderAtRest({.b = 5, .noverflow = 1, .pool = 1}, 0).has_value());
  EXPECT_FALSE(CheckHeaderAtRest({.b = 5, .noverflow = 3, .pool = -1}, 0).has_value());
  EXPECT_TRUE(CheckHeaderAtRest({.b = 5, .pool = 1}, 0).has_value());
  EXPECT_TRUE(CheckHeaderAtRest({.b = 5, .pool = -1}, 0).has_value());
  EXPECT_TRUE(CheckHeaderAtRest({.b = 5, .pool = 12}, 0).has_value());
}

TEST(HeaderOfWholeOperationsTest, SameMeansSame) {
  EXPECT_FALSE(CheckHeaderSame({.count = 1}, {.count = 1}).has_value());
  EXPECT_TRUE(CheckHeaderSame({.count = 1}, {.count = 1, .flags = 1}).has_value());
}

}  // namespace
}  // namespace mapfuzz

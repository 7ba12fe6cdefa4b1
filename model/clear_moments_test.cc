#include "model/clear_moments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;
using testing::ElementsAre;

OneMoment At(Moment moment) { return {moment, moment}; }

TEST(ClearMomentsTest, AloneThereIsOne) {
  const ConcurrentHistory history = {
      {}, {Put({1, 0, 1}, 7, 70), Clear({0, 2, 3}), Get({1, 4, 5}, 7, kAbsent)}};
  EXPECT_THAT(MomentsOfClear(history, 1).moments, ElementsAre(At(5)));
}

TEST(ClearMomentsTest, ThereIsOneBeforeEachReturnThatFollowsACall) {
  const ConcurrentHistory history = {
      {},
      {Clear({0, 0, 9}), Put({1, 1, 3}, 7, 70), Put({2, 2, 4}, 8, 80), Get({1, 5, 6}, 7, 70),
       Get({1, 10, 11}, 7, 70)}};
  EXPECT_THAT(MomentsOfClear(history, 0).moments, ElementsAre(At(5), At(11)));
}

TEST(ClearMomentsTest, AProductionIsAnEndToo) {
  const ConcurrentHistory history = {
      {{7, 70}},
      {Iterate({1, 0, 9}, {{{7, 70}, 3}}), Clear({0, 1, 8}), Get({2, 4, 5}, 7, kAbsent)}};
  EXPECT_THAT(MomentsOfClear(history, 1).moments, ElementsAre(At(3), At(9)));
}

TEST(ClearMomentsTest, WhatReturnsWhenAnotherIsCalledIsBesideItThen) {
  const ConcurrentHistory history = {
      {}, {Clear({0, 0, 9}), Put({1, 1, 2}, 7, 70), Put({2, 2, 3}, 8, 80)}};
  EXPECT_THAT(MomentsOfClear(history, 0).moments, ElementsAre(At(4), At(5)));
}

TEST(ClearMomentsTest, OneThatNeverReturnedMayNotHaveHappened) {
  const ConcurrentHistory history = {{}, {Clear({0, 0}), Put({1, 1, 2}, 7, 70)}};
  EXPECT_THAT(MomentsOfClear(history, 0).moments,
              ElementsAre(At(3), OneMoment{kNever - 1, kNever}));
}

TEST(ClearMomentsTest, SpreadMakesRoomBetweenAnyTwoMoments) {
  const ConcurrentHistory spread =
      Spread({{}, {Iterate({0, 1, 4}, {{{7, 70}, 2}}), Put({1, 3}, 7, 70)}});
  EXPECT_EQ(spread.ops[0].called, 2U);
  EXPECT_EQ(spread.ops[0].returned, 8U);
  EXPECT_EQ(spread.ops[0].answer.produced[0].moment, 4U);
  EXPECT_EQ(spread.ops[1].called, 6U);
  EXPECT_EQ(spread.ops[1].returned, kNever);
}

}  // namespace
}  // namespace mapfuzz

#include "model/clear_moments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

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

TEST(ClearMomentsTest, AClearIsMovedInAPartThatHasRoomBetweenAnyTwoMoments) {
  const ConcurrentHistory history{{},
                                  {Clear({0, 0, 9}), Put({1, 1, 2}, 7, 70),
                                   Iterate({1, 3, 6}, {{{7, 70}, 4}}), Put({2, 5}, 7, 71)}};
  const HistoryPart part =
      WithClearAt(Spread(CutIntoParts(history, {.iteration = IterationPromise::kPerKey},
                                      std::vector<bool>(history.ops.size(), true))[0]),
                  0, At(5));
  std::vector<std::size_t> ops;
  std::vector<OneMoment> moments;
  for (const HistoryAtom& atom : part.atoms) {
    ops.push_back(atom.op);
    moments.push_back({atom.called, atom.returned});
  }
  EXPECT_THAT(ops, ElementsAre(1, 0, 2, 3));
  EXPECT_THAT(moments, ElementsAre(OneMoment{2, 4}, At(5), OneMoment{6, 8}, OneMoment{10, kNever}));
}

}  // namespace
}  // namespace mapfuzz

#include "model/order_witness.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/history_words.h"
#include "model/linearization_search.h"

namespace mapfuzz {
namespace {

using namespace words;

// What the order that is found shows of the part's first key: "there", "not there" or both.
std::string Shown(const HistoryPart& part, Moment called, Moment returned) {
  const LinearizationSearch search = SearchLinearization(part, 1000);
  EXPECT_EQ(search.verdict, Linearizability::kLinearizable);
  const Presence presence = PresenceIn(part, search.order, 0, called, returned);
  std::string text = presence.there ? "there" : "";
  if (presence.not_there) text += text.empty() ? "not there" : " or not there";
  return text;
}

HistoryPart Only(const ConcurrentHistory& history, const Promises& promises = {},
                 std::vector<bool> held = {}) {
  held.resize(history.ops.size(), true);
  std::vector<HistoryPart> parts = CutIntoParts(history, promises, held);
  EXPECT_EQ(parts.size(), 1U);
  return parts[0];
}

TEST(OrderWitnessTest, AtOneMomentThereIsOneAnswer) {
  const HistoryPart part =
      Only({{}, {Put({0, 10, 11}, 7, 70), Delete({0, 20, 21}, 7, 70), Put({0, 30, 31}, 7, 71)}});
  EXPECT_EQ(Shown(part, 0, 1), "not there");
  EXPECT_EQ(Shown(part, 12, 13), "there");
  EXPECT_EQ(Shown(part, 22, 23), "not there");
  EXPECT_EQ(Shown(part, 32, 33), "there");
}

TEST(OrderWitnessTest, WhatOverlapsMayComeBeforeOrAfter) {
  const HistoryPart part = Only({{{7, 69}}, {Delete({0, 10, 20}, 7, 69), Put({0, 30, 40}, 7, 70)}});
  EXPECT_EQ(Shown(part, 1, 15), "there or not there");
  EXPECT_EQ(Shown(part, 15, 25), "there or not there");
  EXPECT_EQ(Shown(part, 21, 29), "not there");
  EXPECT_EQ(Shown(part, 21, 35), "there or not there");
  EXPECT_EQ(Shown(part, 1, 50), "there or not there");
}

TEST(OrderWitnessTest, TheOrderIsThatWhichWasFoundNotALongerOneThatFailed) {
  // The delete that never returned is tried first, and leaves nothing to exchange.
  const HistoryPart part =
      Only({{{7, 69}}, {Delete({0, 0, kNever}, 7, kAbsent), Cas({1, 10, 11}, 7, 69, 70, true)}});
  EXPECT_EQ(Shown(part, 20, 21), "there");
}

TEST(OrderWitnessTest, OfAllKeysEachIsShownByItself) {
  const ConcurrentHistory history{{{7, 70}}, {Size({1, 4, 5}, 1), Clear({0, 10, 11})}};
  const HistoryPart part = Only(history, {.size = SizePromise::kAtomic});
  EXPECT_EQ(Shown(part, 6, 7), "there");
  EXPECT_EQ(Shown(part, 12, 13), "not there");
  EXPECT_EQ(Shown(part, 6, 13), "there or not there");
}

TEST(OrderWitnessTest, NothingIsShownOfAKeyWhoseOperationsWereLetGo) {
  const ConcurrentHistory history{{{7, 70}}, {Delete({0, 0, 1}, 7, 70)}};
  EXPECT_EQ(Shown(Only(history, {}, {false}), 2, 3), "");
}

// Whether the orders that are found, one key after the other, show a moment for each clear.
bool ShowsOneMoment(const ConcurrentHistory& history) {
  const Promises promises{.clear = ClearPromise::kAtomic};
  const std::vector<HistoryPart> parts =
      CutIntoParts(history, promises, std::vector<bool>(history.ops.size(), true));
  std::vector<AtomOrder> orders;
  for (const HistoryPart& part : parts) {
    const LinearizationSearch search = SearchLinearization(part, 1000);
    EXPECT_EQ(search.verdict, Linearizability::kLinearizable);
    orders.push_back(search.order);
  }
  return ShowClearsAtOneMoment(history, parts, orders);
}

TEST(OrderWitnessTest, AClearHasAMomentIfAllKeysHaveRoomForItThen) {
  EXPECT_TRUE(ShowsOneMoment({{{7, 70}, {8, 80}}, {}}));
  EXPECT_TRUE(ShowsOneMoment({{{7, 70}, {8, 80}},
                              {Clear({0, 0, 9}), Get({1, 1, 2}, 7, 70), Get({1, 3, 4}, 8, 80),
                               Get({1, 5, 6}, 7, kAbsent), Get({1, 7, 8}, 8, kAbsent)}}));
}

TEST(OrderWitnessTest, AClearHasNoMomentIfOneKeyWasGoneBeforeAnotherWasThere) {
  EXPECT_FALSE(ShowsOneMoment(
      {{{7, 70}, {8, 80}}, {Clear({0, 0, 9}), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 8, 80)}}));
}

TEST(OrderWitnessTest, ClearsThatFollowEachOtherHaveMomentsThatDo) {
  ConcurrentHistory history{
      {},
      {Clear({0, 0, 20}), Clear({1, 1, 21}), Put({2, 2, 3}, 7, 70), Get({2, 4, 5}, 7, kAbsent),
       Put({2, 6, 7}, 8, 80), Put({2, 8, 9}, 7, 71), Get({2, 10, 11}, 8, 80)}};
  EXPECT_TRUE(ShowsOneMoment(history));
  history.ops.push_back(Get({2, 12, 13}, 8, kAbsent));
  history.ops.push_back(Get({2, 14, 15}, 7, 71));
  EXPECT_FALSE(ShowsOneMoment(history)) << "8 is gone while 7 stays";
}

}  // namespace
}  // namespace mapfuzz

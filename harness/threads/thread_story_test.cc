#include "harness/threads/thread_story.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mapfuzz {
namespace {

ConcurrentOp Op(int thread, Moment called, Moment returned, const MapRequest& request,
                const KeyAnswer& answer = {}) {
  ConcurrentOp op;
  op.thread = thread;
  op.called = called;
  op.returned = returned;
  op.request = request;
  op.answer.key = answer;
  return op;
}

ConcurrentHistory LostUpdate() {
  ConcurrentHistory history;
  history.initial = {{1, 5}, {2, 6}};
  history.ops = {Op(0, 0, 3, {MapOp::kAdd, 1, 2, 0}, {.found = {}, .value = 7}),
                 Op(1, 1, 4, {MapOp::kAdd, 1, 3, 0}, {.found = {}, .value = 8}),
                 Op(1, 5, 6, {MapOp::kGet, 2, 0, 0}, {.found = true, .value = 6})};
  return history;
}

TEST(ContradictionTextTest, ShowsTheOperationsAloneThenAmongAllOthers) {
  const std::string text = ContradictionText(LostUpdate(), {0, 1});
  EXPECT_EQ(text.find("no order of these operations explains what they told:\n"), 0u);
  const std::size_t whole = text.find("\nthe whole run, with these marked:\n");
  ASSERT_NE(whole, text.npos);
  EXPECT_EQ(text.substr(0, whole).find("get 2"), text.npos) << text;
  EXPECT_NE(text.find("get 2", whole), text.npos) << text;
  EXPECT_NE(text.find("*", whole), text.npos) << text;
}

TEST(ContradictionTextTest, OfAllOperationsShowsThemOnce) {
  const std::string text = ContradictionText(LostUpdate(), {0, 1, 2});
  EXPECT_EQ(text.find("the whole run"), text.npos) << text;
}

TEST(SurpriseOfTest, IsTheLastToReturnOfThoseThatWereTold) {
  const ConcurrentHistory history = LostUpdate();
  EXPECT_EQ(SurpriseOf(history, {0, 1}), 1u);
  ConcurrentHistory silent = history;
  silent.ops[1].answer = {};
  EXPECT_EQ(SurpriseOf(silent, {0, 1}), 0u);
}

TEST(SurpriseOfTest, IsRatherOneThatSawTheWholeMap) {
  ConcurrentHistory history = LostUpdate();
  history.ops[0] = Op(0, 0, 3, {MapOp::kSize, 0, 0, 0});
  EXPECT_EQ(SurpriseOf(history, {0, 1}), 0u);
}

TEST(WrongAtRestTest, WhatIsThereComesOnceWithItsValueUnlessItWasLeft) {
  const std::vector<Entry> held = {{1, 5}, {2, 6}};
  const auto wrong = [&held](std::vector<Entry> entries, bool stopped = false) {
    MapAnswer answer;
    for (const Entry& entry : entries) answer.produced.push_back({entry, 0});
    answer.stopped = stopped;
    return WrongAtRest(answer, held);
  };
  EXPECT_EQ(wrong({{2, 6}, {1, 5}}), "");
  EXPECT_EQ(wrong({{2, 6}}, true), "");
  EXPECT_EQ(wrong({{2, 6}}), "an entry did not come");
  EXPECT_EQ(wrong({{2, 6}, {1, 4}}), "the value is not current");
  EXPECT_EQ(wrong({{2, 6}, {2, 6}, {1, 5}}), "key 2 value 6 is not there, or came before");
  EXPECT_EQ(wrong({{3, 1}}), "key 3 value 1 is not there, or came before");
}

TEST(PointsTextTest, TellsWhatAScheduleCanNameAndWhatItNamedInVain) {
  ScheduleRun run;
  run.points = 24;
  EXPECT_EQ(PointsText(run), "points: 0 to 23\n");
  run.untaken = 2;
  EXPECT_EQ(PointsText(run),
            "points: 0 to 23\nswitches not made: 2, to threads that could not go on, or at points "
            "that there were not\n");
}

TEST(SwitchesTextTest, TellsAFewSwitchesAndCountsMany) {
  Schedule taken = ExplicitSchedule(PointLevel::kLocks, {{5, 1}});
  EXPECT_EQ(SwitchesText(taken), "the threads went on as in: explicit locks 5>1\n");
  for (std::uint32_t point = 6; point < 46; ++point) taken.switches.push_back({point, 0});
  EXPECT_EQ(SwitchesText(taken), "the threads went on by 41 switches\n");
}

TEST(AnswerTextTest, IsWhatStandsBehindTheArrow) {
  EXPECT_EQ(AnswerText(LostUpdate().ops[2]), "6");
  EXPECT_EQ(AnswerText(Op(0, 0, 1, {MapOp::kClear, 0, 0, 0})), "done");
}

TEST(DigestTest, EveryPartOfAnAnswerCounts) {
  const ConcurrentOp op = LostUpdate().ops[2];
  ConcurrentOp other = op;
  other.answer.key.value = 7;
  EXPECT_NE(DigestOf(op), DigestOf(other));
  other = op;
  other.returned = 9;
  EXPECT_NE(DigestOf(op), DigestOf(other));
  other = op;
  other.answer.key.found.reset();
  EXPECT_NE(DigestOf(op), DigestOf(other));
  EXPECT_EQ(DigestOf(op), DigestOf(LostUpdate().ops[2]));
}

}  // namespace
}  // namespace mapfuzz

// Children that spin, sleep, stand still and wait, and what is concluded from it. None of it
// depends on how much time the machine gives to whom.

#include "harness/tool/child.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace mapfuzz::tool {
namespace {

constexpr double kNever = 3600;

ChildSpec Shell(std::string line) {
  ChildSpec spec;
  spec.argv = {"/bin/bash", "-c", std::move(line)};
  return spec;
}

Ending EndingOf(const std::string& line, const TimeLimit& limit) {
  ChildExit seen;
  RunAll(
      1, [&](std::size_t) { return Shell(line); }, 1, limit,
      [&](std::size_t, const ChildExit& end) { seen = end; });
  EXPECT_EQ(seen.started, true);
  return seen.ending;
}

TEST(TimeLimit, EndsAChildThatHasUsedItsProcessorTime) {
  EXPECT_EQ(EndingOf("while :; do :; done", {0.05, kNever}), Ending::kSpun);
}

TEST(TimeLimit, TakesASpinningChildThatGotLittleProcessorTimeForNoHang) {
  EXPECT_EQ(EndingOf("while :; do :; done", {kNever, 0.05}), Ending::kStarved);
}

TEST(TimeLimit, EndsAChildThatSleepsWithNobodyToWakeIt) {
  EXPECT_EQ(EndingOf("exec sleep infinity", {0.3, kNever}), Ending::kSlept);
}

TEST(TimeLimit, TakesAStoppedChildForNoHang) {
  EXPECT_EQ(EndingOf("kill -STOP $$", {0.3, 0.9}), Ending::kStarved);
}

TEST(TimeLimit, TakesAChildThatWaitsForWhatItStartedForNoHang) {
  EXPECT_EQ(EndingOf("sleep infinity; :", {0.3, 0.9}), Ending::kStarved);
}

TEST(TimeLimit, LetsAChildEndByItself) {
  EXPECT_EQ(EndingOf("exit 0", {kNever, kNever}), Ending::kByItself);
}

TEST(TimeLimit, DoesNotTouchAChildThatHasEndedHoweverLateItIsLookedAt) {
  Child child(Shell("exit 5"));
  WaitForAny({&child}, std::chrono::hours(1));
  child.EndIfPast({0, 0});
  const ChildExit end = child.Take();
  EXPECT_EQ(end.ending, Ending::kByItself);
  EXPECT_EQ(end.code, 5);
}

TEST(TimeLimit, GivesTheWallFarMoreThanAHang) {
  EXPECT_GE(TimeLimit{0.1}.wall, 60);
  EXPECT_GE(TimeLimit{60}.wall, 600);
}

TEST(RunAllTest, EndsThoseAtWorkAndStartsNoMoreOnceItIsTold) {
  std::vector<int> signals;
  RunAll(
      5, [](std::size_t) { return Shell("exec sleep infinity"); }, 2, {kNever},
      [&](std::size_t, const ChildExit& end) { signals.push_back(end.signal); },
      [asked = 0]() mutable { return ++asked < 3; });
  EXPECT_EQ(signals, (std::vector<int>{SIGTERM, SIGTERM}));
}

}  // namespace
}  // namespace mapfuzz::tool

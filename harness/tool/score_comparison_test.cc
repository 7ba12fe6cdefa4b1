#include "harness/tool/score_comparison.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "harness/tool/error.h"
#include "harness/tool/score_fixture.h"

namespace mapfuzz::tool {
namespace {

constexpr double kNever = kTestBudget;

Score ScoreOf(const std::string& configuration, const std::vector<double>& first,
              const std::vector<double>& second) {
  Score score;
  score.configuration = configuration;
  AddBug(score, "first", "evacuation", first);
  AddBug(score, "second", "evacuation", second);
  return score;
}

// Of `first` all ten trials of A are sooner than all of B; `second` is the same in both.
Score Fast() {
  return ScoreOf("fast", {1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5}, {1, 2, 3, kNever, kNever});
}
Score Slow() {
  return ScoreOf("slow", {6, 7, 8, 9, 10, 11, 12, kNever, kNever, kNever},
                 {1, 2, 3, kNever, kNever});
}

// The three censored trials of B are tied. Of the C(20, 10) ways to deal the trials two are as far
// from even: all of B's on the one side or on the other.
TEST(ScoreComparison, SaysWhoIsSoonerBeyondChance) {
  const ScoreComparison comparison = Compare(Fast(), Slow(), Measure::kSeconds);
  ASSERT_EQ(comparison.bugs.size(), 2u);
  const BugComparison& first = comparison.bugs[0];
  EXPECT_EQ(first.id, "first");
  EXPECT_EQ(first.a.detected, 10u);
  EXPECT_EQ(first.b.detected, 7u);
  EXPECT_EQ(first.a.median, 3);
  EXPECT_EQ(first.b.median, 10);
  EXPECT_EQ(first.test.u_a, 0);
  EXPECT_DOUBLE_EQ(first.test.p, 2.0 / 184756);
  EXPECT_DOUBLE_EQ(first.corrected_p, 4.0 / 184756);
  EXPECT_EQ(first.a_sooner, 1);
  EXPECT_EQ(first.ahead, Ahead::kA);
  EXPECT_EQ(comparison.bugs[1].a_sooner, 0.5);
  EXPECT_EQ(comparison.bugs[1].ahead, Ahead::kNeither);
  EXPECT_EQ(comparison.ahead(), Ahead::kA);
  EXPECT_EQ(comparison.mean_a_sooner, 0.75);
  EXPECT_FALSE(comparison.too_few_trials);
}

TEST(ScoreComparison, MirrorsIfTheScoresAreExchanged) {
  const ScoreComparison comparison = Compare(Slow(), Fast(), Measure::kSeconds);
  EXPECT_EQ(comparison.bugs[0].a_sooner, 0);
  EXPECT_EQ(comparison.bugs[0].ahead, Ahead::kB);
  EXPECT_EQ(comparison.ahead(), Ahead::kB);
  EXPECT_EQ(comparison.a_leads, 0u);
  EXPECT_EQ(comparison.b_leads, 1u);
}

// What B found after the budget of A, A had no chance to find.
TEST(ScoreComparison, CutsBothAtTheSmallerBudget) {
  Score a = ScoreOf("a", {1, 2, kNever}, {}), b = ScoreOf("b", {3, 50, 55}, {});
  for (Trial& trial : a.trials) trial.budget_seconds = 20;
  a.trials[2].seconds = 20;
  const ScoreComparison comparison = Compare(a, b, Measure::kSeconds);
  EXPECT_EQ(comparison.bugs[0].budget_seconds, 20);
  EXPECT_EQ(comparison.bugs[0].b.detected, 1u);
  EXPECT_EQ(comparison.bugs[0].b.median, std::nullopt);
  // 3 is later than 1 and 2; either of the two censored is later than those, and tied with the
  // third.
  EXPECT_EQ(comparison.bugs[0].test.u_b, 2 + 2 * 2.5);
}

TEST(ScoreComparison, ComparesOperationsIfAskedTo) {
  const ScoreComparison comparison = Compare(Fast(), Slow(), Measure::kOperations);
  EXPECT_EQ(comparison.bugs[0].a.median, 3000);
  EXPECT_EQ(comparison.bugs[0].ahead, Ahead::kA);
}

TEST(ScoreComparison, ListsWhatItCannotCompare) {
  Score a = Fast(), b = Slow();
  a.bugs.push_back(TestBug("only-a", "evacuation"));
  a.trials.push_back(DetectedAfter("only-a", 0, 1));
  AddBug(a, "equivalent-in-b", "evacuation", {1});
  AddBug(b, "equivalent-in-b", "evacuation", {1});
  b.bugs.back().equivalent = true;
  AddBug(b, "only-b", "evacuation", {1});
  a.bugs.push_back(TestBug("untried", "evacuation"));
  AddBug(b, "untried", "evacuation", {1});
  const std::vector<std::string> expected = {"equivalent-in-b", "only-a", "only-b", "untried"};
  EXPECT_EQ(Compare(a, b, Measure::kSeconds).not_compared, expected);
}

// With three trials each the least p is 2 of 20.
TEST(ScoreComparison, SaysIfThereAreTooFewTrialsToShowAnything) {
  const Score a = ScoreOf("a", {1, 2, 3}, {}), b = ScoreOf("b", {4, 5, 6}, {});
  const ScoreComparison comparison = Compare(a, b, Measure::kSeconds);
  EXPECT_TRUE(comparison.too_few_trials);
  EXPECT_EQ(comparison.bugs[0].ahead, Ahead::kNeither);
  EXPECT_NE(ComparisonText(comparison).find("too few trials"), std::string::npos);
}

TEST(ScoreComparison, RefusesAScoreThatDoesNotHoldTogether) {
  Score bad = Fast();
  bad.trials[0].bug = "nobody";
  EXPECT_THROW(Compare(Fast(), bad, Measure::kSeconds), ToolError);
  EXPECT_THROW(Compare(bad, Fast(), Measure::kSeconds), ToolError);
}

TEST(ScoreComparison, OfNothingHasNobodyAhead) {
  const ScoreComparison comparison = Compare(Score{}, Score{}, Measure::kSeconds);
  EXPECT_EQ(comparison.ahead(), Ahead::kNeither);
  EXPECT_EQ(comparison.mean_a_sooner, 0.5);
  EXPECT_FALSE(comparison.too_few_trials);
}

TEST(ComparisonText, GroupsBugsByWhoIsSooner) {
  Score a = Fast();
  a.bugs.push_back(TestBug("third", "evacuation"));
  EXPECT_EQ(ComparisonText(Compare(a, Slow(), Measure::kSeconds)),
            "A = fast, B = slow: seconds to detection\n"
            "A12 is the chance that a trial of A is the sooner; p is of the two-sided Mann-Whitney "
            "U\n"
            "test, by Holm's correction for so many bugs\n"
            "\n"
            "A is sooner (1 bug)\n"
            "  bug    found A  found B  median A  median B   A12  effect        p\n"
            "  first    10/10     7/10     3.00s       10s  1.00   large  <0.0001\n"
            "\n"
            "no difference shown (1 bug)\n"
            "  bug     found A  found B  median A  median B   A12      effect       p\n"
            "  second      3/5      3/5     3.00s     3.00s  0.50  negligible  1.0000\n"
            "\n"
            "not compared: 1 bug\n"
            "  third\n"
            "overall: A is ahead; A sooner on 1, B sooner on 0, of 2 bugs; mean A12 0.75\n");
}

TEST(ComparisonText, KeepsWithinItsColumns) {
  Score a, b;
  AddBug(a, std::string(60, 'a'), "evacuation", std::vector<double>(10, kNever));
  AddBug(b, std::string(60, 'a'), "evacuation", std::vector<double>(10, kNever));
  const std::string text = ComparisonText(Compare(a, b, Measure::kSeconds));
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
    EXPECT_LE(end - begin, 100u) << text.substr(begin, end - begin);
  }
}

TEST(ComparisonJson, HoldsAllThatWasComputed) {
  const nlohmann::ordered_json json = ToJson(Compare(Fast(), Slow(), Measure::kExecutions));
  EXPECT_EQ(json["measure"], "executions");
  EXPECT_EQ(json["bugs"][0]["u_b"], 100.0);
  EXPECT_EQ(json["bugs"][0]["effect"], "large");
  EXPECT_EQ(json["bugs"][0]["ahead"], "A");
  EXPECT_EQ(json["bugs"][1]["ahead"], "neither");
  EXPECT_EQ(json["ahead"], "A");
}

RC_GTEST_PROP(ScoreComparisonTest, IsFairToBothSides, ()) {
  const auto times = [] {
    const auto time = rc::gen::map(rc::gen::inRange(1, 61), [](int n) { return 1.0 * n; });
    return *rc::gen::container<std::vector<double>>(*rc::gen::inRange<std::size_t>(1, 25), time);
  };
  const Score a = ScoreOf("a", times(), times()), b = ScoreOf("b", times(), times());
  const ScoreComparison there = Compare(a, b, Measure::kSeconds);
  const ScoreComparison back = Compare(b, a, Measure::kSeconds);
  RC_ASSERT(there.a_leads == back.b_leads && there.b_leads == back.a_leads);
  for (std::size_t i = 0; i < there.bugs.size(); ++i) {
    RC_ASSERT(std::abs(there.bugs[i].a_sooner + back.bugs[i].a_sooner - 1) < 1e-12);
    RC_ASSERT(there.bugs[i].corrected_p >= there.bugs[i].test.p);
    RC_ASSERT(there.bugs[i].test.u_a == back.bugs[i].test.u_b);
  }
}

}  // namespace
}  // namespace mapfuzz::tool

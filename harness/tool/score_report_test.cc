#include "harness/tool/score_report.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "harness/tool/error.h"
#include "harness/tool/score_fixture.h"

namespace mapfuzz::tool {
namespace {

constexpr double kNever = kTestBudget;

BugReport ReportOfOne(const Score& score) {
  const ScoreReport report = ReportOf(score);
  EXPECT_EQ(report.bugs.size(), 1u);
  return report.bugs.at(0);
}

CorpusReplay Replay(const std::string& bug, bool detected) {
  CorpusReplay replay;
  replay.bug = bug;
  replay.detected = detected;
  if (detected) replay.oracle = "content";
  replay.reached = true;
  replay.triggered = detected;
  return replay;
}

TEST(ScoreReport, CountsTrialsAndTakesMediansInAllMeasures) {
  Score score;
  AddBug(score, "a", "evacuation", {4, 1, kNever, 2, kNever});
  score.trials[3].oracle = "result";
  const BugReport bug = ReportOfOne(score);
  EXPECT_EQ(bug.trials, 5u);
  EXPECT_EQ(bug.detected, 3u);
  EXPECT_EQ(bug.share, WilsonInterval(3, 5));
  EXPECT_EQ(bug.seconds, 4);
  EXPECT_EQ(bug.operations, 4000);
  EXPECT_EQ(bug.executions, 40);
  EXPECT_EQ(bug.budget_seconds, kTestBudget);
  const std::vector<std::pair<std::string, std::size_t>> oracles = {{"structure", 2},
                                                                    {"result", 1}};
  EXPECT_EQ(bug.oracles, oracles);
  EXPECT_EQ(bug.reached, (Count{5, 0, 0}));
  EXPECT_EQ(bug.diagnosis, Diagnosis::kLate);
  EXPECT_FALSE(bug.in_corpus.has_value());
}

TEST(ScoreReport, HasNoMedianIfFewerThanHalfDetect) {
  Score score;
  AddBug(score, "a", "evacuation", {4, kNever, kNever});
  EXPECT_EQ(ReportOfOne(score).seconds, std::nullopt);
  EXPECT_EQ(ReportOfOne(score).operations, std::nullopt);
}

TEST(ScoreReport, BlamesThePartOfTheHarnessThatTheBugStoppedAt) {
  using Flag = std::optional<bool>;
  const struct {
    std::vector<std::pair<Flag, Flag>> trials;  // reached, triggered
    Diagnosis diagnosis;
  } kCases[] = {
      {{{false, false}, {false, false}}, Diagnosis::kNeverReached},
      {{{false, std::nullopt}, {std::nullopt, std::nullopt}}, Diagnosis::kNeverReached},
      {{{false, false}, {true, false}}, Diagnosis::kNotTriggered},
      {{{true, false}, {true, true}}, Diagnosis::kNotDetected},
      {{{std::nullopt, true}}, Diagnosis::kNotDetected},
      {{{true, std::nullopt}}, Diagnosis::kUnexplained},
      {{{std::nullopt, std::nullopt}}, Diagnosis::kUnexplained},
      {{}, Diagnosis::kUntried},
  };
  for (const auto& one : kCases) {
    Score score;
    score.bugs.push_back(TestBug("a", "evacuation"));
    for (const auto& [reached, triggered] : one.trials) {
      score.trials.push_back(Undetected("a", score.trials.size(), reached, triggered));
    }
    EXPECT_EQ(DiagnosisName(ReportOfOne(score).diagnosis), DiagnosisName(one.diagnosis));
  }
}

TEST(ScoreReport, AsksTheCorpusOnlyIfThereAreNoTrials) {
  Score score;
  score.bugs.push_back(TestBug("a", "evacuation"));
  score.replays.push_back(Replay("a", true));
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kOk);
  EXPECT_EQ(ReportOfOne(score).in_corpus, true);
  score.trials.push_back(Undetected("a", 0, false, false));
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kNeverReached);
  score.trials.clear();
  score.replays[0] = Replay("a", false);
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kNotTriggered);
  EXPECT_EQ(ReportOfOne(score).in_corpus, false);
}

TEST(ScoreReport, BelievesNoBugToBeEquivalentThatSomethingDetects) {
  Score score;
  AddBug(score, "a", "evacuation", {kNever, kNever});
  score.bugs[0].equivalent = true;
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kEquivalent);
  score.replays.push_back(Replay("a", true));
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kNotEquivalent);
  score.replays.clear();
  score.trials[1] = DetectedAfter("a", 1, 3);
  EXPECT_EQ(ReportOfOne(score).diagnosis, Diagnosis::kNotEquivalent);
}

// Three that count: 8 of 10, 7 of 10 and none; their medians are 5, 7 and none.
Score MixedScore() {
  Score score;
  score.configuration = "fast";
  AddBug(score, "d-eight", "nan-keys", {1, 2, 3, 4, 5, 6, 7, 8, kNever, kNever});
  AddBug(score, "c-seven", "evacuation", {3, 4, 5, 6, 7, 7, 7, kNever, kNever, kNever});
  AddBug(score, "b-none", "evacuation", {kNever, kNever});
  AddBug(score, "a-failed", "nan-keys", {});
  AddBug(score, "e-same", "nan-keys", {});
  AddBug(score, "f-equivalent", "nan-keys", {kNever});
  score.bugs[3].build = {BuildState::kFailed, "", "error: no member"};
  score.bugs[4].build = {BuildState::kDuplicate, "c-seven", ""};
  score.bugs[5].equivalent = true;
  return score;
}

TEST(ScoreReport, TellsTheWorstFirst) {
  std::vector<std::string> ids;
  for (const BugReport& bug : ReportOf(MixedScore()).bugs) ids.push_back(bug.bug.id);
  const std::vector<std::string> expected = {"a-failed", "b-none",       "c-seven",
                                             "d-eight",  "f-equivalent", "e-same"};
  EXPECT_EQ(ids, expected);
}

TEST(ScoreReport, SumsUpOnlyBugsThatCount) {
  const ScoreReport report = ReportOf(MixedScore());
  EXPECT_EQ(report.all.bugs, 3u);
  EXPECT_EQ(report.all.reliable, 1u);
  EXPECT_EQ(report.all.ever, 2u);
  EXPECT_EQ(report.all.reliable_share, WilsonInterval(1, 3));
  EXPECT_EQ(report.all.seconds, 7);
  ASSERT_EQ(report.classes.size(), 2u);
  EXPECT_EQ(report.classes[0].name, "evacuation");
  EXPECT_EQ(report.classes[0].reliable, 0u);
  EXPECT_EQ(report.classes[0].seconds, std::nullopt);  // 7 and none
  EXPECT_EQ(report.classes[1].name, "nan-keys");
  EXPECT_EQ(report.classes[1].bugs, 1u);
  EXPECT_EQ(report.classes[1].seconds, 5);
}

TEST(ScoreReport, RefusesAScoreThatDoesNotHoldTogether) {
  Score score = MixedScore();
  score.trials[0].bug = "nobody";
  EXPECT_THROW(ReportOf(score), ToolError);
}

TEST(ScoreReport, GivesTheWholeTruthAsJson) {
  const nlohmann::ordered_json json = ToJson(ReportOf(MixedScore()));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["bugs"].size(), 6u);
  EXPECT_EQ(json["bugs"][0]["diagnosis"], "build failed");
  EXPECT_EQ(json["bugs"][0]["message"], "error: no member");
  EXPECT_TRUE(json["bugs"][1]["median_seconds"].is_null());
  EXPECT_EQ(json["bugs"][2]["oracles"]["structure"], 7);
  EXPECT_EQ(json["bugs"][2]["median_operations"], 7000.0);
  EXPECT_EQ(json["bugs"][2]["reached"]["yes"], 10);
  EXPECT_EQ(json["all"]["reliable"], 1);
  EXPECT_EQ(json["all"]["interval"].size(), 2u);
  EXPECT_EQ(json["classes"][1]["name"], "nan-keys");
}

RC_GTEST_PROP(ScoreReportTest, DoesNotDependOnTheOrderOfTheScore, ()) {
  Score score = MixedScore();
  const std::string report = ToJson(ReportOf(score)).dump();
  const auto shuffle = [](auto& records) {
    for (std::size_t i = records.size(); i > 1; --i) {
      std::swap(records[i - 1], records[*rc::gen::inRange<std::size_t>(0, i)]);
    }
  };
  shuffle(score.bugs);
  shuffle(score.trials);
  RC_ASSERT(ToJson(ReportOf(score)).dump() == report);
}

}  // namespace
}  // namespace mapfuzz::tool

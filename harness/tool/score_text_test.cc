#include "harness/tool/score_text.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "harness/tool/score_fixture.h"

namespace mapfuzz::tool {
namespace {

constexpr double kNever = kTestBudget;

// One bug of each diagnosis that has a table or a line of its own.
Score SomeScore() {
  Score score;
  score.configuration = "fast";
  AddBug(score, "ok", "evacuation", {0.25, 0.5, 0.75});
  AddBug(score, "late", "evacuation", {30, kNever, kNever});
  AddBug(score, "weak-oracle", "nan-keys", {kNever, kNever, kNever});
  AddBug(score, "failed", "nan-keys", {});
  AddBug(score, "same", "nan-keys", {});
  score.trials[1].oracle = "result";
  score.trials[6].triggered = false;
  score.trials[7].triggered.reset();
  score.bugs[3].build = {BuildState::kFailed, "", "error: no member\nsecond line"};
  score.bugs[4].build = {BuildState::kDuplicate, "ok", ""};
  CorpusReplay replay;
  replay.bug = "late";
  score.replays.push_back(replay);
  return score;
}

TEST(ReportText, GroupsBugsByWhatIsToBeDone) {
  EXPECT_EQ(
      ReportText(ReportOf(SomeScore())),
      "fast: sensitivity to 5 planted bugs\n"
      "\n"
      "build failed: nothing was measured (1 bug)\n"
      "  failed: error: no member\n"
      "\n"
      "weak oracle: triggered, but not detected (1 bug)\n"
      "  bug          found   95 %  reached  triggered  corpus   expected\n"
      "  weak-oracle    0/3  0-56%      3/3        1/2       -  structure\n"
      "\n"
      "late: detected in some trials only (1 bug)\n"
      "  bug   found   95 %  op  exec     time      oracles\n"
      "  late    1/3  6-79%   -     -  > 1m00s  structure 1\n"
      "\n"
      "ok: detected in every trial (1 bug)\n"
      "  bug  found     95 %   op  exec   time                oracles\n"
      "  ok     3/3  44-100%  500   5.0  0.50s  structure 2, result 1\n"
      "\n"
      "duplicate: the same as another bug (1 bug)\n"
      "  same: of ok\n"
      "\n"
      "class       bugs  in 8 of 10 trials  ever  median time\n"
      "nan-keys       1                  0     0     > budget\n"
      "evacuation     2                  1     2     > budget\n"
      "\n"
      "replay of the corpus: 0 of 1 bug detected\n"
      "found by trials, but not in the corpus: 1 bug\n"
      "  late\n"
      "overall: 1 of 3 bugs in at least 8 of 10 trials (6-79% at 95 %), 2 ever; median time > "
      "budget\n");
}

TEST(ReportText, SaysThatNothingWasTried) {
  Score score;
  score.configuration = "fast";
  score.bugs.push_back(TestBug("a", "evacuation"));
  EXPECT_EQ(ReportText(ReportOf(score)),
            "fast: sensitivity to 1 planted bug\n"
            "\n"
            "untried: no trial and no replay (1 bug)\n"
            "  a\n"
            "\n"
            "overall: no trial of a bug that counts\n");
}

TEST(ReportText, KeepsWithinItsColumns) {
  Score score;
  score.configuration = "fast";
  std::vector<double> times(10, 45.0);
  AddBug(score, std::string(45, 'a'), "evacuation", times);
  times[0] = kNever;
  AddBug(score, std::string(45, 'b'), "evacuation", times);
  AddBug(score, std::string(45, 'c'), "evacuation", {});
  score.bugs[2].build = {BuildState::kFailed, "", std::string(300, 'x')};
  const char* oracles[] = {"result", "content", "iteration", "structure"};
  for (std::size_t i = 0; i < score.trials.size(); ++i) {
    if (score.trials[i].detected) score.trials[i].oracle = oracles[i % 4];
  }
  const std::string text = ReportText(ReportOf(score));
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
    EXPECT_LE(end - begin, kScoreColumns) << text.substr(begin, end - begin);
  }
}

TEST(ScoreCsv, HasARowForEachTrialByBugAndNumber) {
  Score score;
  score.configuration = "fast";
  AddBug(score, "a", "evacuation", {0.25, kNever});
  std::swap(score.trials[0], score.trials[1]);
  score.trials[0].triggered.reset();
  EXPECT_EQ(
      ScoreCsv(score),
      "configuration,bug,class,weight,trial,seed,detected,oracle,property,target,operations,"
      "executions,seconds,reached,triggered,budget_seconds\r\n"
      "fast,a,evacuation,subtle,0,100,true,structure,tophash,growth,250,2,0.25,true,true,60\r\n"
      "fast,a,evacuation,subtle,1,101,false,,,growth,60000,600,60,true,,60\r\n");
}

// Reads a row of RFC 4180 from `text` on, and moves `text` behind it.
std::vector<std::string> TakeRow(std::string_view& text) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' && quoted && text.substr(0, 1) == "\"") {
      fields.back() += c;
      text.remove_prefix(1);
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c == '\r' && !quoted) {
      text.remove_prefix(1);
      break;
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

RC_GTEST_PROP(ScoreCsvTest, IsReadBackWhateverStandsInAField, ()) {
  Score score;
  AddBug(score, "a", "evacuation", {1});
  const auto field = rc::gen::container<std::string>(rc::gen::element(',', '"', '\r', '\n', 'x'));
  score.configuration = *field;
  score.trials[0].property = *field;
  const std::string csv = ScoreCsv(score);
  std::string_view rest = csv;
  RC_ASSERT(TakeRow(rest).size() == 16u);
  const std::vector<std::string> row = TakeRow(rest);
  RC_ASSERT(rest.empty() && row.size() == 16u);
  RC_ASSERT(row[0] == score.configuration && row[8] == score.trials[0].property);
}

TEST(ShortTime, KeepsHundredthsOfWhatIsShort) {
  EXPECT_EQ(ShortTime(0.066), "0.07s");
  EXPECT_EQ(ShortTime(9.99), "9.99s");
  EXPECT_EQ(ShortTime(9.996), "10s");
  EXPECT_EQ(ShortTime(90), "1m30s");
  EXPECT_EQ(MedianTime(std::nullopt, 90), "> 1m30s");
}

TEST(WrappedList, BreaksLinesBetweenWords) {
  EXPECT_EQ(WrappedList({}, "  "), "");
  EXPECT_EQ(WrappedList({"a", "b"}, "  "), "  a, b\n");
  const std::string half(48, 'x');
  EXPECT_EQ(WrappedList({half, half, half}, ""), half + ", " + half + ",\n" + half + "\n");
}

}  // namespace
}  // namespace mapfuzz::tool

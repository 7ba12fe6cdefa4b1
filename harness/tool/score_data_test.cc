#include "harness/tool/score_data.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

Trial Detected(const std::string& bug, std::uint64_t number) {
  Trial trial;
  trial.bug = bug;
  trial.number = number;
  trial.seed = 77;
  trial.detected = true;
  trial.oracle = "structure";
  trial.property = "tophash";
  trial.target = "growth";
  trial.operations = 1234;
  trial.executions = 56;
  trial.seconds = 0.1;
  trial.reached = true;
  trial.budget_seconds = 60;
  return trial;
}

CorpusReplay Silent(const std::string& bug) {
  CorpusReplay replay;
  replay.bug = bug;
  replay.seconds = 2.5;
  replay.triggered = false;
  return replay;
}

BugInfo Bug(const std::string& id) {
  BugInfo bug;
  bug.id = id;
  bug.title = "Deletes \"forget\" it";
  bug.bug_class = "evacuation";
  bug.weight = "subtle";
  bug.expected_oracle = "structure";
  return bug;
}

Score SomeScore() {
  Score score{"fast", {Bug("a"), Bug("b"), Bug("c")}, {Detected("a", 0)}, {Silent("b")}};
  score.bugs[1].build = {BuildState::kFailed, "", "error: no member\n  here"};
  score.bugs[2].build = {BuildState::kDuplicate, "a", "the same binary"};
  return score;
}

// The message of the ToolError, or nothing if there is none.
std::string ErrorOf(const std::function<void()>& action) {
  try {
    action();
    return "";
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitUsage);
    return error.what();
  }
}

std::string ErrorOfTrials(const std::string& content) {
  return ErrorOf([&] { ParseTrials(content, "log"); });
}

TEST(TrialLine, IsOneLineInAFixedOrder) {
  EXPECT_EQ(TrialLine(Detected("a", 3)),
            R"({"bug":"a","number":3,"seed":77,"detected":true,"oracle":"structure",)"
            R"("property":"tophash","target":"growth","operations":1234,"executions":56,)"
            R"("seconds":0.1,"reached":true,"triggered":null,"budget_seconds":60.0})"
            "\n");
  Trial odd = Detected("two\nlines", 0);
  odd.property = "\xff";
  const std::string line = TrialLine(odd);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(ParseTrials(line, "log").records[0].property, "\xef\xbf\xbd");
}

RC_GTEST_PROP(TrialLineTest, IsReadBackAsItWas, ()) {
  Trial trial;
  trial.bug = *rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127));
  trial.number = *rc::gen::arbitrary<std::uint64_t>();
  trial.seed = std::numeric_limits<std::uint64_t>::max() - *rc::gen::arbitrary<std::uint8_t>();
  trial.detected = *rc::gen::arbitrary<bool>();
  trial.oracle = trial.detected ? "result" : "";
  trial.operations = *rc::gen::arbitrary<std::uint64_t>();
  trial.seconds = std::abs(*rc::gen::arbitrary<double>());
  trial.budget_seconds = std::abs(*rc::gen::arbitrary<double>()) * 1e300;
  const auto known = [] {
    const int which = *rc::gen::inRange(0, 3);
    return which == 2 ? std::nullopt : std::optional<bool>(which == 1);
  };
  trial.reached = known();
  trial.triggered = known();
  if (!std::isfinite(trial.budget_seconds)) trial.budget_seconds = 1e308;
  const Log<Trial> log = ParseTrials(TrialLine(trial), "log");
  RC_ASSERT(log.records == std::vector<Trial>{trial});
}

TEST(ReplayLine, IsReadBackAsItWas) {
  CorpusReplay detected = Silent("b");
  detected.detected = true;
  detected.oracle = "content";
  detected.tape = "corpus/seeds/ops/a.tape";
  const Log<CorpusReplay> log = ParseReplays(ReplayLine(Silent("a")) + ReplayLine(detected), "log");
  EXPECT_EQ(log.records, (std::vector<CorpusReplay>{Silent("a"), detected}));
}

TEST(ParseTrials, KeepsEveryWholeLineWhereverTheLogIsTorn) {
  const std::string first = TrialLine(Detected("a", 0)), second = TrialLine(Detected("a", 1));
  const std::string whole = first + second;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Log<Trial> log = ParseTrials(whole.substr(0, size), "log");
    const std::size_t lines = size < first.size() ? 0 : size < whole.size() ? 1 : 2;
    EXPECT_EQ(log.records.size(), lines) << size;
    EXPECT_EQ(log.whole_bytes, lines == 0 ? 0 : lines == 1 ? first.size() : whole.size()) << size;
  }
}

TEST(ParseTrials, RejectsAnyOtherLineByItsPlace) {
  const std::string good = TrialLine(Detected("a", 0));
  const auto with = [](const std::string& from, const std::string& to) {
    std::string line = TrialLine(Detected("a", 1));
    return line.replace(line.find(from), from.size(), to);
  };
  const struct {
    std::string line, message;
  } kBad[] = {
      {"\n", "is not JSON"},
      {"{\"bug\":\n", "is not JSON"},
      {"[]\n", "is no object"},
      {"{}\n", "`bug` is missing"},
      {with("\"seed\":77,", ""), "`seed` is missing"},
      {with("77", "-1"), "`seed` is no whole number"},
      {with("77", "1.5"), "`seed` is no whole number"},
      {with("\"a\"", "7"), "`bug` is no string"},
      {with("0.1", "-0.1"), "`seconds` is no number from 0 up"},
      {with("0.1", "1e999"), "is not JSON"},
      {with("0.1", "null"), "`seconds` is no number from 0 up"},
      {with("null", "\"yes\""), "`triggered` is none of true, false and null"},
      {with("\"detected\":true", "\"detected\":1"), "`detected` is neither true nor false"},
      {with("\"detected\":true", "\"detected\":false"), "there is an `oracle`"},
      {with("structure", ""), "there is no `oracle`"},
      {with("\"seed\"", "\"extra\":1,\"seed\""), "has members that are not known"},
      {good, "trial 0 of a comes twice"},
  };
  for (const auto& bad : kBad) {
    const std::string error = ErrorOfTrials(good + bad.line + "torn");
    EXPECT_EQ(error.rfind("log:2: ", 0), 0u) << error;
    EXPECT_NE(error.find(bad.message), std::string::npos) << bad.line << error;
    EXPECT_NE(error.find("remove the line"), std::string::npos) << error;
  }
}

TEST(ParseScore, ReadsBackWhatToJsonMakes) {
  const Score score = SomeScore();
  EXPECT_EQ(ParseScore(ToJson(score).dump(), "score.json"), score);
  EXPECT_EQ(ParseScore(ToJson(score).dump(2), "score.json"), score);
  EXPECT_EQ(ParseScore(ToJson(Score{}).dump(), "score.json"), Score{});
}

TEST(ParseScore, SaysWhichMemberIsWrong) {
  nlohmann::ordered_json json = ToJson(SomeScore());
  json["bugs"][1]["build"]["state"] = "perhaps";
  EXPECT_EQ(ErrorOf([&] { ParseScore(json.dump(), "score.json"); }),
            "score.json: `bugs` [1]: `build` `state` is none of ok, failed and duplicate; give a "
            "score as this tool writes it");
  EXPECT_NE(ErrorOf([] { ParseScore("", "score.json"); }).find("is not JSON"), std::string::npos);
}

TEST(CheckScore, RefusesWhatDoesNotHoldTogether) {
  EXPECT_EQ(ErrorOf([] { CheckScore(SomeScore(), "s"); }), "");
  const struct {
    std::function<void(Score&)> spoil;
    std::string message;
  } kBad[] = {
      {[](Score& s) { s.bugs.push_back(Bug("a")); }, "two bugs have the id a"},
      {[](Score& s) { s.bugs[2].build.duplicate_of = "c"; }, "c is said to be the same as c"},
      {[](Score& s) { s.bugs[2].build.duplicate_of = "z"; }, "c is said to be the same as z"},
      {[](Score& s) { s.trials[0].bug = "z"; }, "a trial is of z, which is no bug"},
      {[](Score& s) { s.replays[0].bug = "z"; }, "a replay is of z, which is no bug"},
      {[](Score& s) { s.trials.push_back(s.trials[0]); }, "trial 0 of a comes twice"},
      {[](Score& s) { s.replays.push_back(s.replays[0]); }, "the replay of b comes twice"},
      {[](Score& s) { s.trials[0].oracle = ""; }, "there is no `oracle`"},
  };
  for (const auto& bad : kBad) {
    Score score = SomeScore();
    bad.spoil(score);
    const std::string error = ErrorOf([&] { CheckScore(score, "fast"); });
    EXPECT_EQ(error.rfind("fast: ", 0), 0u) << error;
    EXPECT_NE(error.find(bad.message), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace mapfuzz::tool

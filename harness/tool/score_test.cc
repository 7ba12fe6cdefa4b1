// `mapfuzz score`, as a program.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/planted_fixture.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

using ScoreTest = PlantedTest;

TEST_F(ScoreTest, SaysHowSurelyABugIsFound) {
  PutBug("a-bug", "int planted;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("good: 1 of 1 bugs are found in at least 80 % of their trials"))
      << run.output;
  const auto json = Stored();
  ASSERT_EQ(json["trials"].size(), 2u);
  EXPECT_EQ(json["trials"][0]["oracle"], "iteration");
  EXPECT_NE(json["trials"][0]["seed"], json["trials"][1]["seed"]);
  EXPECT_TRUE(IsFile(folder_ / "work/present/survival.svg"));
  EXPECT_TRUE(IsFile(folder_ / "work/present/trials.csv"));
  EXPECT_FALSE(fs::exists(folder_ / "work/present/trees/a-bug")) << "nobody asked to keep it";
  EXPECT_FALSE(fs::exists(folder_ / "work/present/trees/unedited")) << "nor this one";
}

TEST_F(ScoreTest, TellsHowFarItsTapesCome) {
  PutBug("a-bug", "int planted, altered;");
  PutBug("b-bug", "int planted;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("whether the bugs were reached is not known")) << "its tree has no counters";
  const auto json = Stored();
  for (const char* part : {"trials", "replays"}) {
    for (const auto& record : json[part]) {
      const bool altered = record["bug"] == "a-bug";
      EXPECT_EQ(record["triggered"], altered) << record;
      EXPECT_EQ(record["reached"], altered ? nlohmann::json(true) : nlohmann::json()) << record;
    }
  }
}

TEST_F(ScoreTest, IsNotGoodIfABugIsNotFound) {
  PutBug("quiet", "int strange;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("not good: 0 of 1 bugs are found")) << run.output;
}

TEST_F(ScoreTest, IsNotGoodIfNoTapeOfTheCorpusShowsTheBug) {
  PutBug("a-bug", "int planted;");
  fs::remove(folder_ / "bugs/a-bug.tape");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("look at a-bug (which no tape of the corpus shows)")) << run.output;
}

TEST_F(ScoreTest, EndsAtATapeThatCannotBeRunAndTellsWhatItKnows) {
  PutBug("a-bug", "int planted;");
  PutBug("quiet", "int strange;");
  folder_.Put("bugs/quiet.tape", "mapfuzz tape v1\n");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("bugs/quiet.tape:1:16: ")) << run.output;
  const std::string report = ReadOrEmpty(folder_ / "work/present/report.txt");
  EXPECT_NE(report.find("a-bug"), std::string::npos) << report;
}

TEST_F(ScoreTest, GoesOnAfterABuildThatFails) {
  PutBug("a-broken-one", "int broken;");
  PutBug("b-bug", "int planted;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("a-broken-one")) << run.output;
  EXPECT_EQ(Stored()["trials"].size(), 2u);
  EXPECT_EQ(Stored()["bugs"].size(), 2u);
  PutNinja("something else");
  EXPECT_EQ(Score().code, kExitHarness) << "built now, but not found";
  EXPECT_EQ(Stored()["trials"].size(), 4u);
}

TEST_F(ScoreTest, GoesOnAfterAProgramThatDiesBeforeItDoesAnything) {
  PutBug("a-bug", "int dying;");
  PutBug("b-bug", "int planted;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("its program ends before it does anything (exit code 7)")) << run.output;
  EXPECT_EQ(Stored()["trials"].size(), 2u) << "of the other one";
}

TEST_F(ScoreTest, EndsABuildThatIsInterrupted) {
  PutBug("a-bug", "int planted;");
  const std::string ninja = ReadOrEmpty(folder_ / "bin/ninja");
  // The second tree is the bug's.
  PutProgram("ninja",
             "if grep planted \"$2/../hmap/map.h\" >/dev/null; then\n"
             "  kill -TERM $PPID\n"
             "  exec sleep infinity\n"
             "fi\n" +
                 ninja.substr(ninja.find('\n') + 1));
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitEnvironment) << run.output;
  EXPECT_TRUE(run.Says("interrupted: 0 of 1 bugs are measured")) << run.output;
  EXPECT_TRUE(run.Says("Next: the same command goes on")) << run.output;
  PutNinja("broken");
  EXPECT_EQ(Score().code, kExitClean);
}

TEST_F(ScoreTest, EndsOnceItsSourcesAreNoLongerWhatTheyWere) {
  PutBug("a-bug", "int planted;");
  PutBug("b-bug", "int planted, twice;");
  const std::string ninja = ReadOrEmpty(folder_ / "bin/ninja");
  PutProgram("ninja", "echo changed >>" + (folder_ / "source/CMakeLists.txt") + "\n" +
                          ninja.substr(ninja.find('\n') + 1));
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("the sources have changed since this score began")) << run.output;
}

TEST_F(ScoreTest, RefusesABugThatNoHuntCanFind) {
  PutBug("a-bug", "int planted;", "oracle: trace\nrecorded: yes\n");
  const Outcome run = Score({"a-bug"});
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("a-bug: no hunt finds it: only recordings of Go show it")) << run.output;
}

TEST_F(ScoreTest, EndsIfItsTrialsAreBlind) {
  PutBug("a-bug", "int strange;");
  setenv("FAKE_BLIND", "leak", 1);
  const Outcome run = Score();
  unsetenv("FAKE_BLIND");
  EXPECT_EQ(run.code, kExitEnvironment) << run.output;
  EXPECT_TRUE(run.Says("the leak sanitizer is built in, but")) << run.output;
  EXPECT_EQ(Trials(), "") << "a trial that says nothing";
}

TEST_F(ScoreTest, TakesPathsFromWhereItIsStarted) {
  PutBug("a-bug", "int planted;");
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  const Outcome run = Run({"score", "--source", "source", "--bugs", "bugs", "--corpus-dir", ".",
                           "--work", "work", "--budget", "30s", "--trials", "1"});
  fs::current_path(before);
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_EQ(Stored()["replays"][0]["tape"], "bugs/a-bug.tape");
}

TEST_F(ScoreTest, SaysBeforeItBuildsWhatWouldEndIt) {
  PutBug("a-bug", "int planted;");
  EXPECT_EQ(Score({"--vs", "nowhere"}).code, kExitUsage);
  EXPECT_TRUE(Score({"--vs", "present"}).Says("--vs: is the score itself"));
  EXPECT_TRUE(Score({"--config", "canary"}).Says("`canary` is the canary's own"));
  EXPECT_TRUE(Score({"--config", ""}).Says("--config")) << "no name";
  EXPECT_TRUE(Score({"--config", "a b"}).Says("the name is that of a folder")) << "a-b is another";
  PutBug("b-bug", "int planted, twice;");
  const std::string bug = ReadOrEmpty(folder_ / "bugs/b-bug.bug");
  folder_.Put("bugs/b-bug.bug", bug.substr(0, bug.find("old:")) + "old:\nint gone;\nnew:\n\n");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("b-bug")) << run.output;
  EXPECT_EQ(Trials(), "") << "of the bug before it";
}

TEST_F(ScoreTest, RefusesTwoBugsThatCompileToTheSame) {
  PutBug("first", "int planted;");
  PutBug("second", "// in other words\nint planted;");
  PutBug("nothing", "// a comment\nint good;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("compiles to the same")) << run.output;
  const auto score = Stored();
  for (const auto& trial : score["trials"]) EXPECT_EQ(trial["bug"], "first");
}

TEST_F(ScoreTest, LetsAnEquivalentEditGoUndetected) {
  PutBug("equal", "int strange;", "equivalent: nobody looks at it\n");
  fs::remove(folder_ / "bugs/equal.tape");
  EXPECT_EQ(Score().code, kExitClean);
  PutBug("wrong", "int planted;", "equivalent: so they say\n");
  EXPECT_EQ(Score().code, kExitHarness);
}

TEST_F(ScoreTest, GoesOnWhereItWasInterrupted) {
  PutBug("a-bug", "int planted;");
  EXPECT_EQ(Score().code, kExitClean);
  const std::string trials = Trials();
  // As if it had been killed while it wrote the second.
  WriteAtomically(folder_ / "work/present/trials.jsonl", trials.substr(0, trials.size() - 9));
  const std::string builds = ReadOrEmpty(folder_ / "work/present/builds.jsonl");
  WriteAtomically(folder_ / "work/present/builds.jsonl", builds.substr(0, builds.size() - 9));
  EXPECT_EQ(Score({}, "3").code, kExitClean);
  const std::string first = trials.substr(0, trials.find('\n') + 1);
  EXPECT_EQ(Trials().substr(0, first.size()), first);
  EXPECT_EQ(Stored()["trials"].size(), 3u);
}

TEST_F(ScoreTest, DoesNotMixABugWithWhatItWasBefore) {
  PutBug("a-bug", "int planted;");
  EXPECT_EQ(Score().code, kExitClean);
  PutBug("a-bug", "int planted, otherwise;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("a-bug has changed since it was measured")) << run.output;
}

TEST_F(ScoreTest, ForgetsBugsThatHaveChangedOrGone) {
  PutBug("a-bug", "int planted;");
  PutBug("b-same-as-a", "// and a remark\nint planted;");
  PutBug("c-bug", "int planted, twice;");
  EXPECT_EQ(Score().code, kExitHarness);
  PutBug("a-bug", "int planted, otherwise;");
  EXPECT_EQ(Score({"c-bug"}).code, kExitClean);
  EXPECT_EQ(Stored()["bugs"].size(), 2u) << "what the first was is not told of what it is";
  fs::remove(folder_ / "bugs/a-bug.bug");
  const Outcome run = Score({"b-same-as-a"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
}

TEST_F(ScoreTest, ReportsTheBugsThatAreAskedForAlone) {
  PutBug("a-bug", "int planted;");
  PutBug("b-bug", "int planted, twice;");
  EXPECT_EQ(Score().code, kExitClean);
  const Outcome run = Score({"b-bug"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("good: 1 of 1 bugs")) << run.output;
}

TEST_F(ScoreTest, KeepsWhatItKnowsOfOthers) {
  PutBug("a-bug", "int planted;");
  PutBug("b-bug", "int planted, twice;");
  PutBug("c-same-as-a", "// and a remark\nint planted;");
  EXPECT_EQ(Score().code, kExitHarness);
  EXPECT_EQ(Score({"b-bug"}).code, kExitClean);
  EXPECT_EQ(Stored()["bugs"].size(), 3u);
  const Outcome same = Score({"c-same-as-a"});
  EXPECT_EQ(same.code, kExitHarness) << same.output;
  EXPECT_TRUE(same.Says("a-bug")) << same.output;
}

TEST_F(ScoreTest, ReplaysACorpusThatHasChanged) {
  PutBug("a-bug", "int planted;");
  fs::remove(folder_ / "bugs/a-bug.tape");
  EXPECT_EQ(Score().code, kExitHarness);
  PutBug("a-bug", "int planted;");
  EXPECT_EQ(Score().code, kExitClean) << "now that there is a tape";
}

TEST_F(ScoreTest, ReplaysATapeThatHasChangedBesideABugOutsideTheCorpus) {
  PutBug("a-bug", "int planted;");
  fs::rename(folder_ / "bugs", folder_ / "mine");
  bugs_ = "mine";
  folder_.Put("mine/a-bug.tape", Text(kFine));
  EXPECT_EQ(Score().code, kExitHarness);
  folder_.Put("mine/a-bug.tape", Text(kFails));
  EXPECT_EQ(Score().code, kExitClean);
}

TEST_F(ScoreTest, ComparesNothingWithScoresOfOtherBugs) {
  PutBug("a-bug", "int planted;");
  PutBug("b-bug", "int planted, twice;");
  EXPECT_EQ(Score({"a-bug"}).code, kExitClean);
  const Outcome run = Score({"b-bug", "--config", "after", "--vs", "present"});
  EXPECT_EQ(run.code, kExitUsage) << run.output;
  EXPECT_TRUE(run.Says("no bug was measured in both")) << run.output;
}

TEST_F(ScoreTest, KeepsScoresOfDifferentSourcesApart) {
  PutBug("a-bug", "int planted;");
  EXPECT_EQ(Score().code, kExitClean);
  folder_.Put("source/hmap/map.h", "// the map, changed\nint good;\n");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("holds a score of other sources")) << run.output;
  const Outcome compared = Score({"--config", "after", "--vs", "present"});
  EXPECT_EQ(compared.code, kExitClean) << compared.output;
  EXPECT_TRUE(compared.Says("A = after, B = present")) << compared.output;
  EXPECT_NE(ReadOrEmpty(folder_ / "work/after/vs-present.txt").find("B = present"),
            std::string::npos);
  EXPECT_NE(ReadOrEmpty(folder_ / "work/after/vs-present.json"), "");
  EXPECT_EQ(Score({"--vs", "nosuch", "--config", "after"}).code, kExitUsage);
}

TEST_F(ScoreTest, NamesWhatIsNotThere) {
  EXPECT_EQ(Score().code, kExitUsage) << "no bugs at all";
  PutBug("a-bug", "int planted;");
  EXPECT_TRUE(Score({"a-bag"}).Says("did you mean `a-bug`?"));
  EXPECT_EQ(Score({"--class", "nosuch"}).code, kExitUsage);
  EXPECT_EQ(Score({"--target", "nosuch"}).code, kExitUsage);
  EXPECT_EQ(Score({"--budget", "0"}).code, kExitUsage);
  folder_.Put("source/hmap/map.h", "int changed;\n");
  EXPECT_TRUE(Score().Says("its old text is found nowhere in hmap/map.h"));
}

}  // namespace
}  // namespace mapfuzz::tool

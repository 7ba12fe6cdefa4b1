// `mapfuzz score`, as a program, with a compiler that is a shell script: what it builds is this
// test's own binary, which finds a bug in a map that says "planted".

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

class ScoreTest : public MapfuzzTest {
 protected:
  ScoreTest() {
    PutProgram("cmake", "mkdir -p \"$6\" && touch \"$6/build.ninja\"\n");
    PutNinja("broken");
    setenv("PATH", (folder_ / "bin" + ":" + getenv("PATH")).c_str(), 1);
    folder_.Put("source/hmap/map.h", "// the map\nint good;\nint other;\n");
    folder_.Put("source/CMakeLists.txt", "");
  }
  ~ScoreTest() override { setenv("PATH", path_.c_str(), 1); }

  void PutProgram(const std::string& name, const std::string& script) {
    const std::string file = folder_.Put("bin/" + name, "#!/bin/sh\n" + script);
    fs::permissions(file, fs::perms::owner_all);
  }

  // A map that says so is not compiled.
  void PutNinja(const std::string& fails_at) {
    const std::string link = "ln -sf " + OwnPath() + " ";
    PutProgram("ninja",
               "cd \"$2\" || exit 1\n"
               "objects=targets/CMakeFiles/mapfuzz_subjects.dir\n"
               "mkdir -p $objects\n"
               "if grep " +
                   fails_at +
                   " ../hmap/map.h; then\n"
                   "  echo 'map.h:1: error: " +
                   fails_at +
                   "'\n"
                   "  exit 1\n"
                   "fi\n"
                   "object=$objects/subjects_hmap_u64.cc.o\n"
                   "grep -v '^//' ../hmap/map.h >$object\n"
                   "echo \"$CCACHE_BASEDIR\" >>$object\n" +
                   link + "mapfuzz\n" + link + "targets/fake_fuzzer\n" + link +
                   "targets/other_fuzzer\n");
  }

  // A bug that puts `text` in the place of a line of the map, and a tape that shows it.
  void PutBug(const std::string& id, const std::string& text,
              const std::string& more = "oracle: cost\n") {
    folder_.Put("bugs/" + id + ".bug",
                "id: " + id +
                    "\ntitle: A bug\nclass: cost\nfile: hmap/map.h\n"
                    "weight: subtle\nthreads: no\n" +
                    more + "story:\n  None.\ntrigger:\n  Any.\nold:\nint good;\nnew:\n" + text +
                    "\n");
    folder_.Put("bugs/" + id + ".tape", Text(kFails));
  }

  Outcome Score(const std::vector<std::string>& more = {}, const std::string& trials = "2") const {
    std::vector<std::string> arguments = {"score",
                                          "--source",
                                          folder_ / "source",
                                          "--bugs",
                                          folder_ / "bugs",
                                          "--corpus-dir",
                                          folder_.path(),
                                          "--work",
                                          folder_ / "work",
                                          "--budget",
                                          "30s",
                                          "--jobs",
                                          "2",
                                          "--trials",
                                          trials};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  nlohmann::json Stored(const std::string& name = "present") const {
    return nlohmann::json::parse(ReadOrEmpty(folder_ / "work/" + name + "/score.json"));
  }
  std::string Trials() const { return ReadOrEmpty(folder_ / "work/present/trials.jsonl"); }

 private:
  std::string path_ = getenv("PATH");
};

TEST_F(ScoreTest, SaysHowSurelyABugIsFound) {
  PutBug("a-bug", "int planted;");
  const Outcome run = Score();
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("good: 1 of 1 bugs are found in 8 of 10 trials or more")) << run.output;
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

class CanaryTest : public ScoreTest {
 protected:
  Outcome Canary(const std::vector<std::string>& more = {},
                 const std::string& work = "work") const {
    std::vector<std::string> arguments = {"canary",       "--source",       folder_ / "source",
                                          "--bugs",       folder_ / "bugs", "--work",
                                          folder_ / work, "--budget",       "30s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
};

constexpr const char* kCanary = "oracle: cost\ncanary: yes\n";

TEST_F(CanaryTest, SingsIfEveryBugDrawnIsFound) {
  PutBug("a-bug", "int planted;", kCanary);
  PutBug("not-drawn", "int strange;");
  const Outcome run = Canary();
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("ok   a-bug: found by fake")) << run.output;
  EXPECT_TRUE(run.Says("1 planted bug found")) << run.output;
  EXPECT_EQ(Canary().code, kExitClean) << "a second time, in trees that are there";
}

TEST_F(CanaryTest, FailsTheHarnessThatDoesNotSee) {
  PutBug("a-bug", "int planted;", kCanary);
  PutBug("unseen", "int strange;", kCanary);
  const Outcome run = Canary();
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("MISS unseen: not found in 30s")) << run.output;
  EXPECT_TRUE(run.Says("does not see 1 planted bug")) << run.output;
}

TEST_F(CanaryTest, FailsIfABugCannotBeBuilt) {
  PutBug("a-bug", "int broken;", kCanary);
  const Outcome run = Canary();
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("error: broken")) << run.output;
}

TEST_F(CanaryTest, DrawsOtherBugsForAnotherSeed) {
  for (const char* id : {"a", "b", "c", "d"}) {
    PutBug(id, std::string("int planted_") + id + ";", kCanary);
  }
  const std::string first = Canary({"--count", "1", "--seed", "1"}).output;
  EXPECT_EQ(Canary({"--count", "1", "--seed", "1"}).output, first);
  int others = 0;
  for (const char* seed : {"2", "3", "4", "5"}) {
    others += Canary({"--count", "1", "--seed", seed}).output == first ? 0 : 1;
  }
  EXPECT_GT(others, 0);
}

TEST_F(CanaryTest, LeavesScoresAlone) {
  PutBug("a-bug", "int planted;", kCanary);
  EXPECT_EQ(Score().code, kExitClean);
  const std::string trials = Trials();
  EXPECT_EQ(Canary({}, "work/present").code, kExitClean);
  EXPECT_EQ(Trials(), trials);
}

TEST_F(CanaryTest, NeedsBugsThatAreMarked) {
  PutBug("a-bug", "int planted;");
  const Outcome run = Canary();
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("no bug in it has a line `canary: yes`")) << run.output;
}

// `mapfuzz bugs`, with the same compiler.
TEST_F(ScoreTest, CountsBugsAndTellsThoseThatCannotBePlanted) {
  PutBug("a-bug", "int planted;");
  const std::vector<std::string> command = {"bugs", "--bugs", folder_ / "bugs", "--source",
                                            folder_ / "source"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return Run(more);
  };
  EXPECT_EQ(with({}).code, kExitClean);
  EXPECT_FALSE(with({}).Says("class evacuation: 0 of 5 bugs")) << "which is said of this project's";
  EXPECT_TRUE(with({"a-bug"}).Says("score a-bug --bugs ")) << with({"a-bug"}).output;
  EXPECT_TRUE(with({"a-bug"}).Says("- int good;\n")) << with({"a-bug"}).output;
  EXPECT_TRUE(with({"a-bag"}).Says("did you mean `a-bug`?"));
  EXPECT_TRUE(with({"--compile", "1"}).Says("clean: 1 bug can be planted, 1 compiled"));
  EXPECT_FALSE(with({}).Says("without a tape"));
  fs::remove(folder_ / "bugs/a-bug.tape");
  EXPECT_TRUE(with({}).Says("without a tape that shows it: 1 bug\n  a-bug\n")) << with({}).output;
  PutBug("broken", "int broken;");
  const Outcome broken = with({"--compile", "2"});
  EXPECT_EQ(broken.code, kExitUsage);
  EXPECT_TRUE(broken.Says("broken.bug: does not compile:")) << broken.output;
  folder_.Put("source/hmap/map.h", "int changed;\n");
  EXPECT_TRUE(with({}).Says("2 of 2 bugs cannot be planted")) << with({}).output;
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

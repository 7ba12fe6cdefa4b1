// `mapfuzz alarms`, as a program, with a compiler that is a shell script: what it builds is this
// test's own binary, in which those oracles find something that the edited map names.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/oracles.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecording =
    "# go-trace v1\n"
    "config go=go1.19.8 type=u64 hash=good hint=0 bucket=144\n"
    "make | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n"
    "put 205 3 | 1 0 0 0 0 0 0 -1 0 | 13b1d869194300d9\n";

class AlarmsTest : public MapfuzzTest {
 protected:
  AlarmsTest() {
    PutProgram("cmake", "mkdir -p \"$6\" && echo \"$@\" >\"$6/flags\"\n");
    PutProgram("ninja",
               "cd \"$2\" || exit 1\n"
               "objects=targets/CMakeFiles/mapfuzz_subjects.dir\n"
               "mkdir -p $objects\n"
               "if grep broken ../hmap/map.h; then echo 'map.h:1: error: broken'; exit 1; fi\n"
               "cp ../hmap/map.h $objects/subjects_hmap_u64.cc.o\n"
               "ln -sf " +
                   OwnPath() + " mapfuzz\n");
    setenv("PATH", (folder_ / "bin" + ":" + path_).c_str(), 1);
    folder_.Put("source/hmap/map.h", "// the map\nint good;\n");
  }
  ~AlarmsTest() override { setenv("PATH", path_.c_str(), 1); }

  void PutProgram(const std::string& name, const std::string& script) const {
    const std::string file = folder_.Put("bin/" + name, "#!/bin/sh\n" + script);
    fs::permissions(file, fs::perms::owner_all);
  }

  // A bug that only this oracle sees, or whom `map` names, and the alarm's tape.
  void PutAlarm(const std::string& id, const std::string& oracle, const std::string& map,
                const std::string& tape = Text(kFine)) const {
    folder_.Put("bugs/" + id + ".bug",
                "id: " + id + "\ntitle: A bug\nclass: cost\nfile: hmap/map.h\noracle: " + oracle +
                    "\nweight: subtle\nthreads: no\nalarm: " + id +
                    ".tape\nstory:\n  None.\ntrigger:\n  Any.\nold:\nint good;\nnew:\n" + map +
                    "\n");
    folder_.Put("bugs/" + id + ".tape", tape);
  }
  void PutAlarmOf(const std::string& oracle) const {
    PutAlarm(oracle + "-bug", oracle,
             oracle == "sanitizer"       ? "traps"
             : oracle == "deterministic" ? "wavers"
                                         : "sees " + oracle,
             oracle == "trace" ? kRecording : Text(kFine));
  }

  Outcome Alarms(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), "alarms");
    arguments.insert(arguments.end(), {"--source", folder_ / "source", "--bugs", folder_ / "bugs",
                                       "--work", folder_ / "work"});
    return Run(arguments);
  }
  // The alarm of `cost` is wrong, and why.
  void ExpectWrong(const std::string& why) const {
    const Outcome run = Alarms({"cost"});
    EXPECT_EQ(run.code, kExitHarness) << run.output;
    EXPECT_TRUE(run.Says(why)) << run.output;
    EXPECT_TRUE(run.Says("1 of 1 oracle not shown to see")) << run.output;
  }

 private:
  std::string path_ = getenv("PATH");
};

TEST_F(AlarmsTest, EveryOracleSeesItsOwnBugAndNoOtherDoes) {
  for (const OracleInfo& oracle : Oracles()) PutAlarmOf(std::string(oracle.name));
  const Outcome run = Alarms();
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("each of 13 oracles sees what no other one sees. Next: ")) << run.output;
  EXPECT_TRUE(run.Says("ok   cost           cost-bug: cost/planted")) << run.output;
  EXPECT_TRUE(run.Says("deterministic-bug: deterministic/history-differs")) << run.output;
  EXPECT_TRUE(run.Says("trace-bug: trace/mismatch")) << run.output;
  EXPECT_TRUE(IsFile(folder_ / "work/alarms/cost-bug/build/mapfuzz")) << "trees stay for the next";
}

TEST_F(AlarmsTest, SilenceIsWrong) {
  PutAlarm("a-bug", "cost", "int strange;");
  ExpectWrong("FAIL cost           a-bug: is silent: its bug passes");
  EXPECT_TRUE(Alarms({"cost"}).Says("build/mapfuzz replay ")) << "what to type";
}

TEST_F(AlarmsTest, AnotherThatSpeaksFirstIsWrong) {
  PutAlarm("a-bug", "cost", "sees result, sees cost");
  ExpectWrong("another oracle speaks first: MAPFUZZ-FAIL oracle=result");
}

TEST_F(AlarmsTest, AnotherThatWouldSpeakNextIsWrong) {
  PutAlarm("a-bug", "cost", "sees cost, sees lifetime");
  ExpectWrong("is not alone: without it, MAPFUZZ-FAIL oracle=lifetime");
}

TEST_F(AlarmsTest, EachOfTwoRunsThatDifferHasToPass) {
  PutAlarm("a-bug", "deterministic", "wavers, sees cost");
  const Outcome run = Alarms({"deterministic"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("another oracle speaks first: MAPFUZZ-FAIL oracle=cost")) << run.output;
}

TEST_F(AlarmsTest, WhatFailsWithoutSanitizersIsNotTheirsAlone) {
  PutAlarm("a-bug", "sanitizer", "traps, sees cost");
  const Outcome run = Alarms({"sanitizer"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("is not alone: without it, MAPFUZZ-FAIL oracle=cost")) << run.output;
}

TEST_F(AlarmsTest, WhatFailsAsATapeIsNotTheRecordingsAlone) {
  PutAlarm("a-bug", "trace", "sees trace, sees cost", kRecording);
  const Outcome run = Alarms({"trace"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("is not alone: without it, MAPFUZZ-FAIL oracle=cost")) << run.output;
}

TEST_F(AlarmsTest, AnOracleHasOneAlarm) {
  PutAlarm("a-bug", "cost", "sees cost");
  PutAlarm("a-second", "cost", "sees cost");
  ExpectWrong("has more than one alarm: a-bug and a-second");
  const Outcome run = Alarms({"lifetime"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("lifetime       has no alarm")) << run.output;
}

TEST_F(AlarmsTest, ATapeThatFailsOnTheMapAsItIsShowsNothing) {
  PutAlarm("a-bug", "cost", "sees cost", Text(kFails));
  ExpectWrong("fails on the map as it is: MAPFUZZ-FAIL oracle=iteration");
  PutAlarm("a-bug", "cost", "sees cost", "mapfuzz tape v1\nend 0\n");
  ExpectWrong("does nothing");
}

TEST_F(AlarmsTest, ABugThatDoesNotCompileShowsNothing) {
  PutAlarm("a-bug", "cost", "broken");
  ExpectWrong("cannot be built:\nmap.h:1: error: broken");
}

TEST_F(AlarmsTest, TellsBadInputAndAMissingCompilerFromABlindOracle) {
  PutAlarm("a-bug", "cost", "sees cost", kRecording);
  EXPECT_EQ(Alarms({"cost"}).code, kExitUsage) << "a recording says nothing of other oracles";
  PutAlarm("a-bug", "cost", "sees cost");
  EXPECT_EQ(Alarms({"nosuch"}).code, kExitUsage);
  const Variable nowhere("PATH", (folder_ / "bugs").c_str());
  const Outcome run = Alarms({"cost"});
  EXPECT_EQ(run.code, kExitEnvironment) << run.output;
  EXPECT_TRUE(run.Says("cmake: no such program; install it")) << run.output;
}

TEST_F(AlarmsTest, IsTheSameInJson) {
  PutAlarm("a-bug", "cost", "sees cost");
  const auto document = nlohmann::json::parse(Alarms({"cost", "--json"}).output);
  EXPECT_EQ(document["exit"], kExitClean);
  ASSERT_EQ(document["alarms"].size(), 1u);
  EXPECT_EQ(document["alarms"][0]["oracle"], "cost");
  EXPECT_EQ(document["alarms"][0]["bug"], "a-bug");
  EXPECT_TRUE(document["alarms"][0]["ok"].get<bool>());
}

}  // namespace
}  // namespace mapfuzz::tool

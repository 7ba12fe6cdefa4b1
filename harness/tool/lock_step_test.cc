// Two builds side by side: what is compared, and the command `compare` as a program. Of the fake
// map in `app_test.cc` the build tree `edited` does some things otherwise.

#include "harness/tool/lock_step.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

using Kind = Difference::Kind;

StateRun RunOf(const std::vector<std::uint64_t>& digests, const std::string& signature = "",
               bool died = false) {
  StateRun run;
  for (std::size_t step = 0; step < digests.size(); ++step) {
    run.states.push_back({step / 2, digests[step], "line " + std::to_string(step), ""});
  }
  if (!signature.empty()) {
    run.verdict.kind = Verdict::Kind::kFail;
    run.verdict.signature = {"content", signature};
    run.verdict.report = died ? std::to_string(digests.size()) + " at an address" : signature;
  }
  run.died = died;
  return run;
}

TEST(CompareTest, RunsAlikeDoNotDiffer) {
  const LockStep passed = Compare(RunOf({1, 2, 3}), RunOf({1, 2, 3}));
  EXPECT_FALSE(passed.difference.has_value());
  EXPECT_EQ(passed.steps, 2u);
  EXPECT_EQ(passed.ended, "");
  const LockStep failed = Compare(RunOf({1, 2}, "lost-entry"), RunOf({1, 2}, "lost-entry"));
  EXPECT_FALSE(failed.difference.has_value());
  EXPECT_EQ(failed.ended, "oracle=content property=lost-entry op=? site=?");
}

TEST(CompareTest, TwoDeathsAreAlikeByTheirSignature) {
  StateRun first = RunOf({1, 2}, "SEGV", true), second = first;
  second.verdict.report = "another address";
  EXPECT_FALSE(Compare(first, second).difference.has_value());
  second.died = false;
  EXPECT_TRUE(Compare(first, second).difference.has_value());
}

TEST(CompareTest, NamesTheFirstDifference) {
  const struct {
    StateRun first, second;
    Kind kind;
    std::uint64_t step, operation;
    const char* did_first;
    const char* did_second;
  } cases[] = {
      {RunOf({1, 2, 3, 4}), RunOf({1, 2, 9, 9}), Kind::kState, 2, 1, "line 2", "line 2"},
      {RunOf({1, 2}), RunOf({9, 2}), Kind::kState, 0, 0, "line 0", "line 0"},
      {RunOf({1, 2, 3, 4}), RunOf({1, 2, 3}, "lost-entry"), Kind::kVerdict, 3, 1, "line 3",
       "oracle=content property=lost-entry op=? site=?"},
      {RunOf({1, 2, 3, 4}), RunOf({1, 2}, "SEGV", true), Kind::kDeath, 2, 1, "line 2",
       "oracle=content property=SEGV op=? site=?"},
      {RunOf({1}, "SEGV", true), RunOf({1, 2}, "lost-entry"), Kind::kDeath, 1, 0,
       "oracle=content property=SEGV op=? site=?", "line 1"},
      {RunOf({1, 2, 3}), RunOf({1, 2, 3}, "leaked"), Kind::kVerdict, 3, 1, "the end",
       "oracle=content property=leaked op=? site=?"},
      {RunOf({1, 2, 9}, "a"), RunOf({1, 2, 3}, "b"), Kind::kState, 2, 1, "line 2", "line 2"},
  };
  for (const auto& expected : cases) {
    const LockStep result = Compare(expected.first, expected.second);
    ASSERT_TRUE(result.difference.has_value());
    EXPECT_EQ(result.difference->kind, expected.kind);
    EXPECT_EQ(result.difference->step, expected.step);
    EXPECT_EQ(result.difference->operation, expected.operation);
    EXPECT_EQ(result.difference->first, expected.did_first);
    EXPECT_EQ(result.difference->second, expected.did_second);
    EXPECT_EQ(result.steps, expected.step == 0 ? 0 : expected.step - 1);
  }
}

TEST(CompareTest, VerdictsOfOneStepAreComparedToTheirDetail) {
  StateRun first = RunOf({1, 2}, "lost-entry"), second = first;
  second.verdict.report += ", key 7";
  const LockStep result = Compare(first, second);
  ASSERT_TRUE(result.difference.has_value());
  EXPECT_EQ(result.difference->kind, Kind::kVerdict);
}

TEST(CompareWordsTest, NamesEachThingThatDiffersOrIsInOneAlone) {
  const std::vector<DifferentLine> lines =
      CompareWords("map 0 count 1\narray 1 B 0\nbucket 0 next 0\nbucket 1 next 2\niterator 3 at 1",
                   "map 0 count 1\narray 1 B 0\nbucket 0 next 1\narray 2 B 1\nbucket 0 next 0");
  const std::vector<DifferentLine> expected = {{"bucket 0 of array 1", "next 0", "next 1"},
                                               {"bucket 1 of array 1", "next 2", ""},
                                               {"iterator 3", "at 1", ""},
                                               {"array 2", "", "B 1"},
                                               {"bucket 0 of array 2", "", "next 0"}};
  EXPECT_EQ(lines, expected);
  EXPECT_TRUE(CompareWords("map 0", "map 0").empty());
}

class LockStepTest : public MapfuzzTest {
 protected:
  LockStepTest() {
    for (const char* build : {"plain", "edited"}) {
      std::filesystem::create_directories(folder_ / build);
      std::filesystem::create_symlink(OwnPath(), Program(build));
    }
  }

  std::string Program(const std::string& build) const { return folder_ / (build + "/mapfuzz"); }
  static RunRequest RequestOf(const std::string& operations) {
    RunRequest request;
    request.content = "mapfuzz tape v1\n" + operations + "end\n";
    request.name = "test";
    request.map = "hmap";
    return request;
  }
  LockStep Together(const std::string& operations) const {
    return RunInLockStep(Program("plain"), Program("edited"), RequestOf(operations));
  }
  std::string Put(const std::string& name, const std::string& operations) const {
    return folder_.Put(name, RequestOf(operations).content);
  }
};

TEST_F(LockStepTest, BuildsThatDoTheSameStayTogether) {
  const LockStep result = Together("put 1\nget 1\n");
  EXPECT_FALSE(result.difference.has_value());
  EXPECT_EQ(result.steps, 2u);
}

TEST_F(LockStepTest, AnotherStateIsADifferenceThoughTheAnswerIsTheSame) {
  const LockStep result = Together("put 1\nfault hash 9\ndel 1\nget 1\n");
  ASSERT_TRUE(result.difference.has_value());
  EXPECT_EQ(result.difference->kind, Kind::kState);
  EXPECT_EQ(result.difference->step, 2u);
  EXPECT_EQ(result.difference->operation, 2u);
  EXPECT_EQ(result.difference->first, "2 del 1 = ok");
  EXPECT_EQ(result.difference->second, "2 del 1 = ok");
  const std::vector<DifferentLine> expected = {{"map 0", "count 2", "count 1002"}};
  EXPECT_EQ(ExplainDifference(Program("plain"), Program("edited"),
                              RequestOf("put 1\nfault hash 9\ndel 1\nget 1\n"), 2),
            expected);
}

TEST_F(LockStepTest, ADeathOfOneIsADifferenceInTheStepThatItDidNotEnd) {
  const LockStep result = Together("put 1\nput 2\nclear\nput 3\n");
  ASSERT_TRUE(result.difference.has_value());
  EXPECT_EQ(result.difference->kind, Kind::kDeath);
  EXPECT_EQ(result.difference->step, 3u);
  EXPECT_EQ(result.difference->operation, 2u);
  EXPECT_EQ(result.difference->first, "3 clear = ok");
  EXPECT_NE(result.difference->second.find("oracle=sanitizer"), std::string::npos);
}

TEST_F(LockStepTest, MapsThatShowNoStateSaySo) {
  RunRequest request = RequestOf("put 1\n");
  request.map = "std";
  try {
    RunInLockStep(Program("plain"), Program("edited"), request);
    FAIL();
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitUsage);
    EXPECT_NE(std::string(error.what()).find("no states to compare"), std::string::npos);
  }
}

TEST_F(LockStepTest, AProgramThatKnowsNoStatesIsNamed) {
  const std::string old = folder_.Put("old/mapfuzz", "#!/bin/sh\nexit 2\n");
  std::filesystem::permissions(old, std::filesystem::perms::owner_all);
  for (const std::string& program : {old, folder_ / "nothing"}) {
    try {
      RunInLockStep(Program("plain"), program, RequestOf("put 1\n"));
      FAIL();
    } catch (const ToolError& error) {
      EXPECT_EQ(error.code(), kExitEnvironment);
      EXPECT_EQ(std::string(error.what()).rfind(program, 0), 0u) << error.what();
    }
  }
}

TEST_F(LockStepTest, TheCommandTellsWhereTwoBuildsPartWays) {
  const std::string same = Put("same.tape", "put 1\n");
  const std::string other = Put("other.tape", "put 1\ndel 1\n");
  const std::string dies = Put("dies.tape", "clear\n");
  const std::vector<std::string> command = {"compare", "--with", folder_ / "edited"};
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return Run(more);
  };
  const Outcome alike = run({same});
  EXPECT_EQ(alike.code, kExitClean) << alike.output;
  EXPECT_TRUE(alike.Says("the same: 1 tape, 1 step, and no state")) << alike.output;
  const Outcome apart = run({same, other, dies});
  EXPECT_EQ(apart.code, kExitFinding) << apart.output;
  EXPECT_TRUE(apart.Says("SAME  " + same + "  (1 step)")) << apart.output;
  EXPECT_TRUE(apart.Says("DIFF  " + other +
                         ": step 2, operation 2 (del 1): the same answer, "
                         "another state\n      map 0\n        A: count 2\n"))
      << apart.output;
  EXPECT_TRUE(apart.Says("DIFF  " + dies + ": step 1, operation 1 (clear): one died"))
      << apart.output;
  EXPECT_TRUE(apart.Says("different: 2 of 3 tapes. Next: " + folder_.path() +
                         "/edited/mapfuzz show --until-step 2 " + other))
      << apart.output;
  EXPECT_EQ(run({"--build", folder_ / "edited", dies}).code, kExitClean) << "both die";
}

TEST_F(LockStepTest, WhatABuildDoesNotRunIsNotCompared) {
  const std::string broken = folder_.Put("broken/mapfuzz", "#!/bin/sh\nexit 0\n");
  std::filesystem::permissions(broken, std::filesystem::perms::owner_all);
  const Outcome run = Run({"compare", "--build", folder_ / "broken", "--with", folder_ / "broken",
                           Put("one.tape", "put 1\n")});
  EXPECT_NE(run.code, kExitClean) << run.output;
  EXPECT_NE(run.code, kExitFinding) << run.output;
}

TEST_F(LockStepTest, TheCommandTellsItInJson) {
  const std::string other = Put("other.tape", "put 1\ndel 1\n");
  const Outcome run = Run({"compare", "--json", "--with", folder_ / "edited", other});
  EXPECT_EQ(run.code, kExitFinding);
  const auto json = nlohmann::json::parse(run.output);
  EXPECT_EQ(json["different"], 1);
  EXPECT_EQ(json["files"][0]["kind"], "state");
  EXPECT_EQ(json["files"][0]["step"], 2);
  EXPECT_EQ(json["files"][0]["operation"], 2);
  EXPECT_EQ(json["files"][0]["state"][0]["thing"], "map 0");
}

TEST_F(LockStepTest, TheCommandTellsWrongUsageFromAMissingBuild) {
  const std::string tape = Put("a.tape", "put 1\n");
  const std::string bad = folder_.Put("bad.tape", "mapfuzz tape v1\nput\n");
  EXPECT_EQ(Run({"compare", tape}).code, kExitUsage) << "--with has no default";
  EXPECT_EQ(Run({"compare", "--with", folder_ / "edited", bad}).code, kExitUsage);
  EXPECT_EQ(Run({"compare", "--with", folder_ / "edited", "--map", "std", tape}).code, kExitUsage);
  const Outcome missing = Run({"compare", "--with", folder_ / "none", tape});
  EXPECT_EQ(missing.code, kExitEnvironment);
  EXPECT_TRUE(missing.Says("build it: cmake --build")) << missing.output;
  EXPECT_TRUE(Run({"compare", "--help"}).Says("Examples:"));
}

}  // namespace
}  // namespace mapfuzz::tool

// `mapfuzz canary`, as a program.

#include <gtest/gtest.h>

#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/planted_fixture.h"

namespace mapfuzz::tool {
namespace {

class CanaryTest : public PlantedTest {
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

}  // namespace
}  // namespace mapfuzz::tool

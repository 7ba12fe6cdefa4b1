// `mapfuzz explore`, as a program.

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {
namespace {

std::string SharedText(std::uint32_t seed) {
  Tape tape;
  tape.config.shared = SharedKind::kLocked;
  tape.config.seed = seed;
  tape.ops = {{.code = OpCode::kPut, .key = 3, .thread = 0},
              {.code = OpCode::kGet, .key = 3, .thread = 1}};
  return ToText(Canonical(tape));
}

class ExploreTest : public MapfuzzTest {
 protected:
  Outcome Explore(const std::string& content, const std::vector<std::string>& options = {}) {
    folder_.Put("a.tape", content);
    std::vector<std::string> arguments = {"explore", folder_ / "a.tape", "--out", folder_ / "out"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return Run(arguments);
  }
};

TEST_F(ExploreTest, RunsEveryScheduleOnce) {
  const Outcome run = Explore(SharedText(kFine));
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("all 2 schedules")) << run.output;
}

TEST_F(ExploreTest, KeepsATapeWithTheScheduleThatFails) {
  const Outcome run = Explore(SharedText(kFails));
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  EXPECT_TRUE(run.Says("property=missed-entry op=next site=doubling: 1 schedule")) << run.output;
  const std::vector<std::string> files = FilesUnder(folder_ / "out");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_NE(ReadOrEmpty(files[0]).find("schedule: explicit locks 0>1\n"), std::string::npos)
      << ReadOrEmpty(files[0]);
}

TEST_F(ExploreTest, TellsTheScheduleThatKillsTheProcess) {
  const Outcome run = Explore(SharedText(kTraps));
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  EXPECT_TRUE(run.Says("oracle=sanitizer")) << run.output;
  EXPECT_EQ(FilesUnder(folder_ / "out").size(), 1u);
}

TEST_F(ExploreTest, DoesNotTakeAPartForTheWhole) {
  const Outcome run = Explore(SharedText(kFine), {"--most", "1"});
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("NOT all")) << run.output;
}

TEST_F(ExploreTest, TimeThatIsOverIsNoFailure) {
  const Outcome run = Explore(SharedText(kFine), {"--limit", "0.001s"});
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("1 schedule with at most 2 preemptions at locks")) << run.output;
  EXPECT_TRUE(run.Says("NOT all: the time is over")) << run.output;
}

TEST_F(ExploreTest, SaysThatASchedulesDeathEndedTheWalk) {
  const Outcome run = Explore(SharedText(kTraps));
  EXPECT_TRUE(run.Says("NOT all: the last one ended the process")) << run.output;
}

TEST_F(ExploreTest, AsksForNoMorePreemptionsThanThereCanBe) {
  EXPECT_TRUE(Explore(SharedText(kFine), {"--preemptions", "0"})
                  .Says("explore --level locks "
                        "--preemptions 1 "));
  EXPECT_TRUE(
      Explore(SharedText(kFine), {"--preemptions", "16"}).Says("no schedule has more preemptions"));
}

TEST_F(ExploreTest, ATapeThatCannotBeReadIsBadInput) {
  const Outcome run = Explore("mapfuzz tape v1\nt0: put 3\nend\n");
  EXPECT_EQ(run.code, kExitUsage) << run.output;
}

TEST_F(ExploreTest, RefusesATapeWithNothingToInterleave) {
  const Outcome run = Explore("mapfuzz tape v1\nmap: sync\nput 3\nt1: get 3\nend\n");
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("fewer than two threads have operations")) << run.output;
}

TEST_F(ExploreTest, ANameMayBeginWithADash) {
  folder_.Put("-x.tape", SharedText(kFine));
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  EXPECT_EQ(Run({"explore", "--out", folder_ / "out", "--", "-x.tape"}).code, kExitClean);
  std::filesystem::current_path(here);
}

TEST_F(ExploreTest, RefusesATapeOfOneThread) {
  const Outcome run = Explore(Text(kFine));
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("a tape of one thread has no schedules")) << run.output;
}

}  // namespace
}  // namespace mapfuzz::tool

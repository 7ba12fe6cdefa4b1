#include "harness/tool/misuse.h"

#include <gtest/gtest.h>

#include <utility>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {
namespace {

Verdict Failed(Signature signature, const std::string& report) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kFail;
  verdict.signature = std::move(signature);
  verdict.report = report;
  return verdict;
}

TEST(MisuseCountTest, OnlyARaceCountsAsReported) {
  EXPECT_TRUE(IsReported(Failed({"sanitizer", "data-race"}, "")));
  EXPECT_FALSE(IsReported(Failed({"sanitizer", "segv"}, "")));
  EXPECT_FALSE(IsReported(Failed({"result", "exception"}, "threw: concurrent map writes")));
  EXPECT_FALSE(IsReported(Verdict()));
}

TEST(MisuseCountTest, OnlyTheMapsOwnWordsCountAsNoticed) {
  EXPECT_TRUE(IsNoticed(Failed({"result", "exception"}, "map:   threw: concurrent map writes")));
  EXPECT_FALSE(IsNoticed(Failed({"result", "exception"}, "map:   threw: no memory")));
  EXPECT_FALSE(IsNoticed(Failed({"linearizable", "put"}, "threw: concurrent map writes")));
  EXPECT_FALSE(IsNoticed(Verdict()));
}

TEST(MisuseCountTest, EveryTapeCountsOnceInEachOfTwoRuns) {
  const Verdict race = Failed({"sanitizer", "data-race"}, "");
  const Verdict noticed = Failed({"result", "exception"}, "threw: concurrent map writes");
  MisuseCount count;
  Count(race, noticed, count);
  Count(race, Failed({"sanitizer", "segv"}, ""), count);
  Count(race, Verdict(), count);
  Count(Verdict(), Verdict(), count);
  EXPECT_EQ(count.tapes, 4u);
  EXPECT_EQ(count.reported, 3u);
  EXPECT_EQ(count.noticed, 1u);
  EXPECT_EQ(count.failed, 1u);
}

TEST_F(MapfuzzTest, MisuseWantsABuildThatSeesRaces) {
  const Outcome run = Run({"misuse"});
  EXPECT_EQ(run.code, kExitEnvironment);
  EXPECT_TRUE(run.Says("cmake --preset races")) << run.output;
}

// A map that runs nothing has no race, and that is not good.
TEST_F(MapfuzzTest, KeepsMisuseThatIsNotReported) {
  const Variable built_with("FAKE_SANITIZERS", std::to_string(kThreadSanitizer).c_str());
  const Outcome run = Run({"misuse", "--tapes", "3", "--out", folder_ / "out"});
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("3 of 3 tapes NOT reported")) << run.output;
  EXPECT_EQ(FilesUnder(folder_ / "out").size(), 3u);
}

TEST_F(MapfuzzTest, StressWantsATargetWithThreads) {
  const Outcome run = Run({"stress", "fake"});
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("no target with threads")) << run.output;
}

}  // namespace
}  // namespace mapfuzz::tool

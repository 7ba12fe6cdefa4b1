// `mapfuzz check`, as a program.

#include <gtest/gtest.h>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

TEST_F(MapfuzzTest, ChecksThatRegressionsFailAsTheyMust) {
  folder_.Put("seeds/fake/a.tape", Text(kFine));
  folder_.Put("regressions/b.tape",
              Text(kFailsUnderGo119, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("bugs/d.tape", Text(kFine));
  folder_.Put("bugs/d.bug", "id: d\n");
  folder_.Put("go-traces/c.trace", "# go-trace v1\n");
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("clean: 4 files checked"));
}

TEST_F(MapfuzzTest, ListsEverythingThatIsNotAsItMustBe) {
  folder_.Put("seeds/fake/fails.tape", Text(kFails));
  folder_.Put("seeds/fake/wavers.tape", Text(kWavers));
  folder_.Put("seeds/fake/address.tape", Text(kDependsOnAnAddress));
  folder_.Put("seeds/fake/broken.tape", "mapfuzz tape v1\n");
  folder_.Put("regressions/passes.tape", Text(kFine, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("regressions/other.tape", Text(kFailsUnderGo119, PolicyKind::kGo119, "result/found"));
  folder_.Put("regressions/strict.tape",
              Text(kFails, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("go-traces/c.trace", "# go-trace v1\nwrong\n");
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says("8 of 8 files are not as they must be")) << run.output;
  EXPECT_TRUE(
      run.Says("must fail with result/found as written, but: MAPFUZZ-FAIL "
               "oracle=iteration"));
  EXPECT_TRUE(run.Says("must pass under policy strict"));
}

TEST_F(MapfuzzTest, DoesNotCallAnEmptyCorpusClean) {
  EXPECT_EQ(Run({"check", "--corpus-dir", folder_.path()}).code, kExitHarness);
}

TEST_F(MapfuzzTest, DoesNotCallACheckCleanThatShowsNothing) {
  const auto check = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"check", "--corpus-dir", folder_.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  };
  folder_.Put("seeds/fake/a.tape", Text(kAsksNobody));
  const Outcome unasked = check();
  EXPECT_EQ(unasked.code, kExitHarness) << unasked.output;
  EXPECT_TRUE(unasked.Says("seeds/fake: oracle result is never consulted")) << unasked.output;
  EXPECT_TRUE(unasked.Says("nothing failed, but the check is not to be believed: 1 problem"));

  folder_.Put("seeds/fake/b.tape", Text(kFine));
  EXPECT_EQ(check().code, kExitClean);
  folder_.Put("regressions/idle.tape", ToText(Tape{}));
  const Outcome idle = check();
  EXPECT_EQ(idle.code, kExitHarness) << idle.output;
  EXPECT_TRUE(idle.Says("regressions/idle.tape: does no step, so it shows nothing")) << idle.output;
  EXPECT_EQ(check({"--map", "std"}).code, kExitClean) << "another map may leave out all of it";
}

TEST_F(MapfuzzTest, DoesNotCallACheckCleanWithoutItsSanitizers) {
  folder_.Put("seeds/fake/a.tape", Text(kFine));
  const Variable blind("FAKE_BLIND", "heap");
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitHarness) << run.output;
  EXPECT_TRUE(run.Says("a write behind a block of the heap, done on purpose, was not reported"));
}

TEST_F(MapfuzzTest, ChecksNoMoreOfAnotherMapThanApplies) {
  folder_.Put("seeds/fake/a.tape", Text(kFine));
  folder_.Put("regressions/b.tape", Text(kFine, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("go-traces/c.trace", "# go-trace v1\nwrong\n");
  const Outcome run = Run({"check", "--map", "std", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("clean: 1 file checked, 2 left out")) << run.output;
  EXPECT_FALSE(run.Says("compared"));
}

TEST_F(MapfuzzTest, LeavesTracesOutOnRequest) {
  folder_.Put("seeds/fake/a.tape", Text(kFine));
  folder_.Put("go-traces/c.trace", "# go-trace v1\nwrong\n");
  const Outcome run = Run({"check", "--no-traces", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("go-traces    0 of 0 as they must be, 1 left out")) << run.output;
}

TEST_F(MapfuzzTest, PrintsTheFirstFailuresInFullAndListsAll) {
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    folder_.Put(std::string("seeds/fake/") + name + ".tape", Text(kFails));
  }
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  std::size_t full = 0, listed = 0;
  for (std::size_t at = 0; (at = run.output.find("FAIL  /", at)) != std::string::npos; ++at) ++full;
  for (std::size_t at = 0; (at = run.output.find(".tape: MAPFUZZ", at)) != std::string::npos;
       ++at) {
    ++listed;
  }
  EXPECT_EQ(full, 3u) << run.output;
  EXPECT_EQ(listed, 5u) << run.output;
}

TEST_F(MapfuzzTest, RefusesACorpusThatIsNotThere) {
  for (const char* command : {"check", "list", "hunt"}) {
    EXPECT_EQ(Run({command, "--corpus-dir", folder_ / "missing"}).code, kExitUsage) << command;
  }
}

TEST_F(MapfuzzTest, ListsOneSectionOnRequest) {
  const auto list = [&](const char* what) {
    return Run({"list", what, "--corpus-dir", folder_.path()});
  };
  EXPECT_TRUE(list("oracles").Says("deterministic"));
  EXPECT_FALSE(list("oracles").Says("WIDTH"));
  EXPECT_TRUE(list("tape").Says("WIDTH 0 to 255"));
  EXPECT_TRUE(list("maps").Says("holds 0 regressions"));
}

TEST_F(MapfuzzTest, ShowsExamplesBeforeAnyCommandIsKnown) {
  EXPECT_TRUE(Run({"help-me"}).Says("--help"));
  ChildSpec spec;
  spec.argv = {OwnPath(), "replay", "--help"};
  EXPECT_FALSE(Child(spec).Take().output.find("--times 1000 corpus/seeds") != std::string::npos);
}

TEST_F(MapfuzzTest, TellsNumbersOutOfRangeInOneShortLine) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"hunt", "--execs", "0"},
           {"hunt", "--execs", "-1"},
           {"hunt", "--seed", "-1"},
           {"show", "--until-step", "-1", "x"},
           {"show", "--until-step", "99999999999999999999", "x"}}) {
    const Outcome run = Run(arguments);
    EXPECT_EQ(run.code, kExitUsage) << run.output;
    EXPECT_LT(run.output.size(), 160u) << run.output;
  }
}

TEST_F(MapfuzzTest, NamesACommandThatIsNone) {
  EXPECT_TRUE(Run({"reply"}).Says("`reply` is no command; did you mean `replay`?"));
}

TEST_F(MapfuzzTest, EndsWithAMessageWhereTheSystemFails) {
  const std::string file = folder_.Put("a.tape", Text(kFine));
  const auto shell = [](const std::string& line) {
    ChildSpec spec;
    spec.argv = {"/bin/bash", "-c", line};
    Child child(spec);
    return child.Take();
  };
  EXPECT_EQ(
      shell(OwnPath() + " --help help >/dev/full; " + OwnPath() + " list --help >/dev/full").code,
      kExitEnvironment);
  const ChildExit gone = shell("mkdir " + (folder_ / "gone") + " && cd " + (folder_ / "gone") +
                               " && rmdir ../gone && " + OwnPath() + " replay " + file);
  EXPECT_EQ(gone.code, kExitClean) << gone.output;
  const ChildExit files = shell("ulimit -n 6; " + OwnPath() + " replay " + file);
  EXPECT_EQ(files.code, kExitEnvironment) << files.output;
  const ChildExit room =
      shell("ulimit -f 0; " + OwnPath() + " convert --to text -o " + (folder_ / "b") + " " + file);
  EXPECT_EQ(room.code, kExitEnvironment) << room.output;
}

}  // namespace
}  // namespace mapfuzz::tool

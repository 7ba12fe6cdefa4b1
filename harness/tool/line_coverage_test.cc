// Lines counted by LLVM's programs, of which scripts stand in here: each process that runs to its
// end is counted as one run of line 7. The map is the fake one of `app_test.cc`.

#include "harness/tool/line_coverage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLcov =
    "SF:/src/hmap/core.h\nFN:3,_Z1f\nFNDA:0,_Z1f\nDA:3,0\nDA:4,12\nBRDA:4,0,0,-\nDA:9,0\n"
    "end_of_record\nSF:/src/harness/run.h\nDA:3,5\nend_of_record\n"
    "SF:/src/hmap-other/core.h\nDA:3,5\nend_of_record\nSF:/src/hmap/map.h\nDA:1,2\n";

TEST(ParseLcovTest, TakesTheLinesOfTheFolder) {
  const LineCounts expected = {{"core.h", {{3, 0}, {4, 12}, {9, 0}}}, {"map.h", {{1, 2}}}};
  EXPECT_EQ(ParseLcov(kLcov, "/src/hmap"), expected);
  EXPECT_TRUE(ParseLcov("", "/src/hmap").empty());
  EXPECT_TRUE(ParseLcov("warning: 3 functions\nDA:1,2\n", "/src/hmap").empty());
}

TEST(WasReachedTest, AsksWhetherAnyOfTheLinesRan) {
  const LineCounts counts = ParseLcov(kLcov, "/src/hmap");
  EXPECT_EQ(WasReached(counts, "core.h", 3, 3), Reached::kNo);
  EXPECT_EQ(WasReached(counts, "core.h", 3, 4), Reached::kYes);
  EXPECT_EQ(WasReached(counts, "core.h", 4, 4), Reached::kYes);
  EXPECT_EQ(WasReached(counts, "core.h", 5, 9), Reached::kNo);
  EXPECT_EQ(WasReached(counts, "core.h", 5, 8), Reached::kNoCode);
  EXPECT_EQ(WasReached(counts, "core.h", 10, 99), Reached::kNoCode);
  EXPECT_EQ(WasReached(counts, "memory.h", 1, 9), Reached::kNoCode);
}

class LineCoverageTest : public MapfuzzTest {
 protected:
  LineCoverageTest() {
    PutProgram("bin/llvm-profdata-19", "shift 3; out=$1; shift; cat \"$@\" >\"$out\"");
    PutProgram("bin/llvm-cov-19",
               "printf 'SF:%s/core.h\\nDA:7,%s\\nDA:8,0\\n' \"$7\" $(wc -l <\"$4\")");
    request_.program =
        PutProgram("mapfuzz", OwnPath() + " \"$@\" || exit $?; echo >\"$LLVM_PROFILE_FILE\"");
    request_.hmap_dir = "/src/hmap";
    request_.map = "hmap";
    request_.scratch = folder_ / "scratch";
  }

  std::string PutProgram(const std::string& name, const std::string& script) const {
    const std::string file = folder_.Put(name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }
  void AddTapes(const std::vector<FakeSeed>& seeds) {
    for (const FakeSeed seed : seeds) request_.tapes.emplace_back().config.seed = seed;
  }
  Coverage Measure() const { return CoverageOf(request_, FindCoverageTools(folder_ / "bin")); }

  // The message of the ToolError (environment) that it throws.
  template <class F>
  static std::string ErrorOf(F f) {
    try {
      f();
    } catch (const ToolError& error) {
      EXPECT_EQ(error.code(), kExitEnvironment);
      return error.what();
    }
    return "";
  }

  CoverageRequest request_;
};

TEST_F(LineCoverageTest, AllTapesRunInOneProcessFailingOnesToo) {
  AddTapes({kFine, kFails, kFine});
  const Coverage coverage = Measure();
  EXPECT_EQ(coverage.counts, (LineCounts{{"core.h", {{7, 1}, {8, 0}}}}));
  EXPECT_EQ(coverage.failed, 1u);
  EXPECT_TRUE(coverage.died.empty());
  EXPECT_FALSE(fs::exists(request_.scratch));
}

TEST_F(LineCoverageTest, ATapeThatEndsTheProcessIsLeftOutAndNamed) {
  AddTapes({kFine, kTraps, kFine, kFails, kTraps});
  const Coverage coverage = Measure();
  EXPECT_EQ(coverage.died, (std::vector<std::size_t>{1, 4}));
  EXPECT_EQ(coverage.counts.at("core.h").at(7), 2u) << "the first tape, and the two in the middle";
  EXPECT_EQ(coverage.failed, 1u);
}

TEST_F(LineCoverageTest, OfNoTapeThatRunsThereAreNoLines) {
  EXPECT_TRUE(Measure().counts.empty());
  AddTapes({kTraps});
  EXPECT_TRUE(Measure().counts.empty());
}

TEST_F(LineCoverageTest, AMissingProgramOfLlvmNamesThePackage) {
  EXPECT_EQ(FindCoverageTools("/nothing:" + (folder_ / "bin")).cov, folder_ / "bin/llvm-cov-19");
  fs::remove(folder_ / "bin/llvm-cov-19");
  const std::string message = ErrorOf([&] { FindCoverageTools(folder_ / "bin"); });
  EXPECT_EQ(message, "llvm-cov-19: not found; install Debian's package llvm-19");
}

TEST_F(LineCoverageTest, ABuildThatCountsNoLinesIsNamed) {
  AddTapes({kFine});
  request_.program = OwnPath();
  EXPECT_NE(ErrorOf([&] { Measure(); }).find("cmake --preset coverage"), std::string::npos);
  request_.program = PutProgram("old", "exit 2");
  EXPECT_NE(ErrorOf([&] { Measure(); }).find("build it from the same source"), std::string::npos);
  request_.program = folder_ / "nothing";
  EXPECT_NE(ErrorOf([&] { Measure(); }).find("no such program"), std::string::npos);
}

TEST_F(LineCoverageTest, WhatLlvmDoesNotTakeIsTold) {
  AddTapes({kFine});
  PutProgram("bin/llvm-cov-19", "echo bad mapping >&2; exit 1");
  EXPECT_NE(ErrorOf([&] { Measure(); }).find("export failed: bad mapping"), std::string::npos);
  PutProgram("bin/llvm-cov-19", "true");
  EXPECT_NE(ErrorOf([&] { Measure(); }).find("another copy"), std::string::npos);
}

}  // namespace
}  // namespace mapfuzz::tool

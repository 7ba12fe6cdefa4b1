#include "harness/tool/sanitizer_probe.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/tool/app_fixture.h"

namespace mapfuzz::tool {
namespace {

ChildExit Ended(int code, const std::string& output, const char* built_with = "address leak") {
  ChildExit end;
  end.code = code;
  end.output = std::string(kBuiltWithMark) + built_with + "\n" + output;
  return end;
}

TEST(SanitizerProbeTest, OnlyADeathWithTheRightReportWillDo) {
  const std::string report = std::string(ReportMark(Violation::kHeap)) + " on address 0\n";
  EXPECT_EQ(WhyUnnoticed(Violation::kHeap, Ended(1, report), ""), "");
  const struct {
    int code;
    std::string output;
    const char* why;
  } cases[] = {
      {0, "", "was not reported"},
      {0, report, "was reported, but ended the process as if all were well"},
      {1, "a report in a file", "ended the process without the report that belongs to it"}};
  for (const auto& [code, output, why] : cases) {
    const std::string told = WhyUnnoticed(Violation::kHeap, Ended(code, output), "");
    EXPECT_NE(told.find(why), std::string::npos) << told;
  }
}

TEST(SanitizerProbeTest, WhatIsNotBuiltInNeedNotReport) {
  EXPECT_EQ(WhyUnnoticed(Violation::kRace, Ended(0, ""), ""), "");
  EXPECT_EQ(WhyUnnoticed(Violation::kHeap, Ended(0, "", "none"), ""), "");
}

TEST(SanitizerProbeTest, NamesTheVariablesThatMayBeToBlame) {
  const std::string why =
      WhyUnnoticed(Violation::kLeak, Ended(0, ""), "ASAN_OPTIONS=detect_leaks=0");
  EXPECT_NE(why.find("; unset ASAN_OPTIONS=detect_leaks=0"), std::string::npos) << why;
}

TEST(SanitizerProbeTest, ReadsWhatAProgramWasBuiltWith) {
  EXPECT_EQ(BuiltWithIn("x\nMAPFUZZ-BUILT-WITH address undefined leak\ny"),
            kAddressSanitizer | kUndefinedSanitizer | kLeakSanitizer);
  EXPECT_EQ(BuiltWithIn("MAPFUZZ-BUILT-WITH none\n"), 0u);
  EXPECT_EQ(BuiltWithIn("no such flag"), std::nullopt);
}

TEST(SanitizerProbeTest, AProgramThatDoesNotSayIsNotBelieved) {
  const SanitizerProbe probe = ProbeFuzzer("/bin/true", 2);
  ASSERT_EQ(probe.problems.size(), 1u);
  EXPECT_NE(probe.problems[0].find("/bin/true: does not say"), std::string::npos);
}

// The programs of this build, for real.
const char* const kFuzzer = MAPFUZZ_BINARY_DIR "/targets/ops_fuzzer";
const char* const kTool = MAPFUZZ_BINARY_DIR "/mapfuzz";

TEST(SanitizerProbeTest, SanitizersOfThisBuildAreAtWork) {
  for (const SanitizerProbe& probe : {ProbeFuzzer(kFuzzer, 2), ProbeTool(kTool, 2)}) {
    EXPECT_EQ(probe.built_with, SanitizersOfBuild());
    EXPECT_TRUE(probe.problems.empty()) << probe.problems[0];
  }
}

TEST(SanitizerProbeTest, NoVariableBlindsThemUnseen) {
  if ((SanitizersOfBuild() & kAddressSanitizer) == 0) GTEST_SKIP() << "nothing to blind";
  const struct {
    const char* options;
    std::size_t problems;
  } cases[] = {{"detect_leaks=0", 1}, {"allow_user_poisoning=0", 1},
               {"poison_heap=0", 1},  {"log_path=/dev/null", 3},
               {"exitcode=0", 3},     {"halt_on_error=0", 1},  // of leaks, which then end nothing
               {"verbosity=0", 0},    {"detect_leaks=0:allow_user_poisoning=0", 2}};
  for (const auto& [options, problems] : cases) {
    const Variable variable("ASAN_OPTIONS", options);
    for (const SanitizerProbe& probe : {ProbeFuzzer(kFuzzer, 2), ProbeTool(kTool, 2)}) {
      EXPECT_GE(probe.problems.size(), problems) << options;
      EXPECT_EQ(probe.problems.empty(), problems == 0) << options;
      for (const std::string& problem : probe.problems) {
        EXPECT_NE(problem.find("unset ASAN_OPTIONS=" + std::string(options)), std::string::npos)
            << problem;
      }
    }
  }
}

}  // namespace
}  // namespace mapfuzz::tool

#include "harness/history_digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mapfuzz {
namespace {

using testing::HasSubstr;

constexpr char kTape[] = "mapfuzz tape v1\nput 1\nend 1\n";
constexpr char kMustFail[] =
    "mapfuzz tape v1\nexpect: content/lost-entry\npolicy: go119\nput 1\nend 1\n";

RunResult Passed(std::uint64_t history) {
  RunResult result;
  result.history_digest = history;
  result.steps = 7;
  return result;
}

RunResult Failed(const std::string& oracle, const std::string& property) {
  RunResult result = Passed(0xab);
  result.failure.emplace();
  result.failure->oracle = oracle;
  result.failure->property = property;
  return result;
}

// Fails under Go's policy alone.
RunResult FailedUnderGo119(const Tape& tape) {
  return tape.config.policy == PolicyKind::kGo119 ? Failed("content", "lost-entry") : Passed(1);
}

TEST(HistoryDigestTest, ATapeThatPassesIsOneLineWithTheDigestOfItsHistory) {
  const TapeDigest digest = DigestTape(kTape, "a.tape", [](const Tape&) { return Passed(0x1f); });
  EXPECT_EQ(digest.lines, "a.tape 000000000000001f 7 passed\n");
  EXPECT_EQ(digest.code, DigestCode::kAsItMust);
  EXPECT_EQ(digest.problem, "");
}

TEST(HistoryDigestTest, ATapeThatFailsIsAFindingWithItsReport) {
  const auto run = [](const Tape&) { return Failed("result", "size"); };
  const TapeDigest digest = DigestTape(kTape, "a.tape", run);
  EXPECT_EQ(digest.lines, "a.tape 00000000000000ab 7 failed result/size\n");
  EXPECT_EQ(digest.code, DigestCode::kFinding);
  EXPECT_THAT(digest.problem, HasSubstr("MAPFUZZ-FAIL oracle=result property=size"));
}

TEST(HistoryDigestTest, ATapeThatMustFailFailsSoAndPassesUnderStrict) {
  const TapeDigest digest = DigestTape(kMustFail, "a.tape", FailedUnderGo119);
  EXPECT_EQ(digest.lines,
            "a.tape 00000000000000ab 7 failed content/lost-entry\n"
            "a.tape/strict 0000000000000001 7 passed\n");
  EXPECT_EQ(digest.code, DigestCode::kAsItMust);
}

TEST(HistoryDigestTest, ATapeThatMustFailAndDoesNotIsAFinding) {
  const TapeDigest digest = DigestTape(kMustFail, "a.tape", [](const Tape&) { return Passed(1); });
  EXPECT_EQ(digest.code, DigestCode::kFinding);
  EXPECT_THAT(digest.problem, HasSubstr("must fail with content/lost-entry"));
}

TEST(HistoryDigestTest, ATapeThatFailsInAnotherWayIsAFinding) {
  const auto run = [](const Tape& tape) {
    return tape.config.policy == PolicyKind::kGo119 ? Failed("content", "ghost-entry") : Passed(1);
  };
  EXPECT_EQ(DigestTape(kMustFail, "a.tape", run).code, DigestCode::kFinding);
}

TEST(HistoryDigestTest, ATapeThatMustFailAndDoesSoUnderStrictIsAFinding) {
  const auto run = [](const Tape&) { return Failed("content", "lost-entry"); };
  EXPECT_EQ(DigestTape(kMustFail, "a.tape", run).code, DigestCode::kFinding);
}

TEST(HistoryDigestTest, OfATapeWhoseMapThreadsShareOnlyStepsAndVerdictAreTold) {
  const char* const shared = "mapfuzz tape v1\nmap: sync\nexpect: a/b\nt0: put 1\nend 1\n";
  const TapeDigest digest =
      DigestTape(shared, "a.tape", [](const Tape&) { return Failed("a", "b"); });
  EXPECT_EQ(digest.lines, "a.tape - 7 failed a/b\n");
  EXPECT_EQ(digest.code, DigestCode::kAsItMust);
}

TEST(HistoryDigestTest, ATapeThatDoesNoStepProvesNothing) {
  const TapeDigest digest = DigestTape(kTape, "a.tape", [](const Tape&) { return RunResult{}; });
  EXPECT_EQ(digest.code, DigestCode::kNothing);
  EXPECT_EQ(digest.problem, "a.tape: not one step was done\n");
}

TEST(HistoryDigestTest, ATextThatIsNoTapeIsBadInputAndHasNoLine) {
  const auto run = [](const Tape&) { return Passed(1); };
  const TapeDigest digest = DigestTape("mapfuzz tape v1\nputt 1\n", "a.tape", run);
  EXPECT_EQ(digest.lines, "");
  EXPECT_EQ(digest.code, DigestCode::kBadInput);
  EXPECT_THAT(digest.problem, HasSubstr("a.tape:2:1"));
}

TEST(HistoryDigestTest, AFindingWeighsMoreThanWhatDidNothing) {
  EXPECT_EQ(Worse(DigestCode::kNothing, DigestCode::kFinding), DigestCode::kFinding);
  EXPECT_EQ(Worse(DigestCode::kBadInput, DigestCode::kNothing), DigestCode::kNothing);
  EXPECT_EQ(Worse(DigestCode::kAsItMust, DigestCode::kBadInput), DigestCode::kBadInput);
  EXPECT_EQ(Worse(DigestCode::kAsItMust, DigestCode::kAsItMust), DigestCode::kAsItMust);
}

}  // namespace
}  // namespace mapfuzz

#include <gtest/gtest.h>

#include <string>

#include "harness/run.h"
#include "harness/tape_text.h"

namespace mapfuzz {
namespace {

Failure SomeFailure() {
  return {.oracle = "iteration",
          .property = "missed-entry",
          .op = "next",
          .site = "doubling",
          .op_index = 1,
          .step = 31,
          .detail = "map:   nothing\nmodel: key 3 value 4"};
}

Tape SomeTape() {
  Tape tape;
  tape.ops = {{.code = OpCode::kFill, .key = 0, .count = 30},
              {.code = OpCode::kBegin, .small = 1, .count = 9},
              {.code = OpCode::kPut, .key = 7}};
  return tape;
}

TEST(ReportTest, SignatureIsTheFailureWithoutItsPlace) {
  EXPECT_EQ(SomeFailure().Signature(),
            "oracle=iteration property=missed-entry op=next site=doubling");
}

TEST(ReportTest, TellsSignatureOperationsModelAndCommands) {
  EXPECT_EQ(Report(SomeTape(), SomeFailure()),
            "MAPFUZZ-FAIL oracle=iteration property=missed-entry op=next site=doubling\n"
            "\n"
            "step 31, operation 2 of 3:\n"
            "     fill 0 30\n"
            ">>>> begin 1 9\n"
            "     put 7\n"
            "\n"
            "map against model:\n"
            "  map:   nothing\n"
            "  model: key 3 value 4\n"
            "\n"
            "replay it:      mapfuzz replay FILE\n"
            "look at it:     mapfuzz show FILE\n"
            "FILE is the failing input as it was saved, or its tape in text form.\n");
}

TEST(ReportTest, TakesTheCommandsOfAKnownFile) {
  const std::string report = WithCommands(Report(SomeTape(), SomeFailure()), "replay: a.tape\n");
  EXPECT_NE(report.find("  model: key 3 value 4\n\nreplay: a.tape\n"), std::string::npos) << report;
  EXPECT_EQ(report.find("FILE"), std::string::npos);
}

TEST(ReportTest, ShowsTheSurroundingsOfALongTape) {
  Tape tape;
  for (std::uint16_t i = 0; i < 100; ++i) tape.ops.push_back({.code = OpCode::kPut, .key = i});
  Failure failure = SomeFailure();
  failure.op_index = 50;
  const std::string report = Report(tape, failure);
  EXPECT_NE(report.find("... 38 operations before\n     put 38\n"), std::string::npos) << report;
  EXPECT_NE(report.find(">>>> put 50\n"), std::string::npos);
  EXPECT_NE(report.find("     put 58\n     ... 41 operations after\n"), std::string::npos)
      << report;
}

TEST(ReportTest, WholeTapeInTextFormCanBeRead) {
  const std::string report = ReportWithTape(SomeTape(), SomeFailure());
  const std::string text = report.substr(report.find("mapfuzz tape v1"));
  const TextTape read = ParseTapeText(text, "report");
  EXPECT_EQ(read.tape, SomeTape());
  EXPECT_EQ(read.expect, "iteration/missed-entry");
}

TEST(ReportTest, FailureAtTheEndHasNoOperationToMarkMissing) {
  Failure failure = SomeFailure();
  failure.op = "end";
  failure.op_index = 2;
  EXPECT_NE(Report(SomeTape(), failure).find(">>>> put 7\n"), std::string::npos);
}

TEST(ReportTest, OfARunOfThreadsHasTheSwitchesThatWereMadeInPlaceOfWhatChoseThem) {
  Tape tape;
  tape.config.shared = SharedKind::kSync;
  tape.schedule = RandomSchedule(PointLevel::kLocks, 3, 1);
  tape.ops = {{OpCode::kPut, 0, 1, 0, 0}};
  tape = Canonical(tape);
  Failure failure{.oracle = "linearizable", .property = "put"};
  failure.taken = ExplicitSchedule(PointLevel::kLocks, {{2, 1}});
  const std::string report = ReportWithTape(tape, failure);
  EXPECT_NE(report.find("\nthe schedule was: random locks seed 3 chance 1/2\n"), report.npos);
  EXPECT_NE(report.find("\nschedule: explicit locks 2>1\n"), report.npos);
  tape.schedule = *failure.taken;
  EXPECT_EQ(ReportWithTape(tape, failure).find("the schedule was"), report.npos);
}

}  // namespace
}  // namespace mapfuzz

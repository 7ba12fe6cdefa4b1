// With one oracle switched off a run goes on, to its end, and all others still speak.

#include <gtest/gtest.h>

#include <string>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

RunResult RunWithout(Oracle oracle, ToyBug bug, const std::string& operations,
                     const std::string& header = "") {
  const Planted planted(bug);
  RunOptions options;
  options.without = oracle;
  return Runner<ToySubject>::Run(ParseOperations(operations, header), options);
}

// Nobody but the oracle sees the bug in this tape, and without it every step is done.
void ExpectSeenByNoOther(Oracle oracle, ToyBug bug, const std::string& operations,
                         const std::string& header = "") {
  SCOPED_TRACE(operations);
  const Tape tape = ParseOperations(operations, header);
  const std::string seen = VerdictOn<ToySubject>(bug, tape);
  EXPECT_EQ(seen.substr(0, seen.find('/')), kOracleNames[static_cast<int>(oracle)]);
  const RunResult result = RunWithout(oracle, bug, operations, header);
  EXPECT_FALSE(result.failure.has_value()) << result.failure->Signature();
  EXPECT_EQ(result.steps, Runner<ToySubject>::Run(tape).steps) << "it ended before its time";
}

std::string VerdictWithout(Oracle oracle, ToyBug bug, const std::string& operations,
                           const std::string& header = "") {
  const RunResult result = RunWithout(oracle, bug, operations, header);
  return result.failure ? result.failure->oracle + "/" + result.failure->property : "";
}

TEST(RunnerWithoutTest, GoesOnWhereTheOracleWouldEndTheRun) {
  ExpectSeenByNoOther(Oracle::kResult, ToyBug::kDelSaysNo, "put 1\ndel 1\nput 2\n");
  ExpectSeenByNoOther(Oracle::kResult, ToyBug::kAddForgetsOld, "put 1\nadd 1\nput 2\n");
  ExpectSeenByNoOther(Oracle::kResult, ToyBug::kSwapsNoAllocators, "swap\nput 2\n");
  ExpectSeenByNoOther(Oracle::kContent, ToyBug::kPutKeepsOldValue, "put 1\nput 1\n");
  ExpectSeenByNoOther(Oracle::kContent, ToyBug::kKeepsOldKey, "put 0\nput 1\nput 2\n",
                      "type: f64\n");
  ExpectSeenByNoOther(Oracle::kFault, ToyBug::kFaultSwallowed,
                      "put 1\nfault alloc 1\nput 2\nput 3\n");
}

TEST(RunnerWithoutTest, IteratorsGoOn) {
  const std::string walk = "fill 0 9\nbegin 1 3\nwalk 1 9\nput 2\n";
  for (const ToyBug bug : {ToyBug::kIteratorGhost, ToyBug::kIteratorOldValue}) {
    ExpectSeenByNoOther(Oracle::kIteration, bug, walk);
  }
  EXPECT_EQ(VerdictWithout(Oracle::kIteration, ToyBug::kIteratorMisses, walk), "");
  EXPECT_EQ(VerdictWithout(Oracle::kIteration, ToyBug::kIteratorRepeats, walk), "");
  EXPECT_EQ(VerdictWithout(Oracle::kIteration, ToyBug::kNeverStale,
                           "fill 0 9\nbegin 1 3\nremake 0\nnext 1\nput 2\n"),
            "");
  EXPECT_EQ(VerdictWithout(Oracle::kIteration, ToyBug::kStaleTooSoon,
                           "fill 0 9\nbegin 1 3\nmove\nnext 1\nput 2\n"),
            "");
}

TEST(RunnerWithoutTest, AllOthersStillSpeak) {
  const std::string reads = "put 1\nput 1\nget 1\n";
  EXPECT_EQ(VerdictWithout(Oracle::kCost, ToyBug::kPutKeepsOldValue, reads), "result/value");
  EXPECT_EQ(VerdictWithout(Oracle::kContent, ToyBug::kPutKeepsOldValue, reads), "result/value");
  EXPECT_EQ(VerdictWithout(Oracle::kResult, ToyBug::kPutKeepsOldValue, reads),
            "content/wrong-value");
  EXPECT_EQ(VerdictWithout(Oracle::kResult, ToyBug::kGetGivesOldValue, reads), "content/not-found");
  EXPECT_EQ(VerdictWithout(Oracle::kResult, ToyBug::kLosesNeighbour, "fill 1 6\nlook 1 6\n"),
            "content/ghost-entry")
      << "nor does a look-up that finds nothing end the process";
}

// After a fault all serve that oracle; what it leaves behind, they see by their own names.
TEST(RunnerWithoutTest, WhatAFaultSpoilsIsSeenLater) {
  const std::string faulty = "put 1\nput 2\nfault alloc 1\nput 3\nput 4\n";
  EXPECT_EQ(VerdictOn<ToySubject>(ToyBug::kFaultHalfInsert, ParseOperations(faulty)).substr(0, 6),
            "fault/");
  const std::string later = VerdictWithout(Oracle::kFault, ToyBug::kFaultHalfInsert, faulty);
  EXPECT_NE(later, "");
  EXPECT_NE(later.substr(0, 6), "fault/");
}

TEST(RunnerWithoutTest, AnExceptionEndsTheRunAllTheSame) {
  EXPECT_EQ(VerdictWithout(Oracle::kResult, ToyBug::kThrows, "put 1\ndel 1\n"), "result/exception");
  EXPECT_EQ(VerdictWithout(Oracle::kCost, ToyBug::kCallsForEver, "put 1\nget 1\n"),
            "cost/endless-calls");
}

}  // namespace
}  // namespace mapfuzz

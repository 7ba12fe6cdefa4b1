// What a map does with injected faults, and with keys and inserts that it must refuse: clean maps
// pass, each planted bug is seen.

#include <gtest/gtest.h>

#include <string>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

static_assert(TakesFaults<ToySubject> && RefusesKeys<ToySubject> && LimitsChains<ToySubject>);
static_assert(Copies<ToySubject> && Subscripts<ToySubject>);

std::string HistoryOf(const std::string& operations, const std::string& header = "") {
  std::string history;
  RunOptions options;
  options.history = &history;
  const RunResult result = Runner<ToySubject>::Run(ParseOperations(operations, header), options);
  EXPECT_FALSE(result.failure.has_value()) << operations;
  return history;
}

TEST(RunnerFaultTest, SeesInsertsThatAFaultLeavesHalfDone) {
  const std::string insert = "put 1\nfault alloc 1\nput 2\n";
  ExpectSeen<ToySubject>(ToyBug::kFaultLosesEntry, "fault/size", insert);
  ExpectSeen<ToySubject>(ToyBug::kFaultHalfInsert, "fault/size", insert);
  ExpectSeen<ToySubject>(ToyBug::kFaultCounted, "fault/size", insert);
  ExpectSeen<ToySubject>(ToyBug::kFaultSwallowed, "fault/swallowed", insert);
  ExpectSeen<ToySubject>(ToyBug::kFaultTranslated, "fault/other-exception", insert);
}

TEST(RunnerFaultTest, SeesOtherStepsThatAFaultLeavesHalfDone) {
  ExpectSeen<ToySubject>(ToyBug::kFaultHalfClear, "fault/size", "put 1\nfault draw 1\nclear\n");
  ExpectSeen<ToySubject>(ToyBug::kFaultHalfCopy, "fault/size",
                         "put 1\ncopy\nput 2\nfault copy 1\ncopy\nput 3\n");
  ExpectSeen<ToySubject>(ToyBug::kFaultMovesIterator, "fault/iterator-moved",
                         "fill 0 5\nbegin 0 0\nfault hash 1\nnext 0\n");
}

TEST(RunnerFaultTest, SeesAnIteratorThatMissesAnEntryAfterAFault) {
  // It was written to since, so that it cannot be asked where it stands.
  ExpectSeen<ToySubject>(ToyBug::kFaultMovesIterator, "iteration/missed-entry",
                         "fill 0 5\nbegin 0 0\nput 9\nfault hash 1\nnext 0\nwalk 0 20\n");
}

TEST(RunnerFaultTest, SeesFaultsInATormentedOperation) {
  ExpectSeen<ToySubject>(ToyBug::kFaultHalfInsert, "fault/size", "torment alloc\nfill 0 3\n");
  ExpectSeen<ToySubject>(ToyBug::kFaultHalfClear, "fault/size", "put 1\ntorment draw\nclear\n");
}

TEST(RunnerFaultTest, AStepThatMeetsAFaultHasFailedAndTheRunGoesOn) {
  EXPECT_EQ(HistoryOf("fault hash 2\nput 1\nput 2\nput 2\nget 2\n"),
            "1 put 1 = new\n"
            "2 put 2 = fault hash\n"
            "3 put 2 = new\n"
            "4 get 2 = 3\n");
}

TEST(RunnerFaultTest, UnderATormentEveryStepOfAPhaseIsTriedUntilItMeetsNoFault) {
  EXPECT_EQ(HistoryOf("torment alloc\nfill 1 2\nput 3\n"),
            "1 put 1 = fault alloc\n"
            "2 put 1 = new\n"
            "3 put 2 = fault alloc\n"
            "4 put 2 = new\n"
            "5 put 3 = new\n");
}

TEST(RunnerFaultTest, ATormentOfWhatMeetsNoFaultChangesNothing) {
  EXPECT_EQ(HistoryOf("torment move\nput 1\ntorment alloc\nget 1\ntorment hash\nnext 0\nput 2\n"),
            "1 put 1 = new\n"
            "2 get 1 = 1\n"
            "3 put 2 = new\n");
}

TEST(RunnerFaultTest, AStepThatFailsIsToldWithAllItsOperands) {
  EXPECT_EQ(HistoryOf("fault copy 1\ncopy\nput 1\nbegin 2 9\nfault hash 1\ntake 2\n"
                      "begin 2 9\nput 1\nfault hash 1\nalias 1 1\nbegin 2 9\n"),
            "1 copy = fault copy\n"
            "2 put 1 = new\n"
            "3 begin 2 = 1 2\n"
            "4 next 2 = fault hash\n"
            "5 begin 2 = 1 2\n"
            "6 put 1 = updated\n"
            "7 alias 1 1 = fault hash\n"
            "8 begin 2 = 1 6\n");
}

TEST(RunnerFaultTest, TellsWhichStepMetAFaultAndThatNoneDid) {
  EXPECT_EQ(FatesOf<ToySubject>("fault hash 2\nput 1\nput 2\nfault alloc 1\n"),
            "1 met in step 2\n"
            "4 met by no step\n");
  EXPECT_EQ(FatesOf<ToySubject>("fault hash 9\nput 1\nfault hash 8\nfault hash 0\nput 2\n"),
            "1 met by no step before it was replaced\n"
            "3 met by no step before it was replaced\n"
            "4 nothing of this kind is armed from here\n");
}

TEST(RunnerFaultTest, TellsWhichStepMetATormentAndThatNoneDid) {
  EXPECT_EQ(FatesOf<ToySubject>("fault hash 99\ntorment hash\ntorment alloc\nfault hash 7\n"
                                "fill 0 3\ntorment hash\nfill 0 3\ntorment move\nput 1\n"
                                "torment copy\n"),
            "2 met by no step before it was replaced\n"
            "1 met by no step before it was replaced\n"
            "3 met in step 1\n"
            "4 met by no step before it was replaced\n"
            "6 met in step 7\n"
            "8 met by no step\n"
            "10 met by no step\n");
}

TEST(RunnerFaultTest, AFaultThatARunCanNoLongerPayForIsToldAndCounted) {
  std::string tape = "fill 0 3000\n";
  for (int i = 0; i < 60; ++i) tape += "torment hash\nlook 0 100\n";
  tape += "fault hash 1\nget 1\n";
  const std::string fates = FatesOf<ToySubject>(tape);
  const std::string why = " the checks after earlier ones have cost all that they may\n";
  EXPECT_NE(fates.find("120" + why), std::string::npos) << fates;
  EXPECT_NE(fates.find("122" + why), std::string::npos) << fates;
  EXPECT_GT(Runner<ToySubject>::Run(ParseOperations(tape)).skipped, 2u);
}

TEST(RunnerFaultTest, AFaultCanBeTakenBackAndMayLapse) {
  EXPECT_EQ(HistoryOf("fault hash 1\nfault hash 0\nput 1\nfault hash 90\nput 2\n"),
            "1 put 1 = new\n"
            "2 put 2 = new\n");
}

TEST(RunnerFaultTest, TheOraclesOwnCallsMeetNoFault) {
  // At the end every entry is looked up.
  EXPECT_EQ(VerdictOn<ToySubject>(ToyBug::kNone, ParseOperations("fill 0 9\nfault hash 1\n")), "");
}

TEST(RunnerFaultTest, FaultsAreCountedAndEndWhenTheirChecksCostTooMuch) {
  const RunResult few = Runner<ToySubject>::Run(ParseOperations("torment alloc\nfill 0 20\n"));
  EXPECT_EQ(few.consulted[static_cast<int>(Oracle::kFault)], 20u);
  EXPECT_EQ(few.milestones[static_cast<int>(Milestone::kFaultInCopy)], 0u);
  std::string long_tape = "fill 0 3000\n";
  for (int i = 0; i < 60; ++i) long_tape += "torment hash\nlook 0 100\n";
  const RunResult many = Runner<ToySubject>::Run(ParseOperations(long_tape));
  EXPECT_FALSE(many.failure.has_value());
  EXPECT_LT(many.consulted[static_cast<int>(Oracle::kFault)], 100u);
  EXPECT_GT(many.consulted[static_cast<int>(Oracle::kFault)], 10u);
}

TEST(RunnerFaultTest, ChecksAfterAFaultCountForTheOracleThatTheyWouldFail) {
  const auto asked = [](const RunResult& result, Oracle oracle) {
    return result.consulted[static_cast<int>(oracle)];
  };
  const RunResult whole = Runner<ToySubject>::Run(ParseOperations("put 1\n"));
  const RunResult faulty = Runner<ToySubject>::Run(ParseOperations("put 1\nfault hash 1\nget 1\n"));
  EXPECT_EQ(asked(whole, Oracle::kFault), 0u);
  EXPECT_EQ(asked(faulty, Oracle::kFault), 1u);
  EXPECT_EQ(asked(faulty, Oracle::kResult), asked(whole, Oracle::kResult));
  EXPECT_EQ(asked(faulty, Oracle::kContent), asked(whole, Oracle::kContent));
}

TEST(RunnerFaultTest, HitsTheMilestonesOfWholeMapsAndIterators) {
  const RunResult result = Runner<ToySubject>::Run(ParseOperations(
      "fill 0 9\nfault copy 1\ncopy\nfault draw 1\nclear\nfault hash 1\nsweep 1\n"));
  for (const Milestone milestone :
       {Milestone::kFaultInCopy, Milestone::kFaultInClear, Milestone::kFaultInIteration}) {
    EXPECT_EQ(result.milestones[static_cast<int>(milestone)], 1u) << MilestoneName(milestone);
  }
}

TEST(RunnerRefusalTest, KeysWithoutAHashAreRefusedByEveryOperationAndChangeNothing) {
  const std::string all =
      "get 6\nhas 6\ndel 6\nput 6\ntry 6\nadd 6\nput 1\nget 14\nalias 14 1\nalias 1 14\n";
  const RunResult result = Runner<ToySubject>::Run(ParseOperations(all, "type: variant\n"));
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_EQ(result.largest, 1u);
  EXPECT_EQ(result.milestones[static_cast<int>(Milestone::kRefusedInEmptyMap)], 6u);
}

TEST(RunnerRefusalTest, SeesKeysThatAreNotRefusedOrNotInGosWordsOrWrongly) {
  ExpectEachSeen<ToySubject, ToyBug>(
      {{ToyBug::kAcceptsUnhashable, "result/not-refused", "put 1\nput 6\n"},
       {ToyBug::kRefusesHashable, "result/refused", "put 1\n"},
       {ToyBug::kRefusesInOtherWords, "result/refusal-text", "get 6\n"}},
      "type: variant\n");
}

// After eight steps that fill the one bucket that the chain may have.
std::string HistoryOnFullChain(const std::string& operations) {
  const std::string history = HistoryOf("fill 0 8\n" + operations, "chain: 1\n");
  return history.substr(history.find("\n9 ") + 1);
}

TEST(RunnerLimitTest, ARefusedInsertIsAStepThatChangesNothing) {
  EXPECT_EQ(HistoryOnFullChain("put 9\nadd 9\ntry 9\nalias 9 1\nhas 9\n"),
            "9 put 9 = refused chain\n"
            "10 add 9 = refused chain\n"
            "11 try 9 = refused chain\n"
            "12 alias 9 1 = refused chain\n"
            "13 has 9 = no\n");
  EXPECT_EQ(HistoryOnFullChain("put 1\ntry 2\nalias 3 4\nalias 9 10\ndel 0\nfill 8 2\n"),
            "9 put 1 = updated\n"
            "10 try 2 = kept 3\n"
            "11 alias 3 4 = done\n"
            "12 alias 9 10 = none\n"
            "13 del 0 = erased\n"
            "14 put 8 = new\n"
            "15 put 9 = refused chain\n");
}

TEST(RunnerLimitTest, SeesRefusedInsertsThatLeaveSomethingBehind) {
  ExpectEachSeen<ToySubject, ToyBug>(
      {{ToyBug::kLimitKeepsEntry, "result/size", "fill 0 9\n"},
       {ToyBug::kLimitLosesEntry, "result/size", "fill 0 9\n"},
       {ToyBug::kLimitSpoilsValue, "content/wrong-value", "fill 0 9\n"}},
      "chain: 1\n");
}

TEST(RunnerLimitTest, SeesRefusalsOfWhatAddsNothing) {
  ExpectSeen<ToySubject>(ToyBug::kLimitStopsUpdates, "result/refused", "fill 0 8\nput 3\n",
                         "chain: 1\n");
  ExpectSeen<ToySubject>(ToyBug::kLimitUnasked, "result/refused", "fill 0 9\n");
  ExpectSeen<ToySubject>(ToyBug::kLimitStopsReserve, "result/exception", "reserve 9\n",
                         "chain: 1\n");
}

TEST(RunnerLimitTest, AFaultGoesBeforeARefusalAndUnderATormentTheRefusalEndsTheStep) {
  EXPECT_EQ(HistoryOnFullChain("fault hash 1\nput 9\ntorment hash\nput 9\n"),
            "9 put 9 = fault hash\n"
            "10 put 9 = fault hash\n"
            "11 put 9 = refused chain\n");
}

}  // namespace
}  // namespace mapfuzz

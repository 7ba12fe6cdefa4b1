// Every oracle of the runner is shown a fault that only it is there to see, and clean runs pass.

#include "harness/runner.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/planted.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

static_assert(Subject<ToySubject>);
static_assert(LiveIterators<ToySubject>);
static_assert(HoldsNan<ToySubject> && NamesAllocator<ToySubject>);
static_assert(!HasStructure<ToySubject>);

TEST(RunnerTest, CleanRunOfEveryOperationPasses) {
  std::string operations;
  for (const OpInfo& info : kOpInfo) {
    if (info.scope == OpScope::kShared) continue;
    Op op{.code = info.code, .small = 1, .key = 7, .count = 20};
    operations += OpText(Canonical(op)) + "\n" + "fill 3 30\nbegin 1 9\nnext 1\ncopy\n";
  }
  for (const std::string_view type : kKeyTypeNames) {
    const Tape tape = ParseOperations(operations, "type: " + std::string(type) + "\nkeys: 40\n");
    EXPECT_EQ(VerdictOn<ToySubject>(ToyBug::kNone, tape), "") << type;
  }
}

TEST(RunnerTest, SeesWrongResults) {
  ExpectSeen<ToySubject>(ToyBug::kPutSaysUpdated, "result/inserted", "put 1\n");
  ExpectSeen<ToySubject>(ToyBug::kGetGivesOldValue, "result/value", "put 1\nget 1\n");
  ExpectSeen<ToySubject>(ToyBug::kHasSaysNo, "result/found", "put 1\nhas 2\nhas 1\n");
  ExpectSeen<ToySubject>(ToyBug::kDelSaysNo, "result/erased", "put 1\ndel 1\n");
  ExpectSeen<ToySubject>(ToyBug::kDelKeepsEntry, "result/size", "put 1\ndel 1\n");
  ExpectSeen<ToySubject>(ToyBug::kTryOverwrites, "result/value", "put 1\ntry 1\n");
  ExpectSeen<ToySubject>(ToyBug::kAddForgetsOld, "result/value", "put 1\nadd 1\n");
  ExpectSeen<ToySubject>(ToyBug::kWrongSize, "result/size", "fill 0 9\n");
  ExpectSeen<ToySubject>(ToyBug::kPutKeepsOldValue, "result/value", "put 1\nput 1\nget 1\n");
  ExpectSeen<ToySubject>(ToyBug::kAliasCopiesKey, "result/value", "fill 20 2\nalias 7 21\nget 7\n");
  ExpectSeen<ToySubject>(ToyBug::kMoveLeavesEntries, "result/size", "fill 0 9\nmove\n");
}

TEST(RunnerTest, SeesAllocatorsThatAreNotWhereTheyBelong) {
  ExpectSeen<ToySubject>(ToyBug::kSwapsNoAllocators, "result/allocator", "swap\n");
  ExpectSeen<ToySubject>(ToyBug::kCopiesAllocator, "result/allocator", "put 1\ncopy\n");
  ExpectSeen<ToySubject>(ToyBug::kMovesNoAllocator, "result/allocator", "put 1\nmove\n");
  ExpectSeen<ToySubject>(ToyBug::kMovesNoAllocator, "result/allocator", "swap\nmove\nswap\n");
}

TEST(RunnerTest, SeesWrongContentAtTheEnd) {
  ExpectSeen<ToySubject>(ToyBug::kPutKeepsOldValue, "content/wrong-value", "put 1\nput 1\n");
  ExpectSeen<ToySubject>(ToyBug::kAliasCopiesKey, "content/wrong-value", "fill 20 2\nalias 7 21\n");
  ExpectSeen<ToySubject>(ToyBug::kCopyIsShallow, "content/wrong-value", "put 1\ncopy\nput 1\n");
  ExpectSeen<ToySubject>(ToyBug::kLosesNeighbour, "content/ghost-entry", "fill 1 6\n");
}

TEST(RunnerTest, SeesWrongContentAtStructuralEvents) {
  const Tape tape = ParseOperations("fill 5 6\nclear\nput 9\n");
  const Planted planted(ToyBug::kClearLeavesOne);
  const RunResult result = Runner<ToySubject>::Run(tape);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->oracle + "/" + result.failure->property, "content/ghost-entry");
  EXPECT_EQ(result.failure->op, "clear");
  EXPECT_EQ(result.failure->op_index, 1u);
  EXPECT_EQ(result.failure->step, 7u);
}

TEST(RunnerTest, SeesBrokenIterations) {
  const std::string walk = "fill 0 9\nbegin 1 3\nwalk 1 20\n";
  ExpectSeen<ToySubject>(ToyBug::kIteratorMisses, "iteration/missed-entry", walk);
  ExpectSeen<ToySubject>(ToyBug::kIteratorRepeats, "iteration/duplicate-entry", walk);
  ExpectSeen<ToySubject>(ToyBug::kIteratorGhost, "iteration/ghost-entry", walk);
  ExpectSeen<ToySubject>(ToyBug::kIteratorOldValue, "iteration/stale-value", walk);
  ExpectSeen<ToySubject>(ToyBug::kIteratorOldKey, "iteration/stale-key", "put 0\nsweep 1\n",
                         "type: f64\n");
}

// The toy's iterators go on with what comes after a clear, as Go's may.
class EndingToy : public ToySubject {
 public:
  static constexpr bool kEndsWhenEmptied = true;
  using ToySubject::ToySubject;
};

TEST(RunnerTest, SeesIterationsThatGoOnOnceTheMapWasEmptied) {
  for (const char* emptied : {"clear\n", "drain 0 3\n", "swap\nswap\nclear\n"}) {
    const Tape tape = ParseOperations(std::string("fill 0 3\nbegin 0 0\n") + emptied +
                                      "fill 0 9\nbegin 1 0\nnext 1\nnext 0\n");
    EXPECT_FALSE(Runner<ToySubject>::Run(tape).failure.has_value()) << emptied;
    const RunResult result = Runner<EndingToy>::Run(tape);
    ASSERT_TRUE(result.failure.has_value()) << emptied;
    EXPECT_EQ(result.failure->oracle + "/" + result.failure->property, "iteration/after-emptying");
    EXPECT_EQ(result.failure->op, "next");
  }
}

TEST(RunnerTest, SeesBrokenIterationsInASweep) {
  ExpectSeen<ToySubject>(ToyBug::kIteratorMisses, "iteration/missed-entry", "fill 0 9\nsweep 0\n");
}

TEST(RunnerTest, SeesIteratorsThatDoNotKnowTheirMapIsGone) {
  const std::string gone = "fill 0 9\nbegin 1 3\nremake 0\nnext 1\n";
  ExpectSeen<ToySubject>(ToyBug::kNeverStale, "iteration/not-stale", gone);
  const std::string moved = "fill 0 9\nbegin 1 3\nmove\nnext 1\n";
  ExpectSeen<ToySubject>(ToyBug::kStaleTooSoon, "iteration/stale-alive", moved);
}

TEST(RunnerTest, SeesKeysThatAreNotReplaced) {
  ExpectSeen<ToySubject>(ToyBug::kKeepsOldKey, "content/wrong-key", "put 0\nput 1\n",
                         "type: f64\n");
}

TEST(RunnerTest, SeesNanKeysThatMeet) {
  ExpectSeen<ToySubject>(ToyBug::kOneNanOnly, "result/inserted", "put 5\nput 5\n", "type: f64\n");
}

TEST(RunnerTest, SeesAnExceptionWhereNoneBelongs) {
  ExpectSeen<ToySubject>(ToyBug::kThrows, "result/exception", "put 1\ndel 1\n");
}

TEST(RunnerTest, SeesCallsWithoutEnd) {
  ExpectSeen<ToySubject>(ToyBug::kCallsForEver, "cost/endless-calls", "put 1\nget 1\n");
}

TEST(RunnerTest, IteratorsFollowTheirContent) {
  const Tape tape = ParseOperations(
      "fill 0 9\nbegin 1 3\nswap\nput 4\nnext 1\nmove\nnext 1\ncopy\nnext 1\nwalk 1 20\nnext 1\n");
  const RunResult result = Runner<ToySubject>::Run(tape);
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_GT(result.milestones[static_cast<int>(Milestone::kIteratorFollowsContent)], 0u);
  EXPECT_GT(result.milestones[static_cast<int>(Milestone::kIteratorStale)], 0u);
}

TEST(RunnerTest, OperationsWithoutAnIteratorAreSkippedAndCounted) {
  const RunResult result =
      Runner<ToySubject>::Run(ParseOperations("next 0\ntake 1\ndrop 2\nput 1\n"));
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_EQ(result.steps, 1u);
  EXPECT_EQ(result.skipped, 3u);
}

TEST(RunnerTest, TellsWhatWasLeftOutAndWhy) {
  EXPECT_EQ(FatesOf<ToySubject>("next 0\nput 1\nwalk 1 9\ntake 2\n"),
            "1 no such iterator now\n"
            "3 no such iterator now\n"
            "4 no such iterator now\n");
}

TEST(RunnerTest, KeysAreTakenModuloTheirNumber) {
  const RunResult result = Runner<ToySubject>::Run(ParseOperations("fill 0 100\n", "keys: 10\n"));
  EXPECT_EQ(result.largest, 10u);
}

TEST(RunnerTest, ATapeDoesAtMostSoManySteps) {
  std::string operations;
  for (int i = 0; i < 6; ++i) operations += "fill 0 4095\n";
  const RunResult result = Runner<ToySubject>::Run(ParseOperations(operations));
  EXPECT_EQ(result.steps, kMaxSteps);
  EXPECT_FALSE(result.failure.has_value());
}

TEST(RunnerTest, StopsAfterTheStepAskedForWithoutAVerdict) {
  const Tape tape = ParseOperations("put 1\nput 1\nput 2\n");
  RunOptions options;
  options.until_step = 2;
  const Planted planted(ToyBug::kPutKeepsOldValue);
  const RunResult result = Runner<ToySubject>::Run(tape, options);
  EXPECT_EQ(result.steps, 2u);
  EXPECT_FALSE(result.failure.has_value());
}

TEST(RunnerTest, HistoryTellsEveryStep) {
  std::string history;
  RunOptions options;
  options.history = &history;
  const Tape tape = ParseOperations("put 7\nput 7\nget 7\nget 8\nbegin 0 1\nnext 0\ndel 7\n");
  Runner<ToySubject>::Run(tape, options);
  EXPECT_EQ(history,
            "1 put 7 = new\n"
            "2 put 7 = updated\n"
            "3 get 7 = 2\n"
            "4 get 8 = none\n"
            "5 begin 0 = 7 2\n"
            "6 next 0 = end\n"
            "7 del 7 = erased\n");
}

TEST(RunnerTest, DigestTellsHistoriesApartAndIsTheSameAgain) {
  const auto digest = [](const std::string& operations) {
    return Runner<ToySubject>::Run(ParseOperations(operations)).history_digest;
  };
  EXPECT_EQ(digest("fill 0 9\nsweep 0\n"), digest("fill 0 9\nsweep 0\n"));
  EXPECT_NE(digest("fill 0 9\nget 1\n"), digest("fill 0 9\nget 2\n"));
  EXPECT_NE(digest("put 1\n"), digest("put 2\n"));
}

TEST(RunnerTest, ContentDigestForgetsTheWayThere) {
  const auto digest = [](const std::string& operations) {
    return Runner<ToySubject>::Run(ParseOperations(operations)).content_digest;
  };
  EXPECT_EQ(digest("put 1\nput 2\n"), digest("put 1\nput 2\nget 1\nhas 2\n"));
  EXPECT_NE(digest("put 1\nput 2\n"), digest("put 2\nput 1\n")) << "values are step numbers";
}

TEST(RunnerTest, OraclesCountHowOftenTheyWereAsked) {
  const RunResult result = Runner<ToySubject>::Run(ParseOperations("fill 0 9\nsweep 0\n"));
  EXPECT_GE(result.consulted[static_cast<int>(Oracle::kResult)], 18u);
  EXPECT_EQ(result.consulted[static_cast<int>(Oracle::kIteration)], 10u);
  EXPECT_GE(result.consulted[static_cast<int>(Oracle::kContent)], 1u);
  EXPECT_EQ(result.consulted[static_cast<int>(Oracle::kStructure)], 0u);
}

TEST(RunnerTest, AnOracleWithNothingToCompareWasNotAsked) {
  const auto asked = [](const std::string& operations, Oracle oracle) {
    const RunResult result = Runner<ToySubject>::Run(ParseOperations(operations));
    return result.consulted[static_cast<int>(oracle)];
  };
  for (const Oracle oracle : {Oracle::kResult, Oracle::kContent, Oracle::kIteration}) {
    EXPECT_EQ(asked("", oracle), 0u) << kOracleNames[static_cast<int>(oracle)];
  }
  EXPECT_EQ(asked("get 1\n", Oracle::kContent), 0u) << "neither holds anything";
  EXPECT_EQ(asked("put 1\n", Oracle::kContent), 1u) << "at the end, of the map that holds an entry";
}

}  // namespace
}  // namespace mapfuzz

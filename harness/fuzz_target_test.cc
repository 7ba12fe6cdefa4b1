#include "harness/fuzz_target.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/stats.h"
#include "harness/tape_binary.h"

namespace mapfuzz {
namespace {

Config OnlyFloats(Config config) {
  config.type = KeyType::kF64;
  return config;
}

// A "map" that fails on tapes of more than two operations, and is not the same twice on two.
RunResult RunToy(std::string_view, const Tape& tape, const RunOptions&) {
  static std::uint64_t calls = 0;
  RunResult result;
  result.steps = tape.ops.size();
  if (tape.ops.size() == 2) result.history_digest = ++calls;
  if (tape.ops.size() > 2) {
    result.failure = Failure{.oracle = "result", .property = "toy", .op = "put", .site = "plain"};
  }
  return result;
}

std::vector<std::uint8_t> BytesOf(std::size_t ops, std::uint16_t key = 0) {
  Tape tape;
  for (std::size_t i = 0; i < ops; ++i) tape.ops.push_back({.code = OpCode::kPut, .key = key});
  return ToBinary(tape);
}

TEST(FuzzTargetTest, BytesAreShapedByTheTarget) {
  const FuzzTarget target(OnlyFloats, "toy", RunToy);
  const std::vector<std::uint8_t> bytes = BytesOf(1);
  const Tape tape = target.Decode(bytes.data(), bytes.size());
  EXPECT_EQ(tape.config.type, KeyType::kF64);
  EXPECT_EQ(tape.ops.size(), 1u);
}

TEST(FuzzTargetTest, PolicyOfTheCommandLineGoesAboveTheTapes) {
  FuzzTarget target(nullptr, "toy", RunToy);
  std::string arguments[] = {"fuzzer", "-runs=1", "--mapfuzz_policy=go119"};
  char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data()};
  EXPECT_EQ(target.Initialize(3, argv), 0);
  EXPECT_EQ(target.Decode(nullptr, 0).config.policy, PolicyKind::kGo119);
}

TEST(FuzzTargetDeathTest, WrongFlagsEndWithTwoAndSayWhatThereIs) {
  const auto initialize = [](std::string flag) {
    FuzzTarget target(nullptr, "toy", RunToy);
    std::string program = "fuzzer";
    char* argv[] = {program.data(), flag.data()};
    target.Initialize(2, argv);
  };
  EXPECT_EXIT(initialize("--mapfuzz_policy=go120"), testing::ExitedWithCode(2),
              "strict, go119 or checked");
  EXPECT_EXIT(initialize("--mapfuzz_polcy=strict"), testing::ExitedWithCode(2), "no such flag");
  EXPECT_EXIT(initialize("--mapfuzz_violate=heap"), testing::ExitedWithCode(2),
              "give heap, poison, undefined, leak or race");
  EXPECT_EXIT(initialize("--mapfuzz_stats=/no/such/folder/page"), testing::ExitedWithCode(2),
              "/no/such/folder/page");
}

TEST(FuzzTargetDeathTest, AViolationIsCommittedBeforeAnEngineBegins) {
  const auto violate = [](std::string flag) {
    FuzzTarget target(nullptr, "toy", RunToy, RecipeKind::kPlain,
                      [](Violation violation) { std::_Exit(static_cast<int>(violation)); });
    std::string program = "fuzzer";
    char* argv[] = {program.data(), flag.data()};
    target.Initialize(2, argv);
  };
  EXPECT_EXIT(violate("--mapfuzz_violate=undefined"), testing::ExitedWithCode(2),
              "^MAPFUZZ-BUILT-WITH .*\n$");
  EXPECT_EXIT(violate("--mapfuzz_violate=theft"), testing::ExitedWithCode(2), "give heap");
}

TEST(FuzzTargetTest, CountsWhatItRuns) {
  FuzzTarget target(nullptr, "toy", RunToy);
  const StatsPage before = TheStatsPage();
  const std::vector<std::uint8_t> bytes = BytesOf(1);
  target.TestOneInput(bytes.data(), bytes.size());
  EXPECT_EQ(TheStatsPage().executions, before.executions + 1);
  EXPECT_EQ(TheStatsPage().operations, before.operations + 1);
}

TEST(FuzzTargetTest, CountsOperationsOfWhatItsMutatorMadeApart) {
  FuzzTarget target(nullptr, "toy", RunToy);
  const std::uint64_t before = TheStatsPage().mutated_operations;
  const std::vector<std::uint8_t> bytes = BytesOf(1);
  target.TestOneInput(bytes.data(), bytes.size());
  EXPECT_EQ(TheStatsPage().mutated_operations, before);
  std::vector<std::uint8_t> made(4096);
  target.CustomMutator(made.data(), 0, made.size(), 1);
  target.TestOneInput(bytes.data(), bytes.size());
  target.TestOneInput(bytes.data(), bytes.size());
  EXPECT_EQ(TheStatsPage().mutated_operations, before + 1);
}

TEST(FuzzTargetTest, ARunOfNoStepsIsNoEvidenceOfDeterminism) {
  FuzzTarget target(nullptr, "toy", RunToy);
  const StatsPage before = TheStatsPage();
  const auto deterministic = static_cast<int>(Oracle::kDeterministic);
  for (const std::size_t ops : {std::size_t{0}, std::size_t{1}}) {
    Tape tape;
    tape.ops.resize(ops, {.code = OpCode::kPut});
    for (tape.config.seed = 0; tape.config.seed < 1000; ++tape.config.seed) {
      const std::vector<std::uint8_t> bytes = ToBinary(tape);
      target.TestOneInput(bytes.data(), bytes.size());
    }
    const std::uint64_t asked = TheStatsPage().consulted[deterministic];
    EXPECT_GT(TheStatsPage().reruns, before.reruns);
    EXPECT_EQ(asked != before.consulted[deterministic], ops != 0);
  }
}

TEST(FuzzTargetTest, LooksAtTheCoverageOfTheFirstExecutionAndOfSomeMore) {
  FuzzTarget target(nullptr, "toy", RunToy);
  for (std::uint16_t key = 0; key < 1000; ++key) {
    const std::vector<std::uint8_t> bytes = BytesOf(1, key);
    target.TestOneInput(bytes.data(), bytes.size());
  }
  EXPECT_GT(TheStatsPage().coverage.looks, 1u);
}

TEST(FuzzTargetDeathTest, FailurePrintsItsReportAndTraps) {
  FuzzTarget target(nullptr, "toy", RunToy);
  const std::vector<std::uint8_t> bytes = BytesOf(3);
  EXPECT_DEATH(target.TestOneInput(bytes.data(), bytes.size()),
               "MAPFUZZ-FAIL oracle=result property=toy op=put site=plain");
}

TEST(FuzzTargetDeathTest, SomeTapesAreRunTwiceAndADifferenceIsAFailure) {
  FuzzTarget target(nullptr, "toy", RunToy);
  const auto run = [&] {
    for (std::uint16_t key = 0; key < 1000; ++key) {
      const std::vector<std::uint8_t> bytes = BytesOf(2, key);
      target.TestOneInput(bytes.data(), bytes.size());
    }
  };
  EXPECT_DEATH(run(), "MAPFUZZ-FAIL oracle=deterministic property=history");
}

TEST(FuzzTargetTest, ComparesRuns) {
  RunResult a;
  RunResult b;
  EXPECT_FALSE(CompareRuns(a, b).has_value());
  b.steps = 1;
  EXPECT_EQ(CompareRuns(a, b)->property, "steps");
  b = a;
  b.history_digest = 1;
  EXPECT_EQ(CompareRuns(a, b)->property, "history");
  b.failure = Failure{.oracle = "content"};
  EXPECT_EQ(CompareRuns(a, b)->oracle, "content");
}

TEST(FuzzTargetTest, MutatesWithoutAnEngine) {
  const FuzzTarget target(nullptr, "toy", RunToy);
  std::vector<std::uint8_t> bytes = BytesOf(4);
  const std::size_t size = bytes.size();
  bytes.resize(4096);
  bool changed = false;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::vector<std::uint8_t> copy = bytes;
    const std::size_t n = target.CustomMutator(copy.data(), size, copy.size(), seed);
    EXPECT_LE(n, copy.size());
    copy.resize(n);
    changed = changed || copy != BytesOf(4);
  }
  EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace mapfuzz

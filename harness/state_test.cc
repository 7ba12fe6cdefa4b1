#include "harness/state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

// A map that keeps its state to itself.
struct Secretive : ToySubject {
  using ToySubject::Iterator;
  using ToySubject::ToySubject;
  void WriteState() const = delete;
};
static_assert(ShowsState<ToySubject> && !ShowsState<Secretive>);

struct Told {
  std::uint64_t step;
  std::size_t operation;
  std::string line;
  std::uint64_t digest;
  std::string text;
};

struct ToldRun {
  RunResult result;
  std::vector<Told> states;

  std::string Lines() const {
    std::string lines;
    for (const Told& told : states) {
      lines += std::to_string(told.operation) + ": " + told.line + "\n";
    }
    return lines;
  }
};

template <class Toy = ToySubject>
ToldRun RunTold(const Tape& tape, ToyBug bug = ToyBug::kNone, std::uint64_t in_words = UINT64_MAX) {
  const Planted<ToyBug> planted(bug);
  ToldRun run;
  RunOptions options;
  options.state_in_words = in_words;
  options.on_state = [&run](const StepState& state) {
    run.states.push_back({state.step, state.operation, std::string(state.line), state.digest,
                          std::string(state.text)});
  };
  run.result = Runner<Toy>::Run(tape, options);
  return run;
}

// The first step after which the two differ; of runs that never do, UINT64_MAX.
std::uint64_t FirstDifference(const ToldRun& a, const ToldRun& b) {
  for (std::size_t i = 0; i < std::min(a.states.size(), b.states.size()); ++i) {
    if (a.states[i].digest != b.states[i].digest) return a.states[i].step;
  }
  return UINT64_MAX;
}

TEST(StateWriterTest, TellsNumbersOrderAndLengthsApart) {
  const auto digest = [](auto write) {
    StateWriter writer;
    write(writer);
    return writer.digest();
  };
  const std::uint8_t bytes[] = {1, 2, 0};
  const std::vector<std::uint64_t> digests = {
      digest([](StateWriter&) {}),
      digest([](StateWriter& w) { w.Line("a", 0); }),
      digest([](StateWriter& w) { w.Line("a", 1); }),
      digest([](StateWriter& w) { w.Word("a", 1); }),
      digest([](StateWriter& w) { w.Word("a", 1), w.Word("b", 2); }),
      digest([](StateWriter& w) { w.Word("a", 2), w.Word("b", 1); }),
      digest([&](StateWriter& w) { w.Bytes("a", bytes, 2); }),
      digest([&](StateWriter& w) { w.Bytes("a", bytes, 3); }),
      digest([&](StateWriter& w) { w.Bytes("a", bytes + 1, 2); })};
  for (std::size_t i = 0; i < digests.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(digests[i], digests[j]) << i << " and " << j;
  }
}

TEST(StateWriterTest, WritesALineOfWordsForEachThing) {
  std::string text;
  StateWriter in_words(&text);
  StateWriter digested;
  const std::uint8_t bytes[] = {0, 255};
  for (StateWriter* writer : {&in_words, &digested}) {
    writer->DigestOnly("put 3");
    writer->Line("map", 0);
    writer->Word("count", 3);
    writer->Line("bucket", 7);
    writer->Bytes("tophash", bytes, 2);
  }
  EXPECT_EQ(text, "map 0 count 3\nbucket 7 tophash 0,255");
  EXPECT_EQ(in_words.digest(), digested.digest());
}

TEST(StateTest, IsToldBeforeTheFirstStepAndAfterEach) {
  const ToldRun run =
      RunTold(ParseOperations("put 7\nfill 7 2\nnext 0\nfault alloc 1\nput 9\nbegin 1 0\n"));
  EXPECT_EQ(run.Lines(),
            "0: \n"
            "0: 1 put 7 = new\n"
            "1: 2 put 7 = updated\n"
            "1: 3 put 8 = new\n"
            "4: 4 put 9 = fault alloc\n"
            "5: 5 begin 1 = 7 2\n");
  for (std::size_t i = 0; i < run.states.size(); ++i) EXPECT_EQ(run.states[i].step, i);
  EXPECT_FALSE(run.result.hides_state);
}

TEST(StateTest, IsTheSameInEveryRun) {
  const Tape tape = ParseOperations("fill 0 20\nbegin 0 1\nwalk 0 9\ncopy\nswap\nclear\nput 1\n");
  const ToldRun run = RunTold(tape);
  EXPECT_EQ(run.states.size(), run.result.steps + 1);
  EXPECT_EQ(FirstDifference(run, RunTold(tape)), UINT64_MAX);
}

TEST(StateTest, DiffersWhereABugStrikesAndBeforeAnythingIsSeenOfIt) {
  const struct {
    ToyBug bug;
    const char* operations;
    std::uint64_t strikes;
    std::uint64_t seen;
  } cases[] = {
      {ToyBug::kPutKeepsOldValue, "put 1\nput 2\nput 1\nhas 2\nget 1\n", 3, 5},
      {ToyBug::kAliasCopiesKey, "put 1\nput 9\nalias 3 9\nhas 1\nget 3\n", 3, 5},
      {ToyBug::kCopyIsShallow, "put 1\ncopy\nput 1\nhas 1\nswap\nget 1\n", 3, 5},
      {ToyBug::kIteratorMisses, "fill 0 6\nbegin 0 0\nwalk 0 4\nhas 1\nwalk 0 9\n", 11, 13},
  };
  for (const auto& [bug, operations, strikes, seen] : cases) {
    const Tape tape = ParseOperations(operations);
    const ToldRun right = RunTold(tape);
    const ToldRun wrong = RunTold(tape, bug);
    EXPECT_EQ(FirstDifference(right, wrong), strikes) << operations;
    ASSERT_TRUE(wrong.result.failure.has_value()) << operations;
    EXPECT_EQ(wrong.result.failure->step, seen) << operations;
    EXPECT_EQ(wrong.states.size(), seen) << "none after the verdict: " << operations;
  }
}

TEST(StateTest, DiffersInAnAnswerAlone) {
  const Tape tape = ParseOperations("put 1\nfault alloc 1\nput 2\nput 3\n");
  const Tape other = ParseOperations("put 1\nfault hash 1\nput 2\nput 3\n");
  EXPECT_EQ(FirstDifference(RunTold(tape), RunTold(other)), 2u) << "both have failed";
}

TEST(StateTest, IsToldInWordsOfTheStepAskedFor) {
  const Tape tape = ParseOperations("put 7\nput 8\nbegin 2 0\nput 9\n");
  const ToldRun run = RunTold(tape, ToyBug::kNone, 3);
  for (const Told& told : run.states) EXPECT_EQ(told.text.empty(), told.step != 3) << told.text;
  ASSERT_GE(run.states.size(), 4u);
  EXPECT_NE(run.states[3].text.find("\nmap 0 key 7 value 1 key 8 value 2\nmap 1\niterator 2 at 7"),
            std::string::npos)
      << run.states[3].text;
  EXPECT_EQ(FirstDifference(run, RunTold(tape)), UINT64_MAX) << "words change no digest";
}

TEST(StateTest, ToBeAskedForItChangesNothing) {
  const Tape tape = ParseOperations(
      "fill 0 30\nbegin 1 3\ntorment hash\nput 40\ncopy\nclear\nwalk 1 40\nput 1\n");
  std::string history, history_told;
  RunOptions options;
  options.history = &history;
  const RunResult plain = Runner<ToySubject>::Run(tape, options);
  options.history = &history_told;
  options.on_state = [](const StepState&) {};
  const RunResult told = Runner<ToySubject>::Run(tape, options);
  EXPECT_EQ(history, history_told);
  EXPECT_EQ(plain.history_digest, told.history_digest);
  EXPECT_EQ(plain.steps, told.steps);
}

TEST(StateTest, MapsThatDoNotShowItSaySo) {
  const ToldRun run = RunTold<Secretive>(ParseOperations("put 1\nput 2\n"));
  EXPECT_TRUE(run.result.hides_state);
  EXPECT_TRUE(run.states.empty());
  EXPECT_EQ(run.result.steps, 2u);
  EXPECT_FALSE(Runner<Secretive>::Run(ParseOperations("put 1\n")).hides_state) << "nobody asked";
}

}  // namespace
}  // namespace mapfuzz

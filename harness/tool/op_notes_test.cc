#include "harness/tool/op_notes.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/tape_text.h"

namespace mapfuzz::tool {
namespace {

Tape TapeOf(const std::string& operations) {
  return ParseTapeText("mapfuzz tape v1\n" + operations + "end\n", "test").tape;
}

std::string TextOf(const std::vector<OpNote>& notes) {
  std::string text;
  for (const OpNote& note : notes) text += std::to_string(note.operation) + " " + note.text + "\n";
  return text;
}

TEST(NotesOf, SaysOfEveryOperationWithoutAStepWhatBecameOfIt) {
  const Tape tape = TapeOf("put 1\ncopy\nfill 0 0\nfault hash 1\nput 2\nfill 0 9\n");
  ToldRun run;
  run.operations = {0, 4, 5};
  // As they happen: the fault is met when the next one was noted already.
  run.fates = {{.operation = 1, .fate = Fate::kNoCopies},
               {.operation = 5, .fate = Fate::kNoNan, .step = 2, .times = 8},
               {.operation = 3, .fate = Fate::kMet, .step = 2}};
  EXPECT_EQ(TextOf(NotesOf(tape, run)),
            "1 skipped: the map, or what it holds, cannot be copied\n"
            "2 no step\n"
            "3 met in step 2\n"
            "5 8 more steps skipped: the map holds no NaN keys\n");
}

TEST(NotesOf, TellsWhatARunDidNotReach) {
  const Tape tape = TapeOf("fill 0 0\nput 1\nfill 0 0\nput 2\n");
  EXPECT_EQ(TextOf(NotesOf(tape, {.operations = {1}, .ended_early = true})),
            "0 no step\n2 not reached\n3 not reached\n");
  EXPECT_EQ(TextOf(NotesOf(tape, {.operations = {1, 3}})), "0 no step\n2 no step\n");
}

TEST(LeftOut, IsCountedByNameAndReasonOnceForEachOperation) {
  const Tape tape = TapeOf("copy\nself\ncopy\nfill 0 9\nfault hash 1\ntorment hash\ncorrupt b 1\n");
  const std::vector<OpFate> fates = {
      {.operation = 0, .fate = Fate::kNoCopies}, {.operation = 1, .fate = Fate::kNoCopies},
      {.operation = 2, .fate = Fate::kNoCopies}, {.operation = 3, .fate = Fate::kNoNan},
      {.operation = 3, .fate = Fate::kNoNan},    {.operation = 4, .fate = Fate::kReplaced},
      {.operation = 5, .fate = Fate::kUnmet},    {.operation = 6, .fate = Fate::kMet}};
  EXPECT_EQ(LeftOutFacts(LeftOutOf(tape, fates), UnmetOf(tape, fates)),
            ", 4 skipped: 2 copy (the map, or what it holds, cannot be copied), "
            "1 fill (the map holds no NaN keys), "
            "1 self (the map, or what it holds, cannot be copied), "
            "met by no step: 1 fault, 1 torment");
  EXPECT_EQ(LeftOutFacts({}, {}), "");
}

}  // namespace
}  // namespace mapfuzz::tool

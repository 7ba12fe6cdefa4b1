// What became of the operations of a tape beside their steps, in words: why they were left out,
// which step met what they armed, that the run did not get to them. And how many were left out, for
// a line about the whole run.

#ifndef MAPFUZZ_HARNESS_TOOL_OP_NOTES_H_
#define MAPFUZZ_HARNESS_TOOL_OP_NOTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/op_fate.h"
#include "harness/tape.h"

namespace mapfuzz::tool {

struct OpNote {
  std::uint32_t operation = 0;  // of the tape, from 0
  std::string text;
};

// What a run tells of itself.
struct ToldRun {
  std::vector<OpFate> fates{};
  std::vector<std::uint32_t> operations{};  // of each step
  bool ended_early = false;                 // by a failure, or at the last step that it may do
};

// In the order of the tape; one at least for every operation that did no step.
std::vector<OpNote> NotesOf(const Tape& tape, const ToldRun& run);

// Operations of one name that were left out, in part or as a whole, for one reason; or that had
// armed what no step met.
struct LeftOut {
  std::string name;
  std::string why;
  std::uint64_t operations = 0;
};

// Those that were left out, and those whose fault or corruption no step met.
std::vector<LeftOut> LeftOutOf(const Tape& tape, const std::vector<OpFate>& fates);
std::vector<LeftOut> UnmetOf(const Tape& tape, const std::vector<OpFate>& fates);

std::map<std::string, std::uint64_t> ByName(const std::vector<LeftOut>& left_out);

// "2 begin, 1 walk".
std::string CountsText(const std::map<std::string, std::uint64_t>& counts);

// ", 3 skipped: 2 begin (WHY), 1 walk (WHY), met by no step: 1 fault"; empty if there is neither.
std::string LeftOutFacts(const std::vector<LeftOut>& left_out, const std::vector<LeftOut>& unmet);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_OP_NOTES_H_

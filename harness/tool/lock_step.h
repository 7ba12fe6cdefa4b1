// Two builds of a map on one tape, step by step, until their states part ways.
//
// What is compared is all that a map holds (`harness/state.h`), and what every step answered: two
// builds of which no state differs have not done one thing differently on this tape. So a run of a
// changed map against the one that was not tells whether the tape makes the change matter at all,
// be it that no result shows it. Each build runs in a process of its own, and a crash or a hang of
// one alone is a difference like others.

#ifndef MAPFUZZ_HARNESS_TOOL_LOCK_STEP_H_
#define MAPFUZZ_HARNESS_TOOL_LOCK_STEP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/child.h"
#include "harness/tool/state_stream.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {

// One build's run. It can be kept, and compared with those of several others.
struct StateRun {
  std::vector<ToldState> states;  // [n] is that after step n; [0] that before the first
  Verdict verdict;                // what came then
  bool died = false;              // it came to no verdict of its own
};

// How `program`, the `mapfuzz` of a build tree, is started on the request, and the run that it was.
// ToolError if it is none (environment), or if the request's map does not show its state (usage).
ChildSpec StateRunSpec(const std::string& program, RunRequest request);
StateRun StateRunOf(const std::string& program, ChildExit end);

struct Difference {
  enum class Kind : std::uint8_t {
    kState,    // both have done the step, and it answered or left behind something else
    kVerdict,  // one alone ended, or each with another verdict
    kDeath,    // so, and at least one of them of a crash, a sanitizer or a hang
  };
  Kind kind = Kind::kState;
  std::uint64_t step = 0;     // the first that they do not share; 0: the maps were made otherwise
  std::size_t operation = 0;  // of the tape, from 0
  // What came of the step in the first build and in the second: its line in the history, or the
  // verdict's signature.
  std::string first;
  std::string second;
};

struct LockStep {
  std::uint64_t steps = 0;  // that both did, and did alike
  std::string ended;  // the signature of the verdict with which both ended; empty: they passed
  std::optional<Difference> difference;
};

LockStep Compare(const StateRun& first, const StateRun& second);

// Runs both, at once if `jobs` allows it.
LockStep RunInLockStep(const std::string& first_program, const std::string& second_program,
                       const RunRequest& request, int jobs = 2,
                       double limit_seconds = kRunLimitSeconds);

// A line that differs between two states in words.
struct DifferentLine {
  std::string thing;  // "bucket 3 of array 1"
  std::string first;  // its words in the first state; empty if there is no such thing
  std::string second;

  friend bool operator==(const DifferentLine&, const DifferentLine&) = default;
};

// In the order of the first state, then what is in the second alone.
std::vector<DifferentLine> CompareWords(std::string_view first, std::string_view second);

// Runs both to the step of a difference in states once more; what it is.
std::vector<DifferentLine> ExplainDifference(const std::string& first_program,
                                             const std::string& second_program,
                                             const RunRequest& request, std::uint64_t step,
                                             double limit_seconds = kRunLimitSeconds);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_LOCK_STEP_H_

// How a hunt's time is split: fairly over the targets, on so many processes at once.

#ifndef MAPFUZZ_HARNESS_TOOL_BUDGET_H_
#define MAPFUZZ_HARNESS_TOOL_BUDGET_H_

#include <cstddef>
#include <optional>
#include <vector>

namespace mapfuzz::tool {

// A stretch of one target's fuzzing. `begin` and `end` are seconds since the hunt's start.
struct Slice {
  std::size_t target = 0;
  double begin = 0;
  double end = 0;
};

// One list of slices per job. Every target gets `seconds * jobs / targets` in all: job by job is
// filled to the brim with one target after another, and a target cut off at the end of one job
// goes on in the next. Without `seconds` a slice has no end, and a target one slice.
std::vector<std::vector<Slice>> PlanSlices(std::size_t targets, std::size_t jobs,
                                           std::optional<double> seconds);

// The same shares in several turns, each twice as long as the one before, so that every target has
// had its first turn soon: for a hunt that ends at its first finding. The first turns take
// `shortest` seconds or somewhat more, or there is but one turn.
std::vector<std::vector<Slice>> PlanTurns(std::size_t targets, std::size_t jobs, double seconds,
                                          double shortest);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_BUDGET_H_

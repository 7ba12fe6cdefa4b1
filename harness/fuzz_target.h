// The body of every fuzz target, behind the entry points that libFuzzer made common.
//
// A target is a name, a shape for configurations, and a function that runs tapes. A run that fails
// prints its report and traps; the first that does something, and one in 32, chosen by the tape's
// own bytes, is done twice and compared.
//
// Flags, which engines pass by (two dashes):
//   --mapfuzz_stats=FILE     count into this file, see `stats.h`
//   --mapfuzz_policy=NAME    run every tape under this policy
//   --mapfuzz_map=NAME       run on another map than the first
//   --mapfuzz_violate=NAME   commit this violation and end, see `violation.h`

#ifndef MAPFUZZ_HARNESS_FUZZ_TARGET_H_
#define MAPFUZZ_HARNESS_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/run.h"
#include "harness/tape.h"
#include "harness/tape_recipes.h"
#include "harness/violation.h"

namespace mapfuzz {

class FuzzTarget {
 public:
  using Shape = Config (*)(Config);
  using Run = RunResult (*)(std::string_view map, const Tape& tape, const RunOptions& options);

  // Without `violate` it knows no violations.
  FuzzTarget(Shape shape, std::string_view map, Run run, RecipeKind about = RecipeKind::kPlain,
             Violate violate = nullptr);

  // Reads the flags that are ours. A wrong one ends the process with exit code 2.
  int Initialize(int argc, char** argv);

  // Runs the tape that the bytes stand for. Traps if it fails.
  int TestOneInput(const std::uint8_t* data, std::size_t size);

  // Runs a tape as `TestOneInput` does, without counting; the failure, if there is one.
  std::optional<Failure> RunOnce(const Tape& tape) const;

  // The tape that the bytes stand for, as this target runs it.
  Tape Decode(const std::uint8_t* data, std::size_t size) const;
  // The same for a tape that is there already.
  Tape Shaped(Tape tape) const;

  std::size_t CustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                            std::uint32_t seed) const;
  std::size_t CustomCrossOver(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                              std::size_t b_size, std::uint8_t* out, std::size_t max_size,
                              std::uint32_t seed) const;

 private:
  Shape shape_;
  std::string map_;
  Run run_;
  RecipeKind about_;
  Violate violate_;
  std::uint64_t mutations_seen_;  // when the last input had run, by the statistics
  std::optional<PolicyKind> policy_;
};

// Both runs must tell the same story.
std::optional<Failure> CompareRuns(const RunResult& first, const RunResult& second);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_FUZZ_TARGET_H_

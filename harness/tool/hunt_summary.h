// What a hunt did, as a table for people and as JSON for machines, and whether it may be believed.

#ifndef MAPFUZZ_HARNESS_TOOL_HUNT_SUMMARY_H_
#define MAPFUZZ_HARNESS_TOOL_HUNT_SUMMARY_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/stats.h"
#include "harness/tool/finding_groups.h"
#include "harness/tool/finding_store.h"
#include "harness/tool/oracles.h"
#include "harness/tool/registry.h"
#include "harness/tool/sanitizer_probe.h"

namespace mapfuzz::tool {

// Whether an execution passes as many places of the code as any other is asked of so many at least.
inline constexpr std::uint64_t kFewestLooks = 8;

// What a target needs of a hunt, on an idle core, to reach its milestones.
inline constexpr double kSecondsOfTarget = 20;

struct TargetSummary {
  const TargetInfo* target = nullptr;
  std::string name;  // the target's, or with "-races" in the lane that looks for them
  bool races = false;
  StatsPage page;              // of all its fuzzers together
  double seconds = 0;          // their running time together
  double cpu_seconds = 0;      // and what they got of a core in it
  std::uint64_t replayed = 0;  // executions of inputs they began with
  std::uint64_t mutated = 0;   // executions of inputs they made
  std::uint64_t new_units = 0;
  std::uint64_t findings = 0;  // signatures
  std::string broken;          // why its fuzzer could not go on; empty if it could

  std::uint64_t reached() const;
  std::vector<std::string> Missed() const;  // names of milestones not reached
  // Names of oracles never consulted; on a control only those that can judge any map have to be.
  std::vector<std::string> Unconsulted(bool control) const;
  // Why it made no progress, in which more time would not help it; empty if it did.
  std::string WhyStuck() const;
  double OperationsPerSecond() const;
  // On a busy machine a fuzzer does not get a core for itself; this is what it does with one.
  double OperationsPerCoreSecond() const;
  double ExecutionsPerSecond() const;
  std::uint64_t LargestP90() const { return LargestPercentile(page, 90); }
};

struct HuntSummary {
  std::vector<TargetSummary> targets;
  std::vector<Finding> findings;
  double seconds = 0;
  std::size_t jobs = 1;
  std::uint32_t seed = 0;
  std::string map;
  std::string policy;  // "of the target" if not overridden
  std::string corpus, out;
  std::string options;   // of the command line, each with a space before it, but for the budget
  bool control = false;  // on another map than the one under test
  std::vector<KnownBug> known;
  bool interrupted = false;             // by a signal; then nothing can be missed
  bool at_first_finding = false;        // ended there, as asked; then nothing can be missed either
  bool allow_missed = false;            // too short to reach everything, on the user's word
  SanitizerProbe sanitizers;            // of the program of the first target
  std::optional<SanitizerProbe> races;  // of the first in the lane that looks for them, if any
  std::string environment;  // what the system refused on the way; empty if all went well

  // Whether milestones have to be reached: those named are of the map under test.
  bool MustReach() const { return !allow_missed && !control; }
  // Of the programs that the target ran in.
  const SanitizerProbe& SanitizersOf(const TargetSummary& target) const {
    return target.races && races ? *races : sanitizers;
  }
  // Why this hunt cannot be believed, one line each; empty if it can.
  std::vector<std::string> Problems() const;
  int ExitCode() const;
};

// Adds the counters of one fuzzer to those of another.
void AddPage(const StatsPage& page, StatsPage& sum);

// The table, the milestones missed, the findings and the problems.
std::string SummaryText(const HuntSummary& summary);
nlohmann::ordered_json SummaryJson(const HuntSummary& summary);
// What happened and what to type next; `command` is the tool as typed.
std::string LastLine(const HuntSummary& summary, const std::string& command);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_HUNT_SUMMARY_H_

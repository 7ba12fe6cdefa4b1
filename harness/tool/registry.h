// What the tool knows of the targets and maps it was linked with.
//
// The tool is part of the harness, and the harness does not depend on `targets/`. So the program's
// main, which lies there, hands over this struct of names and functions.

#ifndef MAPFUZZ_HARNESS_TOOL_REGISTRY_H_
#define MAPFUZZ_HARNESS_TOOL_REGISTRY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/milestones.h"
#include "harness/run.h"
#include "harness/tape.h"
#include "harness/violation.h"

namespace mapfuzz::tool {

// Ends the name of a target's second lane, under thread sanitizer.
inline constexpr std::string_view kRacesLane = "-races";

struct TargetInfo {
  std::string name;
  std::string help;
  // What the target makes of the configuration that an engine's bytes decode to.
  Config (*shape)(Config) = nullptr;
  // What a run of this target has to reach to be believed.
  std::vector<Milestone> milestones;
  // Which oracles have to have been consulted by then.
  std::vector<Oracle> oracles = {};

  Config Shaped(const Config& config) const { return shape == nullptr ? config : shape(config); }
  // Its tapes have threads that share a map.
  bool HasThreads() const { return IsShared(Shaped({})); }
};

struct TraceResult {
  std::uint64_t lines = 0;
  bool exact = true;
  std::string mismatch;  // the first line that differs, both headers and both dumps
};

struct Registry {
  std::vector<std::string> maps;  // the first is the default
  std::vector<TargetInfo> targets;
  RunResult (*run_tape)(std::string_view map, const Tape& tape,
                        const RunOptions& options) = nullptr;
  // Throws ParseError if the text is no trace. Null in a build without the exact policy.
  TraceResult (*replay_trace)(std::string_view text, std::string_view file_name) = nullptr;
  // Commits a violation in this process; the sanitizers that are to see it.
  Violate violate = nullptr;
  Sanitizers built_with = 0;
  std::string corpus_dir;  // of the source tree

  const TargetInfo* FindTarget(std::string_view name) const {
    for (const TargetInfo& target : targets) {
      if (target.name == name) return &target;
    }
    return nullptr;
  }
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_REGISTRY_H_

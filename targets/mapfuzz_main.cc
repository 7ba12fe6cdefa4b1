// The `mapfuzz` tool: `harness/tool` does the work, this file tells it of targets and maps.

#include <string_view>

#include "harness/tool/app.h"
#include "targets/go_trace_replay.h"
#include "targets/profiles.h"
#include "targets/subjects.h"
#include "targets/violations.h"

namespace {

using mapfuzz::tool::Registry;
using mapfuzz::tool::TraceResult;

Registry MakeRegistry() {
  Registry registry;
  for (std::string_view name : mapfuzz::kMapNames) registry.maps.emplace_back(name);
  for (const mapfuzz::TargetProfile& profile : mapfuzz::Profiles()) {
    registry.targets.push_back({std::string(profile.name),
                                std::string(profile.help),
                                profile.shape,
                                {profile.milestones.begin(), profile.milestones.end()},
                                {profile.oracles.begin(), profile.oracles.end()}});
  }
  registry.run_tape = [](std::string_view map, const mapfuzz::Tape& tape,
                         const mapfuzz::RunOptions& options) {
    return mapfuzz::RunTape(map, tape, options);
  };
#if MAPFUZZ_HAVE_GO119
  registry.replay_trace = [](std::string_view text, std::string_view file_name) {
    const mapfuzz::TraceVerdict verdict = mapfuzz::ReplayGoTrace(text, file_name);
    return TraceResult{verdict.lines, verdict.exact, verdict.mismatch};
  };
#endif
  registry.violate = mapfuzz::CommitViolation;
  registry.built_with = mapfuzz::SanitizersOfBuild();
  registry.corpus_dir = MAPFUZZ_SOURCE_DIR "/corpus";
  return registry;
}

}  // namespace

int main(int argc, char** argv) { return mapfuzz::tool::Main(argc, argv, MakeRegistry()); }

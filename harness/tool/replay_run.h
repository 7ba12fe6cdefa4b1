// What `mapfuzz replay` runs: the inputs that a command line names, each with the verdict of all
// its runs and whether that is as it must be. `replay.cc` tells it.

#ifndef MAPFUZZ_HARNESS_TOOL_REPLAY_RUN_H_
#define MAPFUZZ_HARNESS_TOOL_REPLAY_RUN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/tool/command.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {

struct ReplayOptions {
  std::vector<std::string> inputs;
  std::string map, policy, target, without, limit = "60s";
  std::uint64_t times = 1;
  std::uint64_t until_step = 0;  // 0: to the end
  int jobs = DefaultJobs();
  bool history = false;
};

struct ReplayItem {
  std::string path;
  bool named = true;         // on the command line, and not found in a folder
  std::string target;        // see `TargetFor`
  std::string expect;        // what the tape says it must fail with, where that applies
  std::string expect_aside;  // what it says where it does not: another map, policy or end
  std::vector<HeaderChange> changes;
  bool unshaped = false;  // an engine's bytes, and no word on the target to read them as
  Verdict verdict;
  std::uint64_t runs = 0;
  std::string wrong;  // why it is not as it must be, in one line; empty if it is

  bool bad() const { return verdict.kind == Verdict::Kind::kBadInput; }
  bool failed() const { return !bad() && !wrong.empty(); }
};

struct ReplayInputs {
  std::vector<ReplayItem> items;
  std::size_t left_out = 0;  // files in folders that are no tapes
};

// ToolError (bad input) if there is nothing to run.
ReplayInputs ExpandInputs(const ReplayOptions& options);

// Runs every item so often as the options say.
void RunItems(Session& session, const ReplayOptions& options, std::vector<ReplayItem>& items);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_REPLAY_RUN_H_

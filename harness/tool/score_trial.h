// One trial of a score: the hunt of a planted bug's own tree for it, and what it says afterwards.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_TRIAL_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_TRIAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/child.h"
#include "harness/tool/registry.h"
#include "harness/tool/score_data.h"

namespace mapfuzz::tool {

struct TrialPlan {
  std::string bug;  // its id
  std::uint64_t number = 1;
  std::uint64_t seed = 1;  // of the hunt
  double budget_seconds = 60;
  std::vector<std::string> targets;  // that hunt
  std::string folder;                // of the trial: corpus/, out/ and log
};

// The seed of a trial follows from that of the score.
std::uint64_t SeedOfTrial(std::uint64_t score_seed, const std::string& bug, std::uint64_t number);

// The targets, by name, that hunt for the bug. One that only some types show is hunted for by all,
// most of them in vain, as in any hunt. One that all types show is hunted for by those that make
// tapes of the types that its tree is built with; the others would look for it as well, but have
// nothing to run there.
std::vector<std::string> TargetsFor(const BugFile& bug, const std::vector<TargetInfo>& targets);

// The hunt that the plan stands for, on one core, from an empty corpus. Empties the folder.
ChildSpec SpecOfTrial(const TrialPlan& plan, const BugTree& tree);

// From the summary that it left: detected if a finding failed again in a process of its own.
// ToolError (environment) if there is none.
Trial TrialOf(const TrialPlan& plan, const ChildExit& end);

// What it left of the tapes that it ran: that of the confirmed finding, or the corpus.
std::vector<std::string> TapesOf(const TrialPlan& plan);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_TRIAL_H_

// The score itself: each planted bug built, hunted in trials, looked for by the corpus.
//
//   FOLDER/source         what was measured: a hash of the sources and of the options
//   FOLDER/trials.jsonl   a line for each trial, written as it ends
//   FOLDER/replays.jsonl  a line for each bug
//   FOLDER/builds.jsonl   the same: what came of building it
//   FOLDER/trees          the bugs' own trees, and two of the map as it is, each only as long as
//                         it is needed
//
// Whatever ends a score early, the next one with the same folder goes on from there.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_LOOP_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/build_log.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/folder_lock.h"
#include "harness/tool/score_data.h"
#include "harness/tool/score_evidence.h"
#include "harness/tool/score_trial.h"

namespace mapfuzz::tool {

// The name under which canaries are kept, where scores have names of their own.
inline constexpr const char* kCanaryName = "canary";

struct ScoreOptions {
  std::string source;                // the project's source tree
  std::string folder;                // of this configuration
  std::string configuration;         // its name
  std::string corpus;                // whose tapes are replayed
  std::vector<BugFile> known;        // all there are
  std::vector<BugFile> bugs;         // of them, what is measured, in this order
  std::vector<std::string> targets;  // that hunt; empty: all
  std::uint64_t trials = 10;         // of each bug
  double budget_seconds = 60;        // of each trial
  std::uint64_t seed = 1;
  int jobs = 1;                    // trials at once, one core each, and processes of a build
  std::string preset{kBugPreset};  // of the trees
  bool keep_trees = false;
  // Neither is the corpus replayed, nor are builds compared, nor is anything remembered.
  bool only_trials = false;
};

class ScoreLoop {
 public:
  // ToolError (bad input) if the folder holds a score of other sources or options.
  ScoreLoop(Session& session, const ScoreOptions& options);

  // Measures what is not measured yet, until an interrupt asks for the end.
  Score Run();
  // What the folder has on the bugs known, measured now or earlier.
  Score All() const { return Measured(options_.known); }

 private:
  struct RunningTrial;

  Score Measured(const std::vector<BugFile>& bugs) const;
  void MeasureAll();
  void RequireUnedited();
  bool IsEquivalent(const std::string& id) const;
  bool IsSameBug(const Effect& a, const Effect& b) const;
  std::string LibrariesOf();
  void RequireSameSources() const;
  void Measure(const BugFile& bug);
  bool IsMeasured(const BugFile& bug) const;
  bool IsReplayed(const BugFile& bug) const;
  std::vector<std::uint64_t> MissingTrials(const BugFile& bug) const;
  bool IsCurrent(const BuildRecord& record) const;
  void RequireUnchanged(const BuildRecord& record) const;
  void Remember(const BuildRecord& record);
  void RunTrials(const BugFile& bug, const BugTree& tree);
  void Finish(const BugFile& bug, const BugTree& tree, RunningTrial& running);
  TrialPlan PlanOf(const BugFile& bug, const BugTree& tree, std::uint64_t number) const;
  void ReplayCorpus(const BugFile& bug, const BugTree& tree);
  void Append(const std::string& file, const std::string& line) const;
  bool TellOrEnd(std::string_view what) const;
  void Tell(std::string_view what) const;

  Session& session_;
  const ScoreOptions& options_;
  const std::string source_;  // `SourceLine` as it was when the score began
  FolderLock lock_;
  Score score_;                            // the logs
  std::map<std::string, Build> builds_;    // by bug
  std::map<std::string, Effect> effects_;  // likewise
  Effect unedited_;
  EvidenceFinder evidence_;
  std::size_t at_ = 0;        // bugs done
  std::size_t done_now_ = 0;  // and how many of them in this run
  Child::Clock::time_point start_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_LOOP_H_

// The hunt itself: fuzzers started, watched, restarted after a finding, ended in time.
//
// A target whose threads share a map runs in two lanes, if there are two builds: in the first one
// for what its maps answer, and in one with the thread sanitizer for what they touch.
//
// One thread does all of it. Whatever happens to a fuzzer, its counters lie in a mapped file, its
// failing input in the folder for artifacts, its units in the scratch folder; the loop collects
// them and goes on with the rest of the budget.

#ifndef MAPFUZZ_HARNESS_TOOL_HUNT_LOOP_H_
#define MAPFUZZ_HARNESS_TOOL_HUNT_LOOP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/tool/budget.h"
#include "harness/tool/command.h"
#include "harness/tool/confirm.h"
#include "harness/tool/corpus_store.h"
#include "harness/tool/error.h"
#include "harness/tool/finding_store.h"
#include "harness/tool/folder_lock.h"
#include "harness/tool/fuzzer_process.h"
#include "harness/tool/hunt_summary.h"
#include "harness/tool/sanitizer_probe.h"

namespace mapfuzz::tool {

struct HuntOptions {
  std::vector<const TargetInfo*> targets;
  std::optional<double> seconds;       // of the whole hunt
  std::optional<std::uint64_t> execs;  // mutated executions of each target
  std::size_t jobs = 1;
  std::string build;   // build tree with targets/NAME_fuzzer
  std::string races;   // the same with thread sanitizer; empty: none
  std::string seeds;   // folder with a folder of tapes for each target
  std::string corpus;  // folder with a folder of kept units for each target
  std::string out;
  std::string map;     // the first of the registry: the one under test
  std::string policy;  // empty: the target's own
  std::string again;   // see HuntSummary::options
  std::uint32_t seed = 1;
  bool from_empty = false;
  bool allow_missed = false;
  bool until_finding = false;  // ends at the first confirmed one; targets take turns
  double timeout_seconds = 10;
  int memory_mb = 2048;
};

class HuntLoop {
 public:
  // Checks programs and folders, compiles seeds. ToolError if something is missing.
  HuntLoop(Session& session, const HuntOptions& options);

  // Hunts until the budget is used or an interrupt asks for the end.
  HuntSummary Run();

 private:
  // A target in one of the builds.
  struct TargetState {
    const TargetInfo* info = nullptr;
    std::string name;  // of files and messages
    std::string program;
    Confirmer confirmer;
    std::unique_ptr<CorpusStore> corpus;
    TargetSummary done;  // of the fuzzers that have ended
    int live = 0;        // fuzzers running
    int started = 0;     // fuzzers so far
    int fruitless = 0;   // deaths in a row before anything was mutated
    bool halved = false;
  };
  struct Worker {
    std::vector<Slice> slices;
    std::size_t next = 0;
    std::optional<FuzzerProcess> fuzzer;
    TargetState* target = nullptr;
  };

  double Elapsed() const;
  void AddTarget(const TargetInfo& info, bool races);
  bool MayRun(const TargetState& target) const;
  SanitizerProbe Probe(const std::string& program);
  void Feed(Worker& worker);
  void Start(Worker& worker, TargetState& target, const Slice& slice);
  void Tend(Worker& worker);
  void Finish(Worker& worker);
  void LimitReplays(TargetState& target);
  void RecoverLeftovers();
  void Record(TargetState& target, const std::string& artifact, const Signature& seen,
              const std::string& output);
  std::optional<Tape> FailingTape(const TargetState& target, const std::string& artifact,
                                  const std::string& output) const;
  void MeetEnvironment(const ToolError& error);
  void Sweep();
  void ShowProgress();
  HuntSummary Summarize() const;

  bool HasFound() const { return options_.until_finding && findings_.HasConfirmed(); }
  bool OnControl() const { return options_.map != session_.registry.maps.front(); }

  Session& session_;
  const HuntOptions& options_;
  ScratchFolder scratch_;
  FolderLock corpus_lock_;
  FolderLock out_lock_;
  std::string artifacts_;
  std::vector<TargetState> targets_;
  std::vector<Worker> workers_;
  FindingStore findings_;
  std::optional<SanitizerProbe> sanitizers_, races_;  // of the lanes, once they are asked
  std::string environment_;                           // see HuntSummary
  Child::Clock::time_point start_;
  double last_sweep_ = 0;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_HUNT_LOOP_H_

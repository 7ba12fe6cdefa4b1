// One run of a fuzz target's libFuzzer binary: its command line, its counters while it runs, and
// what it left behind when it ended.

#ifndef MAPFUZZ_HARNESS_TOOL_FUZZER_PROCESS_H_
#define MAPFUZZ_HARNESS_TOOL_FUZZER_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/stats.h"
#include "harness/tool/child.h"

namespace mapfuzz::tool {

struct FuzzerSpec {
  std::string program;          // <build>/targets/NAME_fuzzer
  std::string name;             // of this run, unique in the hunt: part of file names
  std::string scratch;          // folder for its log and counters
  std::string artifacts;        // folder for failing inputs
  std::string new_units;        // folder it writes into
  std::string start;            // folder it begins with
  std::string map;              // empty: the first
  std::string policy;           // empty: the target's own
  std::uint32_t seed = 1;       // the engine's
  std::uint64_t runs = 0;       // executions after which it ends, 0: no limit
  double seconds = 0;           // a backstop; the hunt ends it in time itself. 0: none
  double timeout_seconds = 10;  // one execution that takes longer, by the wall, may be a hang
  int memory_mb = 2048;
};

struct FuzzerEnd {
  ChildExit exit;
  bool asked = false;    // to end
  bool aborted = false;  // as it did not
  StatsPage page;
  std::uint64_t replayed = 0;          // executions before it began to mutate
  std::uint64_t mutated = 0;           // and after
  std::vector<std::string> artifacts;  // files that hold failing inputs
  std::string output;
};

class FuzzerProcess {
 public:
  explicit FuzzerProcess(const FuzzerSpec& spec);

  const Child& child() const { return child_; }
  double Seconds() const { return child_.Seconds(); }
  bool Ended() { return child_.Ended(); }
  // Asks it to end after the current execution. One that does not, called again after a while, is
  // made to save what it executes, as it may hang; at last it is killed.
  void Stop();
  // Its counters so far; zeros while it starts.
  StatsPage Page() const;
  // Executions up to the first mutation; nothing while it still replays its start inputs.
  std::optional<std::uint64_t> Replayed();
  FuzzerEnd Take();

 private:
  std::string log_;
  std::string stats_;
  std::string artifact_folder_;
  std::string artifact_name_;
  std::optional<std::uint64_t> replayed_;
  std::optional<Child::Clock::time_point> asked_;
  bool aborted_ = false;
  Child child_;
};

// The number of executions at libFuzzer's line "#N<tab>INITED ...".
std::optional<std::uint64_t> ExecutionsAtStart(std::string_view log);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_FUZZER_PROCESS_H_

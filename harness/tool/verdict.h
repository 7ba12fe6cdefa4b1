// One input, run in a process of its own, and what came of it.

#ifndef MAPFUZZ_HARNESS_TOOL_VERDICT_H_
#define MAPFUZZ_HARNESS_TOOL_VERDICT_H_

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/child.h"
#include "harness/tool/input.h"
#include "harness/tool/op_notes.h"
#include "harness/tool/registry.h"
#include "harness/tool/signature.h"

namespace mapfuzz::tool {

// See TimeLimit::hang. Far more than any run uses; how long anything takes is never compared.
inline constexpr double kRunLimitSeconds = 60;

struct RunRequest {
  std::string content;
  std::string name;  // for messages
  std::string map;
  std::optional<PolicyKind> policy;
  std::string target;             // shapes an engine's bytes; may be empty, or kNoTarget
  std::optional<Oracle> without;  // see RunOptions
  std::optional<std::uint64_t> until_step;
  bool history = false;
  bool report_races = true;  // else a run goes on where thread sanitizer would report and end it
  bool states = false;       // handed back before the verdict; see `state_stream.h`
  std::optional<std::uint64_t> state_in_words;  // the step whose state is told in words, too
  // How often the same request ran before. What each run allocates lies at other addresses, even
  // where the allocator begins at the same one in every process, as that of address sanitizer does.
  std::size_t runs_before = 0;
};

struct Verdict {
  enum class Kind { kPass, kFail, kBadInput };
  Kind kind = Kind::kPass;
  Signature signature;  // of a failure
  std::string report;   // of a failure, begins with the MAPFUZZ-FAIL line; of bad input, why
  bool trace = false;   // the input was a Go trace
  std::uint64_t lines = 0;
  std::string digest;  // of the history
  std::uint64_t steps = 0;
  std::uint64_t skipped = 0;
  std::uint64_t points = 0;   // that threads met; see RunResult
  std::uint64_t untaken = 0;  // switches of the schedule that were not made
  bool hides_state = false;   // states were asked for, and the map does not show them
  std::uint64_t largest = 0;
  std::uint64_t failed_step = 0;
  std::uint64_t failed_op = 0;
  std::string unjudged;  // see RunResult
  bool cut = false;      // ended where --until-step said, and not by itself
  // Operations of the tape that were left out, since this map cannot do them or they mean nothing
  // where they stand, and those whose fault or corruption no step met.
  std::vector<LeftOut> left_out;
  std::vector<LeftOut> unmet;
  std::vector<std::string> milestones;
  std::array<std::uint64_t, kOracles> consulted{};  // see RunResult
  std::string history;                              // if asked for, a line for every step,
  std::vector<std::uint32_t> operations;  // the operation (from 0) that each step belongs to, and
  std::vector<OpNote> notes;              // what became of operations beside their steps
  std::string story;                      // and of threads, how they went

  // A death that says nothing of the map: no verdict, no report of a sanitizer, no signal of the
  // program's own making. Memory may have run out, or the program may not start.
  bool EndedWithoutWord() const;
  bool passed() const { return kind == Kind::kPass; }
};

// How `program` (this tool, of this or another build) is started for a request, and the verdict
// of the process that it was. ToolError (environment) if the system let it have none.
ChildSpec RunSpec(const std::string& program, const RunRequest& request);
Verdict VerdictOf(const ChildExit& end);

// Both, one request, waiting for it.
Verdict RunAndWait(const std::string& program, const RunRequest& request,
                   double limit_seconds = kRunLimitSeconds);

// The failure that two runs of one input are if they gave two histories.
Verdict TwoHistories(const Verdict& first, const Verdict& second);

// Its report ends with these commands, if there are any.
nlohmann::ordered_json ToJson(const Verdict& verdict, const std::string& commands = {});

// The other side: the hidden command `run-one` reads its input from standard input and writes the
// verdict to kResultFd. Returns the exit code.
struct RunOneArguments {
  std::string name, map, policy, target, without;
  std::uint64_t until_step = UINT64_MAX;
  bool history = false;
  bool states = false;
  std::uint64_t state_in_words = UINT64_MAX;
  std::size_t runs_before = 0;
};
int RunOne(const Registry& registry, const RunOneArguments& arguments);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_VERDICT_H_

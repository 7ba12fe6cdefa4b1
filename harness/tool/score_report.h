// What a score says: of each planted bug how surely and how soon it is detected, and if it is not,
// which part of the harness is to blame; then the same for each class of bugs and for all.
//
// It says how sensitive the harness is to these bugs, not how many bugs of other people it would
// find: planted bugs are no sample of those. Everything follows from the score alone, so that the
// same score gives the same bytes.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_REPORT_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_REPORT_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/tool/score_data.h"
#include "harness/tool/statistics.h"

namespace mapfuzz::tool {

// What the time to detection is counted in. Operations and executions follow from the seed, seconds
// are the machine's as well.
enum class Measure { kOperations, kExecutions, kSeconds };

// The time to detection; censored if there was none.
Observation ObservationOf(const Trial& trial, Measure measure);
std::vector<Observation> ObservationsOf(const std::vector<const Trial*>& trials, Measure measure);

// The trials of one bug, by number.
std::vector<const Trial*> TrialsOf(const Score& score, const std::string& bug);

// What is to be done about a bug, the worst first.
enum class Diagnosis {
  kBuildFailed,    // nothing was measured
  kNotEquivalent,  // detected, though its author says that nothing can see it
  kNeverReached,   // no target comes to the code: a target is missing
  kNotTriggered,   // the code runs, but never goes wrong: the generator is weak
  kNotDetected,    // the map goes wrong, and nobody sees it: an oracle is weak
  kUnexplained,    // not detected, and how far the trials came is not known
  kUntried,        // neither a trial nor a replay
  kLate,           // detected in some trials only
  kOk,
  kEquivalent,  // never detected, as it must be
  kDuplicate,   // stands for another bug already
};

inline constexpr std::size_t kDiagnoses = 11;

std::string_view DiagnosisName(Diagnosis diagnosis);  // "missing target", ...
std::string_view DiagnosisHelp(Diagnosis diagnosis);  // what that means, in a clause

// In how many trials something was so.
struct Count {
  std::size_t yes = 0;
  std::size_t no = 0;
  std::size_t unknown = 0;

  void Add(const std::optional<bool>& what) { ++(!what.has_value() ? unknown : *what ? yes : no); }

  friend bool operator==(const Count&, const Count&) = default;
};

struct BugReport {
  BugInfo bug;
  Diagnosis diagnosis = Diagnosis::kUntried;
  std::size_t trials = 0;
  std::size_t detected = 0;  // trials that did
  Interval share;            // of trials that do
  // Medians of the time to detection (Kaplan-Meier); none if half of the trials did not get there.
  std::optional<double> operations, executions, seconds;
  double budget_seconds = 0;  // the largest of its trials
  std::vector<std::pair<std::string, std::size_t>>
      oracles;                    // that detected it, the most often first
  Count reached, triggered;       // of trials
  std::optional<bool> in_corpus;  // whether its replay detects it; none without a replay

  // Detected in at least 8 of 10 trials.
  bool reliable() const { return trials != 0 && 10 * detected >= 8 * trials; }
};

// Bugs with trials, of a class or all of them; only those that count (BugInfo::counts).
struct GroupReport {
  std::string name;
  std::size_t bugs = 0;
  std::size_t reliable = 0;  // detected in at least 8 of 10 trials
  std::size_t ever = 0;      // detected in any trial
  Interval reliable_share;
  std::optional<double> seconds;  // the median over bugs of the median times
};

struct ScoreReport {
  std::string configuration;
  std::vector<BugReport> bugs;  // the worst diagnosis first, then the least detected, then by id
  std::vector<GroupReport> classes;  // the least reliable first, then by name
  GroupReport all;
};

// ToolError (bad input) if the score does not hold together (CheckScore).
ScoreReport ReportOf(const Score& score);

nlohmann::ordered_json ToJson(const ScoreReport& report);

// "operations", "executions" or "seconds".
std::string_view MeasureName(Measure measure);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_REPORT_H_

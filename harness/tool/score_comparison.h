// Two scores of the same bugs against each other: which configuration detects each bug sooner, and
// whether that is more than chance.
//
// For each bug the times to detection of both are compared by the U test and by their effect size;
// the p of all bugs are corrected together. A trial counts as undetected from the smaller budget of
// the two on, so that neither gains by a longer one.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_COMPARISON_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_COMPARISON_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/score_data.h"
#include "harness/tool/score_report.h"
#include "harness/tool/statistics.h"

namespace mapfuzz::tool {

enum class Ahead { kNeither, kA, kB };

// The chance of even one false "sooner" in a comparison.
inline constexpr double kComparisonLevel = 0.05;

struct BugComparison {
  struct Side {
    std::size_t trials = 0;
    std::size_t detected = 0;      // before the common budget
    std::optional<double> median;  // of the time to detection, in the measure compared
  };

  std::string id;
  Side a, b;
  double budget_seconds = 0;      // the smallest of all its trials
  RankTest test;                  // of the times of A and those of B
  double a_sooner = 0.5;          // A12: the chance that a trial of A is sooner than one of B
  double corrected_p = 1;         // by Holm, over all bugs compared
  Ahead ahead = Ahead::kNeither;  // whose lead is beyond chance
};

struct ScoreComparison {
  std::string a, b;  // names of the configurations
  Measure measure = Measure::kSeconds;
  std::vector<BugComparison> bugs;        // by id
  std::vector<std::string> not_compared;  // ids: not in both, or without trials, or do not count
  std::size_t a_leads = 0, b_leads = 0;   // bugs
  double mean_a_sooner = 0.5;             // of A12 over bugs
  bool too_few_trials = false;            // so that no bug could show a difference whatever it is

  // Whoever leads on more bugs.
  Ahead ahead() const;
};

// ToolError (bad input) if a score does not hold together (CheckScore).
ScoreComparison Compare(const Score& a, const Score& b, Measure measure);

// At most 100 columns; ids are cut if they are too long for that.
std::string ComparisonText(const ScoreComparison& comparison);
nlohmann::ordered_json ToJson(const ScoreComparison& comparison);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_COMPARISON_H_

// For tests only: scores made by hand.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_FIXTURE_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_FIXTURE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/tool/score_data.h"

namespace mapfuzz::tool {

inline constexpr double kTestBudget = 60;

inline BugInfo TestBug(const std::string& id, const std::string& bug_class) {
  BugInfo bug;
  bug.id = id;
  bug.title = "The title of " + id;
  bug.bug_class = bug_class;
  bug.weight = "subtle";
  bug.expected_oracle = "structure";
  return bug;
}

// A trial that detects the bug after so many seconds, at 1000 operations and 10 executions each.
inline Trial DetectedAfter(const std::string& bug, std::uint64_t number, double seconds) {
  Trial trial;
  trial.bug = bug;
  trial.number = number;
  trial.seed = 100 + number;
  trial.detected = true;
  trial.oracle = "structure";
  trial.property = "tophash";
  trial.target = "growth";
  trial.operations = static_cast<std::uint64_t>(1000 * seconds);
  trial.executions = static_cast<std::uint64_t>(10 * seconds);
  trial.seconds = seconds;
  trial.reached = true;
  trial.triggered = true;
  trial.budget_seconds = kTestBudget;
  return trial;
}

inline Trial Undetected(const std::string& bug, std::uint64_t number,
                        const std::optional<bool>& reached, const std::optional<bool>& triggered) {
  Trial trial = DetectedAfter(bug, number, kTestBudget);
  trial.detected = false;
  trial.oracle = "";
  trial.property = "";
  trial.reached = reached;
  trial.triggered = triggered;
  return trial;
}

// Adds a bug with a trial for each time; a time of the whole budget is none.
inline void AddBug(Score& score, const std::string& id, const std::string& bug_class,
                   const std::vector<double>& times) {
  score.bugs.push_back(TestBug(id, bug_class));
  for (const double time : times) {
    const std::uint64_t number = score.trials.size();
    score.trials.push_back(time < kTestBudget ? DetectedAfter(id, number, time)
                                              : Undetected(id, number, true, true));
  }
}

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_FIXTURE_H_

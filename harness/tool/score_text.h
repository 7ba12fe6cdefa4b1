// A score as people and as spreadsheets read it.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_TEXT_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/score_data.h"
#include "harness/tool/score_report.h"

namespace mapfuzz::tool {

// The bugs under their diagnoses, the worst first; the classes; a line over all. No wider than 100
// columns, but for ids of more than 45.
std::string ReportText(const ScoreReport& report);

// One row a trial below a row of names, as RFC 4180 has it: lines end with CR LF, and fields with a
// comma, a quote or a line's end are quoted. What is not known is empty.
std::string ScoreCsv(const Score& score);

// What texts on scores share.

inline constexpr std::size_t kScoreColumns = 100;

// "0.07s", "42s", "1m30s".
std::string ShortTime(double seconds);

// The median of times of which each trial lasted so long: "> 1m00s" if there is none.
std::string MedianTime(const std::optional<double>& seconds, double budget_seconds);

// "49-94%".
std::string PercentInterval(const Interval& interval);

// The words after each other, lines broken at kScoreColumns, each line behind `indent`.
std::string WrappedList(const std::vector<std::string>& words, std::string_view indent);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_TEXT_H_

// A score as a picture: how the share of trials that have yet to detect their bug falls with time.

#ifndef MAPFUZZ_HARNESS_TOOL_SURVIVAL_PLOT_H_
#define MAPFUZZ_HARNESS_TOOL_SURVIVAL_PLOT_H_

#include <string>

#include "harness/tool/score_data.h"

namespace mapfuzz::tool {

// An SVG that needs nothing else: no script, no font, no other file. It follows the reader's light
// or dark colours, and a legend, a title and a description say in words what it shows. Over
// seconds, on a logarithmic axis, it has the Kaplan-Meier curve of all trials of bugs that count
// (BugInfo::counts), and a thin one of those of each class. The left edge stands for all times up
// to its own; the right one is the longest budget. All its classes of style and ids begin with
// "survival-", so that it may stand within a page.
//
// The trials of one bug are more alike than those of different bugs, so the curves have no band of
// confidence: one that takes the trials for independent would be too narrow.
std::string SurvivalPlot(const Score& score);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SURVIVAL_PLOT_H_

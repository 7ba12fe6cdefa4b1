// The folder of a score: what its logs are of, and what is left of them after a sudden end.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_FOLDER_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_FOLDER_H_

#include <string>
#include <vector>

#include "harness/tool/bug_file.h"

namespace mapfuzz::tool {

struct ScoreOptions;

// A line that names what decides the outcome of trials, beside the bugs themselves: the sources
// and the options. Two scores of the same may share a folder.
std::string SourceLine(const ScoreOptions& options);

// A hash of the edit, and of the types it is built for.
std::string EditHash(const BugFile& bug);

// The tapes that are replayed on every bug, by path; those beside bugs that lie elsewhere, which
// are replayed on their own bug; and a hash of the names and contents of some.
std::vector<std::string> CorpusTapes(const std::string& corpus);
std::vector<std::string> TapesBeside(const std::vector<BugFile>& bugs, const std::string& corpus);
std::string HashOf(const std::vector<std::string>& files);

// Removes the trees of bugs that the options do not name. Each has some hundred megabytes.
void RemoveOtherTrees(const ScoreOptions& options);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_FOLDER_H_

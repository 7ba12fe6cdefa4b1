// How far tapes come with a planted bug: to the code that was edited (reached), and to a map in
// another state than without the edit (triggered).
//
// This is what tells a weak generator from a weak oracle when nobody detects a bug. Triggered is
// told by the map with the bug and the one without it in lock-step, reached by the lines that the
// tapes run in a map without it, built for that. What is triggered was reached, be it in code that
// only the compiler runs.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_EVIDENCE_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_EVIDENCE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/command.h"
#include "harness/tool/line_coverage.h"

namespace mapfuzz::tool {

// None of what cannot be known: of tapes that do nothing in the bug's tree, of an edit to what is
// never run, or without LLVM's tools of coverage.
struct Evidence {
  std::optional<bool> reached, triggered;

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// So many tapes of a corpus are asked, evenly from all of it.
inline constexpr std::size_t kTapesAsked = 160;

class EvidenceFinder {
 public:
  struct Spec {
    std::string source;              // the project's source tree
    std::string folder;              // its trees go there: unedited/ and coverage/
    std::vector<std::string> types;  // of all bugs
    std::string preset = "bug";      // of the former
    int jobs = 1;                    // of their builds
    BuildWatch watch;
  };

  EvidenceFinder(Session& session, Spec spec) : session_(session), spec_(std::move(spec)) {}

  // The map as it is, built if it is not there yet. ToolError (environment) if it cannot be.
  const BugTree& Unedited();

  // Both trees go; they are some hundred megabytes, and are built again when they are asked for.
  void RemoveTrees();

  // Of these files, in the tree of the bug. Files that are no tapes are left out. Runs each twice,
  // and those that trigger nothing once more, all in one process.
  Evidence Of(const BugFile& bug, const BugTree& tree, const std::vector<std::string>& files);

 private:
  std::optional<bool> IsTriggered(const BugTree& tree, const std::vector<std::string>& files);
  std::optional<bool> IsReached(const BugFile& bug, const BugTree& tree,
                                const std::vector<std::string>& files);
  std::optional<Coverage> CoverageOf(const BugTree& tree, const std::vector<std::string>& files);
  std::vector<Tape> TapesIn(const std::vector<std::string>& files) const;

  Session& session_;
  const Spec spec_;
  std::optional<BugTree> unedited_, counting_;
  bool blind_ = false;  // no lines can be counted
};

// The lines of the file that the bug changes, without those that stand in `old:` only to be found
// by. Where it only adds lines, the one in front of which they come.
LineRange EditedLines(const BugFile& bug, const PlantedText& planted);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_EVIDENCE_H_

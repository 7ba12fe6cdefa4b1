// What a score measures: bugs planted into copies of the map, and the trials in which a harness
// looks for each of them.
//
// A score may take hours, and may be interrupted. So each trial is a line of JSON of its own,
// appended to a log when the trial ends; a log whose last line is torn is as good as one that ends
// before it. All of this goes to JSON and back without loss. Strings are UTF-8; bytes that are not
// become U+FFFD on the way out.

#ifndef MAPFUZZ_HARNESS_TOOL_SCORE_DATA_H_
#define MAPFUZZ_HARNESS_TOOL_SCORE_DATA_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mapfuzz::tool {

// One hunt for one bug, from an empty corpus, until it is detected or the budget is used up.
struct Trial {
  std::string bug;  // its id
  std::uint64_t number = 0;
  std::uint64_t seed = 0;
  bool detected = false;
  std::string oracle, property;  // of the first failure; empty if there was none
  std::string target;            // that had it; of an undetected bug, all that looked for it
  // Up to the first failure, or all there were.
  std::uint64_t operations = 0;
  std::uint64_t executions = 0;
  double seconds = 0;
  // Whether the code with the bug was executed, and whether the map then differed from one without
  // it. None if that is not known.
  std::optional<bool> reached, triggered;
  double budget_seconds = 0;

  friend bool operator==(const Trial&, const Trial&) = default;
};

// What the corpus says of one bug: all its tapes replayed, up to the first that fails.
struct CorpusReplay {
  std::string bug;
  bool detected = false;
  std::string oracle;
  std::string tape;  // that failed
  double seconds = 0;
  std::optional<bool> reached, triggered;

  friend bool operator==(const CorpusReplay&, const CorpusReplay&) = default;
};

enum class BuildState { kOk, kFailed, kDuplicate };

// What came of the map with the bug.
struct Build {
  BuildState state = BuildState::kOk;
  std::string duplicate_of;  // the other bug of which the binary is the same
  std::string message;       // of the compiler, or how the two were found to be the same

  friend bool operator==(const Build&, const Build&) = default;
};

struct BugInfo {
  std::string id;
  std::string title;
  std::string bug_class;        // "evacuation", "nan-keys", ...
  std::string weight;           // "gross" if plain unit tests see it at once, else "subtle"
  std::string expected_oracle;  // that is meant to see it
  bool equivalent = false;      // to the map without it, by its author's word: nothing may see it
  Build build;

  // Whether there is something to find.
  bool counts() const { return build.state == BuildState::kOk && !equivalent; }

  friend bool operator==(const BugInfo&, const BugInfo&) = default;
};

struct Score {
  std::string configuration;  // what was measured, in a word or two
  std::vector<BugInfo> bugs;
  std::vector<Trial> trials;
  std::vector<CorpusReplay> replays;

  friend bool operator==(const Score&, const Score&) = default;
};

// ToolError (bad input), beginning with `name`, unless every id is there once, trials, replays and
// duplicates are of bugs that are there, no trial is there twice, and failures name their oracle.
void CheckScore(const Score& score, const std::string& name);

nlohmann::ordered_json ToJson(const Score& score);

// Of a document that ToJson made. What else it is, is a ToolError (bad input) that begins with
// `file` and says which member is wrong.
Score ParseScore(std::string_view content, const std::string& file);

// A line of a log, with its end.
std::string TrialLine(const Trial& trial);
std::string ReplayLine(const CorpusReplay& replay);

template <class Record>
struct Log {
  std::vector<Record> records;
  std::size_t whole_bytes = 0;  // up to where to cut the file before more is appended
};

// Takes whole lines. What stands behind the last line's end was torn and is left out; any other
// line that is no trial, or the same trial again, is a ToolError (bad input) that begins with
// FILE:LINE.
Log<Trial> ParseTrials(std::string_view content, const std::string& file);
// The same for replays: one for each bug.
Log<CorpusReplay> ParseReplays(std::string_view content, const std::string& file);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SCORE_DATA_H_

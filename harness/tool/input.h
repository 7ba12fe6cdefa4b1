// What a file given to the tool is, and the tape in it.

#ifndef MAPFUZZ_HARNESS_TOOL_INPUT_H_
#define MAPFUZZ_HARNESS_TOOL_INPUT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/registry.h"

namespace mapfuzz::tool {

enum class InputKind {
  kTape,    // text form
  kTrace,   // recorded from the Go runtime
  kEngine,  // bytes of a fuzzing engine: a corpus unit or a crash file
  kOther,   // readable text that is neither
};

// Decided by the first line, else by whether every byte is printable text.
InputKind KindOf(std::string_view content);

std::string_view KindName(InputKind kind);

// What the command line may change about a tape.
struct TapeOverrides {
  std::optional<PolicyKind> policy;
  // Shapes an engine's bytes; a tape in text form already is what it is. Also says that text
  // without a tape's first line is an engine's bytes that happen to be printable.
  const TargetInfo* target = nullptr;
  // Says the latter without a target: bytes run as what they decode to.
  bool bytes = false;
};

// A line of a tape's head that its target's shape changed. Lines that only one of the two has go
// with their type, and are no changes of their own.
struct HeaderChange {
  std::string name;
  std::string said;  // in the file
  std::string runs;  // what the target runs it with
};

struct LoadedTape {
  InputKind kind = InputKind::kTape;
  Tape tape;
  std::string expect;  // "ORACLE/PROPERTY" of a tape that must fail, else empty
  std::vector<HeaderChange> changes;
};

// Throws ToolError (bad input) with line and column if `content` is no tape.
LoadedTape LoadTape(std::string_view content, const std::string& name,
                    const TapeOverrides& overrides);

// The changes that a target's shape makes to this configuration.
std::vector<HeaderChange> ChangesOf(const TargetInfo& target, const Config& config);

// The option that keeps what the file says: --policy NAME, or --target none.
std::string OptionToKeep(const std::vector<HeaderChange>& changes);

// One line about the changes; empty if there are none.
std::string NoteOfChanges(const std::string& name, const std::string& target,
                          const std::vector<HeaderChange>& changes);

std::optional<PolicyKind> ParsePolicy(std::string_view name);

// The target whose bytes a file holds by its place: corpora and findings lie in folders with
// their target's name, or its lane's. Null if the folder's name is no target's.
const TargetInfo* TargetOfPath(const Registry& registry, const std::string& path);

// What --target is given for bytes that are to run as what they decode to.
inline constexpr std::string_view kNoTarget = "none";

// The name of the target that reads this content: what --target says (`option`), else, for bytes,
// that of the folder. A text is what it says: without --target its target is empty.
std::string TargetFor(const Registry& registry, const std::string& option, const std::string& path,
                      std::string_view content);

// What the options --policy and --target (as `TargetFor` gives it) change; either may be empty.
TapeOverrides OverridesOf(const Registry& registry, std::string_view policy,
                          std::string_view target);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_INPUT_H_

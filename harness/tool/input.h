// What a file given to the tool is, and the tape in it.

#ifndef MAPFUZZ_HARNESS_TOOL_INPUT_H_
#define MAPFUZZ_HARNESS_TOOL_INPUT_H_

#include <optional>
#include <string>
#include <string_view>

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
};

struct LoadedTape {
  InputKind kind = InputKind::kTape;
  Tape tape;
  std::string expect;  // "ORACLE/PROPERTY" of a tape that must fail, else empty
};

// Throws ToolError (bad input) with line and column if `content` is no tape.
LoadedTape LoadTape(std::string_view content, const std::string& name,
                    const TapeOverrides& overrides);

std::optional<PolicyKind> ParsePolicy(std::string_view name);

// The target whose bytes a file holds by its place: corpora and findings lie in folders with
// their target's name. Null if the folder's name is no target's.
const TargetInfo* TargetOfPath(const Registry& registry, const std::string& path);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_INPUT_H_

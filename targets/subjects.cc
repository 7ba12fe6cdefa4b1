#include "targets/subjects.h"

#include <iterator>
#include <stdexcept>
#include <string>

#include "targets/subject_runs.h"

namespace mapfuzz {
namespace {

// Types without a checked map run under Strict.
RunResult RunAnyHmap(const Tape& tape, const RunOptions& options) {
  const bool checked = tape.config.policy == PolicyKind::kChecked;
  switch (tape.config.type) {
    case KeyType::kU64:
      return checked ? RunHmapCheckedU64(tape, options) : RunHmapU64(tape, options);
    case KeyType::kU32:
      return RunHmapU32(tape, options);
    case KeyType::kString:
      return checked ? RunHmapCheckedString(tape, options) : RunHmapString(tape, options);
    case KeyType::kF64:
      return RunHmapF64(tape, options);
    case KeyType::kTracked:
      return RunHmapTracked(tape, options);
    case KeyType::kMoveOnly:
      return RunHmapMoveOnly(tape, options);
    case KeyType::kCopyOnly:
      return RunHmapCopyOnly(tape, options);
    case KeyType::kLarge:
      return RunHmapLarge(tape, options);
    case KeyType::kVariant:
      return RunHmapVariant(tape, options);
    case KeyType::kBytes:
      return checked ? RunHmapCheckedBytes(tape, options) : RunHmapBytes(tape, options);
  }
  return {};
}

// Every control is the same for threads.
RunResult RunAnyShared(bool control, const Tape& tape, const RunOptions& options) {
  switch (control ? SharedKind::kLocked : tape.config.shared) {
    case SharedKind::kSharded:
      return RunSharedSharded(tape, options);
    case SharedKind::kSync:
      return RunSharedSync(tape, options);
    case SharedKind::kReaders:
    case SharedKind::kPlain:
      return RunSharedPlain(tape, options);
    default:
      return RunSharedLocked(tape, options);
  }
}

using Run = RunResult (*)(const Tape& tape, const RunOptions& options);

// In the order of kMapNames.
constexpr Run kRuns[] = {
    RunAnyHmap,
    RunStd,
#if MAPFUZZ_HAVE_ABSL
    RunAbsl,
#endif
};
static_assert(std::size(kRuns) == std::size(kMapNames));

}  // namespace

RunResult RunTape(std::string_view map, const Tape& tape, const RunOptions& options) {
  std::string names;
  for (std::size_t i = 0; i < std::size(kRuns); ++i) {
    if (kMapNames[i] == map) {
      return IsShared(tape.config) ? RunAnyShared(i != 0, tape, options) : kRuns[i](tape, options);
    }
    names += " " + std::string(kMapNames[i]);
  }
  throw std::invalid_argument("no map called '" + std::string(map) +
                              "' in this build; there are:" + names);
}

}  // namespace mapfuzz

// The key types that this build leaves out (MAPFUZZ_TYPES): their tapes do nothing.
//
// A tree that is built for one tape, to see whether it shows a planted bug, needs one type only.

#include "targets/subject_runs.h"

namespace mapfuzz {
namespace {

[[maybe_unused]] RunResult RunNothing(const Tape& tape) {
  RunResult result;
  result.skipped = tape.ops.size();
  return result;
}

}  // namespace

#ifdef MAPFUZZ_LEAVES_OUT_U64
RunResult RunHmapU64(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_U32
RunResult RunHmapU32(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_STRING
RunResult RunHmapString(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_F64
RunResult RunHmapF64(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_TRACKED
RunResult RunHmapTracked(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_MOVEONLY
RunResult RunHmapMoveOnly(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_COPYONLY
RunResult RunHmapCopyOnly(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_LARGE
RunResult RunHmapLarge(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_VARIANT
RunResult RunHmapVariant(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_BYTES
RunResult RunHmapBytes(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_CHECKED
RunResult RunHmapCheckedU64(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
RunResult RunHmapCheckedString(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
RunResult RunHmapCheckedBytes(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif
#ifdef MAPFUZZ_LEAVES_OUT_SHARED
RunResult RunSharedLocked(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
RunResult RunSharedSharded(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
RunResult RunSharedSync(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
RunResult RunSharedPlain(const Tape& tape, const RunOptions&) { return RunNothing(tape); }
#endif

}  // namespace mapfuzz

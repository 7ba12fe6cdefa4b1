// The runners behind `subjects.h`, one function for each map and key type, each defined in a file
// of its own so that they compile side by side.

#ifndef MAPFUZZ_TARGETS_SUBJECT_RUNS_H_
#define MAPFUZZ_TARGETS_SUBJECT_RUNS_H_

#include "harness/run.h"
#include "harness/tape.h"

namespace mapfuzz {

RunResult RunHmapU64(const Tape& tape, const RunOptions& options);
RunResult RunHmapU32(const Tape& tape, const RunOptions& options);
RunResult RunHmapString(const Tape& tape, const RunOptions& options);
RunResult RunHmapF64(const Tape& tape, const RunOptions& options);
RunResult RunHmapTracked(const Tape& tape, const RunOptions& options);
// Under Strict whatever the tape says: Go119 would have to copy the keys or to make values of
// nothing.
RunResult RunHmapMoveOnly(const Tape& tape, const RunOptions& options);
RunResult RunHmapCopyOnly(const Tape& tape, const RunOptions& options);
RunResult RunHmapLarge(const Tape& tape, const RunOptions& options);
RunResult RunHmapVariant(const Tape& tape, const RunOptions& options);
RunResult RunHmapBytes(const Tape& tape, const RunOptions& options);
// Checked maps of u64, string and bytes, the first two by their own look-ups whatever the tape
// says: that is one map for each of Go's look-ups.
RunResult RunHmapCheckedU64(const Tape& tape, const RunOptions& options);
RunResult RunHmapCheckedString(const Tape& tape, const RunOptions& options);
RunResult RunHmapCheckedBytes(const Tape& tape, const RunOptions& options);
RunResult RunStd(const Tape& tape, const RunOptions& options);
RunResult RunAbsl(const Tape& tape, const RunOptions& options);
// Of tapes whose map threads share.
RunResult RunSharedLocked(const Tape& tape, const RunOptions& options);
RunResult RunSharedSharded(const Tape& tape, const RunOptions& options);
RunResult RunSharedSync(const Tape& tape, const RunOptions& options);
RunResult RunSharedPlain(const Tape& tape, const RunOptions& options);

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SUBJECT_RUNS_H_

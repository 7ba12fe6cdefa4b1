// Runs a tape whose map threads share, and judges what they were told.
//
// Operations without a thread come first, one after the other, each held to what a map must do.
// Then the threads run under the tape's schedule, one at a time, and call and return of each of
// their steps get a number, which makes a history. When all are over the map is read once more,
// every key, and as a whole. The history must be one that the map's promises allow, with what was
// read at the end and without; the map at rest must keep its rules, and its values die with it.
//
// A write writes its number in the tape, so every value tells where it comes from. A comparison
// (`cas`, `casdel`) is with the value that the thread read or wrote last at the key; before it has,
// with what the map held when the threads began, or 0.
//
// Threads that wait for each other, or do not come to an end, are a failure of the schedule. What
// they were on is kept then, since threads may stand in the middle of it.

#ifndef MAPFUZZ_HARNESS_THREADS_THREAD_RUN_H_
#define MAPFUZZ_HARNESS_THREADS_THREAD_RUN_H_

#include "harness/run.h"
#include "harness/tape.h"
#include "harness/threads/shared_map.h"

namespace mapfuzz {

// `tape.config` is that of a shared map. Signatures have the kind of map as their site.
RunResult RunSharedTape(const SharedMapKind& kind, const Tape& tape,
                        const RunOptions& options = {});

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_THREAD_RUN_H_

// Runs a tape on a shared map whose adapter is `Subject<KeyType>`, by the type that the tape names.

#ifndef MAPFUZZ_TARGETS_RUN_SHARED_H_
#define MAPFUZZ_TARGETS_RUN_SHARED_H_

#include "harness/threads/thread_run.h"

// Whether the file is compiled with points at loads and stores.
#if !defined(MAPFUZZ_ACCESS_POINTS)
#define MAPFUZZ_ACCESS_POINTS 0
#endif

namespace mapfuzz {

template <template <KeyType> class Subject>
RunResult RunShared(const Tape& tape, const RunOptions& options) {
  constexpr bool kTraced = MAPFUZZ_ACCESS_POINTS;
  switch (tape.config.type) {
    case KeyType::kU32:
      return RunSharedTape(SharedMapKindOf<Subject<KeyType::kU32>>(kTraced), tape, options);
    case KeyType::kString:
      return RunSharedTape(SharedMapKindOf<Subject<KeyType::kString>>(kTraced), tape, options);
    default:
      return RunSharedTape(SharedMapKindOf<Subject<KeyType::kU64>>(kTraced), tape, options);
  }
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_RUN_SHARED_H_

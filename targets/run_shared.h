// Runs a tape on a shared map whose adapter is `Subject<KeyType>`, by the type that the tape names.

#ifndef MAPFUZZ_TARGETS_RUN_SHARED_H_
#define MAPFUZZ_TARGETS_RUN_SHARED_H_

#include "harness/threads/thread_run.h"

// Whether the file is compiled with points at loads and stores.
#if !defined(MAPFUZZ_ACCESS_POINTS)
#define MAPFUZZ_ACCESS_POINTS 0
#endif

namespace mapfuzz {

template <class Subject>
RunResult RunSharedOn(const Tape& tape, const RunOptions& options) {
  constexpr bool kTraced = MAPFUZZ_ACCESS_POINTS;
  SharedMapKind kind = SharedMapKindOf<Subject>(kTraced);
  kind.threads_only_read = tape.config.shared == SharedKind::kReaders;
  return RunSharedTape(kind, tape, options);
}

template <template <KeyType> class Subject>
RunResult RunShared(const Tape& tape, const RunOptions& options) {
  switch (tape.config.type) {
    case KeyType::kU32:
      return RunSharedOn<Subject<KeyType::kU32>>(tape, options);
    case KeyType::kString:
      return RunSharedOn<Subject<KeyType::kString>>(tape, options);
    default:
      return RunSharedOn<Subject<KeyType::kU64>>(tape, options);
  }
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_RUN_SHARED_H_

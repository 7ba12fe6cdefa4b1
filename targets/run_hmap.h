// Runs a tape on `hmap::Map` of one key type, by the policy and path that the tape names.

#ifndef MAPFUZZ_TARGETS_RUN_HMAP_H_
#define MAPFUZZ_TARGETS_RUN_HMAP_H_

#include "harness/runner.h"
#include "targets/hmap_subject.h"

namespace mapfuzz {

template <KeyType kType, PolicyKind kPolicy>
RunResult RunHmapPath(const Tape& tape, const RunOptions& options) {
  if (tape.config.path == PathKind::kFast) {
    return Runner<HmapSubject<kType, kPolicy, PathKind::kFast>>::Run(tape, options);
  }
  return Runner<HmapSubject<kType, kPolicy, PathKind::kGeneric>>::Run(tape, options);
}

// Keys that watch over their lives have no look-up of their own in Go.
template <KeyType kType>
RunResult RunHmapGeneric(const Tape& tape, const RunOptions& options) {
  return Runner<HmapSubject<kType, PolicyKind::kStrict, PathKind::kGeneric>>::Run(tape, options);
}

template <KeyType kType>
RunResult RunHmap(const Tape& tape, const RunOptions& options) {
#if MAPFUZZ_HAVE_GO119
  return tape.config.policy == PolicyKind::kGo119
             ? RunHmapPath<kType, PolicyKind::kGo119>(tape, options)
             : RunHmapPath<kType, PolicyKind::kStrict>(tape, options);
#else
  return RunHmapPath<kType, PolicyKind::kStrict>(tape, options);
#endif
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_RUN_HMAP_H_

#include "harness/runner.h"
#include "targets/bytes_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapBytes(const Tape& tape, const RunOptions& options) {
#if MAPFUZZ_HAVE_GO119
  return tape.config.policy == PolicyKind::kGo119
             ? Runner<BytesSubject<PolicyKind::kGo119>>::Run(tape, options)
             : Runner<BytesSubject<PolicyKind::kStrict>>::Run(tape, options);
#else
  return Runner<BytesSubject<PolicyKind::kStrict>>::Run(tape, options);
#endif
}

}  // namespace mapfuzz

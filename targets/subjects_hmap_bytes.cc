#include "harness/runner.h"
#include "targets/bytes_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapBytes(const Tape& tape, const RunOptions& options) {
  return tape.config.policy == PolicyKind::kGo119
             ? Runner<BytesSubject<PolicyKind::kGo119>>::Run(tape, options)
             : Runner<BytesSubject<PolicyKind::kStrict>>::Run(tape, options);
}

}  // namespace mapfuzz

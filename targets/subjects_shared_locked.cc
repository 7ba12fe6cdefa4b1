#include "targets/locked_subject.h"
#include "targets/run_shared.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunSharedLocked(const Tape& tape, const RunOptions& options) {
  return RunShared<LockedSubject>(tape, options);
}

}  // namespace mapfuzz

#include "targets/run_shared.h"
#include "targets/subject_runs.h"
#include "targets/sync_subject.h"

namespace mapfuzz {

RunResult RunSharedSync(const Tape& tape, const RunOptions& options) {
  return RunShared<SyncSubject>(tape, options);
}

}  // namespace mapfuzz

#include "targets/run_shared.h"
#include "targets/sharded_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunSharedSharded(const Tape& tape, const RunOptions& options) {
  return RunShared<ShardedSubject>(tape, options);
}

}  // namespace mapfuzz

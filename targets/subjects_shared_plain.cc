#include "targets/plain_subject.h"
#include "targets/run_shared.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunSharedPlain(const Tape& tape, const RunOptions& options) {
  return RunShared<PlainSubject>(tape, options);
}

}  // namespace mapfuzz

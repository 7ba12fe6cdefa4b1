#include "targets/instrumented_types.h"
#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapCopyOnly(const Tape& tape, const RunOptions& options) {
  return RunHmapGeneric<KeyType::kCopyOnly>(tape, options);
}

}  // namespace mapfuzz

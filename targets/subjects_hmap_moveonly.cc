#include "targets/instrumented_types.h"
#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapMoveOnly(const Tape& tape, const RunOptions& options) {
  return RunHmapGeneric<KeyType::kMoveOnly>(tape, options);
}

}  // namespace mapfuzz

#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapU64(const Tape& tape, const RunOptions& options) {
  return RunHmap<KeyType::kU64>(tape, options);
}

}  // namespace mapfuzz

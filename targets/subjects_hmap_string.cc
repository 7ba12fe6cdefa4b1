#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapString(const Tape& tape, const RunOptions& options) {
  return RunHmap<KeyType::kString>(tape, options);
}

}  // namespace mapfuzz

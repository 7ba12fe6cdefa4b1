#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapU32(const Tape& tape, const RunOptions& options) {
  return RunHmap<KeyType::kU32>(tape, options);
}

}  // namespace mapfuzz

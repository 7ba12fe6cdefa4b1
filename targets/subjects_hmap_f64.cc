#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapF64(const Tape& tape, const RunOptions& options) {
  return RunHmap<KeyType::kF64>(tape, options);
}

}  // namespace mapfuzz

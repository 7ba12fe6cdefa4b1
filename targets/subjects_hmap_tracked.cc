#include "targets/instrumented_types.h"
#include "targets/run_hmap.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunHmapTracked(const Tape& tape, const RunOptions& options) {
#if MAPFUZZ_HAVE_GO119
  if (tape.config.policy != PolicyKind::kGo119) {
    return RunHmapGeneric<KeyType::kTracked>(tape, options);
  }
  return Runner<HmapSubject<KeyType::kTracked, PolicyKind::kGo119, PathKind::kGeneric>>::Run(
      tape, options);
#else
  return RunHmapGeneric<KeyType::kTracked>(tape, options);
#endif
}

}  // namespace mapfuzz

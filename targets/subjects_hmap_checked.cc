#include "harness/runner.h"
#include "targets/bytes_subject.h"
#include "targets/corruptible.h"
#include "targets/hmap_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {
namespace {

template <KeyType kType>
using Fast = Corruptible<HmapSubject<kType, PolicyKind::kChecked, PathKind::kFast>>;

}  // namespace

RunResult RunHmapCheckedU64(const Tape& tape, const RunOptions& options) {
  return Runner<Fast<KeyType::kU64>>::Run(tape, options);
}

RunResult RunHmapCheckedString(const Tape& tape, const RunOptions& options) {
  return Runner<Fast<KeyType::kString>>::Run(tape, options);
}

RunResult RunHmapCheckedBytes(const Tape& tape, const RunOptions& options) {
  return Runner<Corruptible<BytesSubject<PolicyKind::kChecked>>>::Run(tape, options);
}

}  // namespace mapfuzz

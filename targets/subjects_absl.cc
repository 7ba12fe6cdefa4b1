#include "harness/runner.h"
#include "targets/absl_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunAbsl(const Tape& tape, const RunOptions& options) {
  switch (tape.config.type) {
    case KeyType::kU64:
      return Runner<AbslSubject<KeyType::kU64>>::Run(tape, options);
    case KeyType::kU32:
      return Runner<AbslSubject<KeyType::kU32>>::Run(tape, options);
    case KeyType::kString:
      return Runner<AbslSubject<KeyType::kString>>::Run(tape, options);
    case KeyType::kF64:
      return Runner<AbslSubject<KeyType::kF64>>::Run(tape, options);
    default:
      return Runner<AbslSubject<KeyType::kU64>>::Run(WithPlainKeys(tape), options);
  }
}

}  // namespace mapfuzz

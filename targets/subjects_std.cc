#include "harness/runner.h"
#include "targets/std_subject.h"
#include "targets/subject_runs.h"

namespace mapfuzz {

RunResult RunStd(const Tape& tape, const RunOptions& options) {
  switch (tape.config.type) {
    case KeyType::kU64:
      return Runner<StdSubject<KeyType::kU64>>::Run(tape, options);
    case KeyType::kU32:
      return Runner<StdSubject<KeyType::kU32>>::Run(tape, options);
    case KeyType::kString:
      return Runner<StdSubject<KeyType::kString>>::Run(tape, options);
    case KeyType::kF64:
      return Runner<StdSubject<KeyType::kF64>>::Run(tape, options);
    default:
      return Runner<StdSubject<KeyType::kU64>>::Run(WithPlainKeys(tape), options);
  }
}

}  // namespace mapfuzz

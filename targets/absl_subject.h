// absl::flat_hash_map as a control of the oracles; built where the library was found.

#ifndef MAPFUZZ_TARGETS_ABSL_SUBJECT_H_
#define MAPFUZZ_TARGETS_ABSL_SUBJECT_H_

#include "absl/container/flat_hash_map.h"
#include "targets/control_subject.h"

namespace mapfuzz {

template <class K, class V, class H>
using AbslMap = absl::flat_hash_map<K, V, H>;

template <KeyType kType>
using AbslSubject = ControlSubject<kType, AbslMap>;

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_ABSL_SUBJECT_H_

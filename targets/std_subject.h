// std::unordered_map as a control of the oracles.

#ifndef MAPFUZZ_TARGETS_STD_SUBJECT_H_
#define MAPFUZZ_TARGETS_STD_SUBJECT_H_

#include <unordered_map>

#include "targets/control_subject.h"

namespace mapfuzz {

template <class K, class V, class H>
using StdMap = std::unordered_map<K, V, H>;

template <KeyType kType>
using StdSubject = ControlSubject<kType, StdMap>;

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_STD_SUBJECT_H_

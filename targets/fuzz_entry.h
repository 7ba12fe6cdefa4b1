// The entry points of a fuzz target, by the name of its profile.
//
//   MAPFUZZ_FUZZ_TARGET("ops")
//
// makes the four functions that libFuzzer, AFL++ and other engines call.

#ifndef MAPFUZZ_TARGETS_FUZZ_ENTRY_H_
#define MAPFUZZ_TARGETS_FUZZ_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "harness/fuzz_target.h"
#include "targets/profiles.h"
#include "targets/subjects.h"
#include "targets/violations.h"

namespace mapfuzz {

inline FuzzTarget MakeFuzzTarget(std::string_view profile) {
  const TargetProfile& found = *FindProfile(profile);
  return FuzzTarget(found.shape, kMapNames[0], RunTape, found.about, CommitViolation);
}

}  // namespace mapfuzz

#define MAPFUZZ_FUZZ_TARGET(profile)                                                        \
  static mapfuzz::FuzzTarget& Target() {                                                    \
    static mapfuzz::FuzzTarget target = mapfuzz::MakeFuzzTarget(profile);                   \
    return target;                                                                          \
  }                                                                                         \
  extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {                            \
    return Target().Initialize(*argc, *argv);                                               \
  }                                                                                         \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {       \
    return Target().TestOneInput(data, size);                                               \
  }                                                                                         \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,      \
                                                 std::size_t max_size, unsigned int seed) { \
    return Target().CustomMutator(data, size, max_size, seed);                              \
  }                                                                                         \
  extern "C" std::size_t LLVMFuzzerCustomCrossOver(                                         \
      const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b, std::size_t b_size, \
      std::uint8_t* out, std::size_t max_size, unsigned int seed) {                         \
    return Target().CustomCrossOver(a, a_size, b, b_size, out, max_size, seed);             \
  }

#endif  // MAPFUZZ_TARGETS_FUZZ_ENTRY_H_

// The maps that tapes run on, by name.
//
// `hmap` is the map under test; `std` (std::unordered_map) and `absl` (absl::flat_hash_map, where
// the library was found) are controls: an oracle that cries wolf cries there. Tapes whose map
// threads share name it themselves; on controls they run on a std::map under a lock.

#ifndef MAPFUZZ_TARGETS_SUBJECTS_H_
#define MAPFUZZ_TARGETS_SUBJECTS_H_

#include <string_view>

#include "harness/run.h"
#include "harness/tape.h"

namespace mapfuzz {

// The maps of this build; the first is the map under test.
inline constexpr std::string_view kMapNames[] = {
    "hmap",
    "std",
#if MAPFUZZ_HAVE_ABSL
    "absl",
#endif
};

// Runs the tape on the named map. Throws std::invalid_argument, naming those there are, if there
// is no such map in this build; nothing else.
RunResult RunTape(std::string_view map, const Tape& tape, const RunOptions& options = {});

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SUBJECTS_H_

// A look at the coverage counters of the engine, to see whether it can tell inputs apart.
//
// An engine whose coverage is the same for every input searches blindly, and its silence means
// nothing. That happens if the map's code was built without instrumentation.

#ifndef MAPFUZZ_HARNESS_COVERAGE_LOOK_H_
#define MAPFUZZ_HARNESS_COVERAGE_LOOK_H_

#include <algorithm>
#include <cstdint>

namespace mapfuzz {

// How many places of the instrumented code were passed since the engine set its counters back,
// which libFuzzer does before each execution. 0 if no code of the program is instrumented as it
// likes.
std::uint64_t PlacesPassed();

// What executions passed, of which it was looked at.
struct CoverageSpan {
  std::uint64_t looks = 0;
  std::uint64_t least = 0;  // places that one of them passed
  std::uint64_t most = 0;

  void Add(const CoverageSpan& other) {
    if (other.looks == 0) return;
    least = looks == 0 ? other.least : std::min(least, other.least);
    most = std::max(most, other.most);
    looks += other.looks;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_COVERAGE_LOOK_H_

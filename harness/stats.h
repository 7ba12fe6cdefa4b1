// Counters of a fuzzing run that survive its death.
//
// The page is mapped shared onto a file, so whatever kills the process, the counters up to the last
// execution are in the file, and a supervisor reads them while the run goes on. Without a file the
// page is ordinary memory.

#ifndef MAPFUZZ_HARNESS_STATS_H_
#define MAPFUZZ_HARNESS_STATS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/coverage_look.h"
#include "harness/run.h"
#include "harness/violation.h"

namespace mapfuzz {

inline constexpr std::uint64_t kStatsMagic = 0x7a7a756670616d01;
inline constexpr std::uint64_t kStatsVersion = 3;
inline constexpr std::size_t kLargestBins = 1024;

struct StatsPage {
  std::uint64_t magic = kStatsMagic;
  std::uint64_t version = kStatsVersion;
  std::uint64_t executions = 0;
  std::uint64_t operations = 0;        // elementary steps, each fully checked
  std::uint64_t skipped = 0;           // operations that the map cannot do
  std::uint64_t points = 0;            // that threads met, of either level
  std::uint64_t reruns = 0;            // executions done twice and compared
  std::uint64_t mutations_own = 0;     // by the mutator that works on operations
  std::uint64_t mutations_engine = 0;  // by the engine's own mutator
  std::uint64_t crossovers = 0;
  std::uint64_t mutated_operations = 0;  // of the executions right after one of these
  std::uint64_t findings = 0;
  std::array<std::uint64_t, kOracles> consulted{};
  MilestoneCounts milestones{};
  CoverageSpan coverage{};    // of some executions, the first ones among them
  Sanitizers built_with = 0;  // of the program
  // How many tapes had this many entries at most in their map; the last bin: so many or more.
  std::array<std::uint64_t, kLargestBins> largest{};
};

// Adds one run to the page.
void Count(const RunResult& result, StatsPage& page);

// The number of entries that `percent` of the tapes' largest maps did not exceed.
std::uint64_t LargestPercentile(const StatsPage& page, double percent);

// The page of this process, mapped onto `file` from now on. Throws std::runtime_error that names
// the file if that cannot be done.
StatsPage& MapStatsPage(const std::string& file);

// The page of this process: the mapped one, or a static one.
StatsPage& TheStatsPage();

// A copy of the page in `file`, which a live process may be writing. Throws std::runtime_error
// if the file cannot be read or is no stats page of this version.
StatsPage ReadStatsPage(const std::string& file);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_STATS_H_

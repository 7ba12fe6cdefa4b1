// Which of several threads runs at each point of a run: the part of a tape that decides the
// interleaving.
//
// Threads run one at a time. At every *preemption point* (`schedule/run_threads.h` says what is
// one) the schedule names the thread that goes on. Where it has no wish, the running thread goes
// on, and if that one cannot, the next by number that can: a schedule is written down as what
// differs from this rule.
//
//   random accesses seed 17 chance 1/8     at each point, with this chance, to any other thread
//   pct locks seed 4 depth 3 length 320    priorities and depth - 1 points at which they change
//   explicit locks 5>1 9>0                 at point 5 to thread 1, at point 9 to thread 0
//
// Points count from 0, which is the choice of the first thread. The level says what counts:
//   locks     what has to do with locks, waiting, and the beginning and end of threads. Compilers
//             and their flags leave such a schedule as it is.
//   accesses  loads, stores and atomic operations too. It belongs to one binary.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_H_
#define MAPFUZZ_HARNESS_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/random.h"
#include "harness/token_reader.h"

namespace mapfuzz {

inline constexpr int kMaxThreads = 8;  // of one run, those that others start included

enum class ScheduleKind : std::uint8_t {
  // Blind choices. Finds most bugs sooner than the others if the chance is not too small.
  kRandom,
  // Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
  // ASPLOS 2010: a bug that needs `depth` ordered events among n threads is met with a probability
  // of at least 1 / (n * length^(depth - 1)).
  kPct,
  // As written: by a person, a reducer, or a run that says what it did.
  kExplicit,
};
inline constexpr int kScheduleKinds = 3;

enum class PointLevel : std::uint8_t { kLocks, kAccesses };
inline constexpr int kPointLevels = 2;

// Names as in the text form, indexed by the enum.
inline constexpr std::string_view kScheduleKindNames[kScheduleKinds] = {"random", "pct",
                                                                        "explicit"};
inline constexpr std::string_view kPointLevelNames[kPointLevels] = {"locks", "accesses"};

inline constexpr std::uint32_t kMaxPoints = std::uint32_t{1} << 22;
inline constexpr int kMinChanceLog = 1;
inline constexpr int kMaxChanceLog = 6;
inline constexpr std::uint8_t kMaxDepth = 16;

// At this point the run goes on with this thread.
struct Switch {
  std::uint32_t point = 0;
  std::uint8_t thread = 0;

  friend bool operator==(const Switch&, const Switch&) = default;
};

// Fields that the kind does not name are at their defaults.
struct Schedule {
  ScheduleKind kind = ScheduleKind::kExplicit;
  PointLevel level = PointLevel::kLocks;
  std::uint32_t seed = 0;        // kRandom, kPct
  std::uint8_t chance_log = 0;   // kRandom: a switch with a chance of 1 / 2^chance_log, 1 to 6
  std::uint8_t depth = 0;        // kPct: 1 to kMaxDepth
  std::uint32_t length = 0;      // kPct: about how many points the run will have; at least 1. Take
                                 // what an earlier run had (`ScheduleRun::points`)
  std::vector<Switch> switches;  // kExplicit: points ascend

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

Schedule RandomSchedule(PointLevel level, std::uint32_t seed, std::uint8_t chance_log);
Schedule PctSchedule(PointLevel level, std::uint32_t seed, std::uint8_t depth,
                     std::uint32_t length);
Schedule ExplicitSchedule(PointLevel level, std::vector<Switch> switches);

// A random schedule whose chance is drawn as well: no chance suits every bug, and one of the six is
// near enough.
Schedule DrawSchedule(PointLevel level, Random& random);

// `schedule` with every field reduced into its range, and those that its kind does not name at
// their defaults. Of switches at one point that to the lowest thread is kept.
Schedule Canonical(Schedule schedule);

// One line, without its end.
std::string ToText(const Schedule& schedule);

// The schedule that the current line's tokens from `first` on are. Throws ParseError at the place
// of what is wrong.
Schedule ScheduleAt(const TokenReader& line, std::size_t first);
// The schedule that a text of one line is. `file` is what errors call the text.
Schedule ParseSchedule(std::string_view text, std::string_view file);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_H_

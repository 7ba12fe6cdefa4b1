// Chooses the thread that goes on at each point, as a `Schedule` says.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_CHOOSER_H_
#define MAPFUZZ_HARNESS_SCHEDULE_CHOOSER_H_

#include <cstddef>
#include <cstdint>

#include "harness/random.h"
#include "harness/schedule.h"

namespace mapfuzz {

// A set of threads: bit n is thread n.
using ThreadSet = std::uint8_t;
static_assert(kMaxThreads <= 8 * sizeof(ThreadSet));

constexpr ThreadSet SetOf(int thread) { return static_cast<ThreadSet>(1u << thread); }
constexpr bool Has(ThreadSet set, int thread) { return (set >> thread & 1u) != 0; }

inline constexpr int kNoThread = -1;

// What there is to choose from at a point.
struct Choice {
  std::uint32_t point = 0;
  int current = kNoThread;   // the thread that ran up to here
  ThreadSet candidates = 0;  // not empty
  bool yielded = false;      // the current thread asked for others, and is no candidate

  // The current thread cannot go on, or will not.
  bool IsForced() const { return current == kNoThread || !Has(candidates, current); }
  // The current thread, or if it is no candidate the next by number.
  int Default() const;
};

class Chooser {
 public:
  // `schedule` outlives the chooser and is canonical. `threads`: how many begin.
  Chooser(const Schedule& schedule, int threads);

  // One of the candidates. To be called with ascending points.
  int Choose(const Choice& choice);

  // Of an explicit schedule: switches to a thread that could not go on, or at points not reached.
  std::uint32_t untaken() const;

 private:
  int ChooseAtRandom(const Choice& choice);
  int ChooseByPriority(const Choice& choice);
  int ChooseAsWritten(const Choice& choice);
  void DrawPriorities(int threads);

  const Schedule* schedule_;
  Random random_;
  // kPct. Greater goes first; every thread's is another one.
  std::int32_t priorities_[kMaxThreads] = {};
  std::uint32_t changes_[kMaxDepth] = {};  // the points at which the current one's falls
  std::int32_t lowest_ = -kMaxDepth;       // of all that were given
  // kExplicit.
  std::size_t next_ = 0;
  std::uint32_t taken_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_CHOOSER_H_

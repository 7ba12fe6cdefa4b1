// When a child process has had its time, and whether that says anything of what it runs.
//
// A verdict must not depend on how busy the machine is. So a hang is a child that has *used* the
// limit in processor time, or that has slept as long with nobody to wake it, as in a deadlock. One
// that the machine gave no time to is ended too, much later, and then there is no verdict at all.

#ifndef MAPFUZZ_HARNESS_TOOL_TIME_LIMIT_H_
#define MAPFUZZ_HARNESS_TOOL_TIME_LIMIT_H_

#include <algorithm>

namespace mapfuzz::tool {

struct TimeLimit {
  double hang = 0;                          // seconds of processor time, or of sleep at a stretch
  double wall = std::max(60.0, 10 * hang);  // seconds after which a child that does not hang ends
};

// How a child came to its end: by itself, or at a limit on its time.
enum class Ending { kByItself, kSpun, kSlept, kStarved };

// What a look at a running child has shown; all in seconds.
struct Look {
  double begun = 0;     // since the child's start
  double ended = 0;     // likewise
  double used = 0;      // of processor time, read after `asleep`
  bool asleep = false;  // it waits for something other than the processor, a disk or a child
};

// Compares looks at one child. A process does not fall asleep again without using the processor.
// So one that is asleep, and has used none since it was last seen asleep, has slept through,
// however rarely it is looked at.
class TimeWatch {
 public:
  // By what limit the child has to end now; `kByItself` if by none.
  Ending Judge(const Look& look, const TimeLimit& limit) {
    if (!look.asleep || look.used != used_) awake_ = look.ended;
    used_ = look.used;
    if (look.used > limit.hang) return Ending::kSpun;
    if (look.begun - awake_ > limit.hang) return Ending::kSlept;
    if (look.begun > limit.wall) return Ending::kStarved;
    return Ending::kByItself;
  }

 private:
  double awake_ = 0;  // when it was last seen to be, or to have been
  double used_ = -1;  // processor time when last looked at
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_TIME_LIMIT_H_

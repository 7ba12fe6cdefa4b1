// Signs of life of a long run: the status line of a terminal, or, without one, a line now and then.

#ifndef MAPFUZZ_HARNESS_TOOL_PROGRESS_H_
#define MAPFUZZ_HARNESS_TOOL_PROGRESS_H_

#include <chrono>
#include <string_view>

#include "harness/tool/screen.h"

namespace mapfuzz::tool {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLineEvery{30};  // without a terminal

  explicit Progress(Screen& screen, Clock::time_point start = Clock::now())
      : screen_(screen), last_(start) {}

  // `now` is given by tests.
  void Tell(std::string_view line, Clock::time_point now = Clock::now());

 private:
  Screen& screen_;
  Clock::time_point last_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_PROGRESS_H_

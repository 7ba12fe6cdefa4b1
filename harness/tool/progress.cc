#include "harness/tool/progress.h"

namespace mapfuzz::tool {

void Progress::Tell(std::string_view line, Clock::time_point now) {
  if (screen_.HasStatus()) {
    screen_.Status(line);
  } else if (now - last_ >= kLineEvery) {
    last_ = now;
    screen_.Remark(line);
  }
}

}  // namespace mapfuzz::tool

#include "harness/tool/progress.h"

#include <gtest/gtest.h>

#include <string>

namespace mapfuzz::tool {
namespace {

TEST(Progress, TellsALineNowAndThenWithoutATerminal) {
  Screen screen;
  const Progress::Clock::time_point start;
  Progress progress(screen, start);
  testing::internal::CaptureStderr();
  int n = 0;
  for (const int seconds : {1, 29, 30, 31, 59, 61}) {
    progress.Tell("line " + std::to_string(++n), start + std::chrono::seconds(seconds));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "line 3\nline 6\n");
}

}  // namespace
}  // namespace mapfuzz::tool

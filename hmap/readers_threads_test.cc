// Threads that read a map at once, which is not misuse; the thread sanitizer says so.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <limits>
#include <thread>

#include "hmap/map.h"

namespace hmap {
namespace {

TEST(ReadersTest, ThreadsMayReadIterateAndCopyAtOnce) {
  Map<double, int> map;
  for (int i = 0; i < 105; ++i) map[i] = i;
  map[std::numeric_limits<double>::quiet_NaN()] = 105;
  std::atomic<int> produced = 0;
  const auto read = [&] {
    for (auto it = map.begin(); !it.done(); ++it) ++produced;
    for (int i = 0; i < 105; ++i) produced += map.contains(i) ? 1 : 0;
    produced += map.contains(std::numeric_limits<double>::quiet_NaN()) ? 1 : 0;
    const Map<double, int> copy = map;
    produced += static_cast<int>(copy.size());
  };
  std::array<std::thread, 4> threads;
  for (std::thread& thread : threads) thread = std::thread(read);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(produced, 4 * (106 + 105 + 106));
}

}  // namespace
}  // namespace hmap

#include "harness/stats.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace mapfuzz {
namespace {

std::string TempFile(const std::string& name) {
  return testing::TempDir() + "mapfuzz_stats_" + std::to_string(getpid()) + "_" + name;
}

TEST(StatsTest, CountsRuns) {
  StatsPage page;
  RunResult result;
  result.steps = 10;
  result.skipped = 2;
  result.points = 30;
  result.largest = 5;
  result.milestones[3] = 4;
  result.consulted[1] = 7;
  Count(result, page);
  result.largest = 5000;
  result.failure = Failure{};
  Count(result, page);
  EXPECT_EQ(page.executions, 2u);
  EXPECT_EQ(page.operations, 20u);
  EXPECT_EQ(page.skipped, 4u);
  EXPECT_EQ(page.points, 60u);
  EXPECT_EQ(page.findings, 1u);
  EXPECT_EQ(page.milestones[3], 8u);
  EXPECT_EQ(page.consulted[1], 14u);
  EXPECT_EQ(page.largest[5], 1u);
  EXPECT_EQ(page.largest[kLargestBins - 1], 1u);
}

TEST(StatsTest, SpansOfCoverageAreOfAllThatWasLookedAt) {
  CoverageSpan span;
  span.Add({});
  EXPECT_EQ(span.looks, 0u);
  span.Add({.looks = 1, .least = 5, .most = 5});
  span.Add({.looks = 2, .least = 3, .most = 4});
  span.Add({});
  EXPECT_EQ(span.looks, 3u);
  EXPECT_EQ(span.least, 3u);
  EXPECT_EQ(span.most, 5u);
}

TEST(StatsTest, PercentileOfLargestMaps) {
  StatsPage page;
  EXPECT_EQ(LargestPercentile(page, 90), 0u);
  for (std::size_t size = 1; size <= 100; ++size) ++page.largest[size];
  EXPECT_EQ(LargestPercentile(page, 50), 50u);
  EXPECT_EQ(LargestPercentile(page, 90), 90u);
  EXPECT_EQ(LargestPercentile(page, 100), 100u);
}

// The page is mapped in a child, because a process has one.
TEST(StatsTest, CountersSurviveASuddenDeath) {
  const std::string file = TempFile("death");
  const std::uint64_t before = TheStatsPage().executions;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ++TheStatsPage().executions;
    StatsPage& page = MapStatsPage(file);
    page.operations = 42;
    ++TheStatsPage().executions;
    _exit(7);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  const StatsPage page = ReadStatsPage(file);
  EXPECT_EQ(page.operations, 42u);
  EXPECT_EQ(page.executions, before + 2) << "what was counted before the file was named counts too";
  std::filesystem::remove(file);
}

TEST(StatsTest, FilesThatAreNoPageAreRefusedByName) {
  const std::string file = TempFile("bad");
  const auto complaint = [&] {
    try {
      ReadStatsPage(file);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(complaint(), "stats page " + file + ": cannot be read");
  std::ofstream(file) << "short";
  EXPECT_EQ(complaint(), "stats page " + file + ": is cut short");
  std::ofstream(file) << std::string(sizeof(StatsPage), 'x');
  EXPECT_EQ(complaint(), "stats page " + file + ": is no stats page");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace mapfuzz

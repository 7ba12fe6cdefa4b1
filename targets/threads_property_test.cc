// Properties of the maps that threads share, over tapes that the mutator makes.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/run.h"
#include "harness/tape_mutator.h"
#include "harness/tape_text.h"
#include "targets/profiles.h"
#include "targets/subjects.h"
#include "targets/tape_property.h"

namespace mapfuzz {
namespace {

class ThreadsPropertyTest : public testing::TestWithParam<std::string_view> {
 protected:
  static TapeLimits Limits() {
    TapeLimits limits;
    limits.max_count = 40;
    limits.shape = FindProfile(GetParam())->shape;
    return limits;
  }
  static std::string Name(const char* property) { return std::string(GetParam()) + "-" + property; }
};

INSTANTIATE_TEST_SUITE_P(Maps, ThreadsPropertyTest,
                         testing::Values("threads_model", "threads_sharded", "threads_sync"),
                         [](const auto& info) { return std::string(info.param); });

TEST_P(ThreadsPropertyTest, KeepsItsPromisesUnderEverySchedule) {
  CheckTapes(Name("promises"), Limits(),
             [](const Tape& tape) { return ComplaintOf(tape, RunTape(kMapNames[0], tape)); });
}

TEST_P(ThreadsPropertyTest, TheSwitchesThatWereMadeMakeTheSameRun) {
  CheckTapes(Name("replay"), Limits(), [](const Tape& tape) -> std::string {
    const ToldRun first(tape);
    const ToldRun again(tape);
    if (first.result.history_digest != again.result.history_digest) {
      return "twice the same tape:\n" + FirstDifference(first.history, again.history);
    }
    if (!first.result.taken) return "no switches are told";
    Tape replay = tape;
    replay.schedule = *first.result.taken;
    const ToldRun replayed(ParseTapeText(ToText(replay), "replay").tape);
    if (first.result.history_digest != replayed.result.history_digest) {
      return "by its switches:\n" + FirstDifference(first.history, replayed.history);
    }
    return "";
  });
}

// The milestones that random tapes reach: what is said of the maps is said of threads that met.
TEST_P(ThreadsPropertyTest, TapesReachEveryMilestoneOfTheirTarget) {
  const TargetProfile& profile = *FindProfile(GetParam());
  MilestoneCounts reached{};
  Tape tape;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    if (seed % 10 == 0) tape = {};
    Mutate(tape, seed, 60, profile.shape);
    const RunResult result = RunTape(kMapNames[0], tape);
    ASSERT_FALSE(result.failure.has_value()) << ReportWithTape(tape, *result.failure);
    for (int i = 0; i < kMilestones; ++i) reached[i] += result.milestones[i];
  }
  for (const Milestone milestone : profile.milestones) {
    EXPECT_GT(reached[static_cast<int>(milestone)], 0u) << MilestoneName(milestone);
  }
}

}  // namespace
}  // namespace mapfuzz

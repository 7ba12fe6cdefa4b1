// The adapters of shared maps, as the runner of threads sees them.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tape_text.h"
#include "targets/locked_subject.h"
#include "targets/sharded_subject.h"
#include "targets/subjects.h"
#include "targets/sync_subject.h"

namespace mapfuzz {
namespace {

using Locked = LockedSubject<KeyType::kU64>;
using Sharded = ShardedSubject<KeyType::kString>;
using Sync = SyncSubject<KeyType::kU64>;
static_assert(SharedSubject<Locked> && SharedSubject<Sharded> && SharedSubject<Sync>);
static_assert(SharedAdds<Locked> && SharedAdds<Sharded> && !SharedAdds<Sync>);
static_assert(SharedSizes<Locked> && SharedSizes<Sharded> && !SharedSizes<Sync>);
static_assert(SharedExchanges<Sync> && SharedPops<Sync> && SharedCompares<Sync>);
static_assert(SharedExchanges<Sharded> && SharedPops<Sharded> && SharedCompares<Sharded>);
static_assert(SharedShowsRest<Sharded> && SharedShowsRest<Sync> && !SharedShowsRest<Locked>);
static_assert(SharedShowsShape<Sharded> && SharedShowsShape<Sync>);
static_assert(SharedCountsValues<Locked> && SharedCountsValues<Sync>);
static_assert(SharedNamesParts<Locked> && SharedNamesParts<Sharded> && SharedNamesParts<Sync>);

RunResult RunOn(std::string_view map, const std::string& text, const RunOptions& options = {}) {
  return RunTape(map, ParseTapeText("mapfuzz tape v1\n" + text + "end\n", "t").tape, options);
}

constexpr std::string_view kMadeForThreads[] = {"locked", "sharded", "sync"};

// What every map tells in the same words, whatever its type of keys.
constexpr std::string_view kAlone =
    "put 1\nget 1\nget 2\nhas 1\ntry 2\ncas 1\nexchange 1\ncasdel 1\npop 1\ncasdel 2\ndel 2\n"
    "fill 0 9\ndrain 0 3\nlook 0 9\nclear\niterate 0\n";

TEST(SharedSubjectsTest, EveryMapWithEveryTypeOfKeysDoesWhatItMustWhenNobodyInterferes) {
  for (const std::string_view map : kMadeForThreads) {
    for (const std::string_view type : {"u64", "u32", "string"}) {
      for (const std::string_view hash : kHashNames) {
        std::string history;
        RunOptions options;
        options.history = &history;
        const RunResult result =
            RunOn(kMapNames[0],
                  "map: " + std::string(map) + "\ntype: " + std::string(type) +
                      "\nhash: " + std::string(hash) + "\n" + std::string(kAlone),
                  options);
        EXPECT_FALSE(result.failure.has_value()) << result.failure->detail;
        EXPECT_NE(history.find(" cas 1 = true\n"), history.npos) << history;
        EXPECT_NE(history.find(" iterate = end\n"), history.npos) << history;
        EXPECT_EQ(result.skipped, 0u);
      }
    }
  }
}

TEST(SharedSubjectsTest, APlainMapDoesWhatItMustWhenNobodyInterferes) {
  for (const std::string_view map : {"readers", "plain"}) {
    const RunResult result =
        RunOn(kMapNames[0], "map: " + std::string(map) + "\n" + std::string(kAlone));
    EXPECT_FALSE(result.failure.has_value()) << result.failure->detail;
    EXPECT_EQ(result.skipped, 5u) << "exchange, pop, and those that compare";
  }
}

TEST(SharedSubjectsTest, WhatAMapCannotDoIsLeftOut) {
  EXPECT_EQ(RunOn(kMapNames[0], "map: sync\nadd 1\nt0: size\nt1: put 1\n").skipped, 2u);
  EXPECT_EQ(RunOn(kMapNames[0], "map: sharded\nadd 1\nt0: size\nt1: put 1\n").skipped, 0u);
}

TEST(SharedSubjectsTest, ControlsRunOnTheMapUnderOneLock) {
  EXPECT_EQ(RunOn("std", "map: sync\nadd 1\nt0: size\nt1: put 1\n").skipped, 0u);
}

// Each of two deletes an entry, or overwrites it and tells the value before: what one of them took
// the other does not get.
TEST(SharedSubjectsTest, WhatTwoThreadsTakeOneOfThemGets) {
  for (const std::string_view map : kMadeForThreads) {
    for (const std::string_view other : {"casdel", "pop", "cas", "exchange"}) {
      Tape tape =
          ParseTapeText("mapfuzz tape v1\nmap: " + std::string(map) +
                            "\nput 0\nget 0\nt0: pop 0\nt1: " + std::string(other) + " 0\nend\n",
                        "t")
              .tape;
      for (std::uint32_t seed = 0; seed < 40; ++seed) {
        const auto chance = static_cast<std::uint8_t>(2 + seed % 4);
        tape.schedule = RandomSchedule(PointLevel::kAccesses, seed, chance);
        const RunResult result = RunTape(kMapNames[0], tape);
        ASSERT_FALSE(result.failure.has_value()) << ReportWithTape(tape, *result.failure);
      }
    }
  }
}

// The keys that a shard has are few, so that each grows soon; all at once in one.
TEST(SharedSubjectsTest, MapsGrowWhileThreadsRun) {
  const Milestone grown = Milestone::kGrownByThreads;
  const RunResult sharded =
      RunOn(kMapNames[0], "map: sharded\nshards: 1\nfill 0 8\nt0: fill 8 4\nt1: look 0 8\n");
  EXPECT_EQ(sharded.milestones[static_cast<int>(grown)], 1u);
  const RunResult sync = RunOn(kMapNames[0], "map: sync\nput 1\nt0: get 1\nt1: get 1\n");
  EXPECT_EQ(sync.milestones[static_cast<int>(grown)], 1u);
  const RunResult still = RunOn(kMapNames[0], "map: sync\nput 1\nget 1\nt0: put 1\nt1: get 1\n");
  EXPECT_EQ(still.milestones[static_cast<int>(grown)], 0u);
}

// Where a build has no points at loads and stores, a story tells of locks alone.
TEST(SharedSubjectsTest, StoriesNameWhatThreadsMeetAt) {
  const struct {
    std::string tape;
    std::vector<std::string> locks;
    std::vector<std::string> accesses;
  } kStories[] = {
      {"map: sharded\nshards: 1\nput 0\nt0: put 0\nt1: get 0\n",
       {"lock shard 0 mutex", "unlock shard 0 mutex"},
       {"load shard 0 count", "store shard 0 flags", " shard 0 bucket 0"}},
      {"map: sync\nput 0\nput 1\niterate 0\nput 2\nt0: put 0\nt1: get 2\nt1: put 3\n",
       {"lock mu", "unlock mu"},
       {"load read", " announcements"}},
      {"map: readers\nput 0\nt0: get 0\nt1: iterate 0\n", {}, {"load count", " bucket 0"}},
      {"map: locked\nput 0\nt0: get 0\nt1: put 1\n", {"lock mutex", "unlock mutex"}, {}},
  };
  for (const auto& [tape, locks, accesses] : kStories) {
    std::string story;
    RunOptions options;
    options.story = &story;
    EXPECT_FALSE(RunOn(kMapNames[0], tape, options).failure.has_value());
    const auto expect = [&story](const std::vector<std::string>& names) {
      for (const std::string& name : names)
        EXPECT_NE(story.find(name), story.npos) << name << story;
    };
    expect(locks);
    if (story.find(" load ") != story.npos) expect(accesses);
  }
}

TEST(SharedSubjectsTest, PointsAtLoadsAndStoresAreThereIfTheBuildSaysSo) {
  const RunResult result =
      RunOn(kMapNames[0],
            "map: sync\nschedule: random accesses seed 1 chance 1/2\nput 1\nget 1\nt0: get 1\n"
            "t1: get 1\n");
  EXPECT_FALSE(result.failure.has_value()) << result.failure->detail;
}

}  // namespace
}  // namespace mapfuzz

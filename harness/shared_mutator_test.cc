#include "harness/shared_mutator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "harness/mix.h"
#include "harness/rehearsal.h"
#include "harness/tape_binary.h"

namespace mapfuzz {
namespace {

// As the shape of a target that is about threads.
Config SyncShape(Config config) {
  config.shared = SharedKind::kSync;
  config.keys = std::min(config.keys, 64u);
  return config;
}

std::vector<Tape> TapesFromNothing(std::size_t count) {
  std::vector<Tape> tapes;
  Tape tape;
  for (std::uint32_t seed = 0; tapes.size() < count; ++seed) {
    if (seed % 20 == 0) tape = {};
    Mutate(tape, seed, 200, SyncShape);
    tapes.push_back(tape);
  }
  return tapes;
}

TEST(MutateSharedTest, TapesAreCanonicalOfTheMapOfTheShapeAndWithinTheLimit) {
  for (const std::size_t max_ops : {0, 1, 2, 10, 300}) {
    Tape tape;
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
      Mutate(tape, seed, max_ops, SyncShape);
      ASSERT_LE(tape.ops.size(), max_ops);
      ASSERT_EQ(tape.config.shared, SharedKind::kSync);
      ExpectCanonical(tape);
      const std::vector<std::uint8_t> bytes = ToBinary(tape);
      ASSERT_EQ(FromBinary(bytes.data(), bytes.size()), tape);
    }
  }
}

TEST(MutateSharedTest, TheSameSeedGivesTheSameTape) {
  EXPECT_EQ(TapesFromNothing(500), TapesFromNothing(500));
}

// See the test of the same name for tapes of one thread.
TEST(MutateSharedTest, ResultsDoNotDependOnTheCompiler) {
  std::uint64_t digest = 0;
  for (const Tape& tape : TapesFromNothing(1000)) {
    for (const std::uint8_t byte : ToBinary(tape)) digest = Mix(digest ^ byte);
  }
  EXPECT_EQ(digest, 18432227935903568477u);
}

TEST(MutateSharedTest, AlmostAlwaysChangesTheTape) {
  Tape tape;
  int unchanged = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const Tape before = tape;
    Mutate(tape, seed, 100, SyncShape);
    unchanged += tape == before ? 1 : 0;
  }
  EXPECT_LT(unchanged, 10);
}

TEST(MutateSharedTest, EverythingTurnsUpAndTapesStayShort) {
  std::set<OpCode> codes;
  std::set<KeyType> types;
  std::set<int> threads;
  std::set<ScheduleKind> schedules;
  std::size_t most = 0;
  std::size_t with_two_threads = 0;
  const std::vector<Tape> tapes = TapesFromNothing(4000);
  for (const Tape& tape : tapes) {
    types.insert(tape.config.type);
    threads.insert(tape.config.threads);
    schedules.insert(tape.schedule.kind);
    most = std::max(most, tape.ops.size());
    std::set<int> here;
    for (const Op& op : tape.ops) {
      codes.insert(op.code);
      here.insert(op.thread);
    }
    here.erase(kBeforeThreads);
    with_two_threads += here.size() >= 2 ? 1 : 0;
  }
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kAlone ? 0u : 1u) << info.name;
  }
  EXPECT_EQ(types.size(), 3u);
  EXPECT_EQ(threads.size(), 5u);
  EXPECT_EQ(schedules.count(ScheduleKind::kRandom), 1u);
  EXPECT_EQ(schedules.count(ScheduleKind::kPct), 1u);
  EXPECT_LT(most, 150u);
  EXPECT_GT(with_two_threads, tapes.size() * 9 / 10);
}

TEST(MutateSharedTest, TapesOfOneThreadBecomeThoseOfASharedMap) {
  Tape tape;
  tape.ops = {{OpCode::kBegin, 0, 0, 0}, {OpCode::kPut, 0, 1, 0}};
  Mutate(tape, 1, 100, SyncShape);
  ExpectCanonical(tape);
  EXPECT_EQ(tape.config.shared, SharedKind::kSync);
}

TEST(CrossOverTest, KeepsTheScheduleOfOneParent) {
  Tape a;
  a.config = Canonical(SyncShape({}));
  a.ops = {{OpCode::kPut, 0, 1, 0, 0}};
  Tape b = a;
  a.schedule = RandomSchedule(PointLevel::kLocks, 1, 1);
  b.schedule = ExplicitSchedule(PointLevel::kLocks, {{1, 1}});
  std::set<ScheduleKind> kinds;
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const Tape child = CrossOver(a, b, seed, 10, SyncShape);
    ExpectCanonical(child);
    EXPECT_TRUE(child.schedule == a.schedule || child.schedule == b.schedule);
    kinds.insert(child.schedule.kind);
  }
  EXPECT_EQ(kinds.size(), 2u);
}

TEST(ChangeScheduleTest, OfAnExplicitOneSwitchesComeGoAndMove) {
  const Schedule before = ExplicitSchedule(PointLevel::kAccesses, {{5, 1}, {9, 0}, {20, 1}});
  std::set<std::size_t> sizes;
  int of_other_kind = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Schedule schedule = before;
    Random random(seed);
    ChangeSchedule(schedule, 2, random);
    ASSERT_EQ(Canonical(schedule), schedule);
    if (schedule.kind != ScheduleKind::kExplicit) {
      ++of_other_kind;
      continue;
    }
    EXPECT_EQ(schedule.level, before.level);
    sizes.insert(schedule.switches.size());
    for (const Switch& at : schedule.switches) EXPECT_LT(at.thread, 2);
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{2, 3, 4}));
  EXPECT_GT(of_other_kind, 30);
  EXPECT_LT(of_other_kind, 120);
}

TEST(ChangeScheduleTest, OfABlindOneTheSeedIsDrawnAnewOften) {
  const Schedule before = RandomSchedule(PointLevel::kLocks, 1, 3);
  int same_but_seed = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Schedule schedule = before;
    Random random(seed);
    ChangeSchedule(schedule, 2, random);
    EXPECT_NE(schedule, before);
    schedule.seed = before.seed;
    same_but_seed += schedule == before ? 1 : 0;
  }
  EXPECT_GT(same_but_seed, 120);
}

}  // namespace
}  // namespace mapfuzz

// Tapes of a map that threads share, in all their forms.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/key_space.h"
#include "harness/tape.h"
#include "harness/tape_binary.h"
#include "harness/tape_text.h"

namespace mapfuzz {
namespace {

Tape SharedTape(SharedKind kind = SharedKind::kSharded) {
  Tape tape;
  tape.config.shared = kind;
  return Canonical(tape);
}

Tape Decode(const std::vector<std::uint8_t>& bytes) {
  return FromBinary(bytes.data(), bytes.size());
}

Tape Parse(const std::string& body) {
  return ParseTapeText("mapfuzz tape v1\n" + body, "t.tape").tape;
}

// What the parser says, or "no error".
std::string ErrorOf(const std::string& body) {
  try {
    Parse(body);
  } catch (const ParseError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::uint8_t> RandomBytes(std::uint64_t seed, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(Mix(seed + i) >> 56);
  if (size != 0) bytes[0] |= kFirstSharedByte;
  return bytes;
}

TEST(SharedTapeTest, TextNamesMapThreadsAndSchedule) {
  Tape tape = SharedTape();
  tape.config.shards = 2;
  tape.config.threads = 3;
  tape.config.keys = 16;
  tape.schedule = RandomSchedule(PointLevel::kAccesses, 17, 3);
  tape.ops = {{OpCode::kFill, 0, 0, 8},
              {OpCode::kPut, 0, 7, 0, 0},
              {OpCode::kCas, 0, 7, 0, 2},
              {OpCode::kSize, 0, 0, 0, 1}};
  const std::string text =
      "mapfuzz tape v1\n"
      "type: u64\n"
      "map: sharded\n"
      "shards: 2\n"
      "threads: 3\n"
      "hash: good\n"
      "growth: go119\n"
      "keys: 16\n"
      "seed: 0\n"
      "schedule: random accesses seed 17 chance 1/8\n"
      "\n"
      "fill 0 8\n"
      "t0: put 7\n"
      "t2: cas 7\n"
      "t1: size\n"
      "end 4\n";
  EXPECT_EQ(ToText(tape), text);
  EXPECT_EQ(ParseTapeText(text, "t").tape, tape);
}

TEST(SharedTapeTest, TextIsAsShortAsItsWriterLikes) {
  const Tape tape = Parse("map:sync\nt1:pop 3 # by hand\nend");
  EXPECT_EQ(tape.config.shared, SharedKind::kSync);
  EXPECT_EQ(tape.config.threads, kMinThreads);
  EXPECT_EQ(tape.config.shards, 0);
  EXPECT_EQ(tape.schedule, Schedule{});
  EXPECT_EQ(tape.ops, (std::vector<Op>{{OpCode::kPop, 0, 3, 0, 1}}));
}

TEST(SharedTapeTest, EveryOperationOfEveryThreadIsTheSameInAllForms) {
  for (const SharedKind kind : {SharedKind::kLocked, SharedKind::kSharded, SharedKind::kSync}) {
    Tape tape = SharedTape(kind);
    tape.config.threads = kMostThreads;
    for (const OpInfo& info : kOpInfo) {
      if (!Allows(tape.config, info.code)) continue;
      for (int thread = kBeforeThreads; thread < kMostThreads; ++thread) {
        Op op{info.code, 0, 0, 0, static_cast<std::int8_t>(thread)};
        tape.ops.push_back(op);
        for (int i = 0; i < info.operands; ++i) {
          SetOperand(op, info.kinds[i], OperandLimit(info.kinds[i]) - 1);
        }
        tape.ops.push_back(op);
      }
    }
    EXPECT_EQ(Canonical(tape), tape);
    EXPECT_EQ(ParseTapeText(ToText(tape), "t").tape, tape);
    EXPECT_EQ(Decode(ToBinary(tape)), tape);
  }
}

TEST(SharedTapeTest, EveryConfigIsTheSameInAllForms) {
  for (const KeyType type : {KeyType::kU64, KeyType::kU32, KeyType::kString}) {
    for (int kind = 1; kind < kSharedKinds; ++kind) {
      for (std::uint8_t threads = kMinThreads; threads <= kMostThreads; ++threads) {
        for (std::uint8_t shards = 1; shards <= kMaxShards; shards *= 2) {
          Tape tape;
          tape.config.type = type;
          tape.config.shared = static_cast<SharedKind>(kind);
          tape.config.threads = threads;
          tape.config.shards = shards;
          tape.config.hash = HashKind::kPairs;
          tape.config.growth = GrowthKind::kSparse;
          tape.config.keys = 77;
          tape.config.seed = 0xdeadbeef;
          tape = Canonical(tape);
          EXPECT_EQ(ParseTapeText(ToText(tape), "t").tape, tape);
          EXPECT_EQ(Decode(ToBinary(tape)), tape);
        }
      }
    }
  }
}

TEST(SharedTapeTest, EveryScheduleIsTheSameInAllForms) {
  std::vector<Schedule> schedules = {
      ExplicitSchedule(PointLevel::kAccesses, {}),
      ExplicitSchedule(PointLevel::kLocks, {{0, 1}, {5, 0}, {0x123456, 1}, {kMaxPoints, 0}})};
  for (const PointLevel level : {PointLevel::kLocks, PointLevel::kAccesses}) {
    for (std::uint8_t chance = kMinChanceLog; chance <= kMaxChanceLog; ++chance) {
      schedules.push_back(RandomSchedule(level, 0xfedcba98, chance));
    }
    for (std::uint8_t depth = 1; depth <= kMaxDepth; ++depth) {
      schedules.push_back(PctSchedule(level, 7, depth, 1));
      schedules.push_back(PctSchedule(level, 7, depth, 0x2bcdef));
      schedules.push_back(PctSchedule(level, 7, depth, kMaxPoints));
    }
  }
  for (const Schedule& schedule : schedules) {
    Tape tape = SharedTape();
    tape.schedule = schedule;
    tape.ops = {{OpCode::kPut, 0, 1, 0, 1}};
    ASSERT_EQ(Canonical(tape), tape);
    EXPECT_EQ(ParseTapeText(ToText(tape), "t").tape, tape) << ToText(schedule);
    EXPECT_EQ(Decode(ToBinary(tape)), tape) << ToText(schedule);
  }
}

TEST(SharedTapeTest, EveryByteStringIsACanonicalTapeThatStaysWhatItIs) {
  std::set<SharedKind> kinds;
  std::set<ScheduleKind> schedules;
  std::set<OpCode> codes;
  std::set<int> threads;
  std::size_t switches = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Tape tape = Decode(RandomBytes(seed << 32, seed % 300));
    ASSERT_EQ(Canonical(tape), tape);
    ASSERT_EQ(Decode(ToBinary(tape)), tape);
    if (seed % 300 == 0) continue;
    kinds.insert(tape.config.shared);
    schedules.insert(tape.schedule.kind);
    switches += tape.schedule.switches.size();
    for (const Op& op : tape.ops) codes.insert(op.code);
    for (const Op& op : tape.ops) threads.insert(op.thread);
  }
  EXPECT_EQ(kinds.size(), kSharedKinds - std::size_t{1});
  EXPECT_EQ(schedules.size(), static_cast<std::size_t>(kScheduleKinds));
  EXPECT_EQ(threads.size(), kMostThreads + std::size_t{1});
  EXPECT_GT(switches, 100u);
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kAlone ? 0u : 1u) << info.name;
  }
}

TEST(SharedTapeTest, TrimmingBytesDropsTheLastSwitchOrOperationOnly) {
  Tape tape = SharedTape();
  tape.ops = {{OpCode::kPut, 0, 1, 0, 0}, {OpCode::kPut, 0, 2, 0, 1}};
  tape.schedule = ExplicitSchedule(PointLevel::kLocks, {{1, 1}, {3, 0}});
  std::vector<std::uint8_t> bytes = ToBinary(tape);
  bytes.pop_back();
  tape.schedule.switches.pop_back();
  EXPECT_EQ(Decode(bytes), tape);
  bytes.resize(kHeaderBytes + kOpBytes);
  tape.schedule.switches.clear();
  tape.ops.pop_back();
  EXPECT_EQ(Decode(bytes), tape);
}

TEST(SharedTapeTest, EveryNumberIsAnOperationOfASharedMap) {
  std::set<OpCode> codes;
  for (std::uint32_t number = 0; number < kSharedSlots; ++number) {
    codes.insert(SharedOpCodeOf(number));
    EXPECT_TRUE(Allows(SharedTape().config, SharedOpCodeOf(number)));
  }
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kAlone ? 0u : 1u) << info.name;
  }
}

TEST(SharedTapeTest, CanonicalGivesDefaultsToWhatASharedMapHasNone) {
  Tape tape;
  tape.config = {KeyType::kBytes,
                 PolicyKind::kChecked,
                 PathKind::kGeneric,
                 HashKind::kPairs,
                 GrowthKind::kFull,
                 5,
                 9,
                 3,
                 {{300, 64}, {0, 1}, 16, SlotsKind::kAdaptive},
                 2};
  tape.config.shared = SharedKind::kLocked;
  tape.config.threads = 99;
  tape.config.shards = 7;
  tape.ops = {{OpCode::kBegin, 0, 0, 0}, {OpCode::kGet, 3, 4, 5, 127}, {OpCode::kGet, 3, 4, 5, -9}};
  tape.schedule = ExplicitSchedule(PointLevel::kLocks, {{3, 7}});
  const Tape canonical = Canonical(tape);
  Config config;
  config.type = canonical.config.type;
  config.hash = HashKind::kPairs;
  config.growth = GrowthKind::kFull;
  config.keys = 9;
  config.seed = 3;
  config.shared = SharedKind::kLocked;
  config.threads = kMostThreads;
  EXPECT_EQ(canonical.config, config);
  EXPECT_TRUE(CanBeShared(config.type));
  EXPECT_EQ(canonical.ops, (std::vector<Op>{{OpCode::kGet, 0, 4, 0, 1}, {OpCode::kGet, 0, 4, 0}}));
  EXPECT_EQ(canonical.schedule.switches, (std::vector<Switch>{{3, 1}}));
}

TEST(SharedTapeTest, TapesOfOneThreadHaveNoThreadsAndNoSchedule) {
  Tape tape;
  tape.config.threads = 3;
  tape.config.shards = 4;
  tape.ops = {{OpCode::kPut, 0, 1, 0, 2}, {OpCode::kCas, 0, 1, 0, 2}};
  tape.schedule = RandomSchedule(PointLevel::kAccesses, 1, 1);
  Tape alone;
  alone.ops = {{OpCode::kPut, 0, 1, 0}};
  EXPECT_EQ(Canonical(tape), alone);
}

TEST(SharedTapeTest, ErrorsSayWhatAndWhere) {
  const struct {
    std::string_view part;
    std::string body;
  } kErrors[] = {
      {"t.tape:2:6: unknown map `shraded`; did you mean `sharded`?", "map: shraded\nend"},
      {"t.tape:3:10: number of threads `7` is out of range; it goes from 2 to 6",
       "map: sync\nthreads: 7\nend"},
      {"t.tape:3:9: number of shards `3` is not a power of two", "map: sharded\nshards: 3\nend"},
      {"t.tape:3:1: `shards` belongs to `map: sharded`", "map: sync\nshards: 2\nend"},
      {"t.tape:2:1: `threads` belongs to a tape with `map: KIND`", "threads: 2\nend"},
      {"t.tape:2:1: `chain` does not belong to a tape with `map`", "chain: 2\nmap: sync\nend"},
      {"t.tape:2:1: the keys of a shared map are of type u64, u32 or string",
       "type: f64\nmap: sync\nend"},
      {"t.tape:3:11: unknown schedule `rnadom`", "map: sync\nschedule: rnadom\nend"},
      {"t.tape:2:1: the schedule goes on with thread 2, and there are threads 0 to 1",
       "schedule: explicit locks 1>2\nmap: sync\nend"},
      {"t.tape:2:1: `t0:` belongs to a tape with `map: KIND`", "t0: put 1\nend"},
      {"t.tape:3:2: thread `2` is out of range; it goes from 0 to 1", "map: sync\nt2: put 1\nend"},
      {"t.tape:3:4: the operation of `t1:` is missing", "map: sync\nt1:\nend"},
      {"t.tape:3:5: unknown operation `ptu`; did you mean `put`?", "map: sync\nt1: ptu 1\nend"},
      {"t.tape:3:5: `begin` cannot be done to a shared map; what can is put get",
       "map: sync\nt1: begin 0 1\nend"},
      {"t.tape:2:1: `cas` is for maps that threads share; name one by `map: KIND`", "cas 1\nend"},
      {"t.tape:3:11: too many operands; `put` is written `put key`", "map: sync\nt1: put 1 2\nend"},
      {"t.tape:3:8: an operand is missing; `put` is written `put key`", "map: sync\nt1: put\nend"},
      {"t.tape:4:1: header line after an operation", "map: sync\nt1: put 1\nthreads: 3\nend"},
  };
  for (const auto& [part, body] : kErrors) {
    EXPECT_EQ(ErrorOf(body).substr(0, part.size()), part) << body;
  }
}

}  // namespace
}  // namespace mapfuzz

#include "harness/threads/thread_turns.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mapfuzz {
namespace {

const NamedRange kRanges[] = {{"mutex"}, {"count"}, {"bucket", nullptr, 0, 2, "shard", 1}};
constexpr std::int16_t kNowhere = -1;
constexpr std::int16_t kMutex = 0;
constexpr std::int16_t kCount = 1;
constexpr std::int16_t kBucket = 2;

// A trace as it grows: each point is the next, as if every one were a choice.
class TraceWriter {
 public:
  TraceWriter& Met(std::uint8_t thread, PointKind kind, std::int16_t range = kNowhere) {
    const auto point = static_cast<std::uint32_t>(trace_.size() + 1);
    trace_.push_back({point, thread, kind, 0, range, 0});
    return *this;
  }
  TraceWriter& Times(int times, std::uint8_t thread, PointKind kind, std::int16_t range) {
    for (int i = 0; i < times; ++i) Met(thread, kind, range);
    return *this;
  }
  const std::vector<TracePoint>& trace() const { return trace_; }

 private:
  std::vector<TracePoint> trace_;
};

Caller::Call Call(int thread, const MapRequest& request, std::size_t first, std::size_t end) {
  Caller::Call call;
  call.op.thread = thread;
  call.op.request = request;
  call.first_point = first;
  call.end_point = end;
  return call;
}

TEST(ThreadTurnsTest, ATurnTellsTheOperationWhatWasDoneInItAndWhereItWasLeft) {
  TraceWriter writer;
  writer.Met(0, PointKind::kLock, kMutex).Met(0, PointKind::kLoad, kCount);
  writer.Met(0, PointKind::kStore, kCount).Met(1, PointKind::kLoad, kBucket);
  writer.Met(1, PointKind::kEnd).Met(0, PointKind::kUnlock, kMutex).Met(0, PointKind::kEnd);
  const std::vector<Caller::Call> calls = {Call(0, {MapOp::kPut, 3, 1, 0}, 0, 6),
                                           Call(1, {MapOp::kGet, 3, 0, 0}, 3, 4)};
  EXPECT_EQ(TurnsText(writer.trace(), kRanges, calls),
            "\nturn by turn:\n"
            "  t0: put 3 1 -> ?\n"
            "      lock mutex; load count\n"
            "      at point 3, before: store count\n"
            "  t1: get 3 -> ?\n"
            "      load shard 1 bucket 2\n"
            "  t0: put 3 1 -> ?\n"
            "      store count; unlock mutex");
}

TEST(ThreadTurnsTest, AnUnlockIsDoneWhenAnotherThreadGoesOn) {
  TraceWriter writer;
  writer.Met(0, PointKind::kUnlock, kMutex).Met(1, PointKind::kEnd).Met(0, PointKind::kEnd);
  EXPECT_EQ(TurnsText(writer.trace(), kRanges, {}),
            "\nturn by turn:\n"
            "  t0: between operations\n"
            "      unlock mutex\n"
            "      at point 1, after: unlock mutex");
}

TEST(ThreadTurnsTest, ARunThatStoppedHalfWayTellsWhatWasNotDoneAnyMore) {
  TraceWriter writer;
  writer.Met(0, PointKind::kLock, kMutex);
  EXPECT_EQ(TurnsText(writer.trace(), kRanges, {}),
            "\nturn by turn:\n"
            "  t0: between operations\n"
            "      at point 1, before: lock mutex");
}

TEST(ThreadTurnsTest, WhatHasNoNameIsCountedAndWhatIsDoneAgainToldOnce) {
  TraceWriter writer;
  writer.Times(3, 0, PointKind::kLoad, kNowhere).Times(2, 0, PointKind::kStore, kCount);
  writer.Met(0, PointKind::kYield).Met(0, PointKind::kEnd);
  EXPECT_EQ(TurnsText(writer.trace(), kRanges, {}),
            "\nturn by turn:\n"
            "  t0: between operations\n"
            "      3 elsewhere; store count (2 times); yield");
}

TEST(ThreadTurnsTest, OfALongTurnTheBeginningAndTheEndAreTold) {
  TraceWriter writer;
  for (int i = 0; i < 10; ++i) {
    writer.Met(0, PointKind::kLoad, kCount).Met(0, PointKind::kStore, kBucket);
  }
  writer.Met(0, PointKind::kEnd);
  EXPECT_EQ(
      TurnsText(writer.trace(), kRanges, {}),
      "\nturn by turn:\n"
      "  t0: between operations\n"
      "      load count; store shard 1 bucket 2; load count; store shard 1 bucket 2; (10 more); "
      "load count;\n"
      "      store shard 1 bucket 2; load count; store shard 1 bucket 2; load count; store shard 1 "
      "bucket 2");
}

TEST(ThreadTurnsTest, OfManyTurnsTheLastAreTold) {
  TraceWriter writer;
  for (std::uint8_t i = 0; i < 30; ++i) writer.Met(i % 2, PointKind::kLoad, kCount);
  const std::string text = TurnsText(writer.trace(), kRanges, {});
  EXPECT_EQ(text.find("\nturn by turn:\n  (6 turns before)\n  t0: "), 0u) << text;
}

}  // namespace
}  // namespace mapfuzz

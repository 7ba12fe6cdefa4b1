#include "targets/bytes_subject.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "targets/subjects.h"

namespace mapfuzz {
namespace {

using Bytes = BytesSubject<PolicyKind::kStrict>;
static_assert(Subject<Bytes>);
static_assert(LiveIterators<Bytes> && Copies<Bytes> && Subscripts<Bytes>);
static_assert(CountsCalls<Bytes> && HasStructure<Bytes> && AccountsForBuckets<Bytes>);
static_assert(TakesFaults<Bytes> && UsesHeap<Bytes>);
static_assert(!CountsLives<Bytes> && !HoldsNan<Bytes> && !RefusesKeys<Bytes>);

Config ConfigOf(const TapeLayout& layout) {
  Config config;
  config.type = KeyType::kBytes;
  config.layout = layout;
  return Canonical(config);
}

std::string Told(const Tape& tape) {
  std::string history;
  RunOptions options;
  options.history = &history;
  const RunResult result = RunTape("hmap", tape, options);
  EXPECT_FALSE(result.failure.has_value()) << Report(tape, *result.failure);
  return history;
}

TEST(BytesReaderTest, WhatLiesAtTheWrongAddressReadsAsBroken) {
  const BytesReader reader{{.key = {24, 8}, .value = {4, 4}, .slots = 8}};
  alignas(64) std::array<std::byte, 64> bytes{};
  WriteNumber(BytesRole::kKey, 7, &bytes[8], 24);
  WriteNumber(BytesRole::kKey, 7, &bytes[36], 24);
  EXPECT_EQ(reader.IdOf(hmap::AsOpaque(&bytes[8])), 7u);
  EXPECT_EQ(reader.IdOf(hmap::AsOpaque(&bytes[36])), kNoKeyId) << "36 is no multiple of 8";
  EXPECT_EQ(reader.IdOf(hmap::AsOpaque(&bytes[16])), kNoKeyId) << "shifted";
  WriteNumber(BytesRole::kValue, 9, &bytes[4], 4);
  EXPECT_EQ(reader.ValueOf(&bytes[4]), 9u);
  WriteNumber(BytesRole::kValue, 9, &bytes[6], 4);
  EXPECT_EQ(reader.ValueOf(&bytes[6]), kNoValue);
}

TEST(BytesObjectTest, IsAlignedAsAskedAndNoMore) {
  for (std::uint16_t alignment = 1; alignment <= kMaxObjectAlignment; alignment *= 2) {
    const BytesObject object(BytesRole::kValue, {13, alignment}, 7);
    const auto address = reinterpret_cast<std::uintptr_t>(object.bytes());
    EXPECT_EQ(address % (2 * alignment), alignment);
    EXPECT_EQ(ReadNumber(BytesRole::kValue, object.bytes(), 13), 7u);
  }
}

TEST(BytesSubjectTest, SaysHowManySlotsItsBucketsHaveWithOrWithoutAnArray) {
  for (const std::uint8_t slots : {4, 8, 16}) {
    Draws draws(1);
    const Config config = ConfigOf({.key = {12, 4}, .value = {0, 1}, .slots = slots});
    Bytes one(config, draws);
    EXPECT_EQ(one.View().Slots(false), slots);
    one.Put(1, 0);
    EXPECT_EQ(one.View().Slots(false), slots);
    Bytes other(config, draws);
    other.MoveFrom(one);
    EXPECT_EQ(one.View().Slots(false), slots) << "moved from";
  }
}

TEST(BytesSubjectTest, ValuesHoldAsMuchOfTheStepsNumberAsTheyHaveRoomFor) {
  const auto last = [](std::uint16_t size) {
    const Tape tape{ConfigOf({.key = {8, 8}, .value = {size, 1}}),
                    {{.code = OpCode::kFill, .count = 300}, {.code = OpCode::kGet, .key = 299}}};
    const std::string history = Told(tape);
    return history.substr(history.rfind('='));
  };
  EXPECT_EQ(last(0), "= 0\n");
  EXPECT_EQ(last(1), "= 44\n");
  EXPECT_EQ(last(2), "= 300\n");
  EXPECT_EQ(last(300), "= 300\n");
}

TEST(BytesSubjectTest, KeysOfNoBytesAreOne) {
  const Tape tape{ConfigOf({.key = {0, 1}, .value = {8, 8}}),
                  {{.code = OpCode::kFill, .count = 20}}};
  EXPECT_EQ(RunTape("hmap", tape).largest, 1u);
  Told(tape);
}

TEST(BytesSubjectTest, BucketsDoubleInProportionToTheirSlots) {
  for (const std::uint8_t slots : {4, 8, 16}) {
    Draws draws(1);
    Bytes map(ConfigOf({.key = {3, 1}, .value = {129, 2}, .slots = slots}), draws);
    for (KeyId key = 0; key < slots; ++key) map.Put(key, key);
    EXPECT_EQ(map.View().Header().b, 0);
    map.Put(slots, 1);
    EXPECT_EQ(map.View().Header().b, 1);
  }
}

}  // namespace
}  // namespace mapfuzz

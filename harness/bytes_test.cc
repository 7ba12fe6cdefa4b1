#include "harness/bytes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "harness/tape.h"

namespace mapfuzz {
namespace {

constexpr BytesRole kRoles[] = {BytesRole::kKey, BytesRole::kValue};
constexpr std::uint32_t kNumbers[] = {0, 1, 255, 256, 4660, 65535, 70000};

std::vector<std::byte> Written(BytesRole role, std::uint32_t number, std::size_t size) {
  std::vector<std::byte> bytes(size);
  WriteNumber(role, number, bytes.data(), size);
  return bytes;
}

TEST(BytesTest, WhatIsWrittenReadsBackModuloWhatTheBytesCanHold) {
  for (const BytesRole role : kRoles) {
    for (const std::size_t size : kEdgeSizes) {
      for (const std::uint32_t number : kNumbers) {
        const auto held = static_cast<std::uint32_t>(
            number % NumbersIn(static_cast<std::uint32_t>(size), std::uint64_t{1} << 32));
        const std::vector<std::byte> bytes = Written(role, held, size);
        EXPECT_EQ(ReadNumber(role, bytes.data(), size), held) << size << " " << number;
      }
    }
  }
}

TEST(BytesTest, AnyByteOfThePatternThatIsAnotherIsSeen) {
  for (const BytesRole role : kRoles) {
    for (std::size_t at = kNumberBytes; at < 136; ++at) {
      std::vector<std::byte> bytes = Written(role, 77, 136);
      bytes[at] ^= std::byte{1};
      EXPECT_FALSE(ReadNumber(role, bytes.data(), 136)) << at;
    }
  }
}

TEST(BytesTest, TornShiftedAndExchangedBytesReadAsNone) {
  const std::vector<std::byte> one = Written(BytesRole::kValue, 77, 24);
  std::vector<std::byte> torn = Written(BytesRole::kValue, 78, 24);
  std::copy(one.begin(), one.begin() + 8, torn.begin());
  EXPECT_FALSE(ReadNumber(BytesRole::kValue, torn.data(), 24));
  EXPECT_FALSE(ReadNumber(BytesRole::kValue, one.data() + 1, 23));
  EXPECT_FALSE(ReadNumber(BytesRole::kKey, one.data(), 24));
}

TEST(BytesTest, ZerosAreTheValueZeroAndNoKey) {
  const std::vector<std::byte> zeros(136);
  EXPECT_EQ(ReadNumber(BytesRole::kValue, zeros.data(), 136), 0u);
  EXPECT_FALSE(ReadNumber(BytesRole::kKey, zeros.data(), 136));
  EXPECT_EQ(ReadNumber(BytesRole::kKey, zeros.data(), 0), 0u);
}

}  // namespace
}  // namespace mapfuzz

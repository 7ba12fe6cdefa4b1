#include "harness/key_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <unordered_set>

namespace mapfuzz {
namespace {

TEST(StringKeyTest, RoundTripsForAllIdsAndAllDiffer) {
  std::unordered_set<std::string> seen;
  for (KeyId id = 0; id < kMaxKeys; ++id) {
    const std::string key = StringOf(id);
    ASSERT_EQ(IdOfString(key), id) << key;
    ASSERT_TRUE(seen.insert(key).second) << key;
  }
}

TEST(StringKeyTest, LengthFollowsFromTheId) {
  EXPECT_EQ(StringOf(0), "");
  EXPECT_EQ(StringOf(4), "0004");
  EXPECT_EQ(StringOf(65532), "fffc");
  EXPECT_EQ(StringOf(1).size(), 31u);
  EXPECT_EQ(StringOf(2).size(), 32u);
  EXPECT_EQ(StringOf(3).size(), 48u);
}

TEST(StringKeyTest, LongKeysShareTheirEndsAndDifferInTheMiddle) {
  for (KeyId id = 1; id < 4; ++id) {
    const std::string a = StringOf(id);
    const std::string b = StringOf(id + 65532);
    ASSERT_EQ(a.size(), b.size());
    EXPECT_EQ(a.substr(0, 4), b.substr(0, 4));
    EXPECT_EQ(a.substr(a.size() - 4), b.substr(b.size() - 4));
    EXPECT_NE(a, b);
  }
}

TEST(StringKeyTest, GarbageIsNoKey) {
  EXPECT_EQ(IdOfString("0"), kNoKeyId);
  EXPECT_EQ(IdOfString("000"), kNoKeyId);
  EXPECT_EQ(IdOfString("0000"), kNoKeyId);  // id 0 is the empty string
  EXPECT_EQ(IdOfString("0001"), kNoKeyId);  // id 1 has 31 bytes
  EXPECT_EQ(IdOfString("000C"), kNoKeyId);
  EXPECT_EQ(IdOfString("\xff\xff\xff\xff"), kNoKeyId);
  EXPECT_EQ(IdOfString(std::string(31, '\0')), kNoKeyId);
  EXPECT_EQ(IdOfString(std::string(31, 'k')), kNoKeyId);
  EXPECT_EQ(IdOfString(StringOf(3) + "k"), kNoKeyId);
  EXPECT_EQ(IdOfString(std::string(1000, '0')), kNoKeyId);
}

TEST(FloatKeyTest, RoundTripsForAllIds) {
  for (KeyId id = 0; id < kMaxKeys; ++id) ASSERT_EQ(IdOfFloat(FloatOf(id)), id);
}

TEST(FloatKeyTest, SpecialsAreWhatTheirIdsSay) {
  EXPECT_EQ(FloatOf(0), 0.0);
  EXPECT_FALSE(std::signbit(FloatOf(0)));
  EXPECT_EQ(FloatOf(1), 0.0);
  EXPECT_TRUE(std::signbit(FloatOf(1)));
  EXPECT_EQ(FloatOf(2), std::numeric_limits<double>::infinity());
  EXPECT_EQ(FloatOf(3), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(FloatOf(4), std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::isnan(FloatOf(5)));
  EXPECT_EQ(FloatOf(6), 6.0);
  EXPECT_TRUE(std::isnan(FloatOf(13)));
  EXPECT_EQ(FloatOf(65535), 65535.0);
}

TEST(FloatKeyTest, IsNanAgreesWithTheNumberForAllIds) {
  for (KeyId id = 0; id < kMaxKeys; ++id) ASSERT_EQ(std::isnan(FloatOf(id)), IsNanId(id)) << id;
  EXPECT_TRUE(IsNan(KeyType::kF64, 5));
  EXPECT_FALSE(IsNan(KeyType::kU64, 5));
}

TEST(FloatKeyTest, NumbersThatAreNoKeysAreNoKeys) {
  for (const double key :
       {1.0, 4.0, -7.0, 65536.0, 1e300, -1e300, 2 * std::numeric_limits<double>::denorm_min()}) {
    EXPECT_EQ(IdOfFloat(key), kNoKeyId) << key;
  }
}

TEST(FloatKeyTest, EqualNumbersHaveEqualHashedBitsAndOneCanonicalId) {
  for (KeyId id = 0; id < kMaxKeys; ++id) {
    for (const HashKind kind : {HashKind::kGood, HashKind::kIdentity}) {
      ASSERT_EQ(HashedBits(kind, KeyType::kF64, id), HashedBitsOfFloat(kind, FloatOf(id))) << id;
    }
    ASSERT_EQ(CanonicalId(KeyType::kF64, id), id == 1 ? 0 : id);
    ASSERT_EQ(CanonicalId(KeyType::kString, id), id);
  }
}

TEST(HashedBitsTest, AreTheIdWhereThatTellsKeysApart) {
  for (const KeyType type : {KeyType::kU64, KeyType::kU32, KeyType::kString}) {
    EXPECT_EQ(HashedBits(HashKind::kGood, type, 65535), 65535u);
  }
  EXPECT_NE(HashedBits(HashKind::kGood, KeyType::kF64, 4096), 4096u);
  EXPECT_EQ(HashedBits(HashKind::kIdentity, KeyType::kF64, 4096), 4096u);
}

TEST(UpdatesKeyTest, FloatsAndStringsOnly) {
  EXPECT_FALSE(UpdatesKey(KeyType::kU64));
  EXPECT_FALSE(UpdatesKey(KeyType::kU32));
  EXPECT_TRUE(UpdatesKey(KeyType::kString));
  EXPECT_TRUE(UpdatesKey(KeyType::kF64));
}

// The constants below come from an independent computation of the definitions.
TEST(HashTest, MixIsTheOutputFunctionOfSplitmix64) {
  EXPECT_EQ(Mix(0), 0xe220a8397b1dcdafu);
  EXPECT_EQ(Mix(1), 0x910a2dec89025cc1u);
  EXPECT_EQ(Mix(2), 0x975835de1c9756ceu);
}

struct GoldenHash {
  HashKind kind;
  std::uint64_t of_0, of_7, of_7_seeded, of_ends_seeded;
};

TEST(HashTest, KindsMatchGoldenConstants) {
  const GoldenHash golden[] = {
      {HashKind::kGood, 0xa706dd2f4d197e6f, 0x64bf61b512ffabe7, 0xe208d709d0aa16c9,
       0xa83ff9a6e6f70f81},
      {HashKind::kLowBits, 0xa706dd2f4d190003, 0x64bf61b512ff0003, 0xe208d709d0aa0001,
       0xa83ff9a6e6f70001},
      {HashKind::kConst, 0x0700000000000000, 0x0700000000000000, 0x0700000000000000,
       0x0700000000000000},
      {HashKind::kTopZero, 0x0306dd2f4d197e6f, 0x00bf61b512ffabe7, 0x0208d709d0aa16c9,
       0x003ff9a6e6f70f81},
      {HashKind::kIdentity, 0, 7, 7, 0x8000000000000001},
      {HashKind::kPairs, 0xa706dd2f4d197e6f, 0xc810565020d09481, 0x4c16a786eacfe8a6,
       0xef003088cb93bafd},
  };
  for (const GoldenHash& row : golden) {
    const auto name = kHashNames[static_cast<int>(row.kind)];
    EXPECT_EQ(HashBits(row.kind, 0, 0), row.of_0) << name;
    EXPECT_EQ(HashBits(row.kind, 7, 0), row.of_7) << name;
    EXPECT_EQ(HashBits(row.kind, 7, 0x12345678), row.of_7_seeded) << name;
    EXPECT_EQ(HashBits(row.kind, 0x8000000000000001, 1), row.of_ends_seeded) << name;
  }
}

TEST(HashTest, NanHashesMatchGoldenConstants) {
  EXPECT_EQ(NanHash(1), 0x3a34ce6380fc0bc5u);
  EXPECT_EQ(NanHash(2), 0xf2686df75bf5b75bu);
}

TEST(HashTest, LowBitsReachFourChainsAndTopZeroStaysBelowFive) {
  std::set<std::uint64_t> chains;
  for (KeyId id = 0; id < kMaxKeys; ++id) {
    chains.insert(HashBits(HashKind::kLowBits, id, 3) & 0xffff);
    ASSERT_LT(HashBits(HashKind::kTopZero, id, 3) >> 56, 4u);
    ASSERT_EQ(HashBits(HashKind::kPairs, id, 3), HashBits(HashKind::kPairs, id ^ 1, 3));
  }
  EXPECT_EQ(chains.size(), 4u);
}

TEST(GrowthRuleTest, FollowsGo119AtEveryThreshold) {
  const GrowthRule rule = GrowthRuleOf(GrowthKind::kGo119);
  const std::uint64_t most[] = {8, 13, 26, 52, 104, 208, 416, 832, 1664, 3328};
  for (unsigned b = 0; b < 10; ++b) {
    EXPECT_FALSE(rule.Over(most[b], b)) << b;
    EXPECT_TRUE(rule.Over(most[b] + 1, b)) << b;
  }
}

TEST(GrowthRuleTest, OtherRulesHaveTheirOwnThresholds) {
  const GrowthRule go121 = GrowthRuleOf(GrowthKind::kGo121);
  const GrowthRule full = GrowthRuleOf(GrowthKind::kFull);
  const GrowthRule sparse = GrowthRuleOf(GrowthKind::kSparse);
  EXPECT_FALSE(go121.Over(96, 4));
  EXPECT_TRUE(go121.Over(97, 4));
  EXPECT_FALSE(full.Over(128, 4));
  EXPECT_TRUE(full.Over(129, 4));
  EXPECT_FALSE(sparse.Over(32, 4));
  EXPECT_TRUE(sparse.Over(33, 4));
  for (const GrowthRule& rule : {go121, full, sparse}) {
    EXPECT_FALSE(rule.Over(8, 0));
    EXPECT_TRUE(rule.Over(9, 0));
    EXPECT_FALSE(rule.Over(8, 1));
  }
}

}  // namespace
}  // namespace mapfuzz

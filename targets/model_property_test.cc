// Every map agrees with the model, and hmap keeps the iteration contract, on whatever tape.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/milestones.h"
#include "targets/silent_check.h"
#include "targets/tape_property.h"

namespace mapfuzz {
namespace {

template <KeyType kType>
Config Strict(Config config) {
  config.type = kType;
  config.policy = PolicyKind::kStrict;
  config.keys = std::min<std::uint32_t>(config.keys, 600);
  if (config.hash == HashKind::kConst) config.keys = std::min<std::uint32_t>(config.keys, 64);
  return config;
}

template <KeyType kType>
TapeLimits StrictLimits() {
  TapeLimits limits;
  limits.shape = Strict<kType>;
  return limits;
}

template <KeyType kType>
void CheckModelEquality(const std::string& name) {
  std::uint64_t steps = 0;
  CheckTapes(name, StrictLimits<kType>(), [&](const Tape& tape) {
    const RunResult result = RunTape("hmap", tape);
    steps += result.steps;
    return ComplaintOf(tape, result);
  });
  EXPECT_GT(steps, 10'000u) << "the tapes did next to nothing";
}

TEST(ModelPropertyTest, HmapOfU64EqualsTheModel) {
  CheckModelEquality<KeyType::kU64>("model-equality-u64");
}
TEST(ModelPropertyTest, HmapOfU32EqualsTheModel) {
  CheckModelEquality<KeyType::kU32>("model-equality-u32");
}
TEST(ModelPropertyTest, HmapOfStringsEqualsTheModel) {
  CheckModelEquality<KeyType::kString>("model-equality-string");
}
TEST(ModelPropertyTest, HmapOfFloatsEqualsTheModel) {
  CheckModelEquality<KeyType::kF64>("model-equality-f64");
}

TEST(ModelPropertyTest, HmapOfTrackedEqualsTheModel) {
  CheckModelEquality<KeyType::kTracked>("model-equality-tracked");
}
TEST(ModelPropertyTest, HmapOfMoveOnlyEqualsTheModel) {
  CheckModelEquality<KeyType::kMoveOnly>("model-equality-moveonly");
}
TEST(ModelPropertyTest, HmapOfCopyOnlyEqualsTheModel) {
  CheckModelEquality<KeyType::kCopyOnly>("model-equality-copyonly");
}
TEST(ModelPropertyTest, HmapOfLargeEqualsTheModel) {
  CheckModelEquality<KeyType::kLarge>("model-equality-large");
}
TEST(ModelPropertyTest, HmapOfVariantsEqualsTheModel) {
  CheckModelEquality<KeyType::kVariant>("model-equality-variant");
}
TEST(ModelPropertyTest, HmapOfBytesEqualsTheModel) {
  CheckModelEquality<KeyType::kBytes>("model-equality-bytes");
}

// An oracle that cries wolf cries here.
TEST(ModelPropertyTest, ControlsEqualTheModel) {
  for (const std::string_view map : kMapNames) {
    if (map == kMapNames[0]) continue;
    CheckTapes("model-equality-" + std::string(map), TapeLimits{},
               [map](const Tape& tape) { return ComplaintOf(tape, RunTape(map, tape)); });
  }
}

// Few keys and nothing but writes and iterators, so that these meet.
Config FewKeys(Config config) {
  config.policy = PolicyKind::kStrict;
  config.keys = 200;
  return config;
}

TEST(IterationPropertyTest, ContractHoldsUnderEverySequence) {
  TapeLimits limits;
  limits.shape = FewKeys;
  limits.never = {OpCode::kGet, OpCode::kHas, OpCode::kLook, OpCode::kSelf};
  MilestoneCounts reached{};
  CheckTapes("iteration-contract", limits, [&](const Tape& tape) {
    const RunResult result = RunTape("hmap", tape);
    for (int i = 0; i < kMilestones; ++i) reached[i] += result.milestones[i];
    return ComplaintOf(tape, result);
  });
  EXPECT_GT(reached[static_cast<int>(Milestone::kIteratorAcrossGrowth)], 0u);
  EXPECT_GT(reached[static_cast<int>(Milestone::kCreatedUnderIterator)], 0u);
  EXPECT_GT(reached[static_cast<int>(Milestone::kDeleteBeforeSeen)], 0u);
}

TEST(TapePropertyTest, FailingPropertyShrinksAndWritesItsTape) {
  const std::string folder = testing::TempDir() + "mapfuzz_findings";
  std::filesystem::create_directories(folder);
  const char* before = std::getenv("MAPFUZZ_FINDINGS");
  const std::string kept = before == nullptr ? "" : before;
  setenv("MAPFUZZ_FINDINGS", folder.c_str(), 1);
  constexpr const char* kReport =
      "MAPFUZZ-FAIL three entries\n\nreplay it:      mapfuzz replay FILE\n";
  std::string why;
  const bool holds = HoldsForTapes(
      "never-three-entries", TapeLimits{},
      [](const Tape& tape) {
        return RunTape("hmap", tape).largest >= 3 ? std::string(kReport) : std::string();
      },
      why, SilentCheck{});
  before == nullptr ? unsetenv("MAPFUZZ_FINDINGS") : setenv("MAPFUZZ_FINDINGS", kept.c_str(), 1);
  EXPECT_FALSE(holds);
  const std::string file = folder + "/never-three-entries.tape";
  EXPECT_EQ(why, "MAPFUZZ-FAIL three entries\n\nreplay: mapfuzz replay " + file +
                     "\nshow:   mapfuzz show " + file + "\nshrunk tape: " + file);
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const Tape tape = ParseTapeText(text, file).tape;
  EXPECT_LE(tape.ops.size(), 3u) << text;
  EXPECT_EQ(RunTape("hmap", tape).largest, 3u) << text;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mapfuzz

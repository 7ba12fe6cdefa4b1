#include "targets/subjects.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/stats.h"
#include "harness/subject.h"
#include "harness/tape_text.h"
#include "targets/hmap_subject.h"
#include "targets/profiles.h"
#include "targets/std_subject.h"

namespace mapfuzz {
namespace {

using Hmap = HmapSubject<KeyType::kF64, PolicyKind::kStrict, PathKind::kFast>;
static_assert(Subject<Hmap>);
static_assert(LiveIterators<Hmap>);
static_assert(HoldsNan<Hmap> && Hmap::kHoldsNan);
static_assert(CountsCalls<Hmap>);
static_assert(HasStructure<Hmap> && AccountsForBuckets<Hmap> && NamesAllocator<Hmap>);
static_assert(Subject<StdSubject<KeyType::kString>>);
static_assert(!LiveIterators<StdSubject<KeyType::kU64>>);
static_assert(!HasStructure<StdSubject<KeyType::kU64>>);
static_assert(!AccountsForBuckets<StdSubject<KeyType::kU64>>);
static_assert(!NamesAllocator<StdSubject<KeyType::kU64>>);

TEST(SubjectsTest, UnknownMapIsRefusedWithTheNamesThereAre) {
  try {
    RunTape("btree", Tape{});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(
        std::string(error.what()).find("no map called 'btree' in this build; there are: hmap"), 0u)
        << error.what();
  }
}

TEST(SubjectsTest, EveryMapRunsEveryConfiguration) {
  for (const std::string_view map : kMapNames) {
    for (int type = 0; type < kKeyTypes; ++type) {
      for (int policy = 0; policy < kPolicyKinds; ++policy) {
        for (int path = 0; path < kPathKinds; ++path) {
          Tape tape;
          tape.config.type = static_cast<KeyType>(type);
          tape.config.policy = static_cast<PolicyKind>(policy);
          tape.config.path = static_cast<PathKind>(path);
          tape.ops = {{.code = OpCode::kFill, .key = 0, .count = 100},
                      {.code = OpCode::kSweep, .count = 7},
                      {.code = OpCode::kDrain, .key = 20, .count = 60}};
          const RunResult result = RunTape(map, tape);
          EXPECT_FALSE(result.failure.has_value()) << Report(tape, *result.failure);
          EXPECT_GE(result.largest, 80u);
        }
      }
    }
  }
}

TEST(SubjectsTest, HmapIsAskedByEveryOracleThatLooksIntoIt) {
  Tape tape;
  tape.ops = {{.code = OpCode::kFill, .key = 0, .count = 100}, {.code = OpCode::kSweep}};
  const RunResult result = RunTape("hmap", tape);
  for (const Oracle oracle :
       {Oracle::kResult, Oracle::kContent, Oracle::kIteration, Oracle::kStructure, Oracle::kCost}) {
    EXPECT_GE(result.consulted[static_cast<int>(oracle)], 100u)
        << kOracleNames[static_cast<int>(oracle)];
  }
}

TEST(SubjectsTest, ATapeThatDoesNothingShowsHmapToNoOracleOfTables) {
  const RunResult result = RunTape("hmap", Tape{});
  for (const Oracle oracle : {Oracle::kResult, Oracle::kContent, Oracle::kIteration,
                              Oracle::kStructure, Oracle::kFault, Oracle::kCorruption}) {
    EXPECT_EQ(result.consulted[static_cast<int>(oracle)], 0u)
        << kOracleNames[static_cast<int>(oracle)];
  }
}

TEST(SubjectsTest, HmapSaysWhyItLeavesOperationsOut) {
  const struct {
    const char* header;
    const char* operations;
    Fate why;
  } cases[] = {{"policy: strict", "corrupt b 2\nput 2\n", Fate::kNotChecked},
               {"policy: checked", "corrupt oldbuckets 3\nput 2\n", Fate::kNoField},
               {"type: moveonly", "copy\n", Fate::kNoCopies}};
  for (const auto& [header, operations, why] : cases) {
    const std::string text =
        "mapfuzz tape v1\n" + std::string(header) + "\nput 1\n" + operations + "end\n";
    std::vector<OpFate> fates;
    RunOptions options;
    options.fates = &fates;
    const RunResult result = RunTape("hmap", ParseTapeText(text, "test").tape, options);
    EXPECT_EQ(result.skipped, 1u) << text;
    ASSERT_EQ(fates.size(), 1u) << text;
    EXPECT_EQ(fates[0].operation, 1u) << text;
    EXPECT_EQ(fates[0].fate, why) << text;
  }
}

TEST(ProfilesTest, ShapesAreIdempotentAndCanonical) {
  for (const TargetProfile& profile : Profiles()) {
    for (int hash = 0; hash < kHashKinds; ++hash) {
      Config config;
      config.hash = static_cast<HashKind>(hash);
      config.hint = 8192;
      config.type = KeyType::kF64;
      config.policy = PolicyKind::kGo119;
      const Config shaped = profile.shape(config);
      EXPECT_EQ(profile.shape(shaped), shaped) << profile.name;
      EXPECT_EQ(Canonical(shaped), shaped) << profile.name;
      EXPECT_EQ(shaped.policy,
                profile.name == "corrupt" ? PolicyKind::kChecked : PolicyKind::kStrict)
          << profile.name;
    }
  }
}

TEST(ProfilesTest, EveryMilestoneIsNamedForSomeTarget) {
  MilestoneCounts named{};
  for (const TargetProfile& profile : Profiles()) {
    EXPECT_FALSE(profile.help.empty());
    EXPECT_EQ(FindProfile(profile.name), &profile);
    for (const Milestone milestone : profile.milestones) ++named[static_cast<int>(milestone)];
  }
  for (int i = 0; i < kMilestones; ++i) {
    EXPECT_GT(named[i], 0u) << MilestoneName(static_cast<Milestone>(i));
  }
  EXPECT_EQ(FindProfile("nothing"), nullptr);
}

// The tapes of a folder as the profile's target runs them.
std::vector<RunResult> RunSeeds(const TargetProfile& profile) {
  std::vector<RunResult> results;
  for (const auto& file : std::filesystem::directory_iterator(
           std::string(MAPFUZZ_SOURCE_DIR "/corpus/seeds/") + std::string(profile.name))) {
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Tape tape = ParseTapeText(text, file.path().string()).tape;
    tape.config = profile.shape(tape.config);
    results.push_back(RunTape("hmap", tape));
  }
  return results;
}

// Whether two histories are the same is asked by whoever runs a tape twice.
TEST(ProfilesTest, SeedsConsultEveryOracleOfTheirTarget) {
  for (const TargetProfile& profile : Profiles()) {
    std::array<std::uint64_t, kOracles> consulted{};
    for (const RunResult& result : RunSeeds(profile)) {
      for (int i = 0; i < kOracles; ++i) consulted[i] += result.consulted[i];
    }
    for (const Oracle oracle : profile.oracles) {
      if (oracle == Oracle::kDeterministic) continue;
      EXPECT_GT(consulted[static_cast<int>(oracle)], 0u)
          << profile.name << " " << kOracleNames[static_cast<int>(oracle)];
    }
  }
}

// Of targets whose seeds are to be enough.
TEST(ProfilesTest, SeedsReachEveryMilestoneOfTheirTarget) {
  for (const char* name : {"layouts", "corrupt"}) {
    const TargetProfile& profile = *FindProfile(name);
    MilestoneCounts reached{};
    for (const RunResult& result : RunSeeds(profile)) {
      for (int i = 0; i < kMilestones; ++i) reached[i] += result.milestones[i];
    }
    for (const Milestone milestone : profile.milestones) {
      EXPECT_GT(reached[static_cast<int>(milestone)], 0u)
          << name << " " << MilestoneName(milestone);
    }
  }
}

}  // namespace
}  // namespace mapfuzz

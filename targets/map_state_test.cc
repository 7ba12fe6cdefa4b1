#include "targets/map_state.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/replay_files.h"
#include "harness/subject.h"
#include "harness/tape_text.h"
#include "hmap/roots.h"
#include "hmap/testing.h"
#include "targets/hmap_subject.h"
#include "targets/std_subject.h"
#include "targets/subjects.h"

namespace mapfuzz {
namespace {

static_assert(ShowsState<HmapSubject<KeyType::kU64, PolicyKind::kGo119, PathKind::kFast>>);
static_assert(!ShowsState<StdSubject<KeyType::kU64>>);

using MapT = hmap::testing::TestMap<std::uint64_t, std::uint64_t, hmap::testing::IdentityHash>;
using CoreT = MapT::CoreT;

struct WordReader {
  Entry operator()(std::uint64_t key, std::uint64_t value) const { return {IdOf(key), value}; }
  KeyId IdOf(std::uint64_t key) const { return static_cast<KeyId>(key); }
};

// Sixteen chains of which two have an overflow bucket, and an iterator.
class MapStateTest : public testing::Test {
 protected:
  MapStateTest() : map_(rig_.Make<MapT>(60)) {
    for (std::uint64_t chain = 3; chain <= 4; ++chain) {
      for (std::uint64_t i = 0; i < 9; ++i) map_.insert_or_assign(chain + 16 * i, i);
    }
    walk_ = map_.begin();
  }

  std::uint64_t Digest(std::string* text = nullptr) const {
    hmap::Roots<CoreT> roots;
    roots.AddTable(map_.view().core()).AddIterator(walk_);
    StateWriter writer(text);
    MapStateWriter<CoreT, WordReader> state(roots, reader_, writer);
    state.WriteMap(0, map_, 1);
    state.WriteArrays();
    state.WriteIterator(2, walk_);
    return writer.digest();
  }
  CoreT& core() { return *hmap::UnsafeCode::TableOf(map_); }
  const auto& array() { return *core().buckets(); }

  hmap::testing::Rig rig_;
  MapT map_;
  MapT::iterator walk_;
  WordReader reader_;
};

TEST_F(MapStateTest, IsWrittenInWords) {
  std::string text;
  Digest(&text);
  EXPECT_EQ(text.find("map 0 allocator 1 nil 0 has-table 1 count 18 flags 3 B 4 noverflow 2 "), 0u)
      << text;
  EXPECT_NE(text.find("\narray 1 B 4 slots 8 total 18 pool 0 beside 0 in-map 1 shared 1 "),
            std::string::npos)
      << text;
  EXPECT_NE(
      text.find("\nbucket 4 retained 0 next 18 tophash 5,5,5,5,5,5,5,5 key 4 value 0 key 20 "),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("\nbucket 17 retained 0 next 0 tophash 5,0,0,0,0,0,0,0 key 132 value 8\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\niterator 2 array 1 array 0 array 1 over 0 wrapped 0 start 0 next 4 "),
            std::string::npos)
      << text;
}

TEST_F(MapStateTest, ReadsLeaveItAlone) {
  const std::uint64_t before = Digest();
  EXPECT_NE(map_.find(3), nullptr);
  EXPECT_EQ(map_.find(5), nullptr);
  EXPECT_EQ(Digest(), before);
}

TEST_F(MapStateTest, EveryFieldOfTheHeaderIsInIt) {
  using hmap::HeaderField;
  const std::uint64_t before = Digest();
  for (const HeaderField field :
       {HeaderField::kCount, HeaderField::kFlags, HeaderField::kB, HeaderField::kNoverflow,
        HeaderField::kHash0, HeaderField::kNevacuate}) {
    const auto undo = hmap::UnsafeCode::Overwrite(core(), field, 2);
    ASSERT_TRUE(undo);
    EXPECT_NE(Digest(), before) << "field " << static_cast<int>(field);
    undo();
    EXPECT_EQ(Digest(), before);
  }
}

TEST_F(MapStateTest, WhereAChainLeadsIsInItHoweverBroken) {
  const std::uint64_t before = Digest();
  hmap::Bucket* const bucket = array().Chain(3);
  hmap::Bucket* const nowhere = reinterpret_cast<hmap::Bucket*>(std::uintptr_t{64});
  std::vector<std::uint64_t> digests = {before};
  for (hmap::Bucket* const lead : {static_cast<hmap::Bucket*>(nullptr), nowhere, bucket}) {
    const auto undo = hmap::UnsafeCode::OverwriteOverflow(array().layout(), bucket, lead);
    const std::uint64_t now = Digest();
    for (const std::uint64_t other : digests) EXPECT_NE(now, other);
    digests.push_back(now);
    undo();
  }
  EXPECT_EQ(Digest(), before);
}

TEST_F(MapStateTest, EveryMarkKeyAndValueIsInIt) {
  const std::uint64_t before = Digest();
  std::uint8_t& mark = array().layout().Tophash(array().Chain(9))[7];
  mark = hmap::kEmptyOne;
  EXPECT_NE(Digest(), before) << "of an empty slot";
  mark = hmap::kEmptyRest;
  array().layout().ValueAt(array().Chain(17), 0) = 7;
  EXPECT_NE(Digest(), before);
  array().layout().ValueAt(array().Chain(17), 0) = 8;
  array().layout().KeyAt(array().Chain(17), 0) += 16;
  EXPECT_NE(Digest(), before);
}

TEST_F(MapStateTest, WhereAnIteratorIsAndWhatItHoldsIsInIt) {
  const std::uint64_t before = Digest();
  ++walk_;
  const std::uint64_t after = Digest();
  EXPECT_NE(after, before);
  map_.clear();
  std::string text;
  EXPECT_NE(Digest(&text), after);
  EXPECT_NE(text.find("\niterator 2 array 1 array 0 array 1 over 1"), std::string::npos) << text;
}

TEST_F(MapStateTest, WhatIsKeptForAnIteratorIsInIt) {
  const std::uint64_t entries = core().count();
  for (std::uint64_t key = 1000; core().oldbuckets() == nullptr; ++key) {
    map_.insert_or_assign(key, key);
  }
  ASSERT_GT(core().count(), entries);
  std::string text;
  Digest(&text);
  EXPECT_NE(text.find(" retained 1 next "), std::string::npos) << text;
  EXPECT_NE(text.find("\narray 2 "), std::string::npos) << "the old array: " << text;
}

// Where things lie in memory is another matter each time.
std::vector<std::uint64_t> StatesOf(const Tape& tape, RunResult& result, std::size_t shift) {
  const auto somewhere_else = std::make_unique<char[]>(shift);
  std::vector<std::uint64_t> digests;
  RunOptions options;
  options.on_state = [&digests](const StepState& state) { digests.push_back(state.digest); };
  result = RunTape("hmap", tape, options);
  return digests;
}

TEST(MapStateOfTapesTest, SeedsHaveTheSameStatesAndHistoryEveryTime) {
  std::vector<std::string> files;
  ASSERT_TRUE(CollectFiles(MAPFUZZ_SOURCE_DIR "/corpus/seeds", ".tape", files));
  ASSERT_FALSE(files.empty());
  std::size_t told = 0;
  for (const std::string& file : files) {
    const Tape tape = ParseTapeText(*ReadFile(file), file).tape;
    if (tape.ops.size() > 400) continue;
    const RunResult plain = RunTape("hmap", tape);
    if (plain.steps > 500) continue;  // the walk over all buckets at every step takes its time
    ++told;
    RunResult first, second;
    const std::vector<std::uint64_t> states = StatesOf(tape, first, 24);
    EXPECT_EQ(states, StatesOf(tape, second, 4096)) << file;
    EXPECT_EQ(states.size(), first.steps + 1) << file;
    EXPECT_EQ(first.history_digest, plain.history_digest) << file;
    EXPECT_EQ(first.steps, plain.steps) << file;
    EXPECT_FALSE(first.failure.has_value()) << file;
  }
  EXPECT_GT(told, 10u);
}

TEST(MapStateOfTapesTest, ControlsSayThatTheyShowNone) {
  RunOptions options;
  options.on_state = [](const StepState&) { FAIL(); };
  Tape tape;
  tape.ops = {{.code = OpCode::kFill, .key = 0, .count = 9}};
  EXPECT_TRUE(RunTape("std", tape, options).hides_state);
  EXPECT_FALSE(RunTape("hmap", tape).hides_state);
}

}  // namespace
}  // namespace mapfuzz

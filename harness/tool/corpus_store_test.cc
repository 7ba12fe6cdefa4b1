#include "harness/tool/corpus_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

std::string Bytes(const Tape& tape) {
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  return {bytes.begin(), bytes.end()};
}

Tape SomeTape() {
  Tape tape;
  tape.ops = {{OpCode::kPut, 0, 3, 0}};
  return tape;
}

TEST(CorpusStore, BeginsWithSeedsInBinaryFormAndKeptUnits) {
  const TestFolder folder;
  folder.Put("seeds/a.tape", ToText(SomeTape()));
  folder.Put("seeds/README.md", "not a tape");
  folder.Put("kept/0123", "unit");
  CorpusStore store(folder / "scratch", folder / "kept");
  EXPECT_EQ(store.StartInputs(), 0u);
  store.AddSeeds(folder / "seeds");
  store.AddKept();
  EXPECT_EQ(store.StartInputs(), 2u);
  EXPECT_TRUE(store.LeaveOut(Bytes(SomeTape())));
}

TEST(CorpusStore, NamesASeedThatIsNoTape) {
  const TestFolder folder;
  folder.Put("seeds/a.tape", "mapfuzz tape v1\nput\n");
  CorpusStore store(folder / "scratch", folder / "kept");
  EXPECT_THROW(store.AddSeeds(folder / "seeds"), ToolError);
}

TEST(CorpusStore, MovesAUnitOnlyOnceItNoLongerChanges) {
  const TestFolder folder;
  CorpusStore store(folder / "scratch", folder / "kept");
  folder.Put("scratch/new/unit", "ha");
  store.Sweep(false);
  EXPECT_FALSE(IsFile(folder / "kept/unit"));
  folder.Put("scratch/new/unit", "half");
  store.Sweep(false);
  EXPECT_FALSE(IsFile(folder / "kept/unit"));
  store.Sweep(false);
  EXPECT_EQ(ReadOrEmpty(folder / "kept/unit"), "half");
  EXPECT_EQ(store.moved(), 1u);
  // A fuzzer started later begins with it.
  EXPECT_EQ(store.StartInputs(), 1u);
}

TEST(CorpusStore, MovesAllOnceNobodyWrites) {
  const TestFolder folder;
  CorpusStore store(folder / "scratch", folder / "kept");
  folder.Put("scratch/new/one", "1");
  folder.Put("scratch/new/two", "2");
  store.Sweep(true);
  EXPECT_EQ(FilesUnder(folder / "kept").size(), 2u);
  EXPECT_TRUE(FilesUnder(folder / "scratch/new").empty());
}

TEST(CorpusStore, NeitherCountsNorRewritesAUnitItHas) {
  const TestFolder folder;
  folder.Put("kept/unit", "known");
  CorpusStore store(folder / "scratch", folder / "kept");
  folder.Put("scratch/new/unit", "known");
  store.Sweep(true);
  EXPECT_EQ(store.moved(), 0u);
  EXPECT_EQ(ReadOrEmpty(folder / "kept/unit"), "known");
}

TEST(CorpusStore, LeavesOutForTheHuntButNotForEver) {
  const TestFolder folder;
  folder.Put("kept/bad", "crashes");
  CorpusStore store(folder / "scratch", folder / "kept");
  store.AddKept();
  EXPECT_TRUE(store.LeaveOut("crashes"));
  EXPECT_FALSE(store.LeaveOut("crashes"));
  EXPECT_EQ(store.StartInputs(), 0u);
  EXPECT_EQ(ReadOrEmpty(folder / "kept/bad"), "crashes");
}

TEST(CorpusStore, CleansUpAfterAKilledHunt) {
  const TestFolder folder;
  folder.Put("kept/.mapfuzz-tmp-abcdef", "half");
  CorpusStore store(folder / "scratch", folder / "kept");
  EXPECT_FALSE(std::filesystem::exists(folder / "kept/.mapfuzz-tmp-abcdef"));
}

}  // namespace
}  // namespace mapfuzz::tool

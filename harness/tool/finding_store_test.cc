#include "harness/tool/finding_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/tape_text.h"
#include "harness/tool/files.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

Finding FindingOf(std::size_t operations, bool confirmed = true) {
  Finding finding;
  finding.target = "ops";
  finding.signature = {"iteration", "missed-entry", "next", "doubling"};
  finding.tape.emplace();
  finding.tape->ops.resize(operations);
  finding.report = "MAPFUZZ-FAIL " + finding.signature.Text() + "\n";
  finding.confirmed = confirmed;
  return finding;
}

Tape TapeIn(const std::string& file) { return ParseTapeText(ReadOrEmpty(file), file).tape; }

class FindingStoreTest : public testing::Test {
 protected:
  FindingStore NewStore() { return {folder_.path(), "mapfuzz", " --map std", screen_}; }

  TestFolder folder_;
  Screen screen_;
};

TEST_F(FindingStoreTest, WritesOneTapeAndOneReportForASignature) {
  FindingStore store = NewStore();
  EXPECT_TRUE(store.Add(FindingOf(9)));
  EXPECT_FALSE(store.Add(FindingOf(9)));
  ASSERT_EQ(store.findings().size(), 1u);
  const Finding& finding = store.findings()[0];
  EXPECT_EQ(finding.count, 2u);
  EXPECT_EQ(finding.file, folder_ / (FindingName("ops", finding.signature) + ".tape"));
  EXPECT_EQ(FilesUnder(folder_.path()).size(), 2u);
  EXPECT_EQ(TapeIn(finding.file).ops.size(), 9u);
}

TEST_F(FindingStoreTest, TellsItsStoryInComments) {
  FindingStore store = NewStore();
  store.Add(FindingOf(9));
  const std::string text = ReadOrEmpty(store.findings()[0].file);
  EXPECT_NE(text.find("# oracle=iteration property=missed-entry op=next site=doubling\n"),
            std::string::npos);
  EXPECT_NE(text.find("# count: 1\n"), std::string::npos);
  EXPECT_NE(text.find("# replay: mapfuzz replay --map std " + store.findings()[0].file),
            std::string::npos);
}

TEST_F(FindingStoreTest, NamesTheBuildIfTheScheduleCountsLoadsAndStores) {
  Finding finding = FindingOf(9);
  EXPECT_EQ(FindingText(finding, "").find("# build: "), std::string::npos);
  finding.tape->config.shared = SharedKind::kSync;
  finding.tape->schedule = RandomSchedule(PointLevel::kLocks, 1, 2);
  EXPECT_EQ(FindingText(finding, "").find("# build: "), std::string::npos);
  finding.tape->schedule.level = PointLevel::kAccesses;
  EXPECT_NE(FindingText(finding, "").find("# build: "), std::string::npos);
}

TEST_F(FindingStoreTest, KeepsTheShortestTapeThatFailsAgain) {
  FindingStore store = NewStore();
  store.Add(FindingOf(9));
  store.Add(FindingOf(4));
  store.Add(FindingOf(6));
  store.Add(FindingOf(2, /*confirmed=*/false));
  EXPECT_EQ(TapeIn(store.findings()[0].file).ops.size(), 4u);
  EXPECT_TRUE(store.findings()[0].confirmed);
}

TEST_F(FindingStoreTest, GoesOnCountingInTheNextHunt) {
  FindingStore first = NewStore();
  first.Add(FindingOf(4));
  first.Add(FindingOf(4));
  FindingStore second = NewStore();
  EXPECT_TRUE(second.Add(FindingOf(9)));
  EXPECT_EQ(second.findings()[0].count, 3u);
  EXPECT_EQ(TapeIn(second.findings()[0].file).ops.size(), 4u);
}

TEST_F(FindingStoreTest, HasAFileForEachSignatureAndTarget) {
  FindingStore store = NewStore();
  store.Add(FindingOf(4));
  Finding other_site = FindingOf(4);
  other_site.signature.site = "same-size";
  EXPECT_TRUE(store.Add(other_site));
  Finding other_target = FindingOf(4);
  other_target.target = "iterate";
  EXPECT_TRUE(store.Add(other_target));
  EXPECT_EQ(FilesUnder(folder_.path()).size(), 6u);
}

TEST_F(FindingStoreTest, PrintsWhatItCannotWrite) {
  FindingStore store(folder_ / "missing", "mapfuzz", "", screen_);
  testing::internal::CaptureStderr();
  store.Add(FindingOf(3));
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_NE(printed.find("mapfuzz tape v1\n"), std::string::npos);
  EXPECT_NE(printed.find("end 3\n"), std::string::npos);
  EXPECT_TRUE(store.findings()[0].file.empty());
}

}  // namespace
}  // namespace mapfuzz::tool

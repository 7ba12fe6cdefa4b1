#include "harness/tool/bug_tree.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "harness/tool/error.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

class BugTreeTest : public testing::Test {
 protected:
  BugTreeTest() {
    folder_.Put("source/hmap/map.h", "int a;\nint b;\n");
    folder_.Put("source/hmap/growth.h", "int c;\n");
    bug_.path = "a.bug";
    bug_.file = "hmap/map.h";
    bug_.old_text = "int b;\n";
    bug_.new_text = "int bug;\n";
  }

  std::string Copied(const std::string& name) const {
    return ReadOrEmpty(folder_ / "tree/hmap/" + name);
  }

  TestFolder folder_;
  BugFile bug_;
};

TEST_F(BugTreeTest, CopiesTheMapWithTheBugOrWithout) {
  CopyMap(folder_ / "source", folder_ / "tree", nullptr);
  EXPECT_EQ(Copied("map.h"), "int a;\nint b;\n");
  EXPECT_EQ(Copied("growth.h"), "int c;\n");
  CopyMap(folder_ / "source", folder_ / "tree", &bug_);
  EXPECT_EQ(Copied("map.h"), "int a;\nint bug;\n");
  CopyMap(folder_ / "source", folder_ / "tree", nullptr);
  EXPECT_EQ(Copied("map.h"), "int a;\nint b;\n") << "the bug is gone again";
  EXPECT_EQ(ReadOrEmpty(folder_ / "source/hmap/map.h"), "int a;\nint b;\n");
}

TEST_F(BugTreeTest, LeavesFilesAloneThatAreAsTheyShouldBe) {
  CopyMap(folder_ / "source", folder_ / "tree", &bug_);
  const fs::path copy = folder_ / "tree/hmap/growth.h";
  const auto long_ago = fs::last_write_time(copy) - std::chrono::hours(1);
  fs::last_write_time(copy, long_ago);
  CopyMap(folder_ / "source", folder_ / "tree", &bug_);
  EXPECT_EQ(fs::last_write_time(copy), long_ago) << "or it would be compiled again";
}

TEST_F(BugTreeTest, RefusesAFileThatIsNotThereAndASourceWithoutAMap) {
  bug_.file = "hmap/nosuch.h";
  EXPECT_THROW(CopyMap(folder_ / "source", folder_ / "tree", &bug_), ToolError);
  EXPECT_THROW(CopyMap(folder_ / "nosuch", folder_ / "tree", nullptr), ToolError);
}

TEST_F(BugTreeTest, TellsWhatAMapDoesByItsObjects) {
  const std::string objects = "build/targets/CMakeFiles/mapfuzz_subjects.dir/";
  EXPECT_THROW(EffectOf(folder_ / "build"), ToolError) << "nothing was built";
  folder_.Put(objects + "subjects_std.cc.o", "no map of ours");
  EXPECT_THROW(EffectOf(folder_ / "build"), ToolError);
  folder_.Put(objects + "subjects_hmap_u64.cc.o", "one");
  folder_.Put(objects + "subjects_hmap_bytes.cc.o", "two");
  folder_.Put("build/targets/CMakeFiles/a_library_of_its_own.dir/subjects_shared_sync.cc.o", "3");
  const Effect effect = EffectOf(folder_ / "build");
  ASSERT_EQ(effect.size(), 3u);
  EXPECT_NE(effect.at("hmap_u64"), effect.at("hmap_bytes"));
  folder_.Put(objects + "subjects_hmap_u64.cc.o", "another");
  EXPECT_NE(EffectOf(folder_ / "build"), effect);
}

TEST(SameEffectTest, ComparesTheTypesThatBothHave) {
  const Effect a = {{"u64", "1"}, {"f64", "2"}};
  EXPECT_TRUE(SameEffect(a, a));
  EXPECT_TRUE(SameEffect(a, {{"u64", "1"}}));
  EXPECT_TRUE(SameEffect({{"u64", "1"}}, a));
  EXPECT_FALSE(SameEffect(a, {{"u64", "3"}}));
  EXPECT_FALSE(SameEffect(a, {{"bytes", "3"}})) << "they have none in common";
}

}  // namespace
}  // namespace mapfuzz::tool

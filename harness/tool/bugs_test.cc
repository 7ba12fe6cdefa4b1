// `mapfuzz bugs`, as a program.

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/planted_fixture.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

using BugsTest = PlantedTest;

TEST_F(BugsTest, CountsBugsAndTellsThoseThatCannotBePlanted) {
  PutBug("a-bug", "int planted;");
  const std::vector<std::string> command = {"bugs", "--bugs", folder_ / "bugs", "--source",
                                            folder_ / "source"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return Run(more);
  };
  EXPECT_EQ(with({}).code, kExitClean);
  EXPECT_FALSE(with({}).Says("class evacuation: 0 of 5 bugs")) << "which is said of this project's";
  EXPECT_TRUE(with({"a-bug"}).Says("score a-bug --bugs ")) << with({"a-bug"}).output;
  EXPECT_TRUE(with({"a-bug"}).Says("- int good;\n")) << with({"a-bug"}).output;
  EXPECT_TRUE(with({"a-bag"}).Says("did you mean `a-bug`?"));
  EXPECT_TRUE(with({"a-bug.bug"}).Says("did you mean `a-bug`?"));
  EXPECT_EQ(with({"a-bug", "--compile", "1"}).code, kExitUsage);
  EXPECT_TRUE(with({"--compile", "1"}).Says("clean: 1 bug can be planted, 1 compiled"));
  EXPECT_FALSE(with({}).Says("without a tape"));
  folder_.Put("bugs/a-bug.tape", "no tape");
  EXPECT_EQ(with({}).code, kExitUsage);
  EXPECT_TRUE(with({}).Says("a-bug.tape: text, but its first line is neither")) << with({}).output;
  fs::remove(folder_ / "bugs/a-bug.tape");
  EXPECT_TRUE(with({}).Says("without a tape that shows it: 1 bug\n  a-bug\n")) << with({}).output;
  PutBug("broken", "int broken;");
  const Outcome broken = with({"--compile", "2"});
  EXPECT_EQ(broken.code, kExitUsage);
  EXPECT_TRUE(broken.Says("broken.bug: does not compile:")) << broken.output;
  folder_.Put("source/hmap/map.h", "int changed;\n");
  EXPECT_TRUE(with({}).Says("2 of 2 bugs cannot be used")) << with({}).output;
}

}  // namespace
}  // namespace mapfuzz::tool

#include "harness/tool/files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "harness/tool/error.h"
#include "harness/tool/folder_lock.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

std::string ErrorOfReading(const std::string& path) {
  try {
    ReadInput(path);
    return "";
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitUsage);
    return error.what();
  }
}

TEST(ReadInput, SaysWhatIsWrong) {
  const TestFolder folder;
  EXPECT_EQ(ReadInput(folder.Put("good", "content")), "content");
  EXPECT_NE(ErrorOfReading(folder / "missing").find("no such file"), std::string::npos);
  EXPECT_NE(ErrorOfReading(folder.path()).find("is a folder"), std::string::npos);
  EXPECT_NE(ErrorOfReading(folder.Put("empty", "")).find("is empty"), std::string::npos);
}

TEST(ReadInput, DoesNotReadAFileOfAGigabyte) {
  const TestFolder folder;
  const std::string huge = folder.Put("huge", "x");
  fs::resize_file(huge, std::uintmax_t{1} << 30);
  EXPECT_NE(ErrorOfReading(huge).find("1,073,741,824 bytes"), std::string::npos);
  EXPECT_NE(ErrorOfReading("/dev/zero").find("too large"), std::string::npos);
}

TEST(FilesUnder, IsSortedAndLeavesHiddenFilesOut) {
  const TestFolder folder;
  folder.Put("b/2", "x");
  folder.Put("a/1", "x");
  folder.Put(".hidden/3", "x");
  folder.Put("b/.temporary", "x");
  const std::vector<std::string> expected = {folder / "a/1", folder / "b/2"};
  EXPECT_EQ(FilesUnder(folder.path()), expected);
  EXPECT_TRUE(FilesUnder(folder / "missing").empty());
}

TEST(WriteAtomically, ReplacesAndLeavesNothingElse) {
  const TestFolder folder;
  WriteAtomically(folder / "file", "old");
  WriteAtomically(folder / "file", "new");
  EXPECT_EQ(ReadOrEmpty(folder / "file"), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(WriteAtomically, SaysThatTheFolderIsMissing) {
  const TestFolder folder;
  try {
    WriteAtomically(folder / "missing/file", "x");
    FAIL() << "no error";
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitEnvironment);
  }
}

TEST(RemoveStaleTemporaries, RemovesOnlyThose) {
  const TestFolder folder;
  folder.Put(".mapfuzz-tmp-abcdef", "half");
  folder.Put("unit", "whole");
  RemoveStaleTemporaries(folder.path());
  EXPECT_FALSE(fs::exists(folder / ".mapfuzz-tmp-abcdef"));
  EXPECT_TRUE(fs::exists(folder / "unit"));
}

TEST(MakeWritableFolder, RefusesAFileInTheWay) {
  const TestFolder folder;
  const std::string file = folder.Put("file", "x");
  EXPECT_THROW(MakeWritableFolder(file + "/below"), ToolError);
  MakeWritableFolder(folder / "a/b/c");
  EXPECT_TRUE(IsFolder(folder / "a/b/c"));
}

TEST(FolderLock, IsHeldByOneAndFreeAfterIt) {
  const TestFolder folder;
  {
    const FolderLock first(folder.path());
    EXPECT_TRUE(first.held());
    EXPECT_FALSE(FolderLock(folder.path()).held());
  }
  EXPECT_TRUE(FolderLock(folder.path()).held());
}

TEST(ScratchFolder, RemovesItselfAndWhatTheDeadLeft) {
  const TestFolder folder;
  folder.Put("scratch-1/left", "x");
  {
    const ScratchFolder scratch(folder.path());
    EXPECT_TRUE(IsFolder(scratch.path()));
    EXPECT_FALSE(IsFolder(folder / "scratch-1"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(ScratchFolder, IsNotTakenForStaleByWhoStartsAtTheSameTime) {
  const TestFolder folder;
  const auto make_many = [&] {
    for (int round = 0; round < 50; ++round) {
      const ScratchFolder scratch(folder.path());
      if (!IsFolder(scratch.path())) return 1;
    }
    return 0;
  };
  std::vector<pid_t> processes;
  for (int i = 0; i < 8; ++i) {
    processes.push_back(fork());
    if (processes.back() != 0) continue;
    int code = 2;
    try {
      code = make_many();
    } catch (const ToolError&) {
    }
    _exit(code);
  }
  for (const pid_t process : processes) {
    int status = -1;
    ASSERT_EQ(waitpid(process, &status, 0), process);
    EXPECT_EQ(status, 0);
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace mapfuzz::tool

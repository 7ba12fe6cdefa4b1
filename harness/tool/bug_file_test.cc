#include "harness/tool/bug_file.h"

#include <gtest/gtest.h>

#include "harness/tool/error.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kText =
    "id: stops-too-soon\n"
    "title: A look-up stops one bucket too soon\n"
    "class: look-up-and-tophash\n"
    "file: hmap/map.h\n"
    "oracle: result\n"
    "weight: subtle\n"
    "threads: no\n"
    "\n"
    "story:\n"
    "  A one-off in a loop bound.\n"
    "  It is an old one.\n"
    "\n"
    "trigger:\n"
    "  A key in an overflow bucket.\n"
    "\n"
    "old:\n"
    "  while (bucket) {\n"
    "new:\n"
    "  while (bucket->next) {\n";

std::string Edited(std::string from, const std::string& to) {
  std::string text(kText);
  text.replace(text.find(from), from.size(), to);
  return text;
}

std::string ErrorOf(const std::string& text) {
  try {
    ParseBugFile(text, "bugs/stops-too-soon.bug");
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitUsage);
    return error.what();
  }
  return "";
}

TEST(BugFileTest, NamesTheTapeOfAnAlarmFromItsOwnFolder) {
  const auto alarm_of = [](const std::string& name) {
    const std::string text = Edited("threads: no\n", "threads: no\nalarm: " + name + "\n");
    return ParseBugFile(text, "bugs/stops-too-soon.bug").alarm;
  };
  EXPECT_EQ(alarm_of("stops-too-soon.tape"), "bugs/stops-too-soon.tape");
  EXPECT_EQ(alarm_of("../go-traces/plain.trace"), "go-traces/plain.trace");
  EXPECT_EQ(ParseBugFile(kText, "bugs/stops-too-soon.bug").alarm, "");
  EXPECT_NE(ErrorOf(Edited("threads: no\n", "threads: yes\nalarm: a.tape\n"))
                .find("no tape shows an edit that is equivalent or wants threads"),
            std::string::npos);
}

TEST(BugFileTest, NoHuntLooksForWhatWantsThreadsOrARecording) {
  const auto huntable = [](const std::string& lines) {
    return ParseBugFile(Edited("threads: no\n", lines), "bugs/stops-too-soon.bug").IsHuntable();
  };
  EXPECT_TRUE(huntable("threads: no\n"));
  EXPECT_FALSE(huntable("threads: yes\n"));
  EXPECT_FALSE(huntable("threads: no\nrecorded: yes\n"));
}

TEST(BugFileTest, ReadsAllThatABugFileSays) {
  const BugFile bug = ParseBugFile(kText, "bugs/stops-too-soon.bug");
  EXPECT_EQ(bug.id, "stops-too-soon");
  EXPECT_EQ(bug.title, "A look-up stops one bucket too soon");
  EXPECT_EQ(bug.bug_class, "look-up-and-tophash");
  EXPECT_EQ(bug.file, "hmap/map.h");
  EXPECT_EQ(bug.oracle, "result");
  EXPECT_FALSE(bug.IsGross());
  EXPECT_FALSE(bug.threads);
  EXPECT_FALSE(bug.IsEquivalent());
  EXPECT_EQ(bug.story, "A one-off in a loop bound.\nIt is an old one.");
  EXPECT_EQ(bug.trigger, "A key in an overflow bucket.");
  EXPECT_EQ(bug.old_text, "  while (bucket) {\n");
  EXPECT_EQ(bug.new_text, "  while (bucket->next) {\n");
}

TEST(BugFileTest, FoldsTheArgumentOfAnEquivalentEdit) {
  const BugFile bug = ParseBugFile(Edited("oracle: result\n", "equivalent: nobody\n  can see it\n"),
                                   "stops-too-soon.bug");
  EXPECT_TRUE(bug.IsEquivalent());
  EXPECT_EQ(bug.equivalent, "nobody can see it");
}

TEST(BugFileTest, NamesFileLineAndWhatIsWrong) {
  const struct {
    std::string text, says;
  } kCases[] = {
      {Edited("class: look-up-and-tophash", "class: look-up"),
       "bugs/stops-too-soon.bug:3:8: no such class"},
      {Edited("oracle: result", "oracle: resul"), ":5:9: no such oracle; did you mean `result`?"},
      {Edited("weight: subtle", "weight: heavy"), ":6:9: no such weight"},
      {Edited("id: stops-too-soon", "id: unedited"), ":1:5: `unedited` is what a tree without"},
      {Edited("id: stops-too-soon", "id: a-unsanitised"), "is what a tree without a bug is called"},
      {Edited("file: hmap/map.h", "file: hmap//map.h"),
       ":4:7: a bug is planted in a file of hmap/"},
      {Edited("threads: no", "threads: maybe"), ":7:10: no such threads"},
      {Edited("file: hmap/map.h", "file: ../etc/passwd"),
       ":4:7: a bug is planted in a file of hmap/"},
      {Edited("title: ", "titel: "), ":2:1: no such line in a bug file"},
      {Edited("threads: no\n", "threads: no\nthreads: no\n"), ":8:1: this line is there twice"},
      {Edited("weight: subtle\n", ""), "lacks a line `weight:`"},
      {Edited("oracle: result\n", ""), "needs a line `oracle:`"},
      {Edited("oracle: result\n", "oracle: result\nequivalent: nobody sees it\n"), "but not both"},
      {Edited("  A key in an overflow bucket.\n", ""),
       "lines indented by two spaces have to follow"},
      {Edited("story:\n  A one-off in a loop bound.\n  It is an old one.\n", ""),
       "lacks a section `story:`"},
      {Edited("new:\n", "knew:\n"), ":16:1: no `new:` follows"},
      {Edited("  while (bucket) {\n", ""), "the old text is empty"},
      {Edited("bucket->next", "bucket"), "old and new text are the same"},
      {Edited("subtle\n", "subtle\r\n"), ":6:15: lines end with CR LF here"},
      {Edited("next) {\n", "next) {\r\n"), ":19:25: lines end with CR LF here"},
      {Edited("A look-up", "A \x1b[31mlook-up"), ":2:10: a control character"},
      {Edited("bucket->next", std::string("bucket\0next", 11)), ":19:16: a control character"},
      {Edited("A look-up", "A \xfcook-up"), ":2:10: this is no UTF-8"},
      {Edited("too soon\n", "too soon\xe2\x80\n"), ":2:43: this is no UTF-8"},
      {Edited("threads: no\n", "threads: no\ntypes: u64 f64 u64\n"),
       ":8:16: this type is there twice"},
      {Edited("threads: no\n", "threads: yes\ncanary: yes\n"), ":8:1: no hunt finds"},
      {Edited("id: stops-too-soon", "id: another"), ":1:5: the id has to be the file's name"},
  };
  for (const auto& [text, says] : kCases) {
    const std::string error = ErrorOf(text);
    EXPECT_NE(error.find(says), std::string::npos) << "for: " << says << "\nsaid: " << error;
  }
}

TEST(BugFileTest, TakesTextOfAnyLanguage) {
  const std::string title = "Ein Schlüssel → zwei Fächer 🗺";
  const BugFile bug =
      ParseBugFile(Edited("A look-up stops one bucket too soon", title), "bugs/stops-too-soon.bug");
  EXPECT_EQ(bug.title, title);
}

TEST(BugFileTest, PlantsWhereTheOldTextStandsOnce) {
  const BugFile bug = ParseBugFile(kText, "stops-too-soon.bug");
  const PlantedText planted = Plant(bug, "a\n  while (bucket) {\nb\n");
  EXPECT_EQ(planted.text, "a\n  while (bucket->next) {\nb\n");
  EXPECT_EQ(planted.old_lines.first, 2u);
  EXPECT_EQ(planted.old_lines.last, 2u);
  EXPECT_THROW(Plant(bug, "a\nb\n"), ToolError);
  EXPECT_THROW(Plant(bug, "if (x)  while (bucket) {\n"), ToolError) << "not a whole line";
  EXPECT_THROW(Plant(bug, "  while (bucket) {\n  while (bucket) {\n"), ToolError);
}

TEST(BugFileTest, ReadsAFolderByNameAndRefusesOneWithoutBugs) {
  const TestFolder folder;
  EXPECT_THROW(ReadBugFiles(folder.path()), ToolError);
  folder.Put("stops-too-soon.bug", kText);
  folder.Put("a.bug", Edited("id: stops-too-soon", "id: a"));
  folder.Put("a.tape", "no bug");
  const std::vector<BugFile> bugs = ReadBugFiles(folder.path());
  ASSERT_EQ(bugs.size(), 2u);
  EXPECT_EQ(bugs[0].id, "a");
  folder.Put("below/a.bug", Edited("id: stops-too-soon", "id: a"));
  EXPECT_THROW(ReadBugFiles(folder.path()), ToolError) << "two of one name";
}

TEST(BugFileTest, CountsGrossBugsHalfAndEquivalentEditsForNothing) {
  std::vector<BugFile> bugs;
  for (const std::string_view bug_class : kBugClasses) {
    BugFile bug;
    bug.bug_class = bug_class;
    bug.weight = "subtle";
    bugs.push_back(bug);
  }
  EXPECT_EQ(ShortageOf(bugs, 1), "");
  bugs[0].weight = "gross";
  EXPECT_EQ(ShortageOf(bugs, 1),
            "class look-up-and-tophash: 0.5 of 1 bugs (a gross one counts half)\n");
  bugs.push_back(bugs[0]);
  EXPECT_EQ(ShortageOf(bugs, 1), "");
  bugs[1].equivalent = "nobody sees it";
  EXPECT_NE(ShortageOf(bugs, 1).find("class insert-and-key-update: 0 of 1"), std::string::npos);
  for (BugFile& bug : bugs) bug.weight = "gross";
  EXPECT_NE(ShortageOf(bugs, 0).find("do not outnumber"), std::string::npos);
}

}  // namespace
}  // namespace mapfuzz::tool

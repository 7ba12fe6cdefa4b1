#include "harness/tool/text.h"

#include <gtest/gtest.h>

namespace mapfuzz::tool {
namespace {

TEST(ParseDuration, ReadsPlainWords) {
  EXPECT_EQ(ParseDuration("90"), 90);
  EXPECT_EQ(ParseDuration("90s"), 90);
  EXPECT_EQ(ParseDuration("10m"), 600);
  EXPECT_EQ(ParseDuration("1h30m"), 5400);
  EXPECT_EQ(ParseDuration("1.5m"), 90);
  EXPECT_EQ(ParseDuration("500ms"), 0.5);
  EXPECT_EQ(ParseDuration("0s"), 0);
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const char* text : {"", "-5s", "5x", "s", "1h30", "1h x", " 5s", "1..5s", "1e9",
                           "999999999999999h", "inf", "nan"}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

TEST(FormatDuration, UsesTheTwoLargestUnits) {
  EXPECT_EQ(FormatDuration(0), "0s");
  EXPECT_EQ(FormatDuration(-3), "0s");
  EXPECT_EQ(FormatDuration(59.4), "59s");
  EXPECT_EQ(FormatDuration(90), "1m30s");
  EXPECT_EQ(FormatDuration(7500), "2h05m");
}

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(12345678), "12,345,678");
}

TEST(FormatRate, KeepsThreeDigits) {
  EXPECT_EQ(FormatRate(0), "0");
  EXPECT_EQ(FormatRate(9.5), "9.5");
  EXPECT_EQ(FormatRate(999), "999");
  EXPECT_EQ(FormatRate(1230), "1.23k");
  EXPECT_EQ(FormatRate(543210), "543k");
  EXPECT_EQ(FormatRate(5432100), "5.43M");
}

TEST(ShellQuote, LeavesPlainWordsAlone) {
  EXPECT_EQ(ShellQuote("a/b-c_d.tape"), "a/b-c_d.tape");
  EXPECT_EQ(ShellQuote("two words"), "'two words'");
  EXPECT_EQ(ShellQuote("it's"), "'it'\\''s'");
  EXPECT_EQ(ShellQuote(""), "''");
}

TEST(FileNamePart, HasNoSlashAndNoSpace) {
  EXPECT_EQ(FileNamePart("heap-use-after-free"), "heap-use-after-free");
  EXPECT_EQ(FileNamePart("../a b"), "..-a-b");
  EXPECT_EQ(FileNamePart(""), "-");
}

TEST(TableText, AlignsColumns) {
  Table table({"target", "n"});
  table.Add({"ops", "1,000"});
  table.Add({"iterate", "7"});
  EXPECT_EQ(table.Text(),
            "target       n\n"
            "ops      1,000\n"
            "iterate      7\n");
}

TEST(Indent, LeavesEmptyLinesEmpty) { EXPECT_EQ(Indent("a\n\nb", "  "), "  a\n\n  b"); }

}  // namespace
}  // namespace mapfuzz::tool

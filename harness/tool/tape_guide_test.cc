#include "harness/tool/tape_guide.h"

#include <gtest/gtest.h>

#include "harness/run.h"
#include "harness/tape_text.h"
#include "harness/tool/oracles.h"

namespace mapfuzz::tool {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(TapeGuide, TellsValuesAndDefaultOfEveryHeader) {
  for (const HeaderInfo& header : TapeHeaders()) {
    EXPECT_FALSE(header.values.empty()) << header.name;
    if (header.standard.empty()) continue;
    // Only one type has a layout and slots, only shared maps have threads.
    const bool of_bytes = header.name == "layout" || header.name == "slots";
    const bool shared =
        header.name == "shards" || header.name == "threads" || header.name == "schedule";
    Tape standard;
    if (of_bytes) standard.config.type = KeyType::kBytes;
    if (shared) standard.config.shared = SharedKind::kSharded;
    standard = Canonical(standard);
    const std::string other = of_bytes ? "type: bytes\n" : shared ? "map: sharded\n" : "";
    const std::string text =
        "mapfuzz tape v1\n" + other + header.name + ": " + header.standard + "\nend\n";
    EXPECT_EQ(ParseTapeText(text, "t").tape, standard) << header.name;
  }
  EXPECT_EQ(TapeHeaders().back().name, "expect");
}

TEST(TapeGuide, TellsTheRangeOfEveryOperand) {
  const std::string text = TapeText(Screen());
  for (const char* range :
       {"KEY 0 to 65535", "KEY2 0 to 65535", "ITERATOR 0 to 3", "COUNT 0 to 4095",
        "DRAW 0 to 65535", "WIDTH 0 to 255", "HINT -1 to 8192",
        "KIND alloc hash equal copy move draw", "NTH 0 to 1023",
        "FIELD count flags b noverflow hash0 nevacuate buckets oldbuckets "
        "overflow"}) {
    EXPECT_TRUE(Has(text, range)) << range;
  }
  EXPECT_TRUE(Has(text, "  corrupt FIELD NTH ")) << "as errors call it";
  for (const OpInfo& info : kOpInfo) {
    for (int i = 0; i < info.operands; ++i) EXPECT_FALSE(Has(OperandsText(info), "  "));
  }
  EXPECT_TRUE(Has(text,
                  "hash:                   good lowbits const topzero identity pairs; "
                  "default good\n"))
      << text;
}

TEST(Oracles, AreAllThatARunCanFailWith) {
  for (const std::string_view name : kOracleNames) {
    bool told = false;
    for (const OracleInfo& oracle : Oracles()) told = told || oracle.name == name;
    EXPECT_TRUE(told) << name;
  }
}

}  // namespace
}  // namespace mapfuzz::tool

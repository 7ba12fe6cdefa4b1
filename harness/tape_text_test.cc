#include "harness/tape_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace mapfuzz {
namespace {

constexpr std::string_view kV1 = "mapfuzz tape v1\n";

TextTape Parse(std::string_view text) { return ParseTapeText(text, "t.tape"); }

TextTape ParseBody(std::string_view body) { return Parse(std::string(kV1) + std::string(body)); }

// What the parser says about `text`, or "no error".
std::string ErrorOf(std::string_view text) {
  try {
    Parse(text);
  } catch (const ParseError& error) {
    return error.what();
  }
  return "no error";
}

std::string BodyErrorOf(std::string_view body) {
  return ErrorOf(std::string(kV1) + std::string(body));
}

void ExpectIn(std::string_view part, std::string_view whole) {
  EXPECT_NE(whole.find(part), whole.npos) << "no \"" << part << "\" in:\n" << whole;
}

// What the parser says, in part, about a body.
struct BodyError {
  std::string_view part;
  std::string_view body;
};

// Every body stands between `before` and `after`.
void ExpectBodyErrors(std::initializer_list<BodyError> errors, const std::string& before = "",
                      std::string_view after = "") {
  for (const BodyError& error : errors) {
    ExpectIn(error.part, BodyErrorOf((before + std::string(error.body)).append(after)));
  }
}

TEST(ToTextTest, PrintsEveryHeaderTheOperationsAndTheirNumber) {
  Tape tape;
  tape.ops = {{OpCode::kPut, 0, 7, 0},
              {OpCode::kFill, 0, 0, 100},
              {OpCode::kBegin, 0, 0, 512},
              {OpCode::kDrift, 255, 3, 4095},
              {OpCode::kReserve, 0, 0, 0}};
  EXPECT_EQ(ToText(tape, "content/lost-entry"),
            "mapfuzz tape v1\n"
            "type: u64\n"
            "policy: strict\n"
            "path: fast\n"
            "hash: good\n"
            "growth: go119\n"
            "chain: 0\n"
            "hint: 0\n"
            "keys: 65536\n"
            "seed: 0\n"
            "expect: content/lost-entry\n"
            "\n"
            "put 7\n"
            "fill 0 100\n"
            "begin 0 512\n"
            "drift 3 4095 255\n"
            "reserve -1\n"
            "end 5\n");
}

TEST(ToTextTest, WhatItPrintsParsesBackForEveryOperationAtItsLimits) {
  Tape tape;
  tape.config = {KeyType::kF64,
                 PolicyKind::kGo119,
                 PathKind::kGeneric,
                 HashKind::kPairs,
                 GrowthKind::kSparse,
                 -1,
                 1,
                 0xffffffff,
                 {},
                 kMaxChain};
  for (const OpInfo& info : kOpInfo) {
    if (!Allows(tape.config, info.code)) continue;
    Op low{info.code, 0, 0, 0};
    Op high = low;
    for (int i = 0; i < info.operands; ++i) {
      SetOperand(high, info.kinds[i], OperandLimit(info.kinds[i]) - 1);
    }
    tape.ops.push_back(low);
    tape.ops.push_back(high);
  }
  const TextTape parsed = Parse(ToText(tape, "a/b"));
  EXPECT_EQ(parsed.tape, tape);
  EXPECT_EQ(parsed.expect, "a/b");
}

TEST(ToTextTest, OnlyMapsOfBytesPrintLayoutAndSlotsAndTheyParseBack) {
  Tape tape;
  EXPECT_EQ(ToText(tape).find("layout"), std::string::npos);
  EXPECT_EQ(ToText(tape).find("slots"), std::string::npos);
  tape.config.type = KeyType::kBytes;
  tape.config.layout = {.key = {12, 4}, .value = {300, 64}, .slots = 16};
  ExpectIn("\nseed: 0\nlayout: 12/4 300/64 16\nslots: fixed\n\n", ToText(tape));
  EXPECT_EQ(Parse(ToText(tape)).tape, tape);
  tape.config.layout.slots_kind = SlotsKind::kAdaptive;
  ExpectIn("\nlayout: 12/4 300/64 16\nslots: adaptive\n\n", ToText(tape));
  EXPECT_EQ(Parse(ToText(tape)).tape, tape);
  for (const std::uint16_t size : kEdgeSizes) {
    for (std::uint16_t alignment = 1; alignment <= kMaxObjectAlignment; alignment *= 2) {
      tape.config.layout = {.key = {size, alignment}, .value = {size, 1}, .slots = 4};
      tape.config = Canonical(tape.config);
      ASSERT_EQ(Parse(ToText(tape)).tape, tape);
    }
  }
}

TEST(ParseTest, LayoutMayStandAboveItsTypeAndLimitsTheKeys) {
  const Config config = ParseBody("layout: 1/1 0/1 4\ntype: bytes\nend").tape.config;
  EXPECT_EQ(config.layout, (TapeLayout{{1, 1}, {0, 1}, 4}));
  EXPECT_EQ(config.keys, 256u);
  EXPECT_EQ(ParseBody("type: bytes\nend").tape.config.layout, TapeLayout{});
}

TEST(ParseTest, SlotsMayStandWithoutALayoutAndOnEitherSideOfIt) {
  const TapeLayout adaptive{.slots_kind = SlotsKind::kAdaptive};
  EXPECT_EQ(ParseBody("slots: adaptive\ntype: bytes\nend").tape.config.layout, adaptive);
  for (const char* header :
       {"slots: adaptive\nlayout: 8/8 8/8 16\n", "layout: 8/8 8/8 16\nslots: adaptive\n"}) {
    const TapeLayout layout =
        ParseBody("type: bytes\n" + std::string(header) + "end").tape.config.layout;
    EXPECT_EQ(layout, (TapeLayout{{8, 8}, {8, 8}, 16, SlotsKind::kAdaptive})) << header;
  }
}

TEST(ParseTest, EveryTypeMayLimitItsChains) {
  for (const std::string_view type : kKeyTypeNames) {
    const std::string text = "type: " + std::string(type) + "\nchain: 3\nend";
    EXPECT_EQ(ParseBody(text).tape.config.chain, 3) << type;
  }
}

TEST(ParseTest, MissingHeadersHaveTheirDefaults) {
  EXPECT_EQ(ParseBody("end").tape, Tape{});
  EXPECT_EQ(ParseBody("end").expect, "");
}

TEST(ParseTest, TakesWindowsLinesTabsCommentsAndAByteOrderMark) {
  const TextTape parsed = Parse(
      "\xef\xbb\xbfmapfuzz tape v1 # first\r\n"
      "\r\n"
      "# caf\xc3\xa9\r\n"
      "keys:\t64\t# few\r\n"
      "hash:const\r\n"
      "\tput   7# seven\r\n"
      "end 1   \r\n"
      "  # the end\r\n");
  EXPECT_EQ(parsed.tape.config.keys, 64u);
  EXPECT_EQ(parsed.tape.config.hash, HashKind::kConst);
  ASSERT_EQ(parsed.tape.ops.size(), 1u);
  EXPECT_EQ(parsed.tape.ops[0], (Op{OpCode::kPut, 0, 7, 0}));
}

TEST(ParseTest, HintsAreWrittenAsTheyAre) {
  const Tape tape = ParseBody("hint: -1\nreserve -1\nremake 8192\nend").tape;
  EXPECT_EQ(tape.config.hint, -1);
  EXPECT_EQ(GetOperand(tape.ops[0], OperandKind::kHint), 0u);
  EXPECT_EQ(GetOperand(tape.ops[1], OperandKind::kHint), 8193u);
}

TEST(ParseTest, FaultsAreWrittenByTheNameOfTheirKind) {
  const Tape tape = ParseBody("fault hash 3\ntorment alloc\nend").tape;
  EXPECT_EQ(tape.ops[0], (Op{OpCode::kFault, static_cast<int>(FaultKind::kHash), 0, 3}));
  EXPECT_EQ(tape.ops[1], (Op{OpCode::kTorment, static_cast<int>(FaultKind::kAlloc), 0, 0}));
  EXPECT_EQ(OpText(tape.ops[0]), "fault hash 3");
  EXPECT_EQ(OpText(tape.ops[1]), "torment alloc");
}

TEST(ParseTest, CorruptionsAreWrittenByTheNameOfTheField) {
  const Tape tape = ParseBody("policy: checked\ncorrupt overflow 3\nend").tape;
  EXPECT_EQ(tape.config.policy, PolicyKind::kChecked);
  EXPECT_EQ(tape.ops[0], (Op{OpCode::kCorrupt, static_cast<int>(CorruptField::kOverflow), 0, 3}));
  EXPECT_EQ(OpText(tape.ops[0]), "corrupt overflow 3");
}

TEST(ParseErrorTest, PointsAtTheLineAndTheColumn) {
  EXPECT_EQ(BodyErrorOf("put 1\n  ptu 7 # typo\nend\n"),
            "t.tape:3:3: unknown operation `ptu`; did you mean `put`?\n"
            "    ptu 7 # typo\n"
            "    ^");
  try {
    ParseBody("\n\nget 1 2\nend\n");
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 4u);
    EXPECT_EQ(error.column, 7u);
  }
}

TEST(ParseErrorTest, TextsThatAreNoTapes) {
  ExpectIn("t.tape:1:1: the text is empty; a tape starts with the line `mapfuzz tape v1`",
           ErrorOf(""));
  ExpectIn("t.tape:1:1: this is not a tape", ErrorOf("\n"));
  ExpectIn("this is not a tape", ErrorOf("put 7\nend 1\n"));
  ExpectIn("this is not a tape", ErrorOf("mapfuzz"));
  ExpectIn("version is missing", ErrorOf("mapfuzz tape"));
  ExpectIn("t.tape:1:14: version `v2` is unknown; this program reads v1",
           ErrorOf("mapfuzz tape v2\nend\n"));
  ExpectIn("nothing may follow the version", ErrorOf("mapfuzz tape v1 x\nend\n"));
}

TEST(ParseErrorTest, TextsThatAreCutShort) {
  ExpectIn("t.tape:1:16: the text is cut short: no `end` line after 0 operations",
           ErrorOf("mapfuzz tape v1"));
  ExpectIn(
      "t.tape:3:6: the text is cut short: no `end` line after 2 operations; if none was "
      "lost, add `end 2`\n  put 2\n       ^",
      BodyErrorOf("put 1\nput 2\n"));
  ExpectIn("unknown operation `en`; did you mean `end`?", BodyErrorOf("put 1\nen"));
}

TEST(ParseErrorTest, WrongNumberOfOperations) {
  ExpectIn("t.tape:3:5: there is 1 operation above, not 2; if none was lost, write `end 1`",
           BodyErrorOf("put 1\nend 2\n"));
  ExpectIn("out of range", BodyErrorOf("end 99999999999999999999\n"));
  ExpectIn("nothing may follow the number", BodyErrorOf("end 0 0\n"));
  ExpectIn("t.tape:3:1: the tape is over", BodyErrorOf("end\nput 1\n"));
}

TEST(ParseErrorTest, Headers) {
  ExpectBodyErrors({{"unknown header `hsh`; did you mean `hash`?", "hsh: good\nend"},
                    {"unknown header `colour`; headers are type map", "colour: red\nend"},
                    {"an operation is written without a colon", "put: 7\nend"},
                    {"written with a colon behind its name: `type: VALUE`", "type u64\nend"},
                    {"t.tape:3:1: second `keys` line", "keys: 1\nkeys: 1\nend"},
                    {"t.tape:3:1: header line after an operation", "put 1\nkeys: 1\nend"},
                    {"t.tape:2:6: the value of `type` is missing", "type:\nend"},
                    {"t.tape:2:11: `type` has one value", "type: u64 u32\nend"},
                    {"unknown type `u63`; did you mean `u64`?", "type: u63\nend"},
                    {"unknown hash `md5sum`; it is one of good lowbits", "hash: md5sum\nend"},
                    {"names no failure; write ORACLE/PROPERTY", "expect: crash\nend"},
                    {"names no failure", "expect: a/b/c\nend"}});
}

TEST(ParseErrorTest, NumbersOutOfRangeNameTheirLimits) {
  ExpectBodyErrors(
      {{"hint `8193` is out of range; it goes from -1 to 8192", "hint: 8193\nend"},
       {"hint `-2` is out of range", "remake -2\nend"},
       {"number of keys `0` is out of range; it goes from 1 to 65536", "keys: 0\nend"},
       {"chain `9` is out of range; it goes from 0 to 8", "chain: 9\nend"},
       {"chain `-1` is out of range", "chain: -1\nend"},
       {"seed `4294967296` is out of range; it goes from 0 to 4294967295", "seed: 4294967296\nend"},
       {"key `65536` is out of range; it goes from 0 to 65535", "put 65536\nend"},
       {"key `-1` is out of range", "put -1\nend"},
       {"key2 `70000` is out of range", "alias 1 70000\nend"},
       {"iterator `4` is out of range; it goes from 0 to 3", "next 4\nend"},
       {"draw `65536` is out of range", "begin 0 65536\nend"},
       {"count `4096` is out of range; it goes from 0 to 4095", "fill 0 4096\nend"},
       {"width `256` is out of range; it goes from 0 to 255", "drift 0 1 256\nend"},
       {"key `123456789012345678901234567890` is out of range",
        "put 123456789012345678901234567890\nend"}});
}

TEST(ParseErrorTest, Layouts) {
  ExpectBodyErrors(
      {{"t.tape:3:8: the value of `layout` is missing", ""},
       {"t.tape:3:16: a value is missing; `layout` is written", "8/8 8/8"},
       {"t.tape:3:19: `layout` has three values; remove the rest", "8/8 8/8 8 8"},
       {"t.tape:3:9: `12` has no alignment; `layout` is written", "12 8/8 8"},
       {"t.tape:3:9: key size `301` is out of range; it goes from 0 to 300", "301/1 8/8 8"},
       {"t.tape:3:9: key size `-1` is out of range", "-1/1 8/8 8"},
       {"t.tape:3:15: value alignment `128` is out of range; it goes from 1 to 64", "8/8 8/128 8"},
       {"t.tape:3:11: key alignment `3` is not a power of two", "8/3 8/8 8"},
       {"t.tape:3:11: `` is not a number; the key alignment is a whole number from 1 to 64",
        "8/ 8/8 8"},
       {"`1/2` is not a number", "8/1/2 8/8 8"},
       {"t.tape:3:17: unknown number of slots `5`", "8/8 8/8 5"},
       {"it is one of 4 8 16", "8/8 8/8 5"}},
      "type: bytes\nlayout: ", "\nend");
  ExpectIn("t.tape:2:1: `layout` belongs to `type: bytes`", BodyErrorOf("layout: 8/8 8/8 8\nend"));
}

TEST(ParseErrorTest, Slots) {
  ExpectBodyErrors({{"t.tape:3:8: unknown slots `adaptiv`; did you mean `adaptive`?",
                     "type: bytes\nslots: adaptiv\nend"},
                    {"it is one of fixed adaptive", "type: bytes\nslots: 16\nend"},
                    {"`slots` has one value", "type: bytes\nslots: 4 adaptive\nend"},
                    {"t.tape:3:1: `slots` belongs to `type: bytes`; remove it or change the type\n"
                     "  slots: fixed",
                     "type: u64\nslots: fixed\nput 1\nend"}});
}

TEST(ParseErrorTest, Operands) {
  ExpectBodyErrors(
      {{"t.tape:2:4: an operand is missing; `put` is written `put key`", "put # seven\nend"},
       {"`alias` is written `alias key key2`", "alias 1\nend"},
       {"t.tape:2:7: too many operands; `clear` is written `clear`", "clear 1\nend"},
       {"`seven` is not a number; the key is a whole number from 0 to 65535", "put seven\nend"},
       {"`7x` is not a number", "put 7x\nend"},
       {"`+7` is not a number", "put +7\nend"},
       {"`-` is not a number", "put -\nend"},
       {"t.tape:2:7: unknown kind of fault `hsh`; did you mean `hash`?", "fault hsh 1\nend"},
       {"it is one of alloc hash equal copy move draw", "torment everything\nend"},
       {"`fault` is written `fault kind nth`", "fault hash\nend"},
       {"t.tape:2:9: unknown field `cuont`; did you mean `count`?", "corrupt cuont 1\nend"},
       {"`corrupt` is written `corrupt field nth`", "corrupt count\nend"},
       {"nth `1024` is out of range; it goes from 0 to 1023", "fault hash 1024\nend"},
       {"unknown operation `PUT`; did you mean `put`?", "PUT 7\nend"},
       {"unknown operation `frobnicate`; operations are put get", "frobnicate\n"}});
}

TEST(ParseErrorTest, BytesThatAreNotText) {
  using namespace std::string_view_literals;
  ExpectIn("t.tape:2:5: byte 0x00 is not text", BodyErrorOf("put \0 1\nend"sv));
  ExpectIn("byte 0x7f is not text", BodyErrorOf("# \x7f\nend"sv));
  ExpectIn("byte 0x0d is not text", BodyErrorOf("put 1\rput 2\nend"sv));
  ExpectIn("t.tape:1:1: byte 0x7f is not text", ErrorOf("\x7f\x45LF\x02\x01"sv));
  ExpectIn("unknown operation `p?t`", BodyErrorOf("p\xfft 7\nend"sv));
}

TEST(ParseErrorTest, LongLinesAreShownCut) {
  const std::string error = BodyErrorOf("put " + std::string(100000, '1') + " 2\nend");
  ExpectIn("t.tape:2:100006: too many operands", error);
  EXPECT_LT(error.size(), 400u);
  ExpectIn("...", error);
  const std::size_t caret = error.rfind('^');
  const std::size_t line = error.rfind('\n');
  const std::size_t shown = error.rfind('\n', line - 1);
  EXPECT_EQ(error[shown + (caret - line)], '2');
  ExpectIn("unknown operation `" + std::string(64, 'x') + "...`",
           BodyErrorOf(std::string(100000, 'x')));
}

TEST(ParseErrorTest, TooManyOperations) {
  std::string body;
  for (std::size_t i = 0; i < kMaxOps; ++i) body += "clear\n";
  EXPECT_EQ(ParseBody(body + "end").tape.ops.size(), kMaxOps);
  ExpectIn("too many operations; a tape holds at most 16384", BodyErrorOf(body + "clear\nend"));
}

// Every text that can come of cutting or of flipping one bit of a good one either parses or is
// refused with a ParseError that names the file.
TEST(ParseErrorTest, DamagedTextsNeverDoAnythingElse) {
  const std::string whole = ToText(ParseBody("expect: a/b\ntype: bytes\nlayout: 12/4 300/64 "
                                             "16\nchain: 3\nput 7\ndrift 0 100 8\nremake 9\nend")
                                       .tape);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string error = ErrorOf(std::string_view(whole).substr(0, size));
    EXPECT_TRUE(error == "no error" || error.rfind("t.tape:", 0) == 0) << error;
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const std::string error = ErrorOf(flipped);
    EXPECT_TRUE(error == "no error" || error.rfind("t.tape:", 0) == 0) << error;
  }
}

}  // namespace
}  // namespace mapfuzz

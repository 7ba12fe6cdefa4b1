#include "harness/tape_text.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harness/tape_words.h"

namespace mapfuzz {
namespace {

void AppendNumber(std::string& text, std::int64_t number) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

void AppendHeader(std::string& text, TapeHeader header, std::string_view value) {
  text += NameOf(header);
  text += ": ";
  text += value;
  text += '\n';
}

void AppendHeader(std::string& text, TapeHeader header, std::int64_t value) {
  std::string digits;
  AppendNumber(digits, value);
  AppendHeader(text, header, digits);
}

std::string LayoutText(const TapeLayout& layout) {
  std::string text;
  for (const TapeObject& object : {layout.key, layout.value}) {
    AppendNumber(text, object.size);
    text += '/';
    AppendNumber(text, object.alignment);
    text += ' ';
  }
  AppendNumber(text, layout.slots);
  return text;
}

void AppendOp(std::string& text, const Op& op) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  text += info.name;
  for (int i = 0; i < info.operands; ++i) {
    text += ' ';
    const std::int64_t value = GetOperand(op, info.kinds[i]);
    const std::span<const std::string_view> words = WordsOf(info.kinds[i]);
    if (!words.empty()) {
      text += words[static_cast<std::size_t>(value)];
    } else {
      AppendNumber(text, info.kinds[i] == OperandKind::kHint ? value + kMinHint : value);
    }
  }
}

}  // namespace

std::string OpText(const Op& op) {
  std::string text;
  AppendOp(text, Canonical(op));
  return text;
}

std::string ToText(const Tape& tape, std::string_view expect) {
  const Config config = Canonical(tape.config);
  std::string text;
  text.reserve(256 + tape.ops.size() * 16);
  text += kVersionLine;
  text += '\n';
  AppendHeader(text, TapeHeader::kType, kKeyTypeNames[static_cast<int>(config.type)]);
  AppendHeader(text, TapeHeader::kPolicy, kPolicyNames[static_cast<int>(config.policy)]);
  AppendHeader(text, TapeHeader::kPath, kPathNames[static_cast<int>(config.path)]);
  AppendHeader(text, TapeHeader::kHash, kHashNames[static_cast<int>(config.hash)]);
  AppendHeader(text, TapeHeader::kGrowth, kGrowthNames[static_cast<int>(config.growth)]);
  AppendHeader(text, TapeHeader::kChain, config.chain);
  AppendHeader(text, TapeHeader::kHint, config.hint);
  AppendHeader(text, TapeHeader::kKeys, config.keys);
  AppendHeader(text, TapeHeader::kSeed, config.seed);
  if (config.type == KeyType::kBytes) {
    AppendHeader(text, TapeHeader::kLayout, LayoutText(config.layout));
    AppendHeader(text, TapeHeader::kSlots, kSlotsNames[static_cast<int>(config.layout.slots_kind)]);
  }
  if (!expect.empty()) AppendHeader(text, TapeHeader::kExpect, expect);
  text += '\n';
  for (const Op& op : tape.ops) {
    AppendOp(text, Canonical(op));
    text += '\n';
  }
  text += kEndWord;
  text += ' ';
  AppendNumber(text, static_cast<std::int64_t>(tape.ops.size()));
  text += '\n';
  return text;
}

}  // namespace mapfuzz

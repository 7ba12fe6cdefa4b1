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

std::string NumberText(std::int64_t number) {
  std::string text;
  AppendNumber(text, number);
  return text;
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

// Of all but `expect`.
std::string ValueText(TapeHeader header, const Config& config, const Schedule& schedule) {
  switch (header) {
    case TapeHeader::kType:
      return std::string(kKeyTypeNames[static_cast<int>(config.type)]);
    case TapeHeader::kMap:
      return std::string(NameOf(config.shared));
    case TapeHeader::kShards:
      return NumberText(config.shards);
    case TapeHeader::kThreads:
      return NumberText(config.threads);
    case TapeHeader::kPolicy:
      return std::string(kPolicyNames[static_cast<int>(config.policy)]);
    case TapeHeader::kPath:
      return std::string(kPathNames[static_cast<int>(config.path)]);
    case TapeHeader::kHash:
      return std::string(kHashNames[static_cast<int>(config.hash)]);
    case TapeHeader::kGrowth:
      return std::string(kGrowthNames[static_cast<int>(config.growth)]);
    case TapeHeader::kChain:
      return NumberText(config.chain);
    case TapeHeader::kHint:
      return NumberText(config.hint);
    case TapeHeader::kKeys:
      return NumberText(config.keys);
    case TapeHeader::kSeed:
      return NumberText(config.seed);
    case TapeHeader::kLayout:
      return LayoutText(config.layout);
    case TapeHeader::kSlots:
      return std::string(kSlotsNames[static_cast<int>(config.layout.slots_kind)]);
    case TapeHeader::kSchedule:
      return ToText(schedule);
    case TapeHeader::kExpect:
      break;
  }
  return "";
}

void AppendHeader(std::string& text, TapeHeader header, std::string_view value) {
  text += NameOf(header);
  text += ": ";
  text += value;
  text += '\n';
}

void AppendOp(std::string& text, const Op& op) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  if (op.thread != kBeforeThreads) {
    text += 't';
    AppendNumber(text, op.thread);
    text += ": ";
  }
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

std::string ToText(const Tape& any, std::string_view expect) {
  const Tape tape = Canonical(any);
  std::string text;
  text.reserve(256 + tape.ops.size() * 16);
  text += kVersionLine;
  text += '\n';
  for (int i = 0; i < kTapeHeaders; ++i) {
    const auto header = static_cast<TapeHeader>(i);
    if (header == TapeHeader::kExpect || !Has(tape.config, header)) continue;
    AppendHeader(text, header, ValueText(header, tape.config, tape.schedule));
  }
  if (!expect.empty()) AppendHeader(text, TapeHeader::kExpect, expect);
  text += '\n';
  for (const Op& op : tape.ops) {
    AppendOp(text, op);
    text += '\n';
  }
  text += kEndWord;
  text += ' ';
  AppendNumber(text, static_cast<std::int64_t>(tape.ops.size()));
  text += '\n';
  return text;
}

}  // namespace mapfuzz

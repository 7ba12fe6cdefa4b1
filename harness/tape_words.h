// The words of the text form of a tape: what its writer writes and its parser knows. The names of
// operations and of the values of headers and operands are in `tape.h`.

#ifndef MAPFUZZ_HARNESS_TAPE_WORDS_H_
#define MAPFUZZ_HARNESS_TAPE_WORDS_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "harness/tape.h"

namespace mapfuzz {

inline constexpr std::string_view kVersionLine = "mapfuzz tape v1";
inline constexpr std::string_view kEndWord = "end";

// In the order in which they are written.
enum class TapeHeader : std::uint8_t {
  kType,
  kPolicy,
  kPath,
  kHash,
  kGrowth,
  kChain,
  kHint,
  kKeys,
  kSeed,
  kLayout,
  kSlots,
  kExpect,
};
inline constexpr int kTapeHeaders = 12;
inline constexpr std::string_view kTapeHeaderNames[kTapeHeaders] = {
    "type", "policy", "path", "hash",   "growth", "chain",
    "hint", "keys",   "seed", "layout", "slots",  "expect"};
constexpr std::string_view NameOf(TapeHeader header) {
  return kTapeHeaderNames[static_cast<int>(header)];
}

// What they say is said of maps of bytes alone.
inline constexpr TapeHeader kHeadersOfBytes[] = {TapeHeader::kLayout, TapeHeader::kSlots};

// What errors and `mapfuzz list tape`, there in capitals, call an operand.
constexpr std::string_view NameOf(OperandKind kind) {
  switch (kind) {
    case OperandKind::kKey:
      return "key";
    case OperandKind::kKey2:
      return "key2";
    case OperandKind::kIterator:
      return "iterator";
    case OperandKind::kWidth:
      return "width";
    case OperandKind::kCount:
      return "count";
    case OperandKind::kDraw:
      return "draw";
    case OperandKind::kHint:
      return "hint";
    case OperandKind::kFault:
      return "kind";
    case OperandKind::kField:
      return "field";
    case OperandKind::kNth:
      return "nth";
  }
  return "";
}

// The words that operands of this kind are written by; none if they are numbers.
constexpr std::span<const std::string_view> WordsOf(OperandKind kind) {
  if (kind == OperandKind::kFault) return kFaultNames;
  if (kind == OperandKind::kField) return kCorruptNames;
  return {};
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_WORDS_H_

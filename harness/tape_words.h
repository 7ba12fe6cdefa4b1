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
  kMap,
  kShards,
  kThreads,
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
  kSchedule,
  kExpect,
};
inline constexpr int kTapeHeaders = 16;
inline constexpr std::string_view kTapeHeaderNames[kTapeHeaders] = {
    "type",  "map",  "shards", "threads", "policy", "path",  "hash",     "growth",
    "chain", "hint", "keys",   "seed",    "layout", "slots", "schedule", "expect"};
constexpr std::string_view NameOf(TapeHeader header) {
  return kTapeHeaderNames[static_cast<int>(header)];
}

// The tapes that a header belongs to.
enum class HeaderScope : std::uint8_t {
  kAny,
  kAlone,    // of one thread
  kBytes,    // and with `type: bytes`
  kShared,   // with `map:`
  kSharded,  // with `map: sharded`
};
constexpr HeaderScope ScopeOf(TapeHeader header) {
  switch (header) {
    case TapeHeader::kPolicy:
    case TapeHeader::kPath:
    case TapeHeader::kChain:
    case TapeHeader::kHint:
      return HeaderScope::kAlone;
    case TapeHeader::kLayout:
    case TapeHeader::kSlots:
      return HeaderScope::kBytes;
    case TapeHeader::kMap:
    case TapeHeader::kThreads:
    case TapeHeader::kSchedule:
      return HeaderScope::kShared;
    case TapeHeader::kShards:
      return HeaderScope::kSharded;
    default:
      return HeaderScope::kAny;
  }
}
// Whether a tape of this configuration has it, `expect` aside.
constexpr bool Has(const Config& config, TapeHeader header) {
  switch (ScopeOf(header)) {
    case HeaderScope::kAny:
      return true;
    case HeaderScope::kAlone:
      return !IsShared(config);
    case HeaderScope::kBytes:
      return config.type == KeyType::kBytes && !IsShared(config);
    case HeaderScope::kShared:
      return IsShared(config);
    case HeaderScope::kSharded:
      return config.shared == SharedKind::kSharded;
  }
  return false;
}

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

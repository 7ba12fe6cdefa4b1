// One operation of a tape, and the list of those that there are.

#ifndef MAPFUZZ_HARNESS_OP_H_
#define MAPFUZZ_HARNESS_OP_H_

#include <cstdint>
#include <string_view>

namespace mapfuzz {

// What an operation does is told in `kOpInfo`, and in full in `runner.h`.
enum class OpCode : std::uint8_t {
  kPut,
  kGet,
  kDel,
  kHas,
  kTry,
  kAdd,
  kAlias,
  kBegin,
  kNext,
  kDrop,
  kTake,
  kWalk,
  kSweep,
  kClear,
  kCopy,
  kMove,
  kSwap,
  kSelf,
  kReserve,
  kRemake,
  kFill,
  kDrain,
  kDrift,
  kChurn,
  kLook,
  kFault,
  kTorment,
  kCorrupt,
  kExchange,
  kPop,
  kCas,
  kCasDel,
  kSize,
  kIterate,
};
inline constexpr int kOpCodes = 34;

// The tapes that an operation may stand in: those of one thread, those of a map that threads share.
enum class OpScope : std::uint8_t { kAlone, kShared, kBoth };

// What can be made to throw: any call of this kind that the map makes.
enum class FaultKind : std::uint8_t {
  kAlloc,  // of its allocator
  kHash,
  kEqual,
  kCopy,  // of a key or a value
  kMove,  // of a value whose move may throw
  kDraw,  // of its random source
};
inline constexpr int kFaultKinds = 6;

// What of a table unsafe code can overwrite: a field of the header, in Go's names, or the pointer
// from a bucket to its overflow bucket.
enum class CorruptField : std::uint8_t {
  kCount,
  kFlags,
  kB,
  kNoverflow,
  kHash0,
  kNevacuate,
  kBuckets,
  kOldbuckets,
  kOverflow,
};
inline constexpr int kCorruptFields = 9;

inline constexpr int kMinThreads = 2;  // of a tape that has any
inline constexpr int kMostThreads = 6;
inline constexpr std::int8_t kBeforeThreads = -1;

// One operation. Which of the three operands it uses is in `kOpInfo`; unused ones are zero.
struct Op {
  OpCode code = OpCode::kPut;
  std::uint8_t small = 0;   // an iterator's number, a width, a kind of fault or a field
  std::uint16_t key = 0;    // a key id
  std::uint16_t count = 0;  // a count, a second key id, a random draw, which of many
  // The thread that calls it, on a map that several share; kBeforeThreads: it is over before they
  // begin.
  std::int8_t thread = kBeforeThreads;

  friend bool operator==(const Op&, const Op&) = default;
};

// What an operand means. Values are stored reduced to `[0, limit)` of their kind.
enum class OperandKind : std::uint8_t {
  kKey,
  kKey2,
  kIterator,
  kWidth,
  kCount,
  kDraw,
  kHint,
  kFault,
  kField,
  kNth,
};

inline constexpr int kIterators = 4;              // live iterators at once; limit of kIterator
inline constexpr std::uint32_t kMaxCount = 4096;  // limit of kCount
inline constexpr std::uint32_t kMaxWidth = 256;   // limit of kWidth
inline constexpr std::uint32_t kMaxNth = 1024;    // limit of kNth

struct OpInfo {
  OpCode code;
  std::string_view name;  // as in the text form
  int operands;           // how many of `kinds` are in use, in the order of the text form
  OperandKind kinds[3];
  std::string_view help;
  OpScope scope = OpScope::kAlone;
};

// Indexed by OpCode.
inline constexpr OpInfo kOpInfo[kOpCodes] = {
    {OpCode::kPut, "put", 1, {OperandKind::kKey}, "insert or overwrite", OpScope::kBoth},
    {OpCode::kGet, "get", 1, {OperandKind::kKey}, "look up the value", OpScope::kBoth},
    {OpCode::kDel, "del", 1, {OperandKind::kKey}, "erase, present or not", OpScope::kBoth},
    {OpCode::kHas, "has", 1, {OperandKind::kKey}, "contains?", OpScope::kBoth},
    {OpCode::kTry,
     "try",
     1,
     {OperandKind::kKey},
     "insert only if absent (try_emplace)",
     OpScope::kBoth},
    {OpCode::kAdd,
     "add",
     1,
     {OperandKind::kKey},
     "operator[], read the old value, write a new one",
     OpScope::kBoth},
    {OpCode::kAlias,
     "alias",
     2,
     {OperandKind::kKey, OperandKind::kKey2},
     "m[a] = m[b], the value passed by a reference into the map"},
    {OpCode::kBegin,
     "begin",
     2,
     {OperandKind::kIterator, OperandKind::kDraw},
     "start or restart an iterator with this random draw, and produce its first entry"},
    {OpCode::kNext, "next", 1, {OperandKind::kIterator}, "the iterator's next entry"},
    {OpCode::kDrop, "drop", 1, {OperandKind::kIterator}, "abandon the iterator"},
    {OpCode::kTake,
     "take",
     1,
     {OperandKind::kIterator},
     "the iterator's next entry, then erase it by the iterator's own key"},
    {OpCode::kWalk,
     "walk",
     2,
     {OperandKind::kIterator, OperandKind::kCount},
     "next, so many times or to the end"},
    {OpCode::kSweep, "sweep", 1, {OperandKind::kDraw}, "one whole iteration on its own"},
    {OpCode::kClear, "clear", 0, {}, "remove every entry", OpScope::kBoth},
    {OpCode::kCopy, "copy", 0, {}, "spare = map"},
    {OpCode::kMove, "move", 0, {}, "spare = std::move(map); the map is used on, empty"},
    {OpCode::kSwap, "swap", 0, {}, "swap(map, spare)"},
    {OpCode::kSelf, "self", 0, {}, "map = map"},
    {OpCode::kReserve, "reserve", 1, {OperandKind::kHint}, "room for so many entries"},
    {OpCode::kRemake, "remake", 1, {OperandKind::kHint}, "map = a new one with this hint"},
    {OpCode::kFill,
     "fill",
     2,
     {OperandKind::kKey, OperandKind::kCount},
     "put key, key+1, ... so many",
     OpScope::kBoth},
    {OpCode::kDrain,
     "drain",
     2,
     {OperandKind::kKey, OperandKind::kCount},
     "del key, key+1, ... so many",
     OpScope::kBoth},
    {OpCode::kDrift,
     "drift",
     3,
     {OperandKind::kKey, OperandKind::kCount, OperandKind::kWidth},
     "so many times: put key+width, del key, key += 1"},
    {OpCode::kChurn,
     "churn",
     3,
     {OperandKind::kKey, OperandKind::kCount, OperandKind::kWidth},
     "so many pseudo-random put, del and get among width+1 keys from key"},
    {OpCode::kLook,
     "look",
     2,
     {OperandKind::kKey, OperandKind::kCount},
     "get key, key+1, ... so many",
     OpScope::kBoth},
    {OpCode::kFault,
     "fault",
     2,
     {OperandKind::kFault, OperandKind::kNth},
     "the nth call of this kind from here throws (alloc hash equal copy move draw; 0: none)"},
    {OpCode::kTorment,
     "torment",
     1,
     {OperandKind::kFault},
     "each step of the next operation is tried with its 1st, 2nd, ... call of the kind throwing"},
    {OpCode::kCorrupt,
     "corrupt",
     2,
     {OperandKind::kField, OperandKind::kNth},
     "the next step finds this of its table overwritten, and must say so; nth: which "
     "bucket, by what"},
    {OpCode::kExchange,
     "exchange",
     1,
     {OperandKind::kKey},
     "put, and tell the value before",
     OpScope::kShared},
    {OpCode::kPop,
     "pop",
     1,
     {OperandKind::kKey},
     "erase, and tell the value that was there",
     OpScope::kShared},
    {OpCode::kCas,
     "cas",
     1,
     {OperandKind::kKey},
     "overwrite if the value is the one that the thread saw last",
     OpScope::kShared},
    {OpCode::kCasDel,
     "casdel",
     1,
     {OperandKind::kKey},
     "erase if the value is the one that the thread saw last",
     OpScope::kShared},
    {OpCode::kSize, "size", 0, {}, "how many entries?", OpScope::kShared},
    {OpCode::kIterate,
     "iterate",
     1,
     {OperandKind::kCount},
     "one iteration on its own, left after so many entries; 0: to the end",
     OpScope::kShared},
};

inline constexpr std::int32_t kMinHint = -1;
inline constexpr std::int32_t kMaxHint = 8192;

// The limit of an operand's kind: values of it lie in [0, limit). kHint counts from kMinHint, i.e.
// the stored operand n stands for the hint n + kMinHint.
constexpr std::uint32_t OperandLimit(OperandKind kind) {
  switch (kind) {
    case OperandKind::kKey:
    case OperandKind::kKey2:
    case OperandKind::kDraw:
      return 65536;
    case OperandKind::kIterator:
      return kIterators;
    case OperandKind::kWidth:
      return kMaxWidth;
    case OperandKind::kCount:
      return kMaxCount;
    case OperandKind::kHint:
      return static_cast<std::uint32_t>(kMaxHint - kMinHint + 1);
    case OperandKind::kFault:
      return kFaultKinds;
    case OperandKind::kField:
      return kCorruptFields;
    case OperandKind::kNth:
      return kMaxNth;
  }
  return 1;
}

// The operand of `op` of this kind. Each kind lives in one field: kKey in `key`; kIterator, kWidth,
// kFault and kField in `small`; kKey2, kCount, kDraw, kHint and kNth in `count`.
std::uint32_t GetOperand(const Op& op, OperandKind kind);
void SetOperand(Op& op, OperandKind kind, std::uint32_t value);

// `op` with every used operand reduced into its range and every unused one zero.
Op Canonical(Op op);

// Names as in the text form, indexed by the enum.
inline constexpr std::string_view kFaultNames[kFaultKinds] = {"alloc", "hash", "equal",
                                                              "copy",  "move", "draw"};
inline constexpr std::string_view kCorruptNames[kCorruptFields] = {
    "count", "flags", "b", "noverflow", "hash0", "nevacuate", "buckets", "oldbuckets", "overflow"};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_OP_H_

// A tape is one whole experiment with a map: a configuration and a list of operations.
//
// Everything that decides the run is in it: key type, hash, seed, size hint, policy, the random
// draws of the iterators. Nothing comes from time, addresses or the environment, so the same tape
// gives the same history on every machine.
//
// A tape has two forms, lossless in both directions. Text (`tape_text.h`) is for people and for
// git. Binary (`tape_binary.h`) is for fuzzing engines: every byte string decodes to some valid
// tape, and operations have a fixed width, so trimming or splicing bytes trims or splices
// operations.

#ifndef MAPFUZZ_HARNESS_TAPE_H_
#define MAPFUZZ_HARNESS_TAPE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mapfuzz {

// The key and value types of the map under test. From `kTracked` on they watch over their own
// lives (`lifetime.h`).
enum class KeyType : std::uint8_t {
  kU64,
  kU32,
  kString,
  kF64,
  kTracked,   // copyable and movable
  kMoveOnly,  // neither key nor value can be copied
  kCopyOnly,  // the key cannot be moved, the value's move may throw
  kLarge,     // a key of 136 bytes, a value aligned to 64 and without a default
  kVariant,   // as Go's interfaces: some keys have no hash
  kBytes,     // of sizes and alignments that the tape chooses: `TapeLayout`
};
inline constexpr int kKeyTypes = 10;

// `kGo119` is the exact algorithm of Go 1.19; `kStrict` keeps the iteration contract always;
// `kChecked` is `kStrict` that notices when something else writes to the table.
enum class PolicyKind : std::uint8_t { kStrict, kGo119, kChecked };
inline constexpr int kPolicyKinds = 3;

// `kFast` takes the look-up written for the key type, `kGeneric` the one for any type.
enum class PathKind : std::uint8_t { kFast, kGeneric };
inline constexpr int kPathKinds = 2;

// How a key id becomes a hash; see `key_space.h`.
enum class HashKind : std::uint8_t { kGood, kLowBits, kConst, kTopZero, kIdentity, kPairs };
inline constexpr int kHashKinds = 6;

// When a table doubles; see `GrowthRuleOf` in `key_space.h`.
enum class GrowthKind : std::uint8_t { kGo119, kGo121, kFull, kSparse };
inline constexpr int kGrowthKinds = 4;

// Whether a growth may change the slots per bucket: `kAdaptive` fits them to the chains, see
// `GrowthRule::SlotsAfter`.
enum class SlotsKind : std::uint8_t { kFixed, kAdaptive };
inline constexpr int kSlotsKinds = 2;

inline constexpr std::uint16_t kMaxObjectSize = 300;
inline constexpr std::uint16_t kMaxObjectAlignment = 64;

// Sizes at which something changes: nothing to store, a machine word, what is kept in the bucket.
inline constexpr std::array<std::uint16_t, 19> kEdgeSizes = {
    0, 1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 24, 31, 32, 127, 128, 129, 136, 300};

// A key or a value of `kBytes`: how many bytes, and a power of two that divides its address.
struct TapeObject {
  std::uint16_t size = 8;
  std::uint16_t alignment = 8;

  friend bool operator==(const TapeObject&, const TapeObject&) = default;
};

// How a map of `kBytes` lies in memory.
struct TapeLayout {
  TapeObject key{};
  TapeObject value{};
  std::uint8_t slots = 8;  // per bucket: 4, 8 or 16; of the first array if they adapt
  SlotsKind slots_kind = SlotsKind::kFixed;

  friend bool operator==(const TapeLayout&, const TapeLayout&) = default;
};

inline constexpr std::int32_t kMinHint = -1;
inline constexpr std::int32_t kMaxHint = 8192;
inline constexpr std::uint32_t kMaxKeys = 65536;
inline constexpr std::uint8_t kMaxChain = 8;
// A tape holds at most so many operations: a run ends after as many elementary steps.
inline constexpr std::size_t kMaxOps = 16384;

struct Config {
  KeyType type = KeyType::kU64;
  PolicyKind policy = PolicyKind::kStrict;
  PathKind path = PathKind::kFast;
  HashKind hash = HashKind::kGood;
  GrowthKind growth = GrowthKind::kGo119;
  // The size hint the first map is made with, in [kMinHint, kMaxHint].
  std::int32_t hint = 0;
  // Key ids of operations are taken modulo this number, in [1, kMaxKeys]; keys of few bytes allow
  // no more than they can tell apart.
  std::uint32_t keys = kMaxKeys;
  // Seeds the stream of hash seeds (Go's hash0) and of NaN hashes. 0 pins every hash0 to 0.
  std::uint32_t seed = 0;
  // Of `kBytes`; the default with every other type.
  TapeLayout layout{};
  // The most buckets of a chain that an insert lengthens, up to kMaxChain; 0: no limit. An insert
  // that would need one more is refused.
  std::uint8_t chain = 0;

  friend bool operator==(const Config&, const Config&) = default;
};

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
};
inline constexpr int kOpCodes = 28;

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

// One operation. Which of the three operands it uses is in `kOpInfo`; unused ones are zero.
struct Op {
  OpCode code = OpCode::kPut;
  std::uint8_t small = 0;   // an iterator's number, a width, a kind of fault or a field
  std::uint16_t key = 0;    // a key id
  std::uint16_t count = 0;  // a count, a second key id, a random draw, which of many

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
};

// Indexed by OpCode.
inline constexpr OpInfo kOpInfo[kOpCodes] = {
    {OpCode::kPut, "put", 1, {OperandKind::kKey}, "insert or overwrite"},
    {OpCode::kGet, "get", 1, {OperandKind::kKey}, "look up the value"},
    {OpCode::kDel, "del", 1, {OperandKind::kKey}, "erase, present or not"},
    {OpCode::kHas, "has", 1, {OperandKind::kKey}, "contains?"},
    {OpCode::kTry, "try", 1, {OperandKind::kKey}, "insert only if absent (try_emplace)"},
    {OpCode::kAdd,
     "add",
     1,
     {OperandKind::kKey},
     "operator[], read the old value, write a new one"},
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
    {OpCode::kClear, "clear", 0, {}, "remove every entry"},
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
     "put key, key+1, ... so many"},
    {OpCode::kDrain,
     "drain",
     2,
     {OperandKind::kKey, OperandKind::kCount},
     "del key, key+1, ... so many"},
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
     "get key, key+1, ... so many"},
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
};

struct Tape {
  Config config;
  std::vector<Op> ops;

  friend bool operator==(const Tape&, const Tape&) = default;
};

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

// `config` with every field reduced into its range.
Config Canonical(Config config);

// How many numbers `size` bytes can tell apart, or `limit` if that is less: 256^size.
constexpr std::uint64_t NumbersIn(std::uint32_t size, std::uint64_t limit) {
  return size >= 8 || std::uint64_t{1} << (8 * size) > limit ? limit
                                                             : std::uint64_t{1} << (8 * size);
}

// Slots per bucket of a map of this configuration when it is made.
constexpr std::uint32_t SlotsOf(const Config& config) {
  return config.type == KeyType::kBytes ? config.layout.slots : 8;
}

// Whether its buckets may get other slots in a growth.
constexpr bool IsAdaptive(const Config& config) {
  return config.type == KeyType::kBytes && config.layout.slots_kind == SlotsKind::kAdaptive;
}

// What is larger lies outside its bucket, which holds a pointer to it.
inline constexpr std::uint32_t kMaxInlineBytes = 128;
constexpr bool LiesOutside(const TapeObject& object) { return object.size > kMaxInlineBytes; }

// Whether entries have blocks of their own beside the buckets.
constexpr bool HasBlocksOfEntries(const Config& config) {
  return config.type == KeyType::kLarge ||
         (config.type == KeyType::kBytes &&
          (LiesOutside(config.layout.key) || LiesOutside(config.layout.value)));
}

// Names as in the text form, indexed by the enum.
inline constexpr std::string_view kKeyTypeNames[kKeyTypes] = {
    "u64", "u32", "string", "f64", "tracked", "moveonly", "copyonly", "large", "variant", "bytes"};
inline constexpr std::string_view kPolicyNames[kPolicyKinds] = {"strict", "go119", "checked"};
inline constexpr std::string_view kPathNames[kPathKinds] = {"fast", "generic"};
inline constexpr std::string_view kHashNames[kHashKinds] = {"good",    "lowbits",  "const",
                                                            "topzero", "identity", "pairs"};
inline constexpr std::string_view kGrowthNames[kGrowthKinds] = {"go119", "go121", "full", "sparse"};
inline constexpr std::string_view kSlotsNames[kSlotsKinds] = {"fixed", "adaptive"};
inline constexpr std::string_view kFaultNames[kFaultKinds] = {"alloc", "hash", "equal",
                                                              "copy",  "move", "draw"};
inline constexpr std::string_view kCorruptNames[kCorruptFields] = {
    "count", "flags", "b", "noverflow", "hash0", "nevacuate", "buckets", "oldbuckets", "overflow"};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_H_

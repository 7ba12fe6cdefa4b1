// A tape is one whole experiment with a map: a configuration and a list of operations. If several
// threads share the map, each operation names its thread, and a schedule says which runs when.
//
// Everything that decides the run is in it: key type, hash, seed, size hint, policy, the random
// draws of the iterators, the interleaving. Nothing comes from time, addresses or the environment,
// so the same tape gives the same history on every machine.
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

#include "harness/op.h"
#include "harness/schedule.h"

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

// The map that several threads share. kNone: a tape of one thread, on a map of its own.
enum class SharedKind : std::uint8_t {
  kNone,
  kLocked,  // a `std::map` under one lock, which is the control
  kSharded,
  kSync,
  kReaders,  // a plain map that threads only read: what they would write is left out
  kPlain,    // a plain map, used as it must not be if a thread writes
};
inline constexpr int kSharedKinds = 6;
inline constexpr std::uint8_t kMaxShards = 16;

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

inline constexpr std::uint32_t kMaxKeys = 65536;
inline constexpr std::uint8_t kMaxChain = 8;
// A tape holds at most so many operations: a run ends after as many elementary steps.
inline constexpr std::size_t kMaxOps = 16384;
// And its schedule at most so many switches.
inline constexpr std::size_t kMaxSwitches = 65536;

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
  // A shared map has keys of kU64, kU32 or kString. Policy, path, hint, layout and chain are not
  // its own, and have their defaults.
  SharedKind shared = SharedKind::kNone;
  std::uint8_t threads = 0;  // that share it, in [kMinThreads, kMostThreads]; 0 with kNone
  std::uint8_t shards = 0;   // of kSharded, a power of two in [1, kMaxShards]; 0 with all others

  friend bool operator==(const Config&, const Config&) = default;
};

struct Tape {
  Config config;
  std::vector<Op> ops;
  // Which of the threads that share a map runs when; the default if there are none.
  Schedule schedule{};

  friend bool operator==(const Tape&, const Tape&) = default;
};

// `config` with every field reduced into its range.
Config Canonical(Config config);

constexpr bool IsShared(const Config& config) { return config.shared != SharedKind::kNone; }
constexpr bool CanBeShared(KeyType type) { return type <= KeyType::kString; }

// Whether the operation may stand in a tape of this configuration.
constexpr bool Allows(const Config& config, OpCode code) {
  const OpScope scope = kOpInfo[static_cast<int>(code)].scope;
  return scope == OpScope::kBoth || (scope == OpScope::kShared) == IsShared(config);
}

// Whether its schedule counts loads and stores, of which every build of the map has its own.
constexpr bool CountsAccesses(const Tape& tape) {
  return IsShared(tape.config) && tape.schedule.level == PointLevel::kAccesses;
}

// `op` as it stands in a tape of this configuration, which allows it.
Op Canonical(Op op, const Config& config);

// `tape` with all of it reduced into range, and without operations that its configuration does not
// allow. O(operations + switches).
Tape Canonical(Tape tape);

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
// kNone has no name: its header is left out.
inline constexpr std::string_view kSharedNames[kSharedKinds - 1] = {"locked", "sharded", "sync",
                                                                    "readers", "plain"};
constexpr std::string_view NameOf(SharedKind kind) {
  return kind == SharedKind::kNone ? "" : kSharedNames[static_cast<int>(kind) - 1];
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_H_

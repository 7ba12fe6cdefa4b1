#include "targets/profiles.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace mapfuzz {
namespace {

// A pile of equal hashes costs its square. Where all keys share few chains there are few keys.
Config LimitPiles(Config config) {
  if (config.hash == HashKind::kConst) config.keys = std::min<std::uint32_t>(config.keys, 96);
  if (config.hash == HashKind::kLowBits) config.keys = std::min<std::uint32_t>(config.keys, 384);
  return config;
}

// With a handful of keys a map stays in one bucket whatever a tape does, and such tapes are cheap:
// without a floor an engine comes to love them.
Config WithKeys(Config config, std::uint32_t at_least) {
  config.keys = std::max(config.keys, at_least);
  return LimitPiles(config);
}

// Refused inserts keep maps small, so they are for the targets that look for them.
Config WithoutLimit(Config config) {
  config.chain = 0;
  return config;
}

// Fuzzing by default is to hold without exception, so the exact algorithm is run on demand alone: a
// policy given on a command line goes above this. Checked maps hold all that strict ones do, and
// one tape in six runs in one, as they are slower. Threads have targets of their own.
Config WithoutGo119(Config config) {
  config.shared = SharedKind::kNone;
  const bool checked = config.policy == PolicyKind::kChecked && config.seed % 4 == 0;
  config.policy = checked ? PolicyKind::kChecked : PolicyKind::kStrict;
  return config;
}

// A huge table costs much and shows little; every fourth hint keeps its size.
Config LimitHint(Config config) {
  if (config.hint % 4 != 0 && config.hint > 64) config.hint %= 64;
  if (config.hint > 1024) config.hint %= 1024;
  return config;
}

bool IsInteger(KeyType type) { return type == KeyType::kU64 || type == KeyType::kU32; }

Config ShapeOps(Config config) {
  if (!IsInteger(config.type)) config.type = KeyType::kU64;
  return WithoutLimit(WithoutGo119(LimitHint(WithKeys(config, 64))));
}

// Small key spaces, so that iterators see keys come back.
Config ShapeIterate(Config config) {
  config.keys = std::min<std::uint32_t>(config.keys, 2048);
  return ShapeOps(config);
}

Config ShapeGrowth(Config config) {
  if (config.type >= KeyType::kTracked) config.type = KeyType::kU64;
  return WithoutGo119(WithKeys(config, 512));
}

Config ShapeStrings(Config config) {
  config.type = KeyType::kString;
  return WithoutLimit(WithoutGo119(LimitHint(WithKeys(config, 128))));
}

Config ShapeFloats(Config config) {
  config.type = KeyType::kF64;
  return WithoutLimit(WithoutGo119(LimitHint(WithKeys(config, 128))));
}

// Each fault costs a check of the whole table.
Config ShapeFaults(Config config) {
  config.keys = std::min<std::uint32_t>(config.keys, 1024);
  config.hint = std::min(config.hint, 256);
  return WithoutLimit(WithoutGo119(WithKeys(config, 64)));
}

Config ShapeLifetimes(Config config) {
  constexpr int kFirst = static_cast<int>(KeyType::kTracked);
  const int type = static_cast<int>(config.type);
  if (type < kFirst) config.type = static_cast<KeyType>(kFirst + type);
  if (config.type == KeyType::kBytes) config.type = KeyType::kVariant;
  return ShapeFaults(config);
}

// Where all keys differ in a byte or two there are few of them, whatever the floor.
Config ShapeLayouts(Config config) {
  config.type = KeyType::kBytes;
  config.keys = std::min<std::uint32_t>(config.keys, 2048);
  return Canonical(WithoutGo119(LimitHint(WithKeys(config, 128))));
}

// Each corruption costs a check of the whole table, as a fault does.
Config ShapeCorrupt(Config config) {
  constexpr KeyType kTypes[] = {KeyType::kU64, KeyType::kString, KeyType::kBytes};
  if (std::find(std::begin(kTypes), std::end(kTypes), config.type) == std::end(kTypes)) {
    config.type = kTypes[static_cast<std::size_t>(config.type) % std::size(kTypes)];
  }
  config = Canonical(ShapeFaults(config));
  config.policy = PolicyKind::kChecked;
  return config;
}

// Threads have to meet at keys.
Config ShapeShared(Config config, SharedKind kind) {
  config.shared = kind;
  config.keys = std::min<std::uint32_t>(config.keys, 64);
  return Canonical(config);
}
Config ShapeThreadsModel(Config config) { return ShapeShared(config, SharedKind::kLocked); }
Config ShapeThreadsSharded(Config config) { return ShapeShared(config, SharedKind::kSharded); }
Config ShapeThreadsSync(Config config) { return ShapeShared(config, SharedKind::kSync); }
Config ShapeThreadsMisuse(Config config) { return ShapeShared(config, SharedKind::kReaders); }

using enum Milestone;

constexpr Milestone kOpsMilestones[] = {
    kDoublingStarted,     kDoublingFinished,      kSameSizeStarted,
    kOverflowUsed,        kUpdateMovesOldChain,   kLookupInOldChain,
    kDeleteMovesOldChain, kInsertFinishesGrowth,  kClearMidGrowth,
    kEmptiedMidGrowth,    kCopyMidGrowth,         kAliasMidGrowth,
    kAliasStartsGrowth,   kMovedFromUsed,         kHintUsed,
    kReserveOnFilled,     kRestRunCrossesBuckets, kEqualHashPile,
    kTophashAdjusted,     kTakenByIterator,       kIteratorFollowsContent,
    kIteratorStale,
};

constexpr Milestone kIterateMilestones[] = {
    kIteratorAcrossGrowth,   kIteratorAcrossTwoGrowths, kIteratorDoublingThenSameSize,
    kIteratorAcrossClear,    kIteratorAcrossReseed,     kIteratorFollowsContent,
    kIteratorBegunMidGrowth, kIteratorBegunMidSameSize, kIteratorStale,
    kSeveralIterators,       kDeleteBeforeSeen,         kReinsertUnderIterator,
    kCreatedUnderIterator,   kTakenByIterator,          kWholeIteration,
    kCopyOverIterator,
};

constexpr Milestone kGrowthMilestones[] = {
    kDoublingStarted,
    kDoublingFinished,
    kSameSizeStarted,
    kSameSizeFinished,
    kOverflowUsed,
    kOverflowFromPool,
    kPoolExhausted,
    kChainOfFour,
    kGrowthWithinInsert,
    kInsertFinishesGrowth,
    kRestRunCrossesBuckets,
    kEqualHashPile,
    kHintUsed,
    kReserveOnFilled,
    kTableOf256,
    kRuleGo119,
    kRuleGo121,
    kRuleFull,
    kRuleSparse,
    kClearMidGrowth,
    kClearMidSameSize,
    kChainRefused,
    kChainRefusedMidGrowth,
    kInsertedAfterRefusal,
};

constexpr Milestone kStringMilestones[] = {
    kLongStringInOneBucket, kStringUpdated,       kDoublingFinished, kSameSizeStarted,
    kOverflowUsed,          kUpdateMovesOldChain, kTakenByIterator,  kIteratorAcrossGrowth,
    kAliasStartsGrowth,     kCopyMidGrowth,       kClearMidGrowth,
};

constexpr Milestone kFloatMilestones[] = {
    kNanInserted,      kNanProduced,          kNanEvacuatedUnderIterator,
    kNanEvacuatedToY,  kNanMidSameSize,       kZeroKeyReplaced,
    kDoublingFinished, kIteratorAcrossGrowth, kIteratorBegunMidGrowth,
    kClearMidGrowth,   kTakenByIterator,
};

constexpr Milestone kFaultMilestones[] = {kFaultInInsert,      kFaultInUpdate,     kFaultInErase,
                                          kFaultInGrowthStart, kFaultInEvacuation, kFaultInOverflow,
                                          kFaultInCopy,        kFaultInClear,      kFaultInReserve,
                                          kFaultInRemake,      kFaultInIteration};

constexpr Milestone kLifetimeMilestones[] = {
    kKeptKeysFreed,      kKeysLost,          kIndirectEvacuated, kFaultInMove,
    kRefusedInEmptyMap,  kRefusedMidGrowth,  kSelfUnderIterator, kMovedFromUsed,
    kIteratorStale,      kFaultInEvacuation, kCopyMidGrowth,     kIteratorAcrossGrowth,
    kUpdateMovesOldChain};

constexpr Milestone kLayoutMilestones[] = {
    kFourSlotsDoubled,     kSixteenSlotsDoubled,   kOtherSlotsSameSize,    kSixteenSlotsIterated,
    kKeyOfNoBytes,         kValueOfNoBytes,        kKeyByPointerEvacuated, kValueByPointerEvacuated,
    kOverAlignedEvacuated, kOddSizeEvacuated,      kCopyMidGrowth,         kAliasStartsGrowth,
    kFaultInEvacuation,    kSlotsToFour,           kSlotsToSixteen,        kMovedToOtherSlots,
    kChainRefused,         kChainRefusedMidGrowth, kInsertedAfterRefusal};

constexpr Milestone kCorruptMilestones[] = {
    kCorruptCount,         kCorruptFlags,         kCorruptB,
    kCorruptNoverflow,     kCorruptHash0,         kCorruptNevacuate,
    kCorruptBuckets,       kCorruptOldbuckets,    kCorruptOverflow,
    kCorruptMidGrowth,     kCorruptUnderIterator, kCorruptReplaced,
    kIteratorAcrossGrowth, kChainOfFour};

constexpr Milestone kThreadMilestones[] = {kThreadPreempted,    kOverlapOnKey,   kWritesOverlap,
                                           kIterationOverWrite, kClearOverWrite, kCompareFailed,
                                           kCompareTaken,       kSizeOverWrite,  kGrownByThreads};
// A std::map does not grow in steps, and a sync map has no size.
constexpr std::span<const Milestone> kControlMilestones =
    std::span(kThreadMilestones).first<std::size(kThreadMilestones) - 1>();
constexpr Milestone kSyncMilestones[] = {kThreadPreempted,    kOverlapOnKey,   kWritesOverlap,
                                         kIterationOverWrite, kClearOverWrite, kCompareFailed,
                                         kCompareTaken,       kGrownByThreads};

constexpr Milestone kReaderMilestones[] = {kThreadPreempted, kOverlapOnKey, kThreadsMidGrowth,
                                           kIterationsOverlap};

// The last is of maps that show what they are like at rest.
constexpr Oracle kThreadOracles[] = {Oracle::kResult,   Oracle::kContent,  Oracle::kLinearizable,
                                     Oracle::kSchedule, Oracle::kLifetime, Oracle::kDeterministic,
                                     Oracle::kStructure};
constexpr std::span<const Oracle> kControlOracles =
    std::span(kThreadOracles).first<std::size(kThreadOracles) - 1>();

// The last is asked by those that are about it alone.
constexpr Oracle kFaultOracles[] = {Oracle::kResult,    Oracle::kContent, Oracle::kIteration,
                                    Oracle::kStructure, Oracle::kCost,    Oracle::kDeterministic,
                                    Oracle::kLifetime,  Oracle::kFault};
constexpr Oracle kCorruptOracles[] = {
    Oracle::kResult, Oracle::kContent,       Oracle::kIteration, Oracle::kStructure,
    Oracle::kCost,   Oracle::kDeterministic, Oracle::kLifetime,  Oracle::kCorruption};
constexpr std::span<const Oracle> kPlainOracles = std::span(kFaultOracles).first<7>();

constexpr TargetProfile kProfiles[] = {
    {"ops", "all operations, integer keys", ShapeOps, kOpsMilestones, kPlainOracles},
    {"iterate", "several live iterators under insert, delete, clear and growth", ShapeIterate,
     kIterateMilestones, kPlainOracles},
    {"growth",
     "hints, phases, same-size growth, overflow, collisions, all growth rules, limited chains",
     ShapeGrowth, kGrowthMilestones, kPlainOracles},
    {"strings", "string keys and values", ShapeStrings, kStringMilestones, kPlainOracles},
    {"floats", "float keys: NaN and the two zeros", ShapeFloats, kFloatMilestones, kPlainOracles},
    {"faults", "allocations, hashes, equalities, copies, moves and draws that throw", ShapeFaults,
     kFaultMilestones, kFaultOracles, RecipeKind::kFaults},
    {"lifetimes", "keys and values that watch over their lives; keys without a hash",
     ShapeLifetimes, kLifetimeMilestones, kFaultOracles, RecipeKind::kFaults},
    {"layouts",
     "keys and values of any size and alignment; buckets of 4, 8 and 16 slots, fixed or adaptive",
     ShapeLayouts, kLayoutMilestones, kPlainOracles},
    {"corrupt", "checked maps whose header or overflow pointers are overwritten", ShapeCorrupt,
     kCorruptMilestones, kCorruptOracles, RecipeKind::kCorruption},
    {"threads_model", "threads on a std::map under one lock: the control of what judges threads",
     ShapeThreadsModel, kControlMilestones, kControlOracles},
    {"threads_sharded", "threads on a map of shards, each with a lock of its own",
     ShapeThreadsSharded, kThreadMilestones, kThreadOracles},
    {"threads_sync", "threads on Go's sync.Map: reads without a lock, promotion, expunged entries",
     ShapeThreadsSync, kSyncMilestones, kThreadOracles},
    {"threads_misuse", "threads that look up and iterate in one plain map, as they may",
     ShapeThreadsMisuse, kReaderMilestones, kControlOracles},
};

}  // namespace

std::span<const TargetProfile> Profiles() { return kProfiles; }

const TargetProfile* FindProfile(std::string_view name) {
  for (const TargetProfile& profile : kProfiles) {
    if (profile.name == name) return &profile;
  }
  return nullptr;
}

}  // namespace mapfuzz

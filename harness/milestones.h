// Milestones: named situations that a run must be seen to reach before its silence means anything.
//
// Line coverage does not show whether an iterator ever lived through two growths. The runner counts
// each of these situations from the model and from the map's header; a hunt that never reaches one
// of those named for its target fails.

#ifndef MAPFUZZ_HARNESS_MILESTONES_H_
#define MAPFUZZ_HARNESS_MILESTONES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mapfuzz {

enum class Milestone : std::uint8_t {
  kDoublingStarted,
  kDoublingFinished,
  kSameSizeStarted,
  kSameSizeFinished,
  kOverflowUsed,
  kOverflowFromPool,
  kPoolExhausted,
  kChainOfFour,
  kRestRunCrossesBuckets,
  kLookupInOldChain,
  kUpdateMovesOldChain,
  kDeleteMovesOldChain,
  kInsertFinishesGrowth,
  kGrowthWithinInsert,
  kIteratorAcrossGrowth,
  kIteratorAcrossTwoGrowths,
  kIteratorDoublingThenSameSize,
  kIteratorAcrossClear,
  kIteratorAcrossReseed,
  kIteratorFollowsContent,
  kIteratorBegunMidGrowth,
  kIteratorBegunMidSameSize,
  kIteratorStale,
  kSeveralIterators,
  kDeleteBeforeSeen,
  kReinsertUnderIterator,
  kCreatedUnderIterator,
  kTakenByIterator,
  kWholeIteration,
  kNanInserted,
  kNanProduced,
  kNanEvacuatedUnderIterator,
  kNanEvacuatedToY,
  kNanMidSameSize,
  kZeroKeyReplaced,
  kEqualHashPile,
  kTophashAdjusted,
  kClearMidGrowth,
  kClearMidSameSize,
  kEmptiedMidGrowth,
  kCopyMidGrowth,
  kCopyOverIterator,
  kAliasMidGrowth,
  kAliasStartsGrowth,
  kMovedFromUsed,
  kHintUsed,
  kReserveOnFilled,
  kTableOf256,
  kLongStringInOneBucket,
  kStringUpdated,
  kRuleGo119,
  kRuleGo121,
  kRuleFull,
  kRuleSparse,
  kFaultInInsert,
  kFaultInUpdate,
  kFaultInErase,
  kFaultInGrowthStart,
  kFaultInEvacuation,
  kFaultInOverflow,
  kFaultInCopy,
  kFaultInClear,
  kFaultInReserve,
  kFaultInRemake,
  kFaultInIteration,
  kFaultInMove,
  kKeptKeysFreed,
  kKeysLost,
  kIndirectEvacuated,
  kRefusedInEmptyMap,
  kRefusedMidGrowth,
  kSelfUnderIterator,
  kFourSlotsDoubled,
  kSixteenSlotsDoubled,
  kOtherSlotsSameSize,
  kSixteenSlotsIterated,
  kKeyOfNoBytes,
  kValueOfNoBytes,
  kKeyByPointerEvacuated,
  kValueByPointerEvacuated,
  kOverAlignedEvacuated,
  kOddSizeEvacuated,
  kSlotsToFour,
  kSlotsToSixteen,
  kMovedToOtherSlots,
  kChainRefused,
  kChainRefusedMidGrowth,
  kInsertedAfterRefusal,
  kCorruptCount,  // and so on, in the order of `CorruptField`
  kCorruptFlags,
  kCorruptB,
  kCorruptNoverflow,
  kCorruptHash0,
  kCorruptNevacuate,
  kCorruptBuckets,
  kCorruptOldbuckets,
  kCorruptOverflow,
  kCorruptMidGrowth,
  kCorruptUnderIterator,
  kCorruptReplaced,
  kThreadPreempted,
  kOverlapOnKey,
  kWritesOverlap,
  kIterationOverWrite,
  kClearOverWrite,
  kSizeOverWrite,
  kCompareFailed,
  kCompareTaken,
  kGrownByThreads,
  kThreadsMidGrowth,
  kIterationsOverlap,
};
inline constexpr int kMilestones = 111;

using MilestoneCounts = std::array<std::uint64_t, kMilestones>;

// As in reports: "same-size-started".
std::string_view MilestoneName(Milestone milestone);

// What it means, in one line.
std::string_view MilestoneHelp(Milestone milestone);

std::optional<Milestone> FindMilestone(std::string_view name);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_MILESTONES_H_

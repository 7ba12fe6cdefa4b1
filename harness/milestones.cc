#include "harness/milestones.h"

#include <iterator>

namespace mapfuzz {
namespace {

struct Info {
  Milestone milestone;
  std::string_view name;
  std::string_view help;
};

// Indexed by Milestone.
constexpr Info kInfo[] = {
    {Milestone::kDoublingStarted, "doubling-started", "the table started to double"},
    {Milestone::kDoublingFinished, "doubling-finished", "the last old chain of a doubling moved"},
    {Milestone::kSameSizeStarted, "same-size-started", "a growth to the same size started"},
    {Milestone::kSameSizeFinished, "same-size-finished",
     "the last old chain of a same-size growth moved"},
    {Milestone::kOverflowUsed, "overflow-used", "a chain got an overflow bucket"},
    {Milestone::kOverflowFromPool, "overflow-from-pool", "an overflow bucket came from the pool"},
    {Milestone::kPoolExhausted, "pool-exhausted", "the pool's last bucket was taken"},
    {Milestone::kChainOfFour, "chain-of-four", "a chain of four buckets or more"},
    {Milestone::kRestRunCrossesBuckets, "rest-run-crosses-buckets",
     "a delete turned cells of two buckets into emptyRest"},
    {Milestone::kLookupInOldChain, "lookup-in-old-chain",
     "a look-up mid-growth went to a chain not yet moved"},
    {Milestone::kUpdateMovesOldChain, "update-moves-old-chain",
     "an update mid-growth moved its key's chain first"},
    {Milestone::kDeleteMovesOldChain, "delete-moves-old-chain",
     "a delete mid-growth moved its key's chain first"},
    {Milestone::kInsertFinishesGrowth, "insert-finishes-growth",
     "an insert moved the last old chain"},
    {Milestone::kGrowthWithinInsert, "growth-within-insert",
     "one insert started a growth and finished it"},
    {Milestone::kIteratorAcrossGrowth, "iterator-across-growth",
     "an iterator alive across one whole growth"},
    {Milestone::kIteratorAcrossTwoGrowths, "iterator-across-two-growths",
     "an iterator alive across two growths"},
    {Milestone::kIteratorDoublingThenSameSize, "iterator-doubling-then-same-size",
     "an iterator alive across a doubling, then into a same-size growth"},
    {Milestone::kIteratorAcrossClear, "iterator-across-clear",
     "an iterator asked for an entry after a clear"},
    {Milestone::kIteratorAcrossReseed, "iterator-across-reseed",
     "an iterator asked for an entry after deletes emptied the map"},
    {Milestone::kIteratorFollowsContent, "iterator-follows-content",
     "an iterator asked for an entry after a move or swap"},
    {Milestone::kIteratorBegunMidGrowth, "iterator-begun-mid-growth",
     "an iterator begun while the table was growing"},
    {Milestone::kIteratorBegunMidSameSize, "iterator-begun-mid-same-size",
     "an iterator begun during a same-size growth"},
    {Milestone::kIteratorStale, "iterator-stale", "an iterator answered that its map is gone"},
    {Milestone::kSeveralIterators, "several-iterators", "three iterators alive at once"},
    {Milestone::kDeleteBeforeSeen, "delete-before-seen",
     "an entry deleted before a live iterator saw it"},
    {Milestone::kReinsertUnderIterator, "reinsert-under-iterator",
     "a key deleted and inserted again under a live iterator"},
    {Milestone::kCreatedUnderIterator, "created-under-iterator",
     "an iterator produced an entry made after its begin"},
    {Milestone::kTakenByIterator, "taken-by-iterator", "an entry erased by the iterator's own key"},
    {Milestone::kWholeIteration, "whole-iteration",
     "an iterator reached the end after 16 entries or more"},
    {Milestone::kNanInserted, "nan-inserted", "a NaN inserted"},
    {Milestone::kNanProduced, "nan-produced", "an iterator produced a NaN"},
    {Milestone::kNanEvacuatedUnderIterator, "nan-evacuated-under-iterator",
     "a doubling moved a NaN while iterators used the table"},
    {Milestone::kNanEvacuatedToY, "nan-evacuated-to-y",
     "a NaN moved to the upper half by its tophash"},
    {Milestone::kNanMidSameSize, "nan-mid-same-size",
     "an iterator begun while a table with NaN entries grows to the same size"},
    {Milestone::kZeroKeyReplaced, "zero-key-replaced", "an update put -0 over +0 or +0 over -0"},
    {Milestone::kEqualHashPile, "equal-hash-pile", "nine keys of one hash in a chain"},
    {Milestone::kTophashAdjusted, "tophash-adjusted", "a key inserted whose top byte is below 5"},
    {Milestone::kClearMidGrowth, "clear-mid-growth", "a clear while the table was growing"},
    {Milestone::kClearMidSameSize, "clear-mid-same-size", "a clear during a same-size growth"},
    {Milestone::kEmptiedMidGrowth, "emptied-mid-growth",
     "a delete emptied the map while it was growing"},
    {Milestone::kCopyMidGrowth, "copy-mid-growth", "a copy while the table was growing"},
    {Milestone::kCopyOverIterator, "copy-over-iterator",
     "a copy replaced a content with a live iterator"},
    {Milestone::kAliasMidGrowth, "alias-mid-growth", "m[a] = m[b] while the table was growing"},
    {Milestone::kAliasStartsGrowth, "alias-starts-growth",
     "m[a] = m[b] whose insert started a growth"},
    {Milestone::kMovedFromUsed, "moved-from-used", "an insert into a map that was moved from"},
    {Milestone::kHintUsed, "hint-used", "a map made with room for more than one bucket"},
    {Milestone::kReserveOnFilled, "reserve-on-filled", "room reserved in a map that held entries"},
    {Milestone::kTableOf256, "table-of-256", "a table of 256 buckets"},
    {Milestone::kLongStringInOneBucket, "long-string-in-one-bucket",
     "a long string looked up in a map of one bucket"},
    {Milestone::kStringUpdated, "string-updated", "a string key updated"},
    {Milestone::kRuleGo119, "rule-go119", "a growth by the rule of Go 1.19"},
    {Milestone::kRuleGo121, "rule-go121", "a growth by the rule of Go 1.21"},
    {Milestone::kRuleFull, "rule-full", "a growth by the full rule"},
    {Milestone::kRuleSparse, "rule-sparse", "a growth by the sparse rule"},
    {Milestone::kFaultInInsert, "fault-in-insert", "a fault rolled back in an insert"},
    {Milestone::kFaultInUpdate, "fault-in-update", "a fault rolled back in an update"},
    {Milestone::kFaultInErase, "fault-in-erase", "a fault rolled back in the delete of an entry"},
    {Milestone::kFaultInGrowthStart, "fault-in-growth-start",
     "a growth that could not allocate did not start"},
    {Milestone::kFaultInEvacuation, "fault-in-evacuation",
     "an old chain that had moved in part was put back"},
    {Milestone::kFaultInOverflow, "fault-in-overflow", "an overflow bucket could not be allocated"},
    {Milestone::kFaultInCopy, "fault-in-copy", "a copy of a map that failed left both maps alone"},
    {Milestone::kFaultInClear, "fault-in-clear", "a clear that failed left the map alone"},
    {Milestone::kFaultInReserve, "fault-in-reserve", "a reserve that failed left the map usable"},
    {Milestone::kFaultInRemake, "fault-in-remake",
     "a map that could not be made left the one before"},
    {Milestone::kFaultInIteration, "fault-in-iteration",
     "a fault in a step of an iterator, which stood still"},
    {Milestone::kFaultInMove, "fault-in-move", "a value's move threw within a write"},
    {Milestone::kKeptKeysFreed, "kept-keys-freed",
     "keys kept for iterators were gone when these were"},
    {Milestone::kKeysLost, "keys-lost", "an iterator said that keys could not be kept for it"},
    {Milestone::kIndirectEvacuated, "indirect-evacuated",
     "a growth moved keys that are stored by pointer"},
    {Milestone::kRefusedInEmptyMap, "refused-in-empty-map",
     "an empty map refused a key that has no hash"},
    {Milestone::kRefusedMidGrowth, "refused-mid-growth",
     "a growing map refused a key that has no hash"},
    {Milestone::kSelfUnderIterator, "self-under-iterator",
     "a map assigned to itself under a live iterator"},
    {Milestone::kFourSlotsDoubled, "four-slots-doubled", "a table with buckets of 4 slots doubled"},
    {Milestone::kSixteenSlotsDoubled, "sixteen-slots-doubled",
     "a table with buckets of 16 slots doubled"},
    {Milestone::kOtherSlotsSameSize, "other-slots-same-size",
     "a same-size growth with buckets of 4 or 16 slots"},
    {Milestone::kSixteenSlotsIterated, "sixteen-slots-iterated",
     "an iterator alive across a growth with buckets of 16 slots"},
    {Milestone::kKeyOfNoBytes, "key-of-no-bytes", "a key of no bytes inserted"},
    {Milestone::kValueOfNoBytes, "value-of-no-bytes", "a growth moved values of no bytes"},
    {Milestone::kKeyByPointerEvacuated, "key-by-pointer-evacuated",
     "a growth moved keys of bytes stored by pointer"},
    {Milestone::kValueByPointerEvacuated, "value-by-pointer-evacuated",
     "a growth moved values of bytes stored by pointer"},
    {Milestone::kOverAlignedEvacuated, "over-aligned-evacuated",
     "a growth moved entries of buckets aligned to 64"},
    {Milestone::kOddSizeEvacuated, "odd-size-evacuated",
     "a growth moved keys or values of a size that is no power of two"},
    {Milestone::kSlotsToFour, "slots-to-four", "a growth began buckets of 4 slots after others"},
    {Milestone::kSlotsToSixteen, "slots-to-sixteen",
     "a growth began buckets of 16 slots after others"},
    {Milestone::kMovedToOtherSlots, "moved-to-other-slots",
     "a growth moved entries to buckets of other slots"},
    {Milestone::kChainRefused, "chain-refused",
     "an insert refused because its chain may not get longer"},
    {Milestone::kChainRefusedMidGrowth, "chain-refused-mid-growth",
     "such a refusal while the table was growing"},
    {Milestone::kInsertedAfterRefusal, "inserted-after-refusal",
     "a key inserted that was refused before the table grew or entries went"},
    {Milestone::kCorruptCount, "corrupt-count", "a step noticed that count was overwritten"},
    {Milestone::kCorruptFlags, "corrupt-flags", "a step noticed that flags were overwritten"},
    {Milestone::kCorruptB, "corrupt-b", "a step noticed that B was overwritten"},
    {Milestone::kCorruptNoverflow, "corrupt-noverflow",
     "a step noticed that noverflow was overwritten"},
    {Milestone::kCorruptHash0, "corrupt-hash0", "a step noticed that hash0 was overwritten"},
    {Milestone::kCorruptNevacuate, "corrupt-nevacuate",
     "a step noticed that nevacuate was overwritten"},
    {Milestone::kCorruptBuckets, "corrupt-buckets", "a step noticed that buckets was overwritten"},
    {Milestone::kCorruptOldbuckets, "corrupt-oldbuckets",
     "a step noticed that oldbuckets was overwritten"},
    {Milestone::kCorruptOverflow, "corrupt-overflow",
     "a step noticed that an overflow pointer was overwritten"},
    {Milestone::kCorruptMidGrowth, "corrupt-mid-growth",
     "a step noticed a corruption while the table was growing"},
    {Milestone::kCorruptUnderIterator, "corrupt-under-iterator",
     "a step of an iterator noticed a corruption"},
    {Milestone::kCorruptReplaced, "corrupt-replaced",
     "a map was replaced by another while it was corrupt"},
    {Milestone::kThreadPreempted, "thread-preempted",
     "a thread was stopped that could have gone on"},
    {Milestone::kOverlapOnKey, "overlap-on-key", "operations of two threads on one key overlapped"},
    {Milestone::kWritesOverlap, "writes-overlap", "writes of two threads to one key overlapped"},
    {Milestone::kIterationOverWrite, "iteration-over-write",
     "a thread wrote while another one iterated"},
    {Milestone::kClearOverWrite, "clear-over-write", "a thread wrote while another one cleared"},
    {Milestone::kSizeOverWrite, "size-over-write",
     "a thread wrote while another one asked the size"},
    {Milestone::kCompareFailed, "compare-failed",
     "a value was no longer the one that was compared"},
    {Milestone::kCompareTaken, "compare-taken", "a value was still the one that was compared"},
    {Milestone::kGrownByThreads, "grown-by-threads",
     "a shared map's table grew, or its dirty part was promoted, while threads ran"},
    {Milestone::kThreadsMidGrowth, "threads-mid-growth", "threads began while a table was growing"},
    {Milestone::kIterationsOverlap, "iterations-overlap", "iterations of two threads overlapped"},
};
static_assert(std::size(kInfo) == kMilestones);

constexpr bool InOrder() {
  for (int i = 0; i < kMilestones; ++i) {
    if (static_cast<int>(kInfo[i].milestone) != i) return false;
  }
  return true;
}
static_assert(InOrder());

}  // namespace

std::string_view MilestoneName(Milestone milestone) {
  return kInfo[static_cast<int>(milestone)].name;
}

std::string_view MilestoneHelp(Milestone milestone) {
  return kInfo[static_cast<int>(milestone)].help;
}

std::optional<Milestone> FindMilestone(std::string_view name) {
  for (const Info& info : kInfo) {
    if (info.name == name) return info.milestone;
  }
  return std::nullopt;
}

}  // namespace mapfuzz

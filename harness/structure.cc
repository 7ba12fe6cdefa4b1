#include "harness/structure.h"

#include <algorithm>
#include <string_view>

namespace mapfuzz {
namespace {

std::string_view Meaning(std::string_view property) {
  struct Row {
    std::string_view property, meaning;
  };
  static constexpr Row kRows[] = {
      {"chain-too-long", "the chain has more buckets than the header knows of"},
      {"live-in-evacuated", "an evacuated chain holds a live cell"},
      {"evacuated-in-part", "the chain is evacuated in part"},
      {"moved-to-no-half", "a same-size growth has no upper half to move to"},
      {"empty-rest", "a cell behind an emptyRest cell is not emptyRest"},
      {"empty-one-at-end", "the last cell in use is emptyOne and should be emptyRest"},
      {"moved-mark", "a cell of the current array says that it moved"},
      {"wrong-chain", "the key's hash belongs to another chain"},
      {"tophash", "the tophash is not that of the key's hash"},
      {"filled-too-early", "the chain holds entries, and its old chain is not evacuated"},
      {"moved-out-of-turn", "the old chain is evacuated, and no write was to do it"},
      {"not-moved-in-turn", "the old chain is not evacuated, and a write was to do it"},
  };
  for (const Row& row : kRows) {
    if (row.property == property) return row.meaning;
  }
  return property;
}

Fault Broken(std::string property, const std::string& what, const HeaderView& header) {
  return {Oracle::kStructure, std::move(property), what + "\n  header: " + HeaderText(header)};
}

Fault Broken(std::string property, const std::string& what, const HeaderStep& step) {
  return {
      Oracle::kStructure, std::move(property),
      what + "\n  before: " + HeaderText(step.before) + "\n  after:  " + HeaderText(step.after)};
}

// The flags as the rules of growth and iteration make them.
std::uint8_t ExpectedFlags(const HeaderStep& step) {
  std::uint8_t flags = step.before.flags & (kIteratorFlag | kOldIteratorFlag);
  if (step.began) flags |= kIteratorFlag | kOldIteratorFlag;
  for (int i = 0; i < std::min(step.started, 2); ++i) {
    flags = (flags & kIteratorFlag) != 0 ? kOldIteratorFlag : 0;
  }
  return flags;
}

// Within one array the pool gives a bucket to each new overflow bucket, as long as it has one.
std::optional<Fault> CheckPool(const HeaderStep& step) {
  const HeaderView& before = step.before;
  const HeaderView& after = step.after;
  if (after.noverflow < before.noverflow) {
    return Broken("noverflow", "the count of overflow buckets fell without a growth", step);
  }
  const std::int64_t made = after.noverflow - before.noverflow;
  const std::int64_t had = std::max<std::int64_t>(before.pool, 0);
  const std::int64_t left = std::max<std::int64_t>(after.pool, 0);
  if (left == had - std::min(made, had)) return std::nullopt;
  return Broken("pool",
                std::to_string(made) + " overflow buckets made; the pool had " +
                    std::to_string(had) + " and has " + std::to_string(left),
                step);
}

std::optional<Fault> CheckSeed(const HeaderStep& step) {
  const std::uint32_t wanted = step.emptied ? 1 : 0;
  if (step.hash_seeds_drawn != wanted) {
    return Broken("hash-seed",
                  "hash seeds drawn: " + std::to_string(step.hash_seeds_drawn) + ", should be " +
                      std::to_string(wanted) + ": one when a delete empties the map, else none",
                  step);
  }
  const bool same = step.before.hash0 == step.after.hash0;
  if (step.emptied && same && !step.pinned_seed) {
    return Broken("hash-seed", "a delete emptied the map and the hash seed stayed", step);
  }
  if (!step.emptied && !same) {
    return Broken("hash-seed", "the hash seed changed and the map did not become empty", step);
  }
  return std::nullopt;
}

// From 16 buckets on a table is made with a sixteenth more for its pool, and up to a quarter of it
// all that the allocator rounds up to: just over four of Go's pages it gives a fifth. What is left
// and what was made is no less than that.
std::optional<Fault> CheckPoolSize(const HeaderView& header) {
  if (header.b < 4 && header.pool > 0) {
    return Broken("pool", "a table of fewer than 16 buckets has a pool", header);
  }
  if (header.b < 4 || header.b >= 16) return std::nullopt;
  const std::int64_t buckets = std::int64_t{1} << header.b;
  const std::int64_t least = buckets / 16;
  const std::int64_t left = std::max<std::int64_t>(header.pool, 0);
  if (left + header.noverflow < least || left > least + (buckets + least) / 4 + 1) {
    return Broken("pool",
                  "a pool of " + std::to_string(least) + " buckets or little more belongs to " +
                      std::to_string(buckets),
                  header);
  }
  return std::nullopt;
}

}  // namespace

std::string HeaderText(const HeaderView& header) {
  return "count " + std::to_string(header.count) + " flags " + std::to_string(header.flags) +
         " B " + std::to_string(header.b) + " noverflow " + std::to_string(header.noverflow) +
         " hash0 " + std::to_string(header.hash0) + " nevacuate " +
         std::to_string(header.nevacuate) + (header.growing ? " growing" : " quiet") + " pool " +
         std::to_string(header.pool);
}

std::string CellFaultText(const CellFault& fault, bool old, std::size_t n) {
  return std::string(Meaning(fault.property)) + ": " + (old ? "old chain " : "chain ") +
         std::to_string(n) + ", bucket " + std::to_string(fault.bucket) + ", cell " +
         std::to_string(fault.slot);
}

std::optional<Fault> CheckSums(const HeaderView& header, const TableReport& report) {
  if (report.live != header.count) {
    return Broken("live-cells",
                  std::to_string(report.live) + " live cells, and the count is " +
                      std::to_string(header.count),
                  header);
  }
  if (header.b < 16 && report.overflow != header.noverflow) {
    return Broken("noverflow", std::to_string(report.overflow) + " overflow buckets in the chains",
                  header);
  }
  if (header.growing && report.old_evacuated == ChainsOf(header, true)) {
    return Broken("growth-unfinished", "every old chain has moved, and the growth goes on", header);
  }
  return std::nullopt;
}

std::optional<Fault> CheckSlots(const HeaderView& header, bool old, unsigned slots,
                                unsigned wanted) {
  if (slots == wanted) return std::nullopt;
  return Broken("slots",
                std::string(old ? "the old array has " : "the array has ") + std::to_string(slots) +
                    " slots per bucket and should have " + std::to_string(wanted),
                header);
}

std::optional<Fault> CheckHeaderAtRest(const HeaderView& header, std::uint64_t model_size) {
  if (header.count != model_size) {
    return Broken("count", "the model holds " + std::to_string(model_size) + " entries", header);
  }
  if ((header.flags & kWritingFlag) != 0) {
    return Broken("writing-flag", "the writing flag is set at rest", header);
  }
  if (header.flags > 15) return Broken("flags", "a flag that does not exist", header);
  if ((header.flags & kSameSizeFlag) != 0 && !header.growing) {
    return Broken("same-size-flag", "the same-size flag is set and nothing grows", header);
  }
  if (header.growing && header.nevacuate >= ChainsOf(header, true)) {
    return Broken("nevacuate", "more old chains passed than there are", header);
  }
  if (header.growing && header.b == 0 && (header.flags & kSameSizeFlag) == 0) {
    return Broken("b", "a table of one bucket cannot be the double of another", header);
  }
  return CheckPoolSize(header);
}

std::optional<Fault> CheckHeaderStep(const HeaderStep& step) {
  if (auto fault = CheckHeaderAtRest(step.after, step.model_size)) return fault;
  if (!step.wrote) {
    HeaderView wanted = step.before;
    if (step.began) wanted.flags |= kIteratorFlag | kOldIteratorFlag;
    if (step.after == wanted) return std::nullopt;
    return Broken("read-writes", "a step that writes nothing changed the header", step);
  }
  const std::uint8_t flags = step.after.flags & (kIteratorFlag | kOldIteratorFlag);
  if (flags != ExpectedFlags(step)) {
    return Broken("iterator-flags",
                  "the iterator flags should be " + std::to_string(ExpectedFlags(step)), step);
  }
  if (step.started == 0) {
    if (auto fault = CheckPool(step)) return fault;
  }
  return CheckSeed(step);
}

std::optional<Fault> CheckHeaderSame(const HeaderView& before, const HeaderView& after) {
  if (before == after) return std::nullopt;
  return Broken("header-changed", "the table should be as it was",
                HeaderStep{.before = before, .after = after});
}

std::optional<Fault> CheckHeaderAfterClear(const HeaderView& before, const HeaderView& after,
                                           bool filled, std::uint32_t seeds, bool pinned_seed) {
  if (!filled && seeds == 0) return CheckHeaderSame(before, after);
  const HeaderStep step{.before = before, .after = after};
  if (seeds != (filled ? 1 : 0) || (before.hash0 == after.hash0 && !pinned_seed)) {
    return Broken("hash-seed", "a clear of a filled map draws one new hash seed", step);
  }
  HeaderView wanted{.flags = static_cast<std::uint8_t>(before.flags & ~kSameSizeFlag),
                    .b = before.b,
                    .hash0 = after.hash0,
                    .pool = std::max(before.pool, after.pool)};
  if (after == wanted) return std::nullopt;
  return Broken("clear", "a clear keeps size and iterator flags and resets all else", step);
}

std::optional<Fault> CheckHeaderAfterFault(const HeaderView& before, const HeaderView& after,
                                           unsigned most_b) {
  if (after.count == before.count && after.hash0 == before.hash0 && after.b >= before.b &&
      after.b <= most_b && (after.flags & kWritingFlag) == 0) {
    return std::nullopt;
  }
  return Broken("header-changed",
                "a write that failed keeps count and seed, and has B " + std::to_string(before.b) +
                    " to " + std::to_string(most_b),
                HeaderStep{.before = before, .after = after});
}

std::optional<Fault> CheckHeaderMade(const HeaderView& header, unsigned b) {
  if (header.b == b && !header.growing && header.count == 0 && header.noverflow == 0) {
    return std::nullopt;
  }
  Fault fault = Broken("hint-size", "a new table should have B " + std::to_string(b), header);
  fault.oracle = Oracle::kCost;
  return fault;
}

std::optional<Fault> CheckHeaderCopied(const HeaderView& header, unsigned least_b,
                                       unsigned most_b) {
  if (header.b >= least_b && header.b <= most_b) return std::nullopt;
  const std::string most = most_b == least_b ? "" : " to " + std::to_string(most_b);
  Fault fault =
      Broken("copy-size",
             "a copy of so many entries should have B " + std::to_string(least_b) + most, header);
  fault.oracle = Oracle::kCost;
  return fault;
}

std::optional<Fault> CheckHeaderReserved(const HeaderView& before, const HeaderView& after,
                                         unsigned b) {
  if (b <= before.b) return CheckHeaderSame(before, after);
  if (after.b == b && !after.growing && after.count == before.count &&
      after.hash0 == before.hash0) {
    return std::nullopt;
  }
  Fault fault = Broken("reserve-size",
                       "the table should have B " + std::to_string(b) + " and be done growing",
                       HeaderStep{.before = before, .after = after});
  fault.oracle = Oracle::kCost;
  return fault;
}

}  // namespace mapfuzz

// The structure oracle: every rule that a Go map's buckets obey, on a half-evacuated table too.
//
// `WalkChain` checks one chain cell by cell: its entries belong there by hash, their tophash is
// right, emptyRest means what it says, an evacuated chain is evacuated all over. `CheckTable`
// walks all chains of both arrays and adds them up. Where a key belongs is computed here, from the
// tape's hash and the seed in the header; the map is never asked.
//
// A `View` is what `HasStructure` in `subject.h` asks for.

#ifndef MAPFUZZ_HARNESS_STRUCTURE_H_
#define MAPFUZZ_HARNESS_STRUCTURE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/key_space.h"
#include "harness/no_coverage.h"
#include "harness/run.h"
#include "harness/subject.h"
#include "model/cost.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// A broken rule, and which oracle's.
struct Fault {
  Oracle oracle = Oracle::kStructure;
  std::string property;
  std::string detail;
};

// States of a cell, by its tophash byte.
inline constexpr unsigned kGoSlots = 8;
inline constexpr std::uint8_t kEmptyRest = 0;  // empty, and so are all later cells of the chain
inline constexpr std::uint8_t kEmptyOne = 1;
inline constexpr std::uint8_t kMovedToX = 2;
inline constexpr std::uint8_t kMovedToY = 3;
inline constexpr std::uint8_t kWasEmpty = 4;  // empty when its bucket was evacuated
inline constexpr std::uint8_t kLeastLive = 5;

inline constexpr std::uint8_t kIteratorFlag = 1;
inline constexpr std::uint8_t kOldIteratorFlag = 2;
inline constexpr std::uint8_t kWritingFlag = 4;
inline constexpr std::uint8_t kSameSizeFlag = 8;

constexpr std::uint8_t TophashOf(std::uint64_t hash) {
  const auto top = static_cast<std::uint8_t>(hash >> 56);
  return top < kLeastLive ? top + kLeastLive : top;
}

// Slots per bucket of an array, the one there is or would be. Subjects that do not say have Go's.
template <class View>
constexpr unsigned SlotsIn(const View& view, bool old) {
  if constexpr (requires { view.Slots(old); }) {
    return view.Slots(old);
  } else {
    return kGoSlots;
  }
}

// How keys hash in this run.
struct KeyHash {
  KeyType type = KeyType::kU64;
  HashKind kind = HashKind::kGood;

  std::uint64_t operator()(KeyId id, std::uint32_t hash0) const {
    return HashBits(kind, HashedBits(kind, type, id), hash0);
  }
};

inline TableState StateOf(const HeaderView& header, const void* array, unsigned slots = kGoSlots,
                          unsigned old_slots = kGoSlots) {
  return {.count = header.count,
          .b = header.b,
          .slots = slots,
          .old_slots = old_slots,
          .noverflow = header.noverflow,
          .growing = header.growing,
          .same_size = (header.flags & kSameSizeFlag) != 0,
          .nevacuate = header.nevacuate,
          .array = array};
}

// The number of chains that the header speaks of.
constexpr std::size_t ChainsOf(const HeaderView& header, bool old) {
  if (!old) return std::size_t{1} << header.b;
  if (!header.growing) return 0;
  const bool same_size = (header.flags & kSameSizeFlag) != 0;
  return std::size_t{1} << (same_size || header.b == 0 ? header.b : header.b - 1);
}

// What is wrong with a cell; `property` is null if nothing is.
struct CellFault {
  const char* property = nullptr;
  std::size_t bucket = 0;
  unsigned slot = 0;
};

struct ChainReport {
  std::size_t buckets = 0;
  std::size_t live = 0;
  std::size_t used = 0;  // cells up to the last that is not emptyRest
  bool evacuated = false;
};

// Checks a chain and calls f(Entry, hash) for its live entries; a NaN's hash is given as 0.
template <class View, class F>
CellFault WalkChain(const View& view, const HeaderView& header, bool old, std::size_t n,
                    const KeyHash& key_hash, ChainReport& report, F f) {
  const std::size_t mask = ChainsOf(header, old) - 1;
  const bool same_size = (header.flags & kSameSizeFlag) != 0;
  const std::size_t longest = old || header.b >= 16 ? 1 << 20 : header.noverflow + std::size_t{1};
  const unsigned slots = SlotsIn(view, old);
  auto bucket = view.Chain(old, n);
  const std::uint8_t first = bucket.Tophash(0);
  report.evacuated = old && first >= kMovedToX && first <= kWasEmpty;
  bool rest = false;
  bool ends_in_one = false;
  for (; bucket; bucket = bucket.Next()) {
    if (report.buckets == longest) return {"chain-too-long", report.buckets, 0};
    for (unsigned slot = 0; slot < slots; ++slot) {
      const std::uint8_t top = bucket.Tophash(slot);
      const auto fault = [&](const char* property) {
        return CellFault{property, report.buckets, slot};
      };
      if (report.evacuated) {
        if (top >= kLeastLive) return fault("live-in-evacuated");
        if (top <= kEmptyOne) return fault("evacuated-in-part");
        if (top == kMovedToY && same_size) return fault("moved-to-no-half");
        continue;
      }
      if (top == kEmptyRest) {
        rest = true;
        continue;
      }
      if (rest) return fault("empty-rest");
      ends_in_one = top == kEmptyOne;
      report.used = report.buckets * slots + slot + 1;
      if (ends_in_one) continue;
      if (top < kLeastLive) return fault(old ? "evacuated-in-part" : "moved-mark");
      const Entry entry = bucket.At(slot);
      ++report.live;
      std::uint64_t hash = 0;
      if (!IsNan(key_hash.type, entry.key)) {
        hash = key_hash(entry.key, header.hash0);
        if ((hash & mask) != n) return fault("wrong-chain");
        if (TophashOf(hash) != top) return fault("tophash");
      }
      f(entry, hash);
    }
    ++report.buckets;
  }
  if (ends_in_one) return {"empty-one-at-end", (report.used - 1) / slots, 0};
  return {};
}

// A chain in text: per cell its tophash and, if it is live, its key id and value.
template <class View>
std::string ChainText(const View& view, bool old, std::size_t n) {
  std::string text = (old ? "  old chain " : "  chain ") + std::to_string(n) + ":";
  int shown = 0;
  for (auto bucket = view.Chain(old, n); bucket; bucket = bucket.Next()) {
    if (++shown > 8) return text + "\n    ...";
    text += "\n   ";
    for (unsigned slot = 0; slot < SlotsIn(view, old); ++slot) {
      const std::uint8_t top = bucket.Tophash(slot);
      text += " " + std::to_string(top);
      if (top < kLeastLive) continue;
      const Entry entry = bucket.At(slot);
      text += "[" + std::to_string(entry.key) + "=" + std::to_string(entry.value) + "]";
    }
  }
  return text;
}

// What a property of a cell means, for people.
std::string CellFaultText(const CellFault& fault, bool old, std::size_t n);

std::string HeaderText(const HeaderView& header);

template <class View>
Fault CellFaultReport(const View& view, const CellFault& fault, bool old, std::size_t n) {
  return {Oracle::kStructure, fault.property,
          CellFaultText(fault, old, n) + "\n" + ChainText(view, old, n) +
              "\n  header: " + HeaderText(view.Header())};
}

// Sums over a table.
struct TableReport {
  std::size_t chains = 0;
  std::size_t live = 0;
  std::size_t overflow = 0;  // of the current array
  std::size_t old_evacuated = 0;
  std::size_t longest = 0;  // chain, in buckets
};

// The rules that need the sums.
std::optional<Fault> CheckSums(const HeaderView& header, const TableReport& report);

// A current chain may hold nothing as long as its old chain has not been evacuated.
template <class View>
bool FilledTooEarly(const View& view, const HeaderView& header, std::size_t n,
                    const ChainReport& report) {
  if (!header.growing || report.live == 0) return false;
  const std::uint8_t first = view.Chain(true, n & (ChainsOf(header, true) - 1)).Tophash(0);
  return first < kMovedToX || first > kWasEmpty;
}

// Checks every rule on every chain of both arrays; calls f(Entry) for every live entry, which says
// what is wrong with it, if anything. `cost` keeps the account of the chains that have moved.
template <class View, class F>
std::optional<Fault> CheckTable(const View& view, const HeaderView& header, const KeyHash& key_hash,
                                const CostModel& cost, TableReport& report, F f) {
  std::optional<Fault> content;
  const auto on_live = [&](const Entry& entry, std::uint64_t) {
    if (!content) content = f(entry);
  };
  for (const bool old : {true, false}) {
    const std::size_t chains = view.Chains(old);
    if (!old && chains == 0 && header.b == 0 && header.count == 0) continue;  // not allocated yet
    if (chains != ChainsOf(header, old)) {
      return Fault{Oracle::kStructure, "array-size",
                   std::to_string(chains) + (old ? " old chains" : " chains") +
                       "\n  header: " + HeaderText(header)};
    }
    report.chains += chains;
    for (std::size_t n = 0; n < chains; ++n) {
      ChainReport chain;
      const CellFault fault = WalkChain(view, header, old, n, key_hash, chain, on_live);
      if (fault.property != nullptr) return CellFaultReport(view, fault, old, n);
      if (content) {
        content->detail += "\n" + ChainText(view, old, n);
        return content;
      }
      if (!old && FilledTooEarly(view, header, n, chain)) {
        return CellFaultReport(view, {"filled-too-early", 0, 0}, old, n);
      }
      if (old && chain.evacuated != cost.IsMoved(n)) {
        return CellFaultReport(
            view, {chain.evacuated ? "moved-out-of-turn" : "not-moved-in-turn", 0, 0}, old, n);
      }
      report.live += chain.live;
      if (chain.buckets > report.longest) report.longest = chain.buckets;
      if (!old) report.overflow += chain.buckets - 1;
      if (chain.evacuated) ++report.old_evacuated;
    }
  }
  return CheckSums(header, report);
}

// Both arrays have the slots per bucket that the growth rule gave them.
std::optional<Fault> CheckSlots(const HeaderView& header, bool old, unsigned slots,
                                unsigned wanted);
template <class View>
std::optional<Fault> CheckSlots(const View& view, const HeaderView& header, const CostModel& cost) {
  for (const bool old : {true, false}) {
    if (old && !header.growing) continue;
    const unsigned slots = SlotsIn(view, old);
    if (slots != cost.slots(old)) return CheckSlots(header, old, slots, cost.slots(old));
  }
  return std::nullopt;
}

// What a step was, as far as the header's rules care.
struct HeaderStep {
  HeaderView before{};
  HeaderView after{};
  std::uint64_t model_size = 0;
  bool wrote = false;    // an insert, update or delete; else nothing may have changed
  bool emptied = false;  // a delete removed the last entry
  bool began = false;    // an iterator began on entries
  int started = 0;       // growths started
  int finished = 0;      // growths finished
  std::uint32_t hash_seeds_drawn = 0;
  bool pinned_seed = false;  // the tape pins every hash0 to 0
};

// The rules of the header over one step of an operation on keys or iterators.
std::optional<Fault> CheckHeaderStep(const HeaderStep& step);

// The rules of operations on whole maps: one that leaves the table as it was; a clear, for which
// `seeds` hash seeds were drawn; a table made, or reserved, for a hint that needs 2^b buckets.
std::optional<Fault> CheckHeaderSame(const HeaderView& before, const HeaderView& after);
std::optional<Fault> CheckHeaderAfterClear(const HeaderView& before, const HeaderView& after,
                                           bool filled, std::uint32_t seeds, bool pinned_seed);
// After a write that met a fault: it may have started, carried on or ended growths, to 2^most_b
// buckets at the most, and nothing else.
std::optional<Fault> CheckHeaderAfterFault(const HeaderView& before, const HeaderView& after,
                                           unsigned most_b);
std::optional<Fault> CheckHeaderMade(const HeaderView& header, unsigned b);
// A copy of a table whose entries need from 2^least_b to 2^most_b buckets.
std::optional<Fault> CheckHeaderCopied(const HeaderView& header, unsigned least_b, unsigned most_b);
std::optional<Fault> CheckHeaderReserved(const HeaderView& before, const HeaderView& after,
                                         unsigned b);

// The rules of a header at rest, whatever came before.
std::optional<Fault> CheckHeaderAtRest(const HeaderView& header, std::uint64_t model_size);

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_STRUCTURE_H_

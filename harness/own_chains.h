// The chains that a key belongs to, one of each array, after an operation on it.
//
// To check the whole table after each operation would cost too much. What an operation on a key
// may have spoilt is in these chains, so they are checked each time: by every rule of the structure
// oracle, and for the key's entry, which is there once, in one of them, as the model holds it.

#ifndef MAPFUZZ_HARNESS_OWN_CHAINS_H_
#define MAPFUZZ_HARNESS_OWN_CHAINS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "harness/access.h"
#include "harness/key_space.h"
#include "harness/no_coverage.h"
#include "harness/structure.h"
#include "harness/subject.h"
#include "model/entry.h"
#include "model/model.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// What there was to see of them.
struct OwnChains {
  int found = 0;            // entries with the key
  Entry entry{};            // the last of them; of a key that is a NaN it is not kept
  ChainReport current{};    // of the chain of the current array, if there is one
  std::size_t cells = 0;    // of both
  std::size_t pile = 0;     // entries that have the key's hash
  std::size_t longest = 0;  // in buckets
};

// A live entry of the chains of a key that has this hash.
inline void SeeInOwnChain(const Entry& live, std::uint64_t its_hash, KeyType type,
                          const ModelKey& key, std::uint64_t hash, OwnChains& own) {
  if (its_hash == hash) ++own.pile;
  if (key.nan) {
    if (live.key == key.id) ++own.found;
    return;
  }
  if (CanonicalId(type, live.key) != key.canonical) return;
  ++own.found;
  own.entry = live;
}

// Checks every rule on the chains of a key that has this hash now.
template <class View>
std::optional<Fault> CheckOwnChains(const View& view, const HeaderView& header,
                                    const KeyHash& key_hash, const ModelKey& key,
                                    std::uint64_t hash, OwnChains& own) {
  const auto on_live = [&](const Entry& live, std::uint64_t its_hash) {
    SeeInOwnChain(live, its_hash, key_hash.type, key, hash, own);
  };
  for (const bool old : {true, false}) {
    if (old ? !header.growing : view.Chains(false) == 0) continue;
    const std::size_t n = hash & (ChainsOf(header, old) - 1);
    ChainReport chain;
    const CellFault fault = WalkChain(view, header, old, n, key_hash, chain, on_live);
    if (fault.property != nullptr) return CellFaultReport(view, fault, old, n);
    if (!old && FilledTooEarly(view, header, n, chain)) {
      return CellFaultReport(view, {"filled-too-early", 0, 0}, old, n);
    }
    own.cells += chain.buckets * SlotsIn(view, old);
    own.longest = std::max(own.longest, chain.buckets);
    if (!old) own.current = chain;
  }
  return std::nullopt;
}

// What there is to see of them where a rule is broken and the run goes on all the same.
template <class View>
[[gnu::cold]] OwnChains ReadOwnChains(const View& view, const HeaderView& header,
                                      const KeyHash& key_hash, const ModelKey& key,
                                      std::uint64_t hash) {
  constexpr std::size_t kLongest = 1 << 20;  // or it is a circle
  OwnChains own;
  for (const bool old : {true, false}) {
    if (view.Chains(old) == 0) continue;
    const unsigned slots = SlotsIn(view, old);
    ChainReport chain;
    auto bucket = view.Chain(old, hash & (view.Chains(old) - 1));
    for (; bucket && chain.buckets < kLongest; bucket = bucket.Next(), ++chain.buckets) {
      for (unsigned slot = 0; slot < slots; ++slot) {
        const std::uint8_t top = bucket.Tophash(slot);
        if (top != kEmptyRest) chain.used = chain.buckets * slots + slot + 1;
        if (top < kLeastLive) continue;
        ++chain.live;
        const Entry entry = bucket.At(slot);
        const bool nan = IsNan(key_hash.type, entry.key);
        SeeInOwnChain(entry, nan ? 0 : key_hash(entry.key, header.hash0), key_hash.type, key, hash,
                      own);
      }
    }
    own.cells += chain.buckets * slots;
    own.longest = std::max(own.longest, chain.buckets);
    if (!old) own.current = chain;
  }
  return own;
}

// The chains hold what the model holds.
std::optional<Fault> CheckKeyContent(const Access& access, const Model& model,
                                     const OwnChains& own);

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_OWN_CHAINS_H_

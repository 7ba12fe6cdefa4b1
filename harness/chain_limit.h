// The oracle of a limit on the length of chains: which inserts a map may refuse, and which it must.
//
// An insert first does the growth work that is due and starts a growth that is due, because either
// may make room. If its chain then has no free cell and as many buckets as it may have, it is
// refused; nothing is refused otherwise. A chain may be longer than the limit all the same: a
// growth to fewer slots per bucket, or a copy, makes it as long as its entries ask for.

#ifndef MAPFUZZ_HARNESS_CHAIN_LIMIT_H_
#define MAPFUZZ_HARNESS_CHAIN_LIMIT_H_

#include <array>
#include <cstddef>
#include <optional>

#include "harness/structure.h"
#include "harness/subject.h"
#include "model/entry.h"
#include "model/growth_rule.h"

namespace mapfuzz {

// An insert into a map that limits its chains, by the chain of the current array that its key
// belongs to.
struct LimitedInsert {
  bool refused = false;
  std::size_t had = 0;      // buckets of the chain, after growth work and before the insert
  ChainReport chain{};      // as the insert left it
  unsigned slots = 8;       // per bucket
  bool growth_due = false;  // none is under way, and one has to be started first
};

std::optional<Fault> CheckLimit(const GrowthRule& rule, const LimitedInsert& insert,
                                const HeaderView& header);

// The last keys that the limit kept out of a map; for milestones.
class RefusedKeys {
 public:
  void Add(KeyId key) { keys_[count_++ % kKept] = key; }
  void Forget() { count_ = 0; }
  bool Has(KeyId key) const;

 private:
  static constexpr std::size_t kKept = 8;

  std::array<KeyId, kKept> keys_{};
  std::size_t count_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_CHAIN_LIMIT_H_

#include "harness/chain_limit.h"

#include <algorithm>
#include <string>

namespace mapfuzz {

std::optional<Fault> CheckLimit(const GrowthRule& rule, const LimitedInsert& insert,
                                const HeaderView& header) {
  const ChainReport& chain = insert.chain;
  const auto broken = [&](const char* property, const std::string& what) {
    return Fault{Oracle::kStructure, property,
                 what + ": " + std::to_string(chain.buckets) + " buckets, " +
                     std::to_string(chain.live) + " entries in " +
                     std::to_string(chain.buckets * insert.slots) + " cells; the limit is " +
                     std::to_string(rule.chain_limit) + "\n  header: " + HeaderText(header)};
  };
  if (!insert.refused) {
    if (chain.buckets <= insert.had || chain.buckets <= rule.chain_limit) return std::nullopt;
    return broken("chain-over-limit", "an insert made its chain too long");
  }
  if (insert.growth_due) {
    return broken("refused-too-soon", "an insert was refused before a growth that is due");
  }
  if (rule.Refuses(chain.buckets, chain.live, insert.slots)) return std::nullopt;
  return broken("refused-too-soon", "an insert was refused, and its chain has room");
}

bool RefusedKeys::Has(KeyId key) const {
  if (count_ == 0) return false;
  const auto end = keys_.begin() + std::min(count_, kKept);
  return std::find(keys_.begin(), end, key) != end;
}

}  // namespace mapfuzz

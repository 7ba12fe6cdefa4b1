#include "harness/nan_forecast.h"

#include <string>

namespace mapfuzz {
namespace {

std::string Text(const std::vector<std::uint8_t>& tops) {
  std::string text;
  for (const std::uint8_t top : tops) text += " " + std::to_string(top);
  return text.empty() ? " none" : text;
}

}  // namespace

void NanForecast::AddNan(std::size_t old_chain, std::uint8_t tophash) {
  if (!growth_.doubling) {
    tops_.emplace_back(old_chain, tophash);
    return;
  }
  const std::uint64_t hash = NanHash(next_hash_++);
  const bool up = growth_.iterators ? (tophash & 1) != 0 : (hash & growth_.old_chains) != 0;
  tops_.emplace_back(old_chain + (up ? growth_.old_chains : 0),
                     growth_.iterators ? TophashOf(hash) : tophash);
}

std::optional<Fault> NanForecast::Compare(std::size_t chain,
                                          std::vector<std::uint8_t> found) const {
  std::vector<std::uint8_t> wanted;
  for (const auto& [n, top] : tops_) {
    if (n == chain) wanted.push_back(top);
  }
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  if (found == wanted) return std::nullopt;
  return Fault{Oracle::kStructure, "nan-placement",
               "the tophashes of the NaN entries that moved to chain " + std::to_string(chain) +
                   "\n  map:  " + Text(found) + "\n  model:" + Text(wanted)};
}

}  // namespace mapfuzz

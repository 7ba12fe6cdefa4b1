// Rows of words, all of one width, each held once: the configurations that a search has been in.

#ifndef MAPFUZZ_MODEL_CONFIGURATION_SET_H_
#define MAPFUZZ_MODEL_CONFIGURATION_SET_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace mapfuzz {

class ConfigurationSet {
 public:
  using Row = std::span<const std::uint64_t>;

  explicit ConfigurationSet(std::size_t width) : width_(width) {}

  std::size_t size() const { return size_; }

  // The number of the row, and whether it was not there before. Rows are numbered from 0 in the
  // order of their insertion. Amortized O(width).
  std::pair<std::size_t, bool> Insert(Row row) {
    if (size_ * 2 >= slots_.size()) Grow();
    std::size_t& slot = SlotOf(row);
    if (slot != kFree) return {slot, false};
    slot = size_;
    words_.insert(words_.end(), row.begin(), row.end());
    return {size_++, true};
  }

  // Valid until the next insertion.
  Row operator[](std::size_t number) const { return Row(words_).subspan(number * width_, width_); }

 private:
  static constexpr std::size_t kFree = ~std::size_t{0};

  // Where the row is, or the free slot that it would take.
  std::size_t& SlotOf(Row row) {
    std::uint64_t hash = 0;
    for (const std::uint64_t word : row) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 29;
    }
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = static_cast<std::size_t>(hash) & mask;
    while (slots_[at] != kFree && !std::ranges::equal((*this)[slots_[at]], row)) {
      at = (at + 1) & mask;
    }
    return slots_[at];
  }

  void Grow() {
    slots_.assign(std::max<std::size_t>(slots_.size() * 2, 64), kFree);
    for (std::size_t number = 0; number != size_; ++number) SlotOf((*this)[number]) = number;
  }

  const std::size_t width_;
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
  std::vector<std::size_t> slots_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_CONFIGURATION_SET_H_

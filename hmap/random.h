// Where a map's random draws come from.
//
// Go's map draws at random for its hash seed, for where an iteration starts, for counting
// overflow buckets of very large tables, and for the hash of a NaN. Here every draw is asked of a
// source that the user supplies, a function object taking a `Draw`, so that a run can be repeated.
// Readers draw too, when they begin an iterator or look for a NaN: a source that is to serve
// readers of several threads at once must be safe to call from them.

#ifndef HMAP_RANDOM_H_
#define HMAP_RANDOM_H_

#include <atomic>
#include <cstdint>
#include <random>

namespace hmap {

enum class Draw : std::uint8_t {
  kHashSeed,       // 32 bits: hash0, at creation, at clear and when a delete empties the map
  kIteratorStart,  // start bucket in the low B bits, slot offset in those above
  kOverflowCoin,   // 32 bits: whether to count an overflow bucket, from B = 16 on
  kNanHash,        // 64 bits: the hash of a key that is not equal to itself
};

// splitmix64's output function (Steele, Lea and Flood, 2014).
constexpr std::uint64_t MixBits(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// The default source: splitmix64, each begun at another value that nobody can foretell. A copy
// draws numbers of its own, so that a copied map does not share its original's seed. Safe to call
// from several threads.
class SystemRandom {
 public:
  SystemRandom() : SystemRandom(First()) {}
  SystemRandom(const SystemRandom& other) : state_(MixBits(other.Next())) {}
  SystemRandom& operator=(const SystemRandom& other) {
    state_.store(MixBits(other.Next()), std::memory_order_relaxed);
    return *this;
  }

  std::uint64_t operator()(Draw) const { return Next(); }

 private:
  explicit SystemRandom(std::uint64_t state) : state_(state) {}

  // The system is asked once: its answer may take longer than filling a small map.
  static const SystemRandom& First() {
    static const SystemRandom first((std::uint64_t{std::random_device{}()} << 32) |
                                    std::random_device{}());
    return first;
  }
  std::uint64_t Next() const {
    return MixBits(state_.fetch_add(0x9e3779b97f4a7c15, std::memory_order_relaxed));
  }

  mutable std::atomic<std::uint64_t> state_;
};

// A source that gives the same draws for the same seed.
class SeededRandom {
 public:
  SeededRandom() = default;
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()(Draw) {
    const std::uint64_t drawn = MixBits(state_);
    state_ += 0x9e3779b97f4a7c15;
    return drawn;
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace hmap

#endif  // HMAP_RANDOM_H_

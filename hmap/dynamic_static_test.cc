// A map with a layout chosen at run time is, bucket for bucket, the map that the compiler lays out.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/map.h"
#include "hmap/snapshot.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

// A value that Go's collector would look into.
struct Link {
  std::uint64_t to = 0;
};

}  // namespace

template <>
inline constexpr bool kHoldsPointers<Link> = true;

namespace {

template <class Base, unsigned kSlots>
struct LockstepPolicy : Base {
  template <class K, class V>
  using Layout = StaticLayout<K, V, kSlots>;
  using Random = SeededRandom;
  using Fatal = ThrowOnFatal;
  static constexpr bool kFastPaths = false;
};

// Of both maps' keys the same hash. With `crowded`, of few hashes.
struct WordHash {
  bool crowded = false;

  std::uint64_t operator()(std::uint64_t key, std::uint32_t seed) const {
    const std::uint64_t hash = MixBits(key ^ seed);
    return crowded ? hash & 0xff00000000000003 : hash;
  }
  std::uint64_t operator()(const Opaque& key, std::uint32_t seed) const {
    std::uint64_t word;
    std::memcpy(&word, &key, sizeof(word));
    return (*this)(word, seed);
  }
};

std::uint64_t WordOf(const std::vector<std::byte>& bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes.data(), sizeof(word));
  return word;
}
std::uint64_t WordOf(std::uint64_t word) { return word; }
std::uint64_t WordOf(const Link& link) { return link.to; }

template <class A, class B>
void ExpectSameChains(const A& a, const B& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    ASSERT_EQ(a[n].size(), b[n].size()) << n;
    for (std::size_t i = 0; i < a[n].size(); ++i) {
      ASSERT_EQ(a[n][i].tophash, b[n][i].tophash) << n << ' ' << i;
      for (std::size_t slot = 0; slot < a[n][i].keys.size(); ++slot) {
        ASSERT_EQ(a[n][i].keys[slot].has_value(), b[n][i].keys[slot].has_value());
        if (!a[n][i].keys[slot]) continue;
        ASSERT_EQ(WordOf(*a[n][i].keys[slot]), WordOf(*b[n][i].keys[slot]));
        ASSERT_EQ(WordOf(*a[n][i].values[slot]), WordOf(*b[n][i].values[slot]));
      }
    }
  }
}

template <class A, class B>
void ExpectSameTable(const A& a, const B& b) {
  ASSERT_EQ(a.count, b.count);
  ASSERT_EQ(a.flags, b.flags);
  ASSERT_EQ(a.b, b.b);
  ASSERT_EQ(a.noverflow, b.noverflow);
  ASSERT_EQ(a.hash0, b.hash0);
  ASSERT_EQ(a.nevacuate, b.nevacuate);
  ASSERT_EQ(a.growing, b.growing);
  ASSERT_EQ(a.pool_left, b.pool_left);
  ExpectSameChains(a.buckets, b.buckets);
  ExpectSameChains(a.oldbuckets, b.oldbuckets);
}

// The same operations on both; after each, both tables are the same, and both iterators stand on
// the same entry.
template <class V, class Base, unsigned kSlots>
class Lockstep {
  using Policy = LockstepPolicy<Base, kSlots>;
  using Fixed = Map<std::uint64_t, V, WordHash, std::equal_to<>,
                    std::allocator<std::pair<const std::uint64_t, V>>, Policy>;
  using Dynamic = DynamicMap<WordHash, OpaqueEqual, std::allocator<std::byte>, Policy>;

 public:
  explicit Lockstep(bool crowded)
      : fixed_(0, {{crowded}, {}, SeededRandom(9), {}, {}, {}}),
        dynamic_(0, {{crowded},
                     OpaqueEqual({8, 8}),
                     SeededRandom(9),
                     {},
                     DynamicLayout({8, 8}, {8, 8}, kSlots).WithPointers(kHoldsPointers<V>),
                     {}}) {}

  void Run(int operations) {
    for (int i = 0; i < operations && !::testing::Test::HasFailure(); ++i) {
      Step(Draw() % 16, Draw() % 600, (i / 200) % 3 == 0);
      ExpectSameTable(TakeSnapshot(fixed_.view()), TakeSnapshot(dynamic_.view()));
    }
  }

  std::size_t growths() const { return growths_; }

 private:
  struct Walk {
    typename Fixed::iterator fixed;
    typename Dynamic::iterator dynamic;
  };

  std::uint64_t Draw() { return random_(hmap::Draw::kNanHash); }

  void Step(std::uint64_t kind, std::uint64_t key, bool fills) {
    const std::uint64_t value = Draw();
    const bool was_growing = fixed_.view().growing();
    if (kind < 5 && !fills) {
      ASSERT_EQ(fixed_.erase(key), dynamic_.erase(&key));
    } else if (kind < 5 || kind > 11) {
      ASSERT_EQ(fixed_.insert_or_assign(key, V{value}).second,
                dynamic_.insert_or_assign(&key, &value).second);
    } else if (kind == 5) {
      ASSERT_EQ(fixed_.try_emplace(key, V{value}).second, dynamic_.insert(&key, &value).second);
    } else if (kind == 6) {
      fixed_[key] = V{value};
      std::memcpy(dynamic_.access(&key), &value, sizeof(value));
    } else if (kind == 7) {
      if (walks_.size() > 3) walks_.erase(walks_.begin());
      walks_.push_back({fixed_.begin(), dynamic_.begin()});
      Compare(walks_.back());
    } else if (kind <= 10) {
      if (!walks_.empty()) Advance(walks_[Draw() % walks_.size()]);
    } else if (Draw() % 16 == 0) {
      Rare();
    }
    if (!was_growing && fixed_.view().growing()) ++growths_;
  }

  void Rare() {
    switch (Draw() % 3) {
      case 0:
        fixed_.clear();
        dynamic_.clear();
        break;
      case 1:
        fixed_.reserve(fixed_.size() + 5);
        dynamic_.reserve(dynamic_.size() + 5);
        break;
      default: {
        auto fixed = fixed_;
        auto dynamic = dynamic_;
        fixed_.swap(fixed);
        dynamic_.swap(dynamic);
        walks_.clear();
      }
    }
  }

  void Advance(Walk& walk) {
    if (walk.fixed.done()) return;
    ++walk.fixed;
    ++walk.dynamic;
    Compare(walk);
  }

  void Compare(Walk& walk) {
    ASSERT_EQ(walk.fixed.done(), walk.dynamic.done());
    if (walk.fixed.done()) return;
    ASSERT_EQ(std::memcmp(&walk.fixed.key(), &walk.dynamic.key(), 8), 0);
    ASSERT_EQ(std::memcmp(&walk.fixed.value(), &walk.dynamic.value(), 8), 0);
  }

  Fixed fixed_;
  Dynamic dynamic_;
  SeededRandom random_{4};
  std::vector<Walk> walks_;
  std::size_t growths_ = 0;
};

template <class V, class Base, unsigned kSlots>
void ExpectLockstep() {
  for (const bool crowded : {false, true}) {
    Lockstep<V, Base, kSlots> lockstep(crowded);
    lockstep.Run(1500);
    EXPECT_GT(lockstep.growths(), 2U);
  }
}

TEST(DynamicStaticTest, BothLayoutsGiveTheSameTableStepByStep) {
  ExpectLockstep<std::uint64_t, Strict, 8>();
  ExpectLockstep<std::uint64_t, Strict, 4>();
  ExpectLockstep<std::uint64_t, Strict, 16>();
}

TEST(DynamicStaticTest, BothLayoutsGiveTheSameTableUnderGosRule) {
  ExpectLockstep<std::uint64_t, Go119, 8>();
  ExpectLockstep<Link, Go119, 8>();
  ExpectLockstep<Link, Go119, 16>();
}

}  // namespace
}  // namespace hmap

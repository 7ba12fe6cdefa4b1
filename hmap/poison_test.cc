#include "hmap/poison.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/map.h"
#include "hmap/readable.h"
#include "hmap/roots.h"
#include "hmap/testing.h"

namespace hmap::testing {
namespace {

template <std::size_t kBytes, std::size_t kAlignment = 1>
struct alignas(kAlignment) Blob {
  std::uint8_t bytes[kBytes] = {};

  friend bool operator==(const Blob& a, const Blob& b) {
    return std::memcmp(a.bytes, b.bytes, kBytes) == 0;
  }
};

#if defined(HMAP_POISONS)  // without poison there is nothing to compare

// Four chains share all keys until the table has more, so that chains leave the pool.
struct CrowdedHash {
  CrowdedHash() = default;
  explicit CrowdedHash(const ObjectShape& key) : size(key.size) {}

  std::uint64_t operator()(const Opaque& key, std::uint32_t) const { return Of(&key, size); }
  template <std::size_t kBytes, std::size_t kAlignment>
  std::uint64_t operator()(const Blob<kBytes, kAlignment>& key, std::uint32_t) const {
    return Of(key.bytes, kBytes);
  }
  std::uint64_t operator()(double key, std::uint32_t) const { return Of(&key, sizeof(key)); }

  static std::uint64_t Of(const void* key, std::size_t size) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, key, std::min<std::size_t>(size, sizeof(bits)));
    return MixBits(bits) & ~std::uint64_t{0x1c};
  }

  std::size_t size = 0;
};

// The bytes of the key and of the value of number `i`.
struct Bytes {
  explicit Bytes(std::uint64_t i) { std::memcpy(bytes.data(), &i, sizeof(i)); }
  alignas(kMaxAlignment) std::array<std::byte, 512> bytes{};
};

template <class T>
T Make(std::uint64_t i) {
  T object;
  std::memcpy(&object, Bytes(i).bytes.data(), sizeof(T));
  return object;
}

std::uint64_t NumberOf(const Blob<8>& key) {
  std::uint64_t number = 0;
  std::memcpy(&number, key.bytes, sizeof(number));
  return number;
}

template <class Policy>
using Dynamic = DynamicMap<CrowdedHash, OpaqueEqual, std::allocator<std::byte>, Policy>;
template <class K, class V, class Policy>
using Static = Map<K, V, CrowdedHash, std::equal_to<>, std::allocator<std::byte>, Policy>;

template <class Policy>
void Put(Dynamic<Policy>& map, std::uint64_t i) {
  map.insert_or_assign(Bytes(i).bytes.data(), Bytes(i).bytes.data());
}
template <class K, class V, class Policy>
void Put(Static<K, V, Policy>& map, std::uint64_t i) {
  map.insert_or_assign(Make<K>(i), Make<V>(i));
}
template <class Policy>
void Erase(Dynamic<Policy>& map, std::uint64_t i) {
  map.erase(Bytes(i).bytes.data());
}
template <class K, class V, class Policy>
void Erase(Static<K, V, Policy>& map, std::uint64_t i) {
  map.erase(Make<K>(i));
}

// The first byte that is wrong of a map, and of what iterators hold.
template <class MapT, class... Walks>
std::string Difference(const MapT& map, const Walks&... walks) {
  Roots<typename MapT::CoreT> roots;
  roots.AddTable(map.view().core());
  (roots.AddIterator(walks), ...);
  return Readable<typename MapT::CoreT>::Difference(roots);
}

// Fills, thins out, grows with and without an iterator that keeps what was moved, clears and fills
// again; whether a growth was seen halfway in each case.
template <class MapT>
void ExpectExactThroughout(MapT map) {
  const std::uint64_t entries = 25 * std::max(8U, CoreOf(map)->layout().Slots());
  int halfway = 0;
  int halfway_walked = 0;
  for (int round = 0; round < 2; ++round) {
    auto walk = MapT(map).begin();
    for (std::uint64_t i = 0; i < entries; ++i) {
      Put(map, i);
      if (i == entries / 2) walk = map.begin();
      if (i % 3 == 2) Erase(map, i - 1);
      const bool growing = map.view().growing();
      if (i % 16 == 0 || (growing && (i <= entries / 2 || i % 4 == 0))) {
        ASSERT_EQ(Difference(map, walk), "") << "after " << i << " in round " << round;
        (i <= entries / 2 ? halfway : halfway_walked) += growing ? 1 : 0;
      }
      if (!walk.done()) ++walk;
    }
    ASSERT_EQ(Difference(MapT(map)), "") << "a copy";
    map.clear();
    ASSERT_EQ(Difference(map, walk), "") << "after a clear in round " << round;
  }
  if (map.view().b() > 3) {
    EXPECT_NE(halfway, 0);
    EXPECT_NE(halfway_walked, 0);
  }
}

struct Seeded : Strict {
  using Random = SeededRandom;
};
struct SeededGo : Go119 {
  using Random = SeededRandom;
};
template <class Policy>
struct Adaptive : Policy {
  using Growth = AdaptiveSlots;
};

template <class Policy>
void ExpectExactDynamic(const DynamicLayout& layout) {
  const ObjectShape& key = layout.key();
  SCOPED_TRACE(::testing::Message()
               << key.size << " to " << layout.value().size << " in " << layout.Slots());
  ExpectExactThroughout(
      Dynamic<Policy>(0, {CrowdedHash(key), OpaqueEqual(key), {}, {}, layout, {}}));
}

TEST(PoisonTest, LeavesExactlyLiveSlotsReadableInLayoutsChosenAtRunTime) {
  constexpr ObjectShape kShapes[] = {{0, 1},  {1, 1},  {3, 1},   {5, 1},   {8, 8},  {12, 4},
                                     {13, 1}, {24, 8}, {128, 1}, {129, 1}, {8, 64}, {10, 16}};
  constexpr std::size_t kCount = std::size(kShapes);
  for (std::size_t i = 0; i < kCount; ++i) {
    // Each with two others, in all three numbers of slots.
    const unsigned slots = 4U << (i % 3);
    ExpectExactDynamic<Seeded>(DynamicLayout(kShapes[i], kShapes[(i + 5) % kCount], slots));
    ExpectExactDynamic<SeededGo>(
        DynamicLayout(kShapes[i], kShapes[(i + 8) % kCount], slots).WithPointers(i % 2 == 0));
  }
  ExpectExactDynamic<Adaptive<Seeded>>(DynamicLayout({3, 1}, {12, 4}));
}

template <class K, class V>
void ExpectExactStatic() {
  SCOPED_TRACE(::testing::Message() << sizeof(K) << " to " << sizeof(V));
  ExpectExactThroughout(Static<K, V, Seeded>());
  ExpectExactThroughout(Static<K, V, SeededGo>());
}

TEST(PoisonTest, LeavesExactlyLiveSlotsReadableInLayoutsOfTypes) {
  ExpectExactStatic<Blob<1>, Blob<3>>();
  ExpectExactStatic<Blob<5>, Blob<129>>();
  ExpectExactStatic<Blob<12, 4>, Blob<13>>();
  ExpectExactStatic<Blob<129>, Blob<8, 64>>();
  ExpectExactStatic<Blob<24, 8>, Blob<128>>();
  ExpectExactStatic<double, Blob<5>>();
}

TEST(PoisonTest, KeepsTheValuesOfMovedKeysThatAreNotEqualToThemselves) {
  Static<double, Blob<3>, Seeded> map;
  for (int i = 0; i < 8; ++i) map.insert_or_assign(__builtin_nan(""), Blob<3>());
  auto walk = map.begin();
  for (int i = 0; i < 30 && !map.view().growing(); ++i) Put(map, static_cast<unsigned>(i));
  ASSERT_TRUE(map.view().growing());
  EXPECT_EQ(Difference(map), "");
  while (!walk.done()) ++walk;
}

TEST(PoisonTest, LeavesMarksReadableForIteratorsThatWalkThroughWhatWasCleared) {
  Static<Blob<8>, Blob<8>, SeededGo> map(60);
  for (std::uint64_t i = 0; i < 104; ++i) Put(map, i);
  std::vector<decltype(map.begin())> walks;
  for (int i = 0; i < 64; ++i) {
    walks.push_back(map.begin());
    for (int step = 0; step < i; ++step) ++walks.back();
  }
  map.clear();
  for (auto& walk : walks) {
    // Overflow buckets outside the pool keep what they held.
    for (++walk; !walk.done(); ++walk) EXPECT_LT(NumberOf(walk.key()), 104u);
  }
}

TEST(PoisonTest, OfAThrowingConstructorLeavesTheSlotPoisoned) {
  struct Thrower {
    explicit Thrower(int) { throw Bomb(); }
    explicit Thrower(const Opaque*) {}
  };
  Map<int, Thrower> map;
  map.try_emplace(1, static_cast<const Opaque*>(nullptr));
  EXPECT_THROW(map.try_emplace(2, 0), Bomb);
  EXPECT_EQ(Difference(map), "");
}

TEST(PoisonTest, GivesSlotsGranulesOfTheirOwn) {
  using Layout = StaticLayout<Blob<5>, Blob<3>>;
  EXPECT_GT(Layout::shape().size, Layout::NominalSize());
}

#else

TEST(PoisonTest, WithoutAddressSanitizerCostsNothing) {
  using Layout = StaticLayout<Blob<5>, Blob<3>>;
  EXPECT_EQ(Layout::shape().size, Layout::NominalSize());
  const int object = 0;
  Poison(&object, sizeof(object));
  EXPECT_FALSE(IsPoisoned(&object)) << "poisoning does nothing in this build";
}

#endif

}  // namespace
}  // namespace hmap::testing

// Hints and reserves of every size, at the limits of the integer types and of each check: those
// that no allocation could meet are ignored or a LengthError, the others ask the allocator for what
// they say and nothing else, and the map is well afterwards.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/opaque_testing.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::BytesOf;
using testing::Ledger;
using testing::LedgerAllocator;

// In which nothing of this test wraps.
__extension__ using Wide = unsigned __int128;

// No larger block is given.
constexpr std::size_t kMostGiven = std::size_t{7} << 20;

template <class T>
void AddLimitsOf(std::set<std::uint64_t>& numbers) {
  for (const T limit : {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()}) {
    const auto number = static_cast<std::uint64_t>(limit);
    numbers.insert({number - 1, number, number + 1});
  }
}

// The limits of the integer types and their neighbours, and those of `borders`, in 64 bits.
std::set<std::uint64_t> Numbers(const std::vector<std::uint64_t>& borders) {
  std::set<std::uint64_t> numbers = {0, 1, 8, 9};
  AddLimitsOf<std::int8_t>(numbers);
  AddLimitsOf<std::int16_t>(numbers);
  AddLimitsOf<std::int32_t>(numbers);
  AddLimitsOf<std::int64_t>(numbers);
  AddLimitsOf<std::uint8_t>(numbers);
  AddLimitsOf<std::uint16_t>(numbers);
  AddLimitsOf<std::uint32_t>(numbers);
  AddLimitsOf<std::uint64_t>(numbers);
  AddLimitsOf<std::size_t>(numbers);
  for (const std::uint64_t border : borders) {
    for (std::uint64_t n = border - 2; n <= border + 2; ++n) numbers.insert(n);
  }
  return numbers;
}

// The arithmetic of a table with Go's load factor.
struct Arithmetic {
  unsigned slots;
  std::size_t bucket_size;  // nominal: of a build without padding

  bool IsOver(std::uint64_t entries, unsigned b) const {
    return entries > slots && Wide{entries} * 16 > (Wide{13} * slots) << b;
  }
  unsigned LeastB(std::uint64_t entries, unsigned from = 0) const {
    unsigned b = from;
    while (IsOver(entries, b)) ++b;
    return b;
  }
  // With the pool, before its size is rounded up.
  static Wide Buckets(unsigned b) {
    const Wide buckets = Wide{1} << b;
    return b < 4 ? buckets : buckets + buckets / 16;
  }
  bool IsPossible(unsigned b) const { return Buckets(b) * bucket_size <= Wide{1} << 48; }
  // The largest hint that is not ignored.
  std::uint64_t LargestHint() const { return (std::uint64_t{1} << 48) / bucket_size; }
  // The largest reserve that is no LengthError.
  std::uint64_t LargestReserve() const {
    unsigned b = 0;
    while (IsPossible(b + 1)) ++b;
    return static_cast<std::uint64_t>(((Wide{13} * slots) << b) / 16);
  }
};

// Numbers as keys, whichever kind the map is of.
template <class MapT>
struct Numbered {
  static constexpr bool kStatic = !kOpaque<typename MapT::CoreT::K>;

  static void Insert(MapT& map, std::uint64_t number) {
    if constexpr (kStatic) {
      map.try_emplace(number);
    } else {
      map.insert(KeyOf(map, number).data(), BytesOf(number, 300).data());
    }
  }
  static bool Contains(const MapT& map, std::uint64_t number) {
    if constexpr (kStatic) {
      return map.contains(number);
    } else {
      return map.contains(KeyOf(map, number).data());
    }
  }
  static std::uint64_t NumberAt(const typename MapT::iterator& it, const MapT& map) {
    std::uint64_t number = 0;
    std::memcpy(&number, &it.key(), std::min(map.parts().layout.key().size, 8U));
    return number;
  }
  // How many different keys there are, of so many numbers.
  static std::size_t Distinct(const MapT& map, std::size_t numbers) {
    return map.parts().layout.key().size == 0 ? std::min<std::size_t>(numbers, 1) : numbers;
  }

 private:
  static std::string KeyOf(const MapT& map, std::uint64_t number) {
    std::string key(std::max(map.parts().layout.key().size, 8U), '\0');
    std::memcpy(key.data(), &number, sizeof(number));
    return key;
  }
};

// All kinds of maps that a test is to hold for: `f(parts, arithmetic, ledger)`.
template <class MapT, class F>
void ForEachLayout(F f) {
  const auto call = [&f](auto layout, auto hash, auto equal) {
    Ledger ledger;
    ledger.most = kMostGiven;
    const Arithmetic arithmetic{layout.Slots(), layout.NominalSize()};
    SCOPED_TRACE(::testing::Message() << "buckets of " << arithmetic.slots << " slots and "
                                      << arithmetic.bucket_size << " bytes");
    f(
        typename MapT::Parts{
            hash, equal, SeededRandom(1), {}, layout, typename MapT::allocator_type(&ledger)},
        arithmetic, ledger);
    EXPECT_EQ(ledger.blocks, 0);
  };
  if constexpr (Numbered<MapT>::kStatic) {
    call(typename MapT::CoreT::Layout(), typename MapT::hasher(), typename MapT::key_equal());
  } else {
    for (const unsigned slots : {4U, 8U, 16U}) {
      for (const DynamicLayout& layout :
           {DynamicLayout({8, 1}, {8, 1}, slots), DynamicLayout({8, 1}, {300, 1}, slots),
            DynamicLayout({8, 1}, {300, 1}, slots, 512), DynamicLayout({8, 1}, {0, 1}, slots),
            DynamicLayout({0, 1}, {0, 1}, slots)}) {
        call(layout, OpaqueHash(layout.key()), OpaqueEqual(layout.key()));
      }
    }
  }
}

// One request was made and refused: that for the array of 2^b buckets, and no other number.
void ExpectAskedFor(const Ledger& ledger, unsigned b, std::size_t size_in_memory) {
  ASSERT_EQ(ledger.refused.size(), 1U);
  const Wide least = Arithmetic::Buckets(b) * size_in_memory;
  EXPECT_TRUE(ledger.refused[0] >= least);
  EXPECT_TRUE(ledger.refused[0] <= least + least / 16);
}

struct Small {
  std::uint8_t byte = 0;
};
struct Large {
  std::uint8_t bytes[300] = {};
};

template <class Base>
struct InlinePolicy : Base {
  template <class K, class V>
  using Layout = StaticLayout<K, V, 8, 512>;
};

template <class Base>
struct AdaptivePolicy : Base {
  using Growth = AdaptiveSlots;
};

template <class V, class Base>
using StaticMap = Map<std::uint64_t, V, Hash<std::uint64_t>, std::equal_to<>,
                      LedgerAllocator<std::uint64_t>, testing::SeededPolicy<Base>>;
template <class Base>
using BytesMap =
    DynamicMap<OpaqueHash, OpaqueEqual, LedgerAllocator<std::byte>, testing::SeededPolicy<Base>>;

template <class MapT>
class SizeLimitsTest : public ::testing::Test {};

using Kinds =
    ::testing::Types<StaticMap<Small, Strict>, StaticMap<Small, Go119>, StaticMap<Large, Strict>,
                     StaticMap<Large, Go119>, StaticMap<Large, InlinePolicy<Strict>>,
                     BytesMap<Strict>, BytesMap<Go119>, BytesMap<AdaptivePolicy<Strict>>>;
TYPED_TEST_SUITE(SizeLimitsTest, Kinds);

TYPED_TEST(SizeLimitsTest, AHintIsMetOrRefusedOrIgnored) {
  using Keys = Numbered<TypeParam>;
  ForEachLayout<TypeParam>([](const auto& parts, const Arithmetic& arithmetic, Ledger& ledger) {
    for (const std::uint64_t number : Numbers({arithmetic.LargestHint()})) {
      SCOPED_TRACE(number);
      const auto hint = static_cast<std::int64_t>(number);
      const bool ignored = hint < 0 || number > arithmetic.LargestHint();
      const unsigned b = ignored ? 0 : arithmetic.LeastB(number);
      ledger.refused.clear();
      if (arithmetic.IsPossible(b) && Arithmetic::Buckets(b) * parts.layout.Size() > kMostGiven) {
        EXPECT_THROW(TypeParam(hint, parts), std::bad_alloc);
        ExpectAskedFor(ledger, b, parts.layout.Size());
        continue;
      }
      TypeParam map(hint, parts);
      EXPECT_EQ(map.view().b(), b);
      EXPECT_TRUE(ledger.refused.empty());
      for (std::uint64_t key = 0; key < 20; ++key) Keys::Insert(map, key);
      EXPECT_EQ(map.size(), Keys::Distinct(map, 20));
    }
  });
}

// What a map of `entries` keys does at a reserve. Its iterator was begun before.
template <class MapT>
void ExpectReserves(MapT& map, std::uint64_t entries, std::uint64_t number,
                    const Arithmetic& arithmetic, Ledger& ledger) {
  using Keys = Numbered<MapT>;
  auto it = map.begin();
  const unsigned before = map.view().b();
  const unsigned b = arithmetic.LeastB(number, before);
  ledger.refused.clear();
  if (!arithmetic.IsPossible(b)) {
    EXPECT_THROW(map.reserve(number), LengthError);
    EXPECT_TRUE(ledger.refused.empty());
    EXPECT_EQ(map.view().b(), before);
  } else if (Arithmetic::Buckets(b) * map.parts().layout.Size() > kMostGiven) {
    EXPECT_THROW(map.reserve(number), std::bad_alloc);
    ExpectAskedFor(ledger, b, map.parts().layout.Size());
    EXPECT_EQ(map.view().b(), before) << "nothing was begun";
  } else {
    map.reserve(number);
    EXPECT_TRUE(ledger.refused.empty());
    EXPECT_EQ(map.view().b(), b);
  }
  std::set<std::uint64_t> produced;
  std::size_t times = 0;
  for (; !it.done(); ++it, ++times) produced.insert(Keys::NumberAt(it, map));
  EXPECT_EQ(produced.size(), Keys::Distinct(map, entries));
  EXPECT_EQ(times, produced.size()) << "each once";
  for (std::uint64_t key = entries; key < entries + 9; ++key) Keys::Insert(map, key);
  EXPECT_EQ(map.size(), Keys::Distinct(map, entries + 9));
  for (std::uint64_t key = 0; key < entries + 9; ++key) EXPECT_TRUE(Keys::Contains(map, key));
}

TYPED_TEST(SizeLimitsTest, AReserveIsMetOrRefusedOrALengthError) {
  ForEachLayout<TypeParam>([](const auto& parts, const Arithmetic& arithmetic, Ledger& ledger) {
    for (const std::uint64_t number : Numbers({arithmetic.LargestReserve()})) {
      // Without an array, with one, and in the middle of a growth.
      for (const std::uint64_t entries : {0, 7, 27}) {
        SCOPED_TRACE(::testing::Message() << number << " in a map of " << entries);
        TypeParam map(0, parts);
        for (std::uint64_t key = 0; key < entries; ++key) Numbered<TypeParam>::Insert(map, key);
        ExpectReserves(map, entries, number, arithmetic, ledger);
      }
    }
  });
}

}  // namespace
}  // namespace hmap

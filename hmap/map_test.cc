#include "hmap/map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Rig;
using testing::TestMap;

template <class MapT>
std::map<typename MapT::key_type, typename MapT::mapped_type> Content(const MapT& map) {
  std::map<typename MapT::key_type, typename MapT::mapped_type> content;
  for (auto it = map.begin(); !it.done(); ++it) {
    EXPECT_TRUE(content.emplace(it.key(), it.value()).second) << "produced twice";
  }
  EXPECT_EQ(content.size(), map.size());
  return content;
}

using Strings = std::map<std::string, int>;

TEST(MapTest, ANewMapIsEmpty) {
  const Map<int, int> map;
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.size(), 0U);
  EXPECT_FALSE(map.is_nil());
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_FALSE(map.contains(1));
  EXPECT_TRUE(map.begin() == map.end());
}

TEST(MapTest, IsMadeOfAListWhoseFirstOfEqualKeysStays) {
  const Map<std::string, int> map = {{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(Content(map), (Strings{{"a", 1}, {"b", 2}}));
}

TEST(MapTest, InsertOrAssignInsertsOrOverwrites) {
  Map<std::string, int> map;
  const auto [first, inserted] = map.insert_or_assign("a", 1);
  EXPECT_TRUE(inserted);
  EXPECT_EQ(*first, 1);
  const std::string key = "a";
  const auto [second, again] = map.insert_or_assign(key, 2);
  EXPECT_FALSE(again);
  EXPECT_EQ(second, first);
  EXPECT_EQ(*second, 2);
  EXPECT_EQ(map.size(), 1U);
}

TEST(MapTest, TryEmplaceAndInsertLeaveWhatIsThere) {
  Map<int, std::string> map;
  EXPECT_TRUE(map.try_emplace(1, 3U, 'x').second);
  EXPECT_EQ(*map.find(1), "xxx");
  EXPECT_FALSE(map.try_emplace(1, "other").second);
  EXPECT_FALSE(map.insert({1, "other"}).second);
  EXPECT_EQ(*map.find(1), "xxx");
  const auto [value, inserted] = map.insert({2, "two"});
  EXPECT_TRUE(inserted);
  EXPECT_EQ(*value, "two");
}

TEST(MapTest, TryEmplaceTakesNothingFromItsArgumentsIfTheKeyIsThere) {
  Map<std::string, std::unique_ptr<int>> map;
  for (int i = 0; i < 300; ++i) {
    const std::string key = std::to_string(i);
    map.try_emplace(key, std::make_unique<int>(i));
    auto kept = std::make_unique<int>(-1);
    std::string name = key;
    EXPECT_FALSE(map.try_emplace(std::move(name), std::move(kept)).second);
    ASSERT_NE(kept, nullptr);
    EXPECT_EQ(name, key);  // NOLINT(bugprone-use-after-move)
  }
}

TEST(MapTest, SubscriptInsertsAZeroAndGivesAReference) {
  Map<std::string, int> map;
  EXPECT_EQ(map["a"], 0);
  map["a"] += 5;
  const std::string key = "b";
  map[key] = 7;
  EXPECT_EQ(Content(map), (Strings{{"a", 5}, {"b", 7}}));
}

TEST(MapTest, FindGivesAPlaceThatCanBeWritten) {
  Map<int, int> map = {{1, 10}};
  *map.find(1) = 11;
  EXPECT_EQ(map[1], 11);
  static_assert(std::is_same_v<decltype(std::as_const(map).find(1)), const int*>);
}

TEST(MapTest, EraseSaysHowMany) {
  Map<int, int> map = {{1, 10}, {2, 20}};
  EXPECT_EQ(map.erase(1), 1U);
  EXPECT_EQ(map.erase(1), 0U);
  EXPECT_EQ(map.size(), 1U);
  EXPECT_FALSE(map.contains(1));
  EXPECT_EQ((Map<int, int>().erase(1)), 0U);
}

TEST(MapTest, ClearRemovesEverythingKeepsTheBucketsAndRenewsTheSeed) {
  Rig rig;
  auto map = rig.Make<TestMap<int, int>>();
  for (int i = 0; i < 100; ++i) map[i] = i;
  const std::size_t chains = map.view().chains(Array::kCurrent);
  rig.draws.hash_seed = 12345;
  map.clear();
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.view().hash0(), 12345U);
  EXPECT_EQ(map.view().chains(Array::kCurrent), chains);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(map.contains(i));
  map[7] = 8;
  EXPECT_EQ(*map.find(7), 8);
}

TEST(MapTest, TheEraseThatEmptiesTheMapRenewsTheSeed) {
  Rig rig;
  auto map = rig.Make<TestMap<int, int>>();
  map[1];
  map[2];
  rig.draws.hash_seed = 99;
  map.erase(1);
  EXPECT_EQ(map.view().hash0(), 0U);
  map.erase(2);
  EXPECT_EQ(map.view().hash0(), 99U);
}

TEST(MapTest, ReserveMakesRoomAtOnce) {
  Map<int, int> map;
  map[-1] = 5;
  map.reserve(1000);
  const unsigned b = map.view().b();
  EXPECT_EQ(b, InitialB(GoGrowth(), 1000, 80));
  EXPECT_FALSE(map.view().growing());
  int* const place = map.find(-1);
  for (int i = 0; i < 999; ++i) map[i] = i;
  EXPECT_EQ(map.view().b(), b);
  EXPECT_EQ(map.find(-1), place) << "nothing moved";
  map.reserve(10);
  EXPECT_EQ(map.view().b(), b) << "a map never shrinks";
}

TEST(MapTest, ReserveOfMoreThanAnyTableHoldsIsALengthError) {
  Map<int, int> map = {{1, 2}};
  try {
    map.reserve(std::numeric_limits<std::size_t>::max());
    FAIL() << "no error";
  } catch (const LengthError& error) {
    EXPECT_STREQ(error.what(), "hmap: reserve: no table can hold so many entries");
  }
  EXPECT_EQ(map[1], 2);
}

TEST(MapTest, ACopyIsAMapOfItsOwn) {
  Map<std::string, int> map;
  for (int i = 0; i < 100; ++i) map[std::to_string(i)] = i;
  Map<std::string, int> copy = map;
  EXPECT_EQ(Content(copy), Content(map));
  EXPECT_NE(copy.view().hash0(), map.view().hash0()) << "its seed is its own";
  copy["5"] = -1;
  copy.erase("6");
  EXPECT_EQ(map["5"], 5);
  EXPECT_TRUE(map.contains("6"));
  map = copy;
  EXPECT_EQ(Content(map), Content(copy));
}

TEST(MapTest, AssigningAMapToItselfChangesNothing) {
  Map<std::string, int> map = {{"a", 1}, {"b", 2}};
  auto& same = map;
  map = same;
  EXPECT_EQ(Content(map), (Strings{{"a", 1}, {"b", 2}}));
  map = std::move(same);
  EXPECT_EQ(Content(map), (Strings{{"a", 1}, {"b", 2}}));
  swap(map, same);
  EXPECT_EQ(Content(map), (Strings{{"a", 1}, {"b", 2}}));
}

TEST(MapTest, AMovedFromMapIsEmptyAndUsable) {
  Map<std::string, int> map = {{"a", 1}};
  const int* const place = map.find("a");
  Map<std::string, int> other = std::move(map);
  EXPECT_EQ(other.find("a"), place) << "entries stay where they are";
  // NOLINTBEGIN(bugprone-use-after-move)
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.is_nil());
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_EQ(map.erase("a"), 0U);
  EXPECT_TRUE(map.begin().done());
  map.clear();
  const Map<std::string, int> copy = map;
  EXPECT_TRUE(copy.empty());
  map.reserve(20);
  map["b"] = 2;
  EXPECT_EQ(Content(map), (Strings{{"b", 2}}));
  map = std::move(other);
  EXPECT_EQ(Content(map), (Strings{{"a", 1}}));
  EXPECT_TRUE(other.empty());
  // NOLINTEND(bugprone-use-after-move)
  static_assert(std::is_nothrow_move_constructible_v<Map<std::string, int>>);
  static_assert(std::is_nothrow_move_assignable_v<Map<std::string, int>>);
}

TEST(MapTest, SwapExchangesEverything) {
  Map<std::string, int> a = {{"a", 1}};
  Map<std::string, int> b = Map<std::string, int>::Nil();
  swap(a, b);
  EXPECT_TRUE(a.is_nil());
  EXPECT_FALSE(b.is_nil());
  EXPECT_EQ(Content(b), (Strings{{"a", 1}}));
}

TEST(NilMapTest, ReadsAsEmptyAndRefusesToBeWritten) {
  Map<std::string, int> map = Map<std::string, int>::Nil();
  EXPECT_TRUE(map.is_nil());
  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find("a"), nullptr);
  EXPECT_FALSE(map.contains("a"));
  EXPECT_EQ(map.erase("a"), 0U);
  EXPECT_TRUE(map.begin().done());
  map.clear();

  const std::function<void()> writes[] = {[&] { map["a"] = 1; }, [&] { map.try_emplace("a", 1); },
                                          [&] { map.insert({"a", 1}); }, [&] { map.reserve(1); },
                                          [&] { map.insert_or_assign("a", 1); }};
  for (const auto& write : writes) {
    try {
      write();
      FAIL() << "no error";
    } catch (const NilMapError& error) {
      EXPECT_STREQ(error.what(), "assignment to entry in nil map");
    }
  }
  const Map<std::string, int> copy = map;
  EXPECT_TRUE(copy.is_nil());
  Map<std::string, int> moved = std::move(map);
  EXPECT_TRUE(moved.is_nil());
  moved = Map<std::string, int>();
  moved["a"] = 1;
  EXPECT_EQ(moved.size(), 1U);
}

TEST(MapTest, StringsAreFoundByWhateverAViewCanBeMadeOf) {
  Map<std::string, int> map = {{"alpha", 1}, {"beta", 2}};
  const std::string_view view = "beta";
  const char* const text = "alpha";
  EXPECT_EQ(*map.find(view), 2);
  EXPECT_EQ(*std::as_const(map).find("beta"), 2);
  EXPECT_TRUE(map.contains(text));
  EXPECT_EQ(map.erase(view), 1U);
  EXPECT_EQ(map.erase("gamma"), 0U);
  EXPECT_EQ(Content(map), (Strings{{"alpha", 1}}));
}

TEST(MapTest, ValuesMayBeMoveOnly) {
  Map<int, std::unique_ptr<int>> map;
  for (int i = 0; i < 200; ++i) map[i] = std::make_unique<int>(i);
  map.insert_or_assign(3, std::make_unique<int>(-3));
  for (int i = 0; i < 200; ++i) EXPECT_EQ(**map.find(i), i == 3 ? -3 : i);
  Map<int, std::unique_ptr<int>> other = std::move(map);
  EXPECT_EQ(other.erase(3), 1U);
  EXPECT_EQ(other.size(), 199U);
}

// A vector of these says that it can be copied, but cannot.
TEST(MapTest, ValuesAreNotCopiedWhereAMoveWillDo) {
  Map<int, std::vector<std::unique_ptr<int>>> map;
  for (int i = 0; i < 200; ++i) {
    auto live = map.begin();
    map[i].push_back(std::make_unique<int>(i));
  }
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*map[i].at(0), i);
}

struct PointerHash {
  std::uint64_t operator()(const std::unique_ptr<int>& key, std::uint32_t seed) const {
    return Hash<int>{}(*key, seed);
  }
};
struct PointeeEqual {
  bool operator()(const std::unique_ptr<int>& a, const std::unique_ptr<int>& b) const {
    return *a == *b;
  }
};

TEST(MapTest, KeysMayBeMoveOnly) {
  Map<std::unique_ptr<int>, int, PointerHash, PointeeEqual> map;
  for (int i = 0; i < 200; ++i) map.insert_or_assign(std::make_unique<int>(i), i);
  for (int i = 0; i < 200; ++i) map.try_emplace(std::make_unique<int>(i), -1);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(map[std::make_unique<int>(i)], i);
  for (int i = 0; i < 200; i += 2) EXPECT_EQ(map.erase(std::make_unique<int>(i)), 1U);
  EXPECT_EQ(map.size(), 100U);
}

TEST(MapTest, AHasherNeedNotTakeTheSeed) {
  Map<std::string, int, std::hash<std::string>> map;
  for (int i = 0; i < 200; ++i) map[std::to_string(i)] = i;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*map.find(std::to_string(i)), i);
  // The seed is mixed in all the same: another seed, another place.
  Rig rig;
  using Plain = TestMap<std::string, int, std::hash<std::string>>;
  std::vector<std::uint8_t> tophashes;
  for (const std::uint32_t seed : {1, 2, 3, 4}) {
    rig.draws.hash_seed = seed;
    auto seeded = rig.Make<Plain>();
    seeded["key"] = 1;
    tophashes.push_back(seeded.view().chain(Array::kCurrent, 0).tophash(0));
  }
  EXPECT_NE(tophashes, std::vector<std::uint8_t>(4, tophashes[0]));
}

// As one that returns a std::size_t where that has 32 bits.
struct NarrowHash {
  std::uint32_t operator()(int key, std::uint32_t) const { return static_cast<std::uint32_t>(key); }
};

TEST(MapTest, AHasherThatTakesTheSeedNeedNotGive64Bits) {
  Map<int, int, NarrowHash> map;
  for (int i = 0; i < 200; ++i) map[i] = i;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*map.find(i), i);
  std::set<std::uint8_t> tophashes;
  for (std::size_t n = 0; n < map.view().chains(Array::kCurrent); ++n) {
    tophashes.insert(map.view().chain(Array::kCurrent, n).tophash(0));
  }
  EXPECT_GT(tophashes.size(), 8U) << "the tophash says nothing if it is always the same";
}

TEST(HashTest, OfAFloatFollowsFromItsBitsInEveryBuild) {
  EXPECT_EQ(Hash<double>()(1.5, 7), MixBits(0x3ff8000000000000 ^ MixBits(7)));
  EXPECT_EQ(Hash<float>()(1.5F, 7), MixBits(0x3fc00000 ^ MixBits(7)));
  EXPECT_EQ(Hash<double>()(-0.0, 7), Hash<double>()(0.0, 7));
  EXPECT_EQ(Hash<long double>()(-0.0L, 7), Hash<long double>()(0.0L, 7));
}

// A rule of a user's own: two entries a bucket, and never a rebuild at the same size.
struct Airy {
  static bool Over(std::uint64_t count, unsigned b) { return count > (std::uint64_t{2} << b); }
  static bool TooManyOverflow(std::uint16_t, unsigned) { return false; }
};
// Never doubles: all there is are chains.
struct Stubborn : LoadFactor {
  static bool Over(std::uint64_t, unsigned) { return false; }
};

template <class GrowthT>
struct GrowthPolicy : Strict {
  using Growth = GrowthT;
};
template <class GrowthT>
using GrowthMap = Map<int, int, Hash<int>, std::equal_to<>,
                      std::allocator<std::pair<const int, int>>, GrowthPolicy<GrowthT>>;

TEST(MapTest, GrowsAsItsGrowthPolicySays) {
  GrowthMap<Airy> airy;
  for (int i = 0; i < 100; ++i) {
    airy[i] = i;
    EXPECT_LE(airy.size(), std::size_t{2} << airy.view().b());
  }
  EXPECT_EQ(airy.view().b(), 6U);
  EXPECT_EQ(GrowthMap<Airy>(100).view().b(), 6U);
}

TEST(MapTest, AGrowthPolicyThatNeverDoublesIsSlowButRight) {
  GrowthMap<Stubborn> map;
  for (int i = 0; i < 100; ++i) map[i] = i;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*map.find(i), i);
  EXPECT_EQ(map.view().b(), 0U);
  EXPECT_FALSE(map.view().growing());
  EXPECT_EQ(Content(map).size(), 100U);
}

TEST(MapTest, KeysOfEveryPlainTypeWork) {
  enum class Color : std::uint8_t { kRed, kGreen };
  int places[2] = {};
  Map<Color, int> colors;
  colors[Color::kGreen] = 1;
  EXPECT_FALSE(colors.contains(Color::kRed));
  Map<const int*, int> pointers;
  pointers[&places[1]] = 1;
  EXPECT_FALSE(pointers.contains(&places[0]));
  Map<bool, int> bools = {{true, 1}};
  EXPECT_FALSE(bools.contains(false));
  Map<float, int> floats = {{0.0F, 1}};
  EXPECT_TRUE(floats.contains(-0.0F));
  Map<std::string_view, int> views = {{"a", 1}};
  EXPECT_TRUE(views.contains(std::string("a")));
  Map<std::int16_t, int> shorts = {{std::int16_t{-1}, 1}};
  EXPECT_TRUE(shorts.contains(-1));
}

}  // namespace
}  // namespace hmap

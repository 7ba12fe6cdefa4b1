// Arguments that refer into the map that they are given to, at every size: some of the writes grow
// the map, and so move what the argument refers to.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::SeededMap;

constexpr int kEntries = 300;

// Long, so that a string holds memory of its own and a stale reference is a use after free.
std::string Name(int i) {
  return "a name that is too long to be stored inline: " + std::to_string(i);
}

template <class Base>
using Strings = SeededMap<std::string, std::string, Base>;

template <class Base>
class AliasingTest : public ::testing::Test {};
using Policies = ::testing::Types<Strict, Go119>;
TYPED_TEST_SUITE(AliasingTest, Policies);

TYPED_TEST(AliasingTest, AValueMayComeFromTheMap) {
  Strings<TypeParam> map;
  map[Name(0)] = "value";
  for (int i = 1; i < kEntries; ++i) {
    map.insert_or_assign(Name(i), *map.find(Name(i / 2)));
    ASSERT_EQ(*map.find(Name(i)), "value") << i;
  }
}

TYPED_TEST(AliasingTest, AnEmplacedValueMayComeFromTheMap) {
  Strings<TypeParam> map;
  map[Name(0)] = "value";
  for (int i = 1; i < kEntries; ++i) {
    map.try_emplace(Name(i), *map.find(Name(i - 1)));
    ASSERT_EQ(*map.find(Name(i)), "value") << i;
  }
}

TYPED_TEST(AliasingTest, AKeyMayBeAValueOfTheMap) {
  Strings<TypeParam> map;
  for (int i = 0; i < kEntries; ++i) {
    map[Name(i)] = Name(i + 1);
    map.insert_or_assign(*map.find(Name(i)), "assigned");
    ASSERT_EQ(*map.find(Name(i + 1)), "assigned") << i;
    map.erase(Name(i + 1));
    map.try_emplace(*map.find(Name(i)), "emplaced");
    ASSERT_EQ(*map.find(Name(i + 1)), "emplaced") << i;
  }
}

TYPED_TEST(AliasingTest, ASubscriptMayBeAValueOfTheMap) {
  Strings<TypeParam> map;
  for (int i = 0; i < kEntries; ++i) {
    map[Name(i)] = Name(i + 1);
    std::string& place = map[map[Name(i)]];
    place = Name(-1);
    ASSERT_EQ(*map.find(Name(i + 1)), Name(-1)) << i;
  }
  EXPECT_EQ(map.size(), kEntries + 1U);
}

TYPED_TEST(AliasingTest, AnEntryMayBeAssignedToItself) {
  Strings<TypeParam> map;
  for (int i = 0; i < kEntries; ++i) {
    map[Name(i)] = Name(i);
    const auto it = std::as_const(map).begin();
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the original moves
    const std::string value = it.value();
    map.insert_or_assign(it.key(), it.value());
    ASSERT_EQ(*map.find(value), value) << i;
  }
  EXPECT_EQ(map.size(), static_cast<std::size_t>(kEntries));
}

TYPED_TEST(AliasingTest, AnIteratorsOwnKeyMayBeErased) {
  Strings<TypeParam> map;
  for (int i = 0; i < kEntries; ++i) {
    for (int j = 0; j < 3; ++j) map[Name(3 * i + j)] = Name(j);
    const auto it = map.begin();
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the original moves
    const std::string key = it.key();
    ASSERT_EQ(map.erase(it.key()), 1U) << i;
    ASSERT_FALSE(map.contains(key)) << i;
  }
  EXPECT_EQ(map.size(), 2U * kEntries);
}

TYPED_TEST(AliasingTest, AViewOfAStoredKeyMayBeErased) {
  Strings<TypeParam> map;
  for (int i = 0; i < kEntries; ++i) {
    map[Name(2 * i)];
    map[Name(2 * i + 1)];
    const std::string_view view = map.begin().key();
    ASSERT_EQ(map.erase(view), 1U) << i;
  }
  EXPECT_EQ(map.size(), static_cast<std::size_t>(kEntries));
}

TYPED_TEST(AliasingTest, NumbersMayComeFromTheMapToo) {
  SeededMap<std::uint64_t, std::uint64_t, TypeParam> map;
  map[0] = 1;
  for (std::uint64_t i = 1; i < kEntries; ++i) {
    map[*map.find(i - 1)] = i + 1;  // the key is a reference into the map
    ASSERT_EQ(*map.find(i), i + 1);
    map.insert_or_assign(*map.find(i), *map.find(i));
    ASSERT_EQ(*map.find(i + 1), i + 1);
    map.erase(*map.find(i + 1));
    ASSERT_FALSE(map.contains(i + 1));
  }
}

}  // namespace
}  // namespace hmap

#include "hmap/checked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap::testing {
namespace {

using ::testing::HasSubstr;

// A number that owns memory, so that a cell that is not destroyed is a leak.
using Text = std::string;

struct CheckedGo : Go119 {
  static constexpr bool kChecked = true;
};

template <class Base>
using WordMap = TestMap<std::uint64_t, Text, IdentityHash, Base>;

constexpr std::uint64_t kChain = 5;
constexpr std::uint64_t kKeys = 20;

std::uint64_t KeyOf(std::uint64_t i) { return kChain + 16 * i; }
Text ValueOf(std::uint64_t i) {
  return "a value too long to be kept in place: " + std::to_string(i);
}

// Sixteen chains, of which the sixth has three buckets.
template <class MapT>
MapT MakeMap(Rig& rig) {
  MapT map = rig.Make<MapT>(60);
  for (std::uint64_t i = 0; i < kKeys; ++i) map.insert_or_assign(KeyOf(i), ValueOf(i));
  return map;
}

// The same in the middle of a growth, with the long chain still in the old array.
template <class MapT>
MapT MakeGrowing(Rig& rig) {
  MapT map = MakeMap<MapT>(rig);
  for (std::uint64_t i = 0; !map.view().growing(); ++i) map.insert_or_assign(8 + 16 * i, Text());
  return map;
}

template <class MapT>
struct Operation {
  const char* name;
  // Follows the long chain.
  bool follows;
  std::function<void(MapT&)> run;
};

template <class MapT>
std::vector<Operation<MapT>> Operations() {
  return {
      {"size", false, [](MapT& map) { static_cast<void>(map.size()); }},
      {"find", true, [](MapT& map) { map.find(KeyOf(kKeys - 1)); }},
      {"find absent", true, [](MapT& map) { map.find(KeyOf(999)); }},
      {"insert", true, [](MapT& map) { map.insert_or_assign(KeyOf(999), Text()); }},
      {"update", true, [](MapT& map) { map.insert_or_assign(KeyOf(0), ValueOf(0)); }},
      {"try", true, [](MapT& map) { map.try_emplace(KeyOf(0)); }},
      {"access", true, [](MapT& map) { map[KeyOf(0)]; }},
      {"erase", true, [](MapT& map) { map.erase(KeyOf(0)); }},
      {"erase absent", true, [](MapT& map) { map.erase(KeyOf(999)); }},
      {"clear", true, [](MapT& map) { map.clear(); }},
      {"iterate", true, [](MapT& map) { Rest(map.begin()); }},
      {"copy", true, [](MapT& map) { MapT copy(map); }},
      {"reserve", true, [](MapT& map) { map.reserve(1000); }},
  };
}

// What the operation says of a corrupt map; nothing if it notices nothing.
template <class MapT>
std::string Complaint(MapT& map, const Operation<MapT>& operation) {
  try {
    operation.run(map);
  } catch (const CorruptError& error) {
    return error.what();
  }
  return {};
}

template <class MapT>
void ExpectIntact(MapT& map) {
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    const Text* value = map.find(KeyOf(i));
    ASSERT_NE(value, nullptr) << i;
    EXPECT_EQ(*value, ValueOf(i));
  }
}

struct NamedField {
  HeaderField field;
  const char* name;
};
constexpr NamedField kFields[] = {
    {HeaderField::kCount, "count is "},
    {HeaderField::kFlags, "flags is "},
    {HeaderField::kB, "B is 60, was "},
    {HeaderField::kNoverflow, "noverflow is 9, was "},
    {HeaderField::kHash0, "hash0 is 4294967295, was 0"},
    {HeaderField::kNevacuate, "nevacuate is "},
    {HeaderField::kBuckets, "buckets is another pointer"},
    {HeaderField::kOldbuckets, "oldbuckets is another pointer"},
};

// `corrupt` returns how to undo it. Every operation that should notice it does, in the words of
// `complaint`, and loses nothing; the map can be destroyed as it is, without a leak.
template <class MapT>
void ExpectNoticed(MapT (*make)(Rig&), const std::string& complaint, bool by_all,
                   const std::function<UnsafeCode::Undo(typename MapT::CoreT&)>& corrupt) {
  Rig rig;
  for (const Operation<MapT>& operation : Operations<MapT>()) {
    SCOPED_TRACE(operation.name);
    MapT map = make(rig);
    const UnsafeCode::Undo undo = corrupt(*CoreOf(map));
    if (by_all || operation.follows) {
      EXPECT_THAT(Complaint(map, operation), HasSubstr(complaint));
      EXPECT_THAT(Complaint(map, operation), HasSubstr(complaint)) << "and again";
    }
    undo();
    ExpectIntact(map);
    MapT doomed = make(rig);
    corrupt(*CoreOf(doomed));
    Complaint(doomed, operation);
  }
  EXPECT_EQ(rig.ledger.blocks, 0) << "destroyed while it was corrupt";
}

template <class Base>
void ExpectHeaderNoticed() {
  using MapT = WordMap<Base>;
  for (const NamedField& field : kFields) {
    SCOPED_TRACE(field.name);
    const auto corrupt = [&](auto& core) { return UnsafeCode::Overwrite(core, field.field); };
    const std::string complaint = "hmap: corrupt header: " + std::string(field.name);
    ExpectNoticed<MapT>(MakeMap<MapT>, complaint, true, corrupt);
    ExpectNoticed<MapT>(MakeGrowing<MapT>, complaint, true, corrupt);
  }
}

TEST(CheckedTest, EveryOperationNoticesEveryHeaderField) {
  ExpectHeaderNoticed<Checked>();
  ExpectHeaderNoticed<CheckedGo>();
}

TEST(CheckedTest, WhateverElseAFieldIsOverwrittenByIsNoticed) {
  Rig rig;
  using MapT = WordMap<Checked>;
  for (MapT (*make)(Rig&) : {MakeMap<MapT>, MakeGrowing<MapT>}) {
    MapT map = make(rig);
    for (const NamedField& field : kFields) {
      const std::string name = field.name;
      const std::string start = "hmap: corrupt header: " + name.substr(0, name.find("is ") + 3);
      int written = 0;
      for (std::uint32_t n = 0; n < 128; ++n) {
        const UnsafeCode::Undo undo = UnsafeCode::Overwrite(*CoreOf(map), field.field, n);
        if (!undo) continue;
        ++written;
        EXPECT_THAT(Complaint(map, Operations<MapT>()[0]), HasSubstr(start)) << n;
        undo();
        EXPECT_EQ(Complaint(map, Operations<MapT>()[0]), "") << n;
      }
      EXPECT_GT(written, 40) << name;
    }
    ExpectIntact(map);
  }
}

// Where an overflow pointer might lead: nowhere, to nothing that is a bucket, back.
enum class Lead : std::uint8_t { kEnd, kNowhere, kItself, kHead };

template <class GenerationT>
UnsafeCode::Undo Mislead(const GenerationT& generation, unsigned index, Lead lead) {
  constexpr std::uintptr_t kNowhere = 64;
  const auto& layout = generation.layout();
  Bucket* const head = generation.Chain(kChain);
  Bucket* bucket = head;
  for (unsigned i = 0; i < index; ++i) bucket = layout.Overflow(bucket);
  Bucket* const targets[] = {nullptr, reinterpret_cast<Bucket*>(kNowhere), bucket, head};
  return UnsafeCode::OverwriteOverflow(layout, bucket, targets[static_cast<int>(lead)]);
}

template <class Base>
void ExpectOverflowNoticed() {
  using MapT = WordMap<Base>;
  for (const unsigned index : {0U, 1U, 2U}) {
    for (const Lead lead : {Lead::kEnd, Lead::kNowhere, Lead::kItself, Lead::kHead}) {
      if (index == 2 && lead == Lead::kEnd) continue;  // there it does end
      const std::string complaint = "hmap: corrupt overflow pointer of bucket " +
                                    std::to_string(index) + " of chain " + std::to_string(kChain);
      SCOPED_TRACE(complaint + ", " + std::to_string(static_cast<int>(lead)));
      ExpectNoticed<MapT>(MakeMap<MapT>, complaint, false,
                          [&](auto& core) { return Mislead(*core.buckets(), index, lead); });
      ExpectNoticed<MapT>(MakeGrowing<MapT>, complaint, false,
                          [&](auto& core) { return Mislead(*core.oldbuckets(), index, lead); });
    }
  }
}

TEST(CheckedTest, EveryOperationThatFollowsAnOverflowPointerNoticesIt) {
  ExpectOverflowNoticed<Checked>();
  ExpectOverflowNoticed<CheckedGo>();
}

TEST(CheckedTest, AnIteratorNoticesBothWhereverItStands) {
  Rig rig;
  using MapT = WordMap<Checked>;
  for (std::uint64_t steps = 0; steps < kKeys; ++steps) {
    MapT map = MakeMap<MapT>(rig);
    auto it = map.begin();
    for (std::uint64_t i = 0; i < steps; ++i) ++it;
    const auto undo = UnsafeCode::Overwrite(*CoreOf(map), HeaderField::kNoverflow);
    EXPECT_THROW(++it, CorruptError);
    undo();
    const auto lead_back = Mislead(*CoreOf(map)->buckets(), 1, Lead::kItself);
    if (steps < 16) {
      EXPECT_THROW(Rest(it), CorruptError);
    }
    lead_back();
    EXPECT_EQ(Rest(it).size(), kKeys - steps) << "it goes on from where it stood";
    Mislead(*CoreOf(map)->buckets(), 1, Lead::kNowhere);
  }
  EXPECT_EQ(rig.ledger.blocks, 0);
}

TEST(CheckedTest, APoolThatWasWrittenToHandsNothingOut) {
  Rig rig;
  auto map = rig.Make<WordMap<Checked>>(60);
  const auto& generation = *CoreOf(map)->buckets();
  // All keys go to one chain, which takes a bucket of the pool for every eight after the first.
  const auto pool = static_cast<std::uint64_t>(map.view().pool_left());
  ASSERT_GE(pool, 2U);
  Bucket* const last = generation.Chain(generation.total() - 1);
  for (std::uint64_t i = 0; i < 9; ++i) map.insert_or_assign(KeyOf(i), Text());
  generation.layout().UnpoisonHeader(last);
  UnsafeCode::OverwriteOverflow(generation.layout(), last, nullptr);
  for (std::uint64_t i = 9; i < 8 * pool; ++i) map.insert_or_assign(KeyOf(i), Text());
  EXPECT_THROW(map.insert_or_assign(KeyOf(8 * pool), Text()), CorruptError);
  EXPECT_EQ(map.size(), 8 * pool);
}

// A sealed map does all that another does, through growths, clears and under iterators.
template <class Base>
void ExpectNeverComplains() {
  Rig rig;
  auto map = rig.Make<WordMap<Base>>();
  auto walk = map.begin();
  SeededRandom random;
  for (int i = 0; i < 5000; ++i) {
    const std::uint64_t drawn = random(Draw::kIteratorStart);
    const std::uint64_t key = drawn % 16 + (drawn >> 8) % 40 * 16;
    if (drawn >> 62 == 0) {
      map.erase(key);
    } else {
      map.insert_or_assign(key, ValueOf(key));
    }
    if (walk.done()) walk = map.begin();
    if (!walk.done()) ++walk;
    if (i % 900 == 899) map.clear();
    if (i % 700 == 699) {
      walk = {};
      map = decltype(map)(map);
    }
  }
}

TEST(CheckedTest, NothingThatAMapDoesItselfIsNoticed) {
  ExpectNeverComplains<Checked>();
  ExpectNeverComplains<CheckedGo>();
}

TEST(CheckedTest, AWriteThatThrowsIsSealedAsItLeftTheTable) {
  using MapT = TestMap<std::uint64_t, std::uint64_t, Hash<std::uint64_t>, Checked>;
  Rig rig;
  auto map = rig.Make<MapT>();
  for (std::uint64_t i = 0; i < 2000; ++i) {
    rig.ledger.left = static_cast<std::int64_t>(i % 3);
    try {
      map.insert_or_assign(i, i);
    } catch (const std::bad_alloc&) {
      EXPECT_FALSE(map.contains(i));
    }
  }
  rig.ledger.left = -1;
  EXPECT_EQ(Rest(map.begin()).size(), map.size());
}

// Looks into the map that it is being inserted into.
struct Reader {
  Reader() = default;
  template <class MapT>
  explicit Reader(MapT* map) {
    map->contains(1);
  }
};

TEST(CheckedTest, AWriteInProgressIsMisuseAndNoCorruption) {
  Rig rig;
  auto map = rig.Make<TestMap<std::uint64_t, Reader, IdentityHash, Checked>>();
  map.try_emplace(1);
  EXPECT_THROW(map.try_emplace(2, &map), FatalError);
  EXPECT_FALSE(map.contains(2));
}

TEST(CheckedTest, AMapWithALayoutChosenAtRunTimeNoticesToo) {
  using MapT = DynamicMap<OpaqueHash, OpaqueEqual, std::allocator<std::byte>, Checked>;
  const std::uint64_t one = 1;
  for (const NamedField& field : kFields) {
    SCOPED_TRACE(field.name);
    MapT map(DynamicLayout({8, 8}, {8, 8}));
    map.insert_or_assign(&one, &one);
    UnsafeCode::Overwrite(*CoreOf(map), field.field);
    EXPECT_THROW(map.find(&one), CorruptError);
    EXPECT_THROW(map.insert(&one, &one), CorruptError);
    EXPECT_THROW(map.insert_or_assign(&one, &one), CorruptError);
    EXPECT_THROW(map.access(&one), CorruptError);
    EXPECT_THROW(map.erase(&one), CorruptError);
    EXPECT_THROW(map.begin(), CorruptError);
  }
}

TEST(CheckedTest, WithoutChecksNothingIsNoticedAndNothingKept) {
  Rig rig;
  using MapT = TestMap<std::uint64_t, Text, Hash<std::uint64_t>>;
  auto map = rig.Make<MapT>();
  for (std::uint64_t i = 0; i < 100; ++i) map.insert_or_assign(i, Text());
  const auto undo = UnsafeCode::Overwrite(*CoreOf(map), HeaderField::kHash0);
  int found = 0;
  for (std::uint64_t i = 0; i < 100; ++i) found += map.contains(i) ? 1 : 0;
  EXPECT_LT(found, 100) << "the keys are looked for elsewhere";
  undo();
  static_assert(std::is_empty_v<Seal<MapT::CoreT::GenerationT, false>>);
  static_assert(std::is_empty_v<OverflowShadow<std::allocator<int>, false>>);
}

}  // namespace
}  // namespace hmap::testing

// Use of a map while a write to it is in progress: what two threads would do at once is here done
// by callbacks that the map calls in the middle of a write.

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Bomb;
using testing::Fuse;
using testing::FusedHash;
using testing::IdentityHash;
using testing::Rig;
using testing::TestMap;

// Runs once, where a map compares keys or makes a value.
std::function<void()> hook;

void RunHook() {
  if (!hook) return;
  std::exchange(hook, nullptr)();
}

struct HookedEqual {
  bool operator()(std::uint64_t a, std::uint64_t b) const {
    RunHook();
    return a == b;
  }
};

struct HookedValue {
  HookedValue() = default;
  explicit HookedValue(int number) : number(number) { RunHook(); }
  int number = 0;
};

struct FatalThrows : Strict {
  using Fatal = ThrowOnFatal;
};

using Hooked = Map<std::uint64_t, HookedValue, Hash<std::uint64_t>, HookedEqual,
                   std::allocator<std::pair<const std::uint64_t, HookedValue>>, FatalThrows>;

using Act = std::function<void(Hooked&, Hooked::iterator&)>;

struct NamedAct {
  std::string name;
  Act act;
};

const NamedAct kWrites[] = {
    {"insert a key that is not there", [](Hooked& map, auto&) { map.try_emplace(100, 1); }},
    {"overwrite", [](Hooked& map, auto&) { map.insert_or_assign(1, HookedValue()); }},
    {"subscript", [](Hooked& map, auto&) { map[1].number = 1; }},
    {"erase", [](Hooked& map, auto&) { map.erase(1); }},
};

struct Intruder {
  std::string name;
  Act act;
  std::string message;
};

const Intruder kIntruders[] = {
    {"find", [](Hooked& map, auto&) { map.find(1); }, "concurrent map read and map write"},
    {"contains", [](Hooked& map, auto&) { map.contains(7); }, "concurrent map read and map write"},
    {"insert", [](Hooked& map, auto&) { map[50]; }, "concurrent map writes"},
    {"erase", [](Hooked& map, auto&) { map.erase(2); }, "concurrent map writes"},
    {"clear", [](Hooked& map, auto&) { map.clear(); }, "concurrent map writes"},
    {"reserve", [](Hooked& map, auto&) { map.reserve(1000); }, "concurrent map writes"},
    {"begin", [](Hooked& map, auto&) { map.begin(); }, "concurrent map iteration and map write"},
    {"advance", [](Hooked&, auto& it) { ++it; }, "concurrent map iteration and map write"},
    {"copy",
     [](Hooked& map, auto&) {
       Hooked copy = map;
       copy.clear();
     },
     "concurrent map clone and map write"},
};

TEST(MisuseTest, WhateverIntrudesOnAWriteIsFatalWithGosMessage) {
  for (const NamedAct& write : kWrites) {
    for (const Intruder& intruder : kIntruders) {
      SCOPED_TRACE(intruder.name + " during " + write.name);
      Hooked map;
      for (std::uint64_t key = 0; key < 5; ++key) map[key];
      auto it = map.begin();
      hook = [&] { intruder.act(map, it); };
      try {
        write.act(map, it);
        ADD_FAILURE() << "no error";
      } catch (const FatalError& error) {
        EXPECT_EQ(error.what(), intruder.message);
      }
      EXPECT_FALSE(hook) << "it did run";
      hook = nullptr;
    }
  }
}

TEST(MisuseTest, ReadersMayMeet) {
  Hooked map;
  for (std::uint64_t key = 0; key < 5; ++key) map[key];
  auto it = map.begin();
  for (const Intruder& intruder : kIntruders) {
    if (intruder.name == "insert") break;
    hook = [&] { intruder.act(map, it); };
    EXPECT_TRUE(map.contains(1));
  }
  hook = [&] { ++it; };
  EXPECT_TRUE(map.contains(1));
  EXPECT_EQ(map.view().flags() & kWritingFlag, 0);
}

TEST(MisuseTest, TheDefaultHandlerPrintsAndAborts) {
  using Default = Map<std::uint64_t, HookedValue, Hash<std::uint64_t>, HookedEqual>;
  Default map;
  map[1];
  hook = [&map] { map.find(1); };
  EXPECT_DEATH(map.erase(1), "fatal error: concurrent map read and map write");
  hook = nullptr;
}

TEST(MisuseTest, AHasherThatThrowsLeavesTheFlagClearAndTheMapUsable) {
  Rig rig;
  auto map = rig.Make<TestMap<std::uint64_t, int, FusedHash>>();
  for (std::uint64_t key = 0; key < 20; ++key) map[key] = 1;
  const std::function<void()> calls[] = {[&] { map[100]; }, [&] { map[1]; }, [&] { map.erase(1); },
                                         [&] { map.find(1); }, [&] { map.try_emplace(100); }};
  for (const auto& call : calls) {
    Fuse::left = 0;
    EXPECT_THROW(call(), Bomb);
    Fuse::left = -1;
    EXPECT_EQ(map.view().flags() & kWritingFlag, 0);
    EXPECT_EQ(map.size(), 20U);
    EXPECT_EQ(map[1], 1);
  }
}

// A key type like Go's interfaces: some of its values have no hash.
struct Any {
  bool hashable = true;
  friend bool operator==(const Any&, const Any&) = default;
};
struct AnyHash {
  std::uint64_t operator()(const Any& key, std::uint32_t seed) const {
    if (!key.hashable) throw UnhashableError("[]int");
    return seed;
  }
};

}  // namespace
}  // namespace hmap

template <>
inline constexpr bool hmap::kHashMightThrow<hmap::Any> = true;

namespace hmap {
namespace {

TEST(MisuseTest, AKeyWithoutAHashIsAnErrorEvenInAnEmptyMap) {
  Map<Any, int, AnyHash> map;
  const Any key{false};
  const std::function<void()> calls[] = {[&] { map.find(key); }, [&] { map.erase(key); },
                                         [&] { map[key] = 1; }};
  for (const auto& call : calls) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const UnhashableError& error) {
      EXPECT_STREQ(error.what(), "runtime error: hash of unhashable type []int");
    }
  }
  EXPECT_TRUE(map.empty());
  auto nil = Map<Any, int, AnyHash>::Nil();
  EXPECT_THROW(nil.find(key), UnhashableError);
  EXPECT_THROW(nil.erase(key), UnhashableError);
  map[Any{}] = 1;
  EXPECT_EQ(map.size(), 1U);
}

TEST(MisuseTest, AChainThatIsHalfEvacuatedIsBadMapState) {
  Rig rig;
  auto map = rig.Make<TestMap<std::uint64_t, std::uint64_t, IdentityHash>>(100);
  for (std::uint64_t key = 0; key < 105; ++key) map[key] = key;
  ASSERT_TRUE(map.view().growing());
  const auto chain = map.view().chain(Array::kOld, 9);
  ASSERT_TRUE(IsLive(chain.tophash(0)));
  const_cast<std::uint8_t*>(static_cast<const std::uint8_t*>(chain.address()))[3] = kEvacuatedX;
  try {
    map.erase(9);
    FAIL() << "no error";
  } catch (const FatalError& error) {
    EXPECT_STREQ(error.what(), "bad map state");
  }
}

}  // namespace
}  // namespace hmap

// What the tests of `DynamicMap` share: bytes as keys and values, a hasher that can collide, a
// check of the table's structure, and a map held to `std::map` and to the contract of iteration.

#ifndef MAPFUZZ_HMAP_OPAQUE_TESTING_H_
#define MAPFUZZ_HMAP_OPAQUE_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/testing.h"

namespace hmap::testing {

// Aligned bytes to pass to a map.
class Buffer {
 public:
  explicit Buffer(const std::string& text) { std::memcpy(bytes_.data(), text.data(), text.size()); }
  const void* get() const { return bytes_.data(); }

 private:
  alignas(kMaxAlignment) std::array<char, 320> bytes_{};
};

// `size` bytes that are different for different numbers, as far as the size allows.
inline std::string BytesOf(std::uint64_t number, std::size_t size) {
  std::string bytes;
  for (std::uint64_t word = number; bytes.size() < size; word = MixBits(word)) {
    const std::size_t more = std::min(size - bytes.size(), sizeof(word));
    bytes.append(reinterpret_cast<const char*>(&word), more);
  }
  return bytes;
}

inline std::string TextOf(const void* bytes, std::size_t size) {
  return {static_cast<const char*>(bytes), size};
}

// Of all bytes of the key, with bits masked off: few buckets, few tophashes, or all.
struct MaskedHash {
  std::size_t size = 0;
  std::uint64_t mask = ~std::uint64_t{0};

  std::uint64_t operator()(const Opaque& key, std::uint32_t seed) const {
    return OpaqueHash({static_cast<std::uint32_t>(size), 1})(key, seed) & mask;
  }
};

template <class Base>
struct OpaquePolicy : Base {
  using Random = SeededRandom;
  using Fatal = ThrowOnFatal;
};

template <class Base>
using TestDynamicMap =
    DynamicMap<MaskedHash, OpaqueEqual, LedgerAllocator<std::byte>, OpaquePolicy<Base>>;

template <class MapT>
typename MapT::Parts OpaqueParts(const DynamicLayout& layout, Ledger& ledger,
                                 std::uint64_t mask = ~std::uint64_t{0}, std::uint64_t seed = 1) {
  return {
      {layout.key().size, mask},          OpaqueEqual(layout.key()), SeededRandom(seed), {}, layout,
      LedgerAllocator<std::byte>(&ledger)};
}

// Every rule about where cells may be and what marks they bear, in one chain; the live cells.
template <class MapT>
std::size_t CheckChain(const MapT& map, Array array, std::size_t n) {
  const auto view = map.view();
  const DynamicLayout& layout = map.parts().layout;
  const bool evacuated = array == Array::kOld && IsEvacuatedMark(view.chain(array, n).tophash(0));
  std::size_t live = 0;
  bool rest = false;
  for (auto bucket = view.chain(array, n); bucket; bucket = bucket.next()) {
    EXPECT_EQ(bucket.slots(), view.slots(array));
    for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
      const std::uint8_t tophash = bucket.tophash(slot);
      EXPECT_EQ(evacuated, IsEvacuatedMark(tophash)) << "all of a chain or nothing";
      EXPECT_TRUE(!rest || tophash == kEmptyRest) << "nothing lies behind emptyRest";
      rest = tophash == kEmptyRest;
      if (!IsLive(tophash)) continue;
      ++live;
      const std::uint64_t hash = map.parts().hash(bucket.key(slot), view.hash0());
      EXPECT_EQ(tophash, TopHash(hash));
      EXPECT_EQ(hash & (view.chains(array) - 1), n) << "in the bucket of its hash";
      const auto address = [](const void* object) {
        return reinterpret_cast<std::uintptr_t>(object);
      };
      EXPECT_EQ(address(&bucket.key(slot)) % layout.key().alignment, 0U);
      EXPECT_EQ(address(&bucket.value(slot)) % layout.value().alignment, 0U);
    }
  }
  return live;
}

template <class MapT>
void CheckTable(const MapT& map) {
  const auto view = map.view();
  std::size_t live = 0;
  std::size_t overflow = 0;
  for (const Array array : {Array::kCurrent, Array::kOld}) {
    for (std::size_t n = 0; n < view.chains(array); ++n) {
      live += CheckChain(map, array, n);
      if (array == Array::kOld) continue;
      for (auto bucket = view.chain(array, n).next(); bucket; bucket = bucket.next()) ++overflow;
    }
  }
  EXPECT_EQ(live, map.size());
  EXPECT_EQ(overflow, view.noverflow());
}

// Runs pseudo-random operations on a map and on `std::map`, with live iterators, and compares.
// Under `IterationRule::kGo119` iterators are not held to the contract, which Go's do not keep.
template <class MapT>
class Comparison {
 public:
  static constexpr bool kContract = MapT::CoreT::kContract;

  Comparison(const typename MapT::Parts& parts, std::uint64_t seed)
      : map_(0, parts), random_(seed) {}

  MapT& map() { return map_; }
  int slot_changes() const { return slot_changes_; }
  std::size_t produced_across_changes() const { return produced_across_changes_; }

  // Draws from so many keys, and erases where there would be more than `most` entries.
  void Run(int operations, std::uint64_t keys, std::size_t most = 100000) {
    for (int i = 0; i < operations && !::testing::Test::HasFailure(); ++i) {
      // Fills, drains and churns in turn, so that the table grows and is rebuilt.
      const bool fills = (i / 150) % 3 == 0;
      const std::string key = BytesOf(Draw() % keys, key_size());
      if (model_.size() >= most) {
        EraseAtOrAfter(key);
      } else {
        Step(Draw() % 16, key, fills);
      }
      const unsigned slots = map_.view().slots(Array::kCurrent);
      if (slots_ != 0 && slots != slots_) ++slot_changes_;
      slots_ = slots;
      if (i % 64 == 0) Check();
    }
    while (!walks_.empty() && !::testing::Test::HasFailure()) Advance(walks_.front());
    Check();
  }

  void Check() {
    CheckTable(map_);
    ASSERT_EQ(map_.size(), model_.size());
    for (const auto& [key, entry] : model_) {
      const void* value = std::as_const(map_).find(Buffer(key).get());
      ASSERT_NE(value, nullptr);
      ASSERT_EQ(TextOf(value, value_size()), entry.value);
    }
    std::set<std::string> produced;
    for (auto it = std::as_const(map_).begin(); !it.done(); ++it) {
      const auto entry = model_.find(TextOf(&it.key(), key_size()));
      ASSERT_NE(entry, model_.end());
      ASSERT_EQ(TextOf(&it.value(), value_size()), entry->second.value);
      ASSERT_TRUE(produced.insert(entry->first).second);
    }
    ASSERT_EQ(produced.size(), model_.size());
  }

 private:
  // A value, and how many keys were inserted before it.
  struct Entry {
    std::string value;
    std::uint64_t birth;
  };

  // An iterator, and what it has to produce yet and has produced.
  struct Walk {
    typename MapT::iterator it;
    std::map<std::string, std::uint64_t> due;
    std::set<std::pair<std::string, std::uint64_t>> produced;
    int slot_changes;
  };

  std::size_t key_size() const { return map_.parts().layout.key().size; }
  std::size_t value_size() const { return map_.parts().layout.value().size; }
  std::uint64_t Draw() { return random_(hmap::Draw::kNanHash); }

  void Step(std::uint64_t kind, const std::string& key, bool fills) {
    const std::string value = BytesOf(Draw(), value_size());
    if (kind < 5 && !fills) return Erase(key);
    switch (kind) {
      case 5:
        return ExpectInserted(key, value,
                              map_.insert(Buffer(key).get(), Buffer(value).get()).second, false);
      case 6:
        return Access(key, value);
      case 7:
        if (walks_.size() < 4) Begin();
        return;
      case 8:
      case 9:
      case 10:
        if (!walks_.empty()) Advance(walks_[Draw() % walks_.size()]);
        return;
      case 11:
        if (Draw() % 256 == 0) Clear();
        return;
      case 12:
        return Alias(key);
      default:
        return ExpectInserted(
            key, value, map_.insert_or_assign(Buffer(key).get(), Buffer(value).get()).second, true);
    }
  }

  void ExpectInserted(const std::string& key, const std::string& value, bool inserted,
                      bool overwrites) {
    const auto at = model_.find(key);
    ASSERT_EQ(inserted, at == model_.end());
    if (inserted) {
      model_[key] = {value, ++births_};
    } else if (overwrites) {
      at->second.value = value;
    }
  }

  void Access(const std::string& key, const std::string& value) {
    void* const at = map_.access(Buffer(key).get());
    const auto known = model_.find(key);
    const std::string before =
        known == model_.end() ? std::string(value_size(), '\0') : known->second.value;
    ASSERT_EQ(TextOf(at, value_size()), before);
    std::memcpy(at, value.data(), value.size());
    ExpectInserted(key, value, known == model_.end(), true);
  }

  // m[key] = m[another], and m[the key of an entry] = its own value, both given by their places.
  void Alias(const std::string& key) {
    auto it = map_.begin();
    if (it.done()) return;
    const std::string from = TextOf(&it.value(), value_size());
    const std::string own = TextOf(&it.key(), key_size());
    ASSERT_FALSE(map_.insert_or_assign(&it.key(), &it.value()).second);
    const void* const value = map_.find(Buffer(own).get());
    ExpectInserted(key, from, map_.insert_or_assign(Buffer(key).get(), value).second, true);
  }

  void Erase(const std::string& key) {
    ASSERT_EQ(map_.erase(Buffer(key).get()), model_.erase(key));
    for (Walk& walk : walks_) walk.due.erase(key);
  }

  void EraseAtOrAfter(const std::string& key) {
    const auto at = model_.lower_bound(key);
    if (at != model_.end()) Erase(std::string(at->first));
  }

  void Clear() {
    map_.clear();
    model_.clear();
    for (Walk& walk : walks_) walk.due.clear();
  }

  void Begin() {
    Walk walk{map_.begin(), {}, {}, slot_changes_};
    for (const auto& [key, entry] : model_) walk.due[key] = entry.birth;
    walks_.push_back(std::move(walk));
    Stand(walks_.back());
  }

  void Advance(Walk& walk) {
    ++walk.it;
    Stand(walk);
  }

  // What the iterator stands on is an entry that is there, produced for the first time.
  void Stand(Walk& walk) {
    if (walk.it.done()) {
      EXPECT_TRUE(walk.due.empty() || !kContract) << "an entry was missed";
      walks_.erase(walks_.begin() + (&walk - walks_.data()));
      return;
    }
    if (!kContract) return;
    const std::string key = TextOf(&walk.it.key(), key_size());
    const auto entry = model_.find(key);
    ASSERT_NE(entry, model_.end()) << "an entry that is gone was produced";
    ASSERT_EQ(TextOf(&walk.it.value(), value_size()), entry->second.value);
    ASSERT_TRUE(walk.produced.insert({key, entry->second.birth}).second) << "produced twice";
    walk.due.erase(key);
    if (walk.slot_changes != slot_changes_) ++produced_across_changes_;
  }

  MapT map_;
  SeededRandom random_;
  std::map<std::string, Entry> model_;
  std::vector<Walk> walks_;
  std::uint64_t births_ = 0;
  unsigned slots_ = 0;
  int slot_changes_ = 0;
  std::size_t produced_across_changes_ = 0;
};

}  // namespace hmap::testing

#endif  // MAPFUZZ_HMAP_OPAQUE_TESTING_H_

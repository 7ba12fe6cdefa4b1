// What the adapters of hmap's maps have in common: whole maps, iterators, buckets, the tape's
// parts.
//
// `MapT` is the map. `Reader` is a small value that makes an Entry of a key and a value as the map
// refers to them, and with `IdOf` a key's id; if the slots per bucket vary, it has `Slots()`, those
// of a map without an array. Operations stay out of line, so that the map's code keeps its coverage
// instrumentation, which the runner goes without.

#ifndef MAPFUZZ_TARGETS_HMAP_ADAPTER_H_
#define MAPFUZZ_TARGETS_HMAP_ADAPTER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "harness/heap.h"
#include "harness/key_space.h"
#include "harness/state.h"
#include "harness/subject.h"
#include "harness/tape.h"
#include "hmap/map.h"
#include "targets/bucket_faults.h"
#include "targets/map_state.h"

namespace mapfuzz {

struct TapeRandom {
  Draws* draws = nullptr;

  std::uint64_t operator()(hmap::Draw draw) const {
    draws->faults.Meet(FaultKind::kDraw);
    switch (draw) {
      case hmap::Draw::kHashSeed:
        return draws->NextHashSeed();
      case hmap::Draw::kIteratorStart:
        return draws->iterator_start;
      case hmap::Draw::kNanHash:
        draws->calls.CountHash();
        return draws->NextNanHash();
      case hmap::Draw::kOverflowCoin:
        return Mix(draws->seed);
    }
    return 0;
  }
};

// The policy under test, with everything random or tunable taken from the tape.
template <PolicyKind kPolicy>
struct PolicyOf {
  using Type = hmap::Strict;
};
template <>
struct PolicyOf<PolicyKind::kGo119> {
  using Type = hmap::Go119;
};
template <>
struct PolicyOf<PolicyKind::kChecked> {
  using Type = hmap::Checked;
};
template <PolicyKind kPolicy, PathKind kPath>
struct TapePolicy : PolicyOf<kPolicy>::Type {
  using Growth = hmap::LoadFactor;
  using Random = TapeRandom;
  using Fatal = hmap::ThrowOnFatal;
  static constexpr bool kFastPaths = kPath == PathKind::kFast;
};

template <class MapT, class Reader, bool kCopies>
class HmapAdapter {
  using TableT = decltype(std::declval<const MapT&>().view());

 public:
  static constexpr bool kTakesFaults = true;
  static constexpr bool kUsesHeap = true;
  static constexpr bool kEndsWhenEmptied = MapT::CoreT::kContract;
  using ChainLimit = hmap::ChainLimit;

  [[gnu::noinline]] void Remake(std::int32_t hint) { map_ = MapT(hint, map_.parts()); }
  std::size_t Size() const { return map_.size(); }
  [[gnu::noinline]] void Clear() { map_.clear(); }
  [[gnu::noinline]] void Reserve(std::int32_t hint) {
    map_.reserve(hint < 0 ? 0 : static_cast<std::size_t>(hint));
  }
  [[gnu::noinline]] void CopyFrom(const HmapAdapter& other)
    requires kCopies
  {
    map_ = other.map_;
  }
  [[gnu::noinline]] void MoveFrom(HmapAdapter& other) { map_ = std::move(other.map_); }
  void SwapWith(HmapAdapter& other) { map_.swap(other.map_); }
  [[gnu::noinline]] void SelfAssign()
    requires kCopies
  {
    MapT& self = map_;
    map_ = std::as_const(self);
    map_ = std::move(self);
  }
  template <class F>
  void ForEach(F f) const {
    map_.view().ForEachEntry([&](const auto& key, const auto& value) { f(reader_(key, value)); });
  }

  class Iterator {
   public:
    Produced Current() const {
      if (it_.done()) return {};
      return {Produced::Kind::kEntry, reader_(it_.key(), it_.value())};
    }
    [[gnu::noinline]] Produced Next() {
      try {
        ++it_;
      } catch (const hmap::StaleIterator&) {
        return {Produced::Kind::kStale, {}};
      }
      return Current();
    }

   private:
    friend class HmapAdapter;
    Iterator(typename MapT::iterator it, Reader reader) : it_(std::move(it)), reader_(reader) {}

    typename MapT::iterator it_;
    [[no_unique_address]] Reader reader_;
  };

  [[gnu::noinline]] Iterator Begin(std::uint16_t draw) {
    draws_->iterator_start = draw;
    return Iterator(map_.begin(), reader_);
  }

  CallCounts Calls() const { return draws_->calls; }
  std::uint32_t AllocatorNumber() const { return map_.get_allocator().number(); }

  class BucketT {
   public:
    BucketT(typename TableT::BucketT bucket, Reader reader) : bucket_(bucket), reader_(reader) {}
    explicit operator bool() const { return static_cast<bool>(bucket_); }
    std::uint8_t Tophash(unsigned slot) const { return bucket_.tophash(slot); }
    Entry At(unsigned slot) const { return reader_(bucket_.key(slot), bucket_.value(slot)); }
    BucketT Next() const { return {bucket_.next(), reader_}; }
    const void* Address() const { return bucket_.address(); }

   private:
    typename TableT::BucketT bucket_;
    [[no_unique_address]] Reader reader_;
  };

  class ViewT {
   public:
    ViewT(TableT table, Reader reader) : table_(table), reader_(reader) {}
    HeaderView Header() const {
      return {table_.count(),     table_.flags(),    static_cast<std::uint8_t>(table_.b()),
              table_.noverflow(), table_.hash0(),    table_.nevacuate(),
              table_.growing(),   table_.pool_left()};
    }
    std::size_t Chains(bool old) const { return table_.chains(ArrayOf(old)); }
    BucketT Chain(bool old, std::size_t n) const {
      return {table_.chain(ArrayOf(old), n), reader_};
    }
    unsigned Slots(bool old) const
      requires requires(const Reader& reader) { reader.Slots(); }
    {
      const unsigned slots = table_.slots(ArrayOf(old));
      return slots == 0 ? reader_.Slots() : slots;
    }

   private:
    static hmap::Array ArrayOf(bool old) { return old ? hmap::Array::kOld : hmap::Array::kCurrent; }
    TableT table_;
    [[no_unique_address]] Reader reader_;
  };

  ViewT View() const { return {map_.view(), reader_}; }

  std::optional<BucketFault> FindBucketFault(const HmapAdapter& other,
                                             std::span<const Iterator* const> iterators) const {
    hmap::Roots<typename MapT::CoreT> roots;
    roots.AddTable(map_.view().core()).AddTable(other.map_.view().core());
    for (const Iterator* iterator : iterators) roots.AddIterator(iterator->it_);
    return mapfuzz::FindBucketFault(roots);
  }

  void WriteState(const HmapAdapter& other, std::span<const Iterator* const> iterators,
                  StateWriter& writer) const {
    hmap::Roots<typename MapT::CoreT> roots;
    roots.AddTable(map_.view().core()).AddTable(other.map_.view().core());
    for (const Iterator* iterator : iterators) {
      if (iterator != nullptr) roots.AddIterator(iterator->it_);
    }
    MapStateWriter<typename MapT::CoreT, Reader> state(roots, reader_, writer);
    state.WriteMap(0, map_, AllocatorNumber());
    state.WriteMap(1, other.map_, other.AllocatorNumber());
    state.WriteArrays();
    for (std::size_t slot = 0; slot < iterators.size(); ++slot) {
      if (iterators[slot] != nullptr) state.WriteIterator(slot, iterators[slot]->it_);
    }
  }

 protected:
  using Parts = typename MapT::Parts;

  HmapAdapter(std::int32_t hint, const Parts& parts, Draws& draws, Reader reader)
      : draws_(&draws), reader_(reader), map_(hint, parts) {}

  // The parts that do not depend on the type of the keys.
  static Parts Completed(Parts parts, const Config& config, Draws& draws) {
    parts.random = {&draws};
    parts.allocator = typename MapT::allocator_type(&draws.heap, draws.NextAllocator());
    const GrowthRule rule = GrowthRuleOf(config);
    parts.growth.numerator = rule.numerator;
    parts.growth.denominator = rule.denominator;
    parts.growth.chain_limit = rule.chain_limit;
    return parts;
  }
  // As the map refers to it.
  static const auto& KeyAt(const Iterator& iterator) { return iterator.it_.key(); }

  MapT& map() { return map_; }
  const MapT& map() const { return map_; }
  const Reader& reader() const { return reader_; }

 private:
  Draws* draws_;
  [[no_unique_address]] Reader reader_;
  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_HMAP_ADAPTER_H_

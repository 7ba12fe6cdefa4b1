// The adapter of `hmap::Map`: the map under test, as the runner drives it.

#ifndef MAPFUZZ_TARGETS_HMAP_SUBJECT_H_
#define MAPFUZZ_TARGETS_HMAP_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "harness/heap.h"
#include "harness/key_space.h"
#include "harness/subject.h"
#include "harness/tape.h"
#include "hmap/map.h"
#include "targets/tape_types.h"

namespace mapfuzz {

// The hasher of a run: the tape chooses it.
template <KeyType kType>
struct TapeHash {
  using is_transparent = void;

  HashKind kind = HashKind::kGood;
  Draws* draws = nullptr;

  template <class Q>
  std::uint64_t operator()(const Q& key, std::uint32_t seed) const {
    draws->OnHash();
    return HashBits(kind, TypesOf<kType>::HashedBitsOf(key), seed);
  }
};

// Equality with its calls counted; not plain, so that the map takes its generic path.
struct TapeEqual {
  using is_transparent = void;

  Draws* draws = nullptr;

  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    draws->OnEqual();
    return a == b;
  }
};

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
template <class Base, PathKind kPath>
struct TapePolicy : Base {
  using Growth = hmap::LoadFactor;
  using Random = TapeRandom;
  using Fatal = hmap::ThrowOnFatal;
  static constexpr bool kFastPaths = kPath == PathKind::kFast;
};

// Operations stay out of line, so that the map's code keeps its coverage instrumentation, which the
// runner goes without.
template <KeyType kType, PolicyKind kPolicy, PathKind kPath>
class HmapSubject {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = typename Types::Stored;
  using Policy =
      TapePolicy<std::conditional_t<kPolicy == PolicyKind::kGo119, hmap::Go119, hmap::Strict>,
                 kPath>;
  static constexpr bool kCopies =
      std::is_copy_constructible_v<Key> && std::is_copy_constructible_v<Stored>;
  using Equal = std::conditional_t<kPath == PathKind::kFast, std::equal_to<>, TapeEqual>;
  using MapT = hmap::Map<Key, Stored, TapeHash<kType>, Equal,
                         TapeAllocator<std::pair<const Key, Stored>>, Policy>;
  using TableT = decltype(std::declval<const MapT&>().view());

 public:
  static constexpr bool kHoldsNan = kType == KeyType::kF64;
  static constexpr bool kTakesFaults = true;
  static constexpr bool kUsesHeap = true;
  static constexpr bool kCountsLives = kType >= KeyType::kTracked;
  static constexpr bool kKeepsOldEntries = kPolicy == PolicyKind::kGo119;
  static constexpr bool kLosesKeys = !std::is_copy_constructible_v<Key>;
  static constexpr bool kRefusesKeys = kType == KeyType::kVariant;

  HmapSubject(const Config& config, Draws& draws)
      : draws_(&draws), map_(config.hint, MakeParts(config, draws)) {}

  [[gnu::noinline]] void Remake(std::int32_t hint) { map_ = MapT(hint, parts()); }
  std::size_t Size() const { return map_.size(); }
  [[gnu::noinline]] bool Put(KeyId key, Value value) {
    return Refusing(
        [&] { return map_.insert_or_assign(Types::MakeKey(key), Types::MakeValue(value)).second; });
  }
  [[gnu::noinline]] std::optional<Value> Get(KeyId key) const {
    return Refusing([&]() -> std::optional<Value> {
      const Stored* stored = map_.find(MakeProbe<Types>(key));
      if (stored == nullptr) return std::nullopt;
      return Types::ValueOf(*stored);
    });
  }
  [[gnu::noinline]] bool Has(KeyId key) const {
    return Refusing([&] { return map_.contains(MakeProbe<Types>(key)); });
  }
  [[gnu::noinline]] bool Del(KeyId key) {
    return Refusing([&] { return map_.erase(MakeProbe<Types>(key)) != 0; });
  }
  [[gnu::noinline]] std::pair<bool, Value> Try(KeyId key, Value value) {
    return Refusing([&]() -> std::pair<bool, Value> {
      const auto [stored, inserted] =
          map_.try_emplace(Types::MakeKey(key), Types::MakeValue(value));
      return {inserted, Types::ValueOf(*stored)};
    });
  }
  [[gnu::noinline]] Value Add(KeyId key, Value value)
    requires std::is_default_constructible_v<Stored>
  {
    return Refusing([&] {
      Stored& stored = map_[Types::MakeKey(key)];
      const Value before = Types::ValueOf(stored);
      Types::Set(stored, value);
      return before;
    });
  }
  [[gnu::noinline]] bool Alias(KeyId key, KeyId from)
    requires kCopies
  {
    return Refusing([&] {
      const Stored* stored = map_.find(Types::MakeKey(from));
      if (stored == nullptr) return false;
      map_.insert_or_assign(Types::MakeKey(key), *stored);
      return true;
    });
  }
  [[gnu::noinline]] void Clear() { map_.clear(); }
  [[gnu::noinline]] void Reserve(std::int32_t hint) {
    map_.reserve(hint < 0 ? 0 : static_cast<std::size_t>(hint));
  }
  [[gnu::noinline]] void CopyFrom(const HmapSubject& other)
    requires kCopies
  {
    map_ = other.map_;
  }
  [[gnu::noinline]] void MoveFrom(HmapSubject& other) { map_ = std::move(other.map_); }
  void SwapWith(HmapSubject& other) { map_.swap(other.map_); }
  [[gnu::noinline]] void SelfAssign()
    requires kCopies
  {
    const MapT& self = map_;
    map_ = self;
  }
  template <class F>
  void ForEach(F f) const {
    map_.view().ForEachEntry(
        [&f](const Key& key, const Stored& stored) { f(MakeEntry(key, stored)); });
  }

  class Iterator {
   public:
    Produced Current() const {
      if (it_.done()) return {};
      return {Produced::Kind::kEntry, MakeEntry(it_.key(), it_.value())};
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
    friend class HmapSubject;
    explicit Iterator(typename MapT::iterator it) : it_(std::move(it)) {}

    typename MapT::iterator it_;
  };

  [[gnu::noinline]] Iterator Begin(std::uint16_t draw) {
    draws_->iterator_start = draw;
    return Iterator(map_.begin());
  }
  // A key that cannot be copied may not refer into the map.
  [[gnu::noinline]] bool DelAt(Iterator& iterator) {
    if constexpr (std::is_copy_constructible_v<Key>) {
      return map_.erase(iterator.it_.key()) != 0;
    } else {
      return map_.erase(Types::MakeKey(Types::IdOf(iterator.it_.key()))) != 0;
    }
  }

  CallCounts Calls() const { return draws_->calls; }

  class BucketT {
   public:
    explicit BucketT(typename TableT::BucketT bucket) : bucket_(bucket) {}
    explicit operator bool() const { return static_cast<bool>(bucket_); }
    std::uint8_t Tophash(unsigned slot) const { return bucket_.tophash(slot); }
    Entry At(unsigned slot) const { return MakeEntry(bucket_.key(slot), bucket_.value(slot)); }
    BucketT Next() const { return BucketT(bucket_.next()); }
    const void* Address() const { return bucket_.address(); }

   private:
    typename TableT::BucketT bucket_;
  };

  class ViewT {
   public:
    explicit ViewT(TableT table) : table_(table) {}
    HeaderView Header() const {
      return {table_.count(),     table_.flags(),    static_cast<std::uint8_t>(table_.b()),
              table_.noverflow(), table_.hash0(),    table_.nevacuate(),
              table_.growing(),   table_.pool_left()};
    }
    std::size_t Chains(bool old) const { return table_.chains(ArrayOf(old)); }
    BucketT Chain(bool old, std::size_t n) const { return BucketT(table_.chain(ArrayOf(old), n)); }

   private:
    static hmap::Array ArrayOf(bool old) { return old ? hmap::Array::kOld : hmap::Array::kCurrent; }
    TableT table_;
  };

  ViewT View() const { return ViewT(map_.view()); }

 private:
  static typename MapT::Parts MakeParts(const Config& config, Draws& draws) {
    typename MapT::Parts parts;
    parts.hash = {config.hash, &draws};
    if constexpr (kPath == PathKind::kGeneric) parts.equal = {&draws};
    parts.random = {&draws};
    parts.allocator = typename MapT::allocator_type(&draws.heap);
    const GrowthRule rule = GrowthRuleOf(config.growth);
    parts.growth = {rule.numerator, rule.denominator};
    return parts;
  }
  const typename MapT::Parts& parts() const { return map_.parts(); }
  // A refusal in the harness's terms.
  template <class F>
  static auto Refusing(F f) {
    if constexpr (kRefusesKeys) {
      try {
        return f();
      } catch (const hmap::UnhashableError& error) {
        throw KeyRefused(error.what());
      }
    } else {
      return f();
    }
  }
  static Entry MakeEntry(const Key& key, const Stored& stored) {
    return {Types::IdOf(key), Types::ValueOf(stored)};
  }

  Draws* draws_;
  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_HMAP_SUBJECT_H_

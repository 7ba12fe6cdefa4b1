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
#include "targets/hmap_adapter.h"
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
    return HashBits(kind, HashedBitsOf<kType>(kind, key), seed);
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

template <class Types>
struct EntryReader {
  Entry operator()(const typename Types::Key& key, const typename Types::Stored& stored) const {
    return {IdOf(key), Types::ValueOf(stored)};
  }
  KeyId IdOf(const typename Types::Key& key) const { return Types::IdOf(key); }
};

template <class Types>
inline constexpr bool kCopyable = std::is_copy_constructible_v<typename Types::Key> &&
                                  std::is_copy_constructible_v<typename Types::Stored>;

template <KeyType kType, PolicyKind kPolicy, PathKind kPath>
using HmapOf = hmap::Map<
    typename TypesOf<kType>::Key, typename TypesOf<kType>::Stored, TapeHash<kType>,
    std::conditional_t<kPath == PathKind::kFast, std::equal_to<>, TapeEqual>,
    TapeAllocator<std::pair<const typename TypesOf<kType>::Key, typename TypesOf<kType>::Stored>>,
    TapePolicy<kPolicy, kPath>>;

template <KeyType kType, PolicyKind kPolicy, PathKind kPath>
class HmapSubject : public HmapAdapter<HmapOf<kType, kPolicy, kPath>, EntryReader<TypesOf<kType>>,
                                       kCopyable<TypesOf<kType>>> {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = typename Types::Stored;
  using Base = HmapAdapter<HmapOf<kType, kPolicy, kPath>, EntryReader<Types>, kCopyable<Types>>;

 protected:
  using Base::map;

 public:
  using typename Base::Iterator;

  static constexpr bool kHoldsNan = kType == KeyType::kF64;
  static constexpr bool kCountsLives = kType >= KeyType::kTracked;
  static constexpr bool kKeepsOldEntries = kPolicy == PolicyKind::kGo119;
  static constexpr bool kLosesKeys = !std::is_copy_constructible_v<Key>;
  static constexpr bool kRefusesKeys = kType == KeyType::kVariant;

  HmapSubject(const Config& config, Draws& draws)
      : Base(config.hint, MakeParts(config, draws), draws, {}) {}

  [[gnu::noinline]] bool Put(KeyId key, Value value) {
    return Refusing([&] {
      return map().insert_or_assign(Types::MakeKey(key), Types::MakeValue(value)).second;
    });
  }
  [[gnu::noinline]] std::optional<Value> Get(KeyId key) const {
    return Refusing([&]() -> std::optional<Value> {
      const Stored* stored = map().find(MakeProbe<Types>(key));
      if (stored == nullptr) return std::nullopt;
      return Types::ValueOf(*stored);
    });
  }
  [[gnu::noinline]] bool Has(KeyId key) const {
    return Refusing([&] { return map().contains(MakeProbe<Types>(key)); });
  }
  [[gnu::noinline]] bool Del(KeyId key) {
    return Refusing([&] { return map().erase(MakeProbe<Types>(key)) != 0; });
  }
  [[gnu::noinline]] std::pair<bool, Value> Try(KeyId key, Value value) {
    return Refusing([&]() -> std::pair<bool, Value> {
      const auto [stored, inserted] =
          map().try_emplace(Types::MakeKey(key), Types::MakeValue(value));
      return {inserted, Types::ValueOf(*stored)};
    });
  }
  [[gnu::noinline]] Value Add(KeyId key, Value value)
    requires std::is_default_constructible_v<Stored>
  {
    return Refusing([&] {
      Stored& stored = map()[Types::MakeKey(key)];
      const Value before = Types::ValueOf(stored);
      Types::Set(stored, value);
      return before;
    });
  }
  [[gnu::noinline]] bool Alias(KeyId key, KeyId from)
    requires kCopyable<Types>
  {
    return Refusing([&] {
      const Stored* stored = map().find(Types::MakeKey(from));
      if (stored == nullptr) return false;
      map().insert_or_assign(Types::MakeKey(key), *stored);
      return true;
    });
  }
  // A key that cannot be copied may not refer into the map.
  [[gnu::noinline]] bool DelAt(Iterator& iterator) {
    const Key& key = Base::KeyAt(iterator);
    if constexpr (std::is_copy_constructible_v<Key>) {
      return map().erase(key) != 0;
    } else {
      return map().erase(Types::MakeKey(Types::IdOf(key))) != 0;
    }
  }

 private:
  using typename Base::Parts;

  static Parts MakeParts(const Config& config, Draws& draws) {
    Parts parts;
    parts.hash = {config.hash, &draws};
    if constexpr (kPath == PathKind::kGeneric) parts.equal = {&draws};
    return Base::Completed(parts, config, draws);
  }
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
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_HMAP_SUBJECT_H_

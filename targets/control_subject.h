// The adapter of maps with the interface of std::unordered_map, as controls of the oracles.
//
// They do less than hmap and so declare less: no iterators that live through writes, no NaN keys,
// no buckets to look into. `Map<Key, Stored, Hash>` is the template to adapt.

#ifndef MAPFUZZ_TARGETS_CONTROL_SUBJECT_H_
#define MAPFUZZ_TARGETS_CONTROL_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "harness/subject.h"
#include "harness/tape.h"
#include "targets/tape_types.h"

namespace mapfuzz {

// The tape's hash, without a seed of the map's own.
template <KeyType kType>
struct ControlHash {
  HashKind kind = HashKind::kGood;

  std::size_t operator()(const typename TypesOf<kType>::Key& key) const {
    return HashBits(kind, HashedBitsOf<kType>(kind, key), 0);
  }
};

// Controls check oracles, not how a map treats its objects: keys that watch over their lives become
// numbers.
inline Tape WithPlainKeys(Tape tape) {
  tape.config.type = KeyType::kU64;
  return tape;
}

template <KeyType kType, template <class, class, class> class Map>
class ControlSubject {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = typename Types::Stored;
  using Hash = ControlHash<kType>;
  using MapT = Map<Key, Stored, Hash>;

 public:
  // These maps keep the key that came first.
  static constexpr bool kUpdatesKey = false;

  ControlSubject(const Config& config, Draws&)
      : hash_{config.hash}, map_(Room(config.hint), hash_) {}

  void Remake(std::int32_t hint) { map_ = MapT(Room(hint), hash_); }
  std::size_t Size() const { return map_.size(); }
  bool Put(KeyId key, Value value) {
    return map_.insert_or_assign(Types::MakeKey(key), Types::MakeValue(value)).second;
  }
  std::optional<Value> Get(KeyId key) const {
    const auto it = map_.find(Types::MakeKey(key));
    return it == map_.end() ? std::nullopt : std::optional<Value>(Types::ValueOf(it->second));
  }
  bool Has(KeyId key) const { return map_.find(Types::MakeKey(key)) != map_.end(); }
  bool Del(KeyId key) { return map_.erase(Types::MakeKey(key)) != 0; }
  std::pair<bool, Value> Try(KeyId key, Value value) {
    const auto [it, inserted] = map_.try_emplace(Types::MakeKey(key), Types::MakeValue(value));
    return {inserted, Types::ValueOf(it->second)};
  }
  Value Add(KeyId key, Value value) {
    Stored& stored = map_[Types::MakeKey(key)];
    const Value before = Types::ValueOf(stored);
    stored = Types::MakeValue(value);
    return before;
  }
  // Through a copy: not every control may take a reference into itself.
  bool Alias(KeyId key, KeyId from) {
    const auto it = map_.find(Types::MakeKey(from));
    if (it == map_.end()) return false;
    map_[Types::MakeKey(key)] = Stored(it->second);
    return true;
  }
  void Clear() { map_.clear(); }
  void Reserve(std::int32_t hint) { map_.reserve(Room(hint)); }
  void CopyFrom(const ControlSubject& other) { map_ = other.map_; }
  void MoveFrom(ControlSubject& other) {
    map_ = std::move(other.map_);
    other.map_ = MapT(0, hash_);
  }
  void SwapWith(ControlSubject& other) { map_.swap(other.map_); }
  void SelfAssign() {
    const MapT& self = map_;
    map_ = self;
  }
  template <class F>
  void ForEach(F f) const {
    for (const auto& [key, stored] : map_) f(Entry{Types::IdOf(key), Types::ValueOf(stored)});
  }

 private:
  static std::size_t Room(std::int32_t hint) {
    return hint < 0 ? 0 : static_cast<std::size_t>(hint);
  }

  Hash hash_;
  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_CONTROL_SUBJECT_H_

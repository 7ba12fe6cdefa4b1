// The adapter of `hmap::ShardedMap`.

#ifndef MAPFUZZ_TARGETS_SHARDED_SUBJECT_H_
#define MAPFUZZ_TARGETS_SHARDED_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/threads/shared_map.h"
#include "hmap/reentry.h"
#include "hmap/sharded_map.h"
#include "targets/named_parts.h"
#include "targets/shared_types.h"

namespace mapfuzz {

template <KeyType kType>
class ShardedSubject {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = SharedValue<kType>;
  using MapT = hmap::ShardedMap<Key, Stored, SharedHash<kType>, std::equal_to<>,
                                std::allocator<std::pair<const Key, Stored>>, SharedPolicy>;

 public:
  static constexpr Promises kPromises{SizePromise::kBounded, ClearPromise::kPerKey,
                                      IterationPromise::kPerKey};
  static constexpr BackendKind kBackend = BackendKind::kFibers;
  // Each thread knows the maps that it is inside of.
  static void* OwnPointer() { return hmap::ReentryGuard::List(); }
  static std::int64_t ValuesAlive() { return SharedValues::Alive(); }

  explicit ShardedSubject(const Config& config)
      : map_(config.shards, SharedParts<typename MapT::Parts>(config)) {}

  KeyAnswer Put(KeyId key, Value value) {
    return {.found = !map_.insert_or_assign(Types::MakeKey(key), Stored(value)), .value = {}};
  }
  KeyAnswer Get(KeyId key) { return ToldOf(map_.find(Types::MakeKey(key))); }
  KeyAnswer Has(KeyId key) { return {.found = map_.contains(Types::MakeKey(key)), .value = {}}; }
  KeyAnswer Del(KeyId key) { return {.found = map_.erase(Types::MakeKey(key)), .value = {}}; }
  KeyAnswer Try(KeyId key, Value value) {
    return {.found = !map_.try_emplace(Types::MakeKey(key), value), .value = {}};
  }
  KeyAnswer Add(KeyId key, Value value) {
    const auto sum = map_.compute(Types::MakeKey(key), [value](const Stored* stored) {
      return std::optional(Stored((stored == nullptr ? 0 : stored->value()) + value));
    });
    return {.found = {}, .value = sum->value()};
  }
  KeyAnswer Exchange(KeyId key, Value value) {
    return Computed(key, [value](const Stored*) { return std::optional(Stored(value)); });
  }
  KeyAnswer Pop(KeyId key) {
    return Computed(key, [](const Stored*) { return std::optional<Stored>(); });
  }
  KeyAnswer Cas(KeyId key, Value expected, Value value) {
    return Compared(key, expected, Stored(value));
  }
  KeyAnswer CasDel(KeyId key, Value expected) { return Compared(key, expected, std::nullopt); }
  void Clear() { map_.clear(); }
  std::size_t Size() { return map_.size(); }
  // The map's own iteration has no end but its own.
  void Iterate(const VisitEntry& visit) {
    bool going = true;
    map_.for_each([&](const Key& key, const Stored& stored) {
      if (going) going = visit({Types::IdOf(key), stored.value()});
    });
  }

  std::optional<RestFault> FindFault() {
    std::optional<RestFault> fault;
    for (std::size_t n = 0; n < map_.shard_count() && !fault; ++n) {
      map_.inspect(n, [&](const auto& shard) { fault = FaultOf(shard, n); });
    }
    return fault;
  }

  // The sizes of the tables, and whether they are growing.
  std::string Shape() {
    std::string text;
    for (std::size_t n = 0; n < map_.shard_count(); ++n) {
      map_.inspect(n, [&text](const auto& shard) {
        text += std::to_string(shard.view().b()) + (shard.view().growing() ? "+ " : " ");
      });
    }
    return text;
  }

  void NameParts(std::vector<NamedRange>& parts) const {
    for (std::size_t n = 0; n < map_.shard_count(); ++n) {
      const PartOwner owner{"shard", static_cast<std::int64_t>(n)};
      NamePart("mutex", map_.mutex_of(n), owner, parts);
      map_.inspect(n, [&](const auto& shard) { NameTable(shard, owner, parts); });
    }
  }

 private:
  static KeyAnswer ToldOf(const std::optional<Stored>& stored) {
    if (!stored) return {.found = false, .value = {}};
    return {.found = true, .value = stored->value()};
  }

  // What was there before.
  template <class F>
  KeyAnswer Computed(KeyId key, F next) {
    KeyAnswer before{.found = false, .value = {}};
    map_.compute(Types::MakeKey(key), [&](const Stored* stored) {
      if (stored != nullptr) before = {.found = true, .value = stored->value()};
      return next(stored);
    });
    return before;
  }
  KeyAnswer Compared(KeyId key, Value expected, const std::optional<Stored>& next) {
    bool same = false;
    map_.compute(Types::MakeKey(key), [&](const Stored* stored) {
      same = stored != nullptr && stored->value() == expected;
      if (same) return next;
      return stored == nullptr ? std::optional<Stored>() : std::optional(*stored);
    });
    return {.found = same, .value = {}};
  }

  template <class ShardT>
  std::optional<RestFault> FaultOf(const ShardT& shard, std::size_t n) const {
    std::optional<RestFault> fault;
    std::size_t entries = 0;
    shard.view().ForEachEntry([&](const Key& key, const Stored&) {
      ++entries;
      const std::string id = "key " + std::to_string(Types::IdOf(key));
      if (map_.shard_of(key) != n) fault = RestFault{"foreign-key", id + " in another's shard"};
      if (shard.find(key) == nullptr) fault = RestFault{"not-found", id + " is not found"};
    });
    if (!fault && entries != shard.size()) {
      fault = RestFault{"count", "map:   " + std::to_string(shard.size()) +
                                     " entries\nmodel: " + std::to_string(entries)};
    }
    return fault;
  }

  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SHARDED_SUBJECT_H_

// A `std::map` under one lock, as the control of the runner of threads: what cries here cries wolf.

#ifndef MAPFUZZ_TARGETS_LOCKED_SUBJECT_H_
#define MAPFUZZ_TARGETS_LOCKED_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "harness/threads/shared_map.h"
#include "targets/shared_types.h"

namespace mapfuzz {

template <KeyType kType>
class LockedSubject {
  using Types = TypesOf<kType>;
  using Stored = SharedValue<kType>;
  using Lock = std::lock_guard<std::mutex>;

 public:
  static constexpr Promises kPromises{};
  static constexpr BackendKind kBackend = BackendKind::kFibers;
  static std::int64_t ValuesAlive() { return SharedValues::Alive(); }

  explicit LockedSubject(const Config&) {}

  KeyAnswer Put(KeyId key, Value value) {
    const Lock lock(mutex_);
    return {.found = !map_.insert_or_assign(Types::MakeKey(key), Stored(value)).second,
            .value = {}};
  }
  KeyAnswer Get(KeyId key) {
    const Lock lock(mutex_);
    return Before(map_.find(Types::MakeKey(key)));
  }
  KeyAnswer Has(KeyId key) {
    const Lock lock(mutex_);
    return {.found = map_.count(Types::MakeKey(key)) != 0, .value = {}};
  }
  KeyAnswer Del(KeyId key) {
    const Lock lock(mutex_);
    return {.found = map_.erase(Types::MakeKey(key)) != 0, .value = {}};
  }
  KeyAnswer Try(KeyId key, Value value) {
    const Lock lock(mutex_);
    const auto [entry, inserted] = map_.try_emplace(Types::MakeKey(key), value);
    return {.found = !inserted, .value = entry->second.value()};
  }
  KeyAnswer Add(KeyId key, Value value) {
    const Lock lock(mutex_);
    const auto [entry, inserted] = map_.try_emplace(Types::MakeKey(key), 0);
    const Value sum = entry->second.value() + value;
    entry->second = Stored(sum);
    return {.found = !inserted, .value = sum};
  }
  KeyAnswer Exchange(KeyId key, Value value) {
    const Lock lock(mutex_);
    const KeyAnswer before = Before(map_.find(Types::MakeKey(key)));
    map_.insert_or_assign(Types::MakeKey(key), Stored(value));
    return before;
  }
  KeyAnswer Pop(KeyId key) {
    const Lock lock(mutex_);
    const auto entry = map_.find(Types::MakeKey(key));
    const KeyAnswer before = Before(entry);
    if (entry != map_.end()) map_.erase(entry);
    return before;
  }
  KeyAnswer Cas(KeyId key, Value expected, Value value) {
    const Lock lock(mutex_);
    const auto entry = map_.find(Types::MakeKey(key));
    if (!Holds(entry, expected)) return {.found = false, .value = {}};
    entry->second = Stored(value);
    return {.found = true, .value = {}};
  }
  KeyAnswer CasDel(KeyId key, Value expected) {
    const Lock lock(mutex_);
    const auto entry = map_.find(Types::MakeKey(key));
    if (!Holds(entry, expected)) return {.found = false, .value = {}};
    map_.erase(entry);
    return {.found = true, .value = {}};
  }
  void Clear() {
    const Lock lock(mutex_);
    map_.clear();
  }
  std::size_t Size() {
    const Lock lock(mutex_);
    return map_.size();
  }
  void Iterate(const VisitEntry& visit) {
    std::vector<Entry> entries;
    {
      const Lock lock(mutex_);
      for (const auto& [key, stored] : map_) entries.push_back({Types::IdOf(key), stored.value()});
    }
    for (const Entry& entry : entries) {
      if (!visit(entry)) return;
    }
  }
  void NameParts(std::vector<NamedRange>& parts) const {
    parts.push_back({"mutex", &mutex_, sizeof(mutex_)});
  }

 private:
  using Map = std::map<typename Types::Key, Stored>;

  KeyAnswer Before(typename Map::const_iterator entry) const {
    if (entry == map_.end()) return {.found = false, .value = {}};
    return {.found = true, .value = entry->second.value()};
  }
  bool Holds(typename Map::const_iterator entry, Value expected) const {
    return entry != map_.end() && entry->second.value() == expected;
  }

  std::mutex mutex_;
  Map map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_LOCKED_SUBJECT_H_

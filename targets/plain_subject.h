// The adapter of `hmap::Map` itself, without any lock, for threads that share it.
//
// Threads that only look up and iterate may. A thread that writes must be alone: beside others the
// map says so if it notices (Go's "concurrent map writes"), and anything may come of it.

#ifndef MAPFUZZ_TARGETS_PLAIN_SUBJECT_H_
#define MAPFUZZ_TARGETS_PLAIN_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/threads/shared_map.h"
#include "hmap/map.h"
#include "targets/named_parts.h"
#include "targets/shared_types.h"

namespace mapfuzz {

template <KeyType kType>
class PlainSubject {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = SharedValue<kType>;
  using MapT = hmap::Map<Key, Stored, SharedHash<kType>, std::equal_to<>,
                         std::allocator<std::pair<const Key, Stored>>, SharedPolicy>;

 public:
  static constexpr Promises kPromises{};
  static constexpr BackendKind kBackend = BackendKind::kFibers;
  static std::int64_t ValuesAlive() { return SharedValues::Alive(); }

  explicit PlainSubject(const Config& config)
      : map_(0, SharedParts<typename MapT::Parts>(config)) {}

  KeyAnswer Put(KeyId key, Value value) {
    const bool inserted = map_.insert_or_assign(Types::MakeKey(key), Stored(value)).second;
    return {.found = !inserted, .value = {}};
  }
  KeyAnswer Get(KeyId key) {
    const Stored* const stored = Look(Types::MakeKey(key));
    if (stored == nullptr) return {.found = false, .value = {}};
    return {.found = true, .value = stored->value()};
  }
  KeyAnswer Has(KeyId key) { return {.found = Look(Types::MakeKey(key)) != nullptr, .value = {}}; }
  KeyAnswer Del(KeyId key) { return {.found = map_.erase(Types::MakeKey(key)) != 0, .value = {}}; }
  KeyAnswer Try(KeyId key, Value value) {
    return {.found = !map_.try_emplace(Types::MakeKey(key), value).second, .value = {}};
  }
  void Clear() { map_.clear(); }
  std::size_t Size() { return map_.size(); }
  void Iterate(const VisitEntry& visit) {
    const MapT& map = map_;
    for (auto it = map.begin(); !it.done(); ++it) {
      if (!visit({Types::IdOf(it.key()), it.value().value()})) return;
    }
  }

  std::string Shape() {
    return std::to_string(map_.view().b()) + (map_.view().growing() ? "+" : "");
  }

  void NameParts(std::vector<NamedRange>& parts) const { NameTable(map_, {}, parts); }

 private:
  const Stored* Look(const Key& key) const { return map_.find(key); }

  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_PLAIN_SUBJECT_H_

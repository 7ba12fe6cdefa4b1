// The adapter of `hmap::SyncMap`.

#ifndef MAPFUZZ_TARGETS_SYNC_SUBJECT_H_
#define MAPFUZZ_TARGETS_SYNC_SUBJECT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/threads/shared_map.h"
#include "hmap/reentry.h"
#include "hmap/sync_map.h"
#include "hmap/sync_testing.h"
#include "targets/named_parts.h"
#include "targets/shared_types.h"

namespace mapfuzz {

template <KeyType kType>
class SyncSubject {
  using Types = TypesOf<kType>;
  using Key = typename Types::Key;
  using Stored = SharedValue<kType>;
  using MapT = hmap::SyncMap<Key, Stored, SharedHash<kType>, std::equal_to<>, SharedPolicy>;

 public:
  static constexpr Promises kPromises{SizePromise::kQuiet, ClearPromise::kAtomic,
                                      IterationPromise::kPerKey};
  static constexpr BackendKind kBackend = BackendKind::kFibers;
  // Each thread knows the maps that it is inside of.
  static void* OwnPointer() { return hmap::ReentryGuard::List(); }
  static std::int64_t ValuesAlive() { return SharedValues::Alive(); }

  explicit SyncSubject(const Config& config) : map_(SharedParts<typename MapT::Parts>(config)) {}

  KeyAnswer Put(KeyId key, Value value) {
    map_.store(Types::MakeKey(key), Stored(value));
    return {};
  }
  KeyAnswer Get(KeyId key) { return ToldOf(map_.load(Types::MakeKey(key))); }
  KeyAnswer Has(KeyId key) {
    return {.found = map_.load(Types::MakeKey(key)).has_value(), .value = {}};
  }
  KeyAnswer Del(KeyId key) { return {.found = map_.erase(Types::MakeKey(key)), .value = {}}; }
  KeyAnswer Try(KeyId key, Value value) {
    const auto [now, loaded] = map_.load_or_store(Types::MakeKey(key), Stored(value));
    return {.found = loaded, .value = now.value()};
  }
  KeyAnswer Exchange(KeyId key, Value value) {
    return ToldOf(map_.swap(Types::MakeKey(key), Stored(value)));
  }
  KeyAnswer Pop(KeyId key) { return ToldOf(map_.load_and_delete(Types::MakeKey(key))); }
  KeyAnswer Cas(KeyId key, Value expected, Value value) {
    return {.found = map_.compare_and_swap(Types::MakeKey(key), Stored(expected), Stored(value)),
            .value = {}};
  }
  KeyAnswer CasDel(KeyId key, Value expected) {
    return {.found = map_.compare_and_delete(Types::MakeKey(key), Stored(expected)), .value = {}};
  }
  void Clear() { map_.clear(); }
  void Iterate(const VisitEntry& visit) {
    map_.range([&visit](const Key& key, const Stored& stored) {
      return visit({Types::IdOf(key), stored.value()});
    });
  }

  std::optional<RestFault> FindFault() {
    std::string broken = hmap::SyncMapInside::BrokenRule(map_);
    if (broken.empty()) return std::nullopt;
    return RestFault{"sync-parts", std::move(broken)};
  }

  // The keys of the read part, which only another part that takes its place changes.
  std::string Shape() {
    std::string text;
    std::istringstream words(hmap::SyncMapInside::Describe(map_));
    for (std::string word; words >> word && word != "|";) {
      if (word != "amended") text += word.substr(0, word.find_first_of("=-!")) + " ";
    }
    return text;
  }

  void NameParts(std::vector<NamedRange>& parts) const {
    using Inside = hmap::SyncMapInside;
    Inside::ForEachField(map_, [&parts](std::string_view name, const auto& field) {
      NamePart(name, field, {}, parts);
    });
    Inside::ForEachTable(map_, [&parts](std::string_view name, const auto& table) {
      NameTable(table, {name}, parts);
      table.view().ForEachEntry([&parts](const Key& key, const auto& entry) {
        parts.push_back({"entry of key", entry.get(), sizeof(*entry.get()),
                         static_cast<std::int64_t>(Types::IdOf(key))});
      });
    });
  }

 private:
  static KeyAnswer ToldOf(const std::optional<Stored>& stored) {
    if (!stored) return {.found = false, .value = {}};
    return {.found = true, .value = stored->value()};
  }

  MapT map_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SYNC_SUBJECT_H_

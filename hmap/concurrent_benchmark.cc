// The maps for several threads against what there is besides: a locked std::unordered_map, oneTBB's
// concurrent_hash_map and libcuckoo.
//
// All threads work on one map of kKeys keys, about half of which are there. Read-mostly: one
// operation in 64 writes; write-heavy: every second one does. A write assigns or erases.

#include <benchmark/benchmark.h>
#include <tbb/concurrent_hash_map.h>

#include <cstdint>
#include <libcuckoo/cuckoohash_map.hh>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "hmap/random.h"
#include "hmap/sharded_map.h"
#include "hmap/sync_map.h"

namespace {

using Key = std::uint64_t;
using Value = std::uint64_t;

constexpr std::uint64_t kKeys = 1 << 16;

// One interface for all.
class Sharded {
 public:
  std::optional<Value> Find(Key key) const { return map_.find(key); }
  void Assign(Key key, Value value) { map_.insert_or_assign(key, value); }
  void Erase(Key key) { map_.erase(key); }

 private:
  hmap::ShardedMap<Key, Value> map_{64};
};

class Sync {
 public:
  std::optional<Value> Find(Key key) const { return map_.load(key); }
  void Assign(Key key, Value value) { map_.store(key, value); }
  void Erase(Key key) { map_.erase(key); }

 private:
  hmap::SyncMap<Key, Value> map_;
};

class LockedStd {
 public:
  std::optional<Value> Find(Key key) const {
    const std::shared_lock lock(mutex_);
    const auto at = map_.find(key);
    return at == map_.end() ? std::nullopt : std::optional<Value>(at->second);
  }
  void Assign(Key key, Value value) {
    const std::unique_lock lock(mutex_);
    map_.insert_or_assign(key, value);
  }
  void Erase(Key key) {
    const std::unique_lock lock(mutex_);
    map_.erase(key);
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<Key, Value> map_;
};

class Tbb {
  using Map = tbb::concurrent_hash_map<Key, Value>;

 public:
  std::optional<Value> Find(Key key) const {
    Map::const_accessor at;
    return map_.find(at, key) ? std::optional<Value>(at->second) : std::nullopt;
  }
  void Assign(Key key, Value value) {
    Map::accessor at;
    map_.insert(at, key);
    at->second = value;
  }
  void Erase(Key key) { map_.erase(key); }

 private:
  Map map_;
};

class Cuckoo {
 public:
  std::optional<Value> Find(Key key) const {
    Value value = 0;
    return map_.find(key, value) ? std::optional<Value>(value) : std::nullopt;
  }
  void Assign(Key key, Value value) { map_.insert_or_assign(key, value); }
  void Erase(Key key) { map_.erase(key); }

 private:
  libcuckoo::cuckoohash_map<Key, Value> map_;
};

template <class MapT>
std::unique_ptr<MapT> HalfFull() {
  auto map = std::make_unique<MapT>();
  for (Key key = 0; key < kKeys; key += 2) map->Assign(key, key);
  return map;
}

// One operation in `every` writes. The threads of a benchmark meet where its loop begins and ends.
template <class MapT>
void Mix(benchmark::State& state, std::uint64_t every) {
  static std::unique_ptr<MapT> map;
  if (state.thread_index() == 0) map = HalfFull<MapT>();
  std::uint64_t drawn = hmap::MixBits(static_cast<std::uint64_t>(state.thread_index()));
  for (auto _ : state) {
    drawn = hmap::MixBits(drawn);
    const Key key = drawn % kKeys;
    const std::uint64_t choice = drawn >> 32;
    if (choice % every != 0) {
      benchmark::DoNotOptimize(map->Find(key));
    } else if (choice / every % 2 == 0) {
      map->Assign(key, drawn);
    } else {
      map->Erase(key);
    }
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) map.reset();
}

template <class MapT>
void ReadMostly(benchmark::State& state) {
  Mix<MapT>(state, 64);
}
template <class MapT>
void WriteHeavy(benchmark::State& state) {
  Mix<MapT>(state, 2);
}

#define MAPFUZZ_COMPARE(function)                                             \
  BENCHMARK_TEMPLATE(function, Sharded)->ThreadRange(1, 16)->UseRealTime();   \
  BENCHMARK_TEMPLATE(function, Sync)->ThreadRange(1, 16)->UseRealTime();      \
  BENCHMARK_TEMPLATE(function, LockedStd)->ThreadRange(1, 16)->UseRealTime(); \
  BENCHMARK_TEMPLATE(function, Tbb)->ThreadRange(1, 16)->UseRealTime();       \
  BENCHMARK_TEMPLATE(function, Cuckoo)->ThreadRange(1, 16)->UseRealTime()

MAPFUZZ_COMPARE(ReadMostly);
MAPFUZZ_COMPARE(WriteHeavy);

}  // namespace

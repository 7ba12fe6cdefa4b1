// The map against std::unordered_map, operation by operation, and what the random seed is for.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hmap/map.h"

namespace {

template <class K>
K MakeKey(std::uint64_t n) {
  if constexpr (std::is_same_v<K, std::string>) {
    return "key " + std::to_string(hmap::MixBits(n));
  } else {
    return hmap::MixBits(n);
  }
}

template <class K>
std::vector<K> MakeKeys(std::uint64_t begin, std::uint64_t end) {
  std::vector<K> keys;
  for (; begin != end; ++begin) keys.push_back(MakeKey<K>(begin));
  return keys;
}

template <class MapT>
MapT Filled(const std::vector<typename MapT::key_type>& keys) {
  MapT map;
  for (const auto& key : keys) map[key] = 1;
  return map;
}

template <class K>
using Hmap = hmap::Map<K, std::uint64_t>;
template <class K>
using Std = std::unordered_map<K, std::uint64_t>;

template <class MapT>
void Insert(benchmark::State& state) {
  const auto keys = MakeKeys<typename MapT::key_type>(0, state.range(0));
  for (auto _ : state) {
    const MapT map = Filled<MapT>(keys);
    benchmark::DoNotOptimize(map.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class MapT>
void Look(benchmark::State& state, std::uint64_t first) {
  using K = typename MapT::key_type;
  const auto n = static_cast<std::uint64_t>(state.range(0));
  const MapT map = Filled<MapT>(MakeKeys<K>(0, n));
  const std::vector<K> wanted = MakeKeys<K>(first, first + n);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(map.contains(wanted[i]));
    if (++i == wanted.size()) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}

template <class MapT>
void LookHit(benchmark::State& state) {
  Look<MapT>(state, 0);
}

template <class MapT>
void LookMiss(benchmark::State& state) {
  Look<MapT>(state, static_cast<std::uint64_t>(state.range(0)));
}

// The size stays; the keys go by.
template <class MapT>
void Churn(benchmark::State& state) {
  using K = typename MapT::key_type;
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::vector<K> keys = MakeKeys<K>(0, 8 * n);
  MapT map = Filled<MapT>(MakeKeys<K>(0, n));
  std::size_t oldest = 0;
  for (auto _ : state) {
    map.erase(keys[oldest]);
    map[keys[(oldest + n) % keys.size()]] = 1;
    oldest = (oldest + 1) % keys.size();
  }
  state.SetItemsProcessed(state.iterations());
}

template <class MapT>
void Iterate(benchmark::State& state) {
  MapT map = Filled<MapT>(MakeKeys<typename MapT::key_type>(0, state.range(0)));
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (auto entry : map) sum += entry.second;
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

#define MAPFUZZ_COMPARE(function)                                           \
  BENCHMARK_TEMPLATE(function, Hmap<std::uint64_t>)->Arg(100)->Arg(100000); \
  BENCHMARK_TEMPLATE(function, Std<std::uint64_t>)->Arg(100)->Arg(100000);  \
  BENCHMARK_TEMPLATE(function, Hmap<std::string>)->Arg(100000);             \
  BENCHMARK_TEMPLATE(function, Std<std::string>)->Arg(100000)

MAPFUZZ_COMPARE(Insert);
MAPFUZZ_COMPARE(LookHit);
MAPFUZZ_COMPARE(LookMiss);
MAPFUZZ_COMPARE(Churn);
MAPFUZZ_COMPARE(Iterate);

// An attacker who knows the seed picks keys that all fall into one bucket of 2^kFloodBits.
constexpr std::uint32_t kKnownSeed = 0;
constexpr unsigned kFloodBits = 14;

std::vector<std::uint64_t> FloodKeys(std::size_t count) {
  std::vector<std::uint64_t> keys;
  const hmap::Hash<std::uint64_t> hash;
  for (std::uint64_t key = 0; keys.size() < count; ++key) {
    if ((hash(key, kKnownSeed) & ((std::uint64_t{1} << kFloodBits) - 1)) == 0) keys.push_back(key);
  }
  return keys;
}

struct KnownSeed {
  std::uint64_t operator()(hmap::Draw) const { return kKnownSeed; }
};
struct KnownSeedPolicy : hmap::Strict {
  using Random = KnownSeed;
};

template <class Policy>
void Flood(benchmark::State& state) {
  using MapT = hmap::Map<std::uint64_t, std::uint64_t, hmap::Hash<std::uint64_t>, std::equal_to<>,
                         std::allocator<std::pair<const std::uint64_t, std::uint64_t>>, Policy>;
  const std::vector<std::uint64_t> keys = FloodKeys(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const MapT map = Filled<MapT>(keys);
    benchmark::DoNotOptimize(map.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_TEMPLATE(Flood, KnownSeedPolicy)->Arg(4000);
BENCHMARK_TEMPLATE(Flood, hmap::Strict)->Arg(4000);

}  // namespace

// What it costs to judge a run: key by key, as one object, and to find the minimal part of a bad
// one.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "model/generated_run.h"
#include "model/linearizability.h"

namespace mapfuzz {
namespace {

constexpr std::uint32_t kLastKeyOp = static_cast<std::uint32_t>(MapOp::kAdd);

// 3 threads of 20 operations, on so many keys.
std::vector<ConcurrentHistory> Runs(KeyId keys, std::uint32_t last_op) {
  std::mt19937_64 random(1);
  const Draw draw = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  std::vector<ConcurrentHistory> runs;
  for (int i = 0; i != 256; ++i) {
    const RunPlan plan{.ops = 20, .keys = keys, .values = 1000, .last_op = last_op};
    runs.push_back(GeneratedRun(plan, draw).Run());
  }
  return runs;
}

// The last get or delete that found something is told a value that nobody wrote.
void Spoil(ConcurrentHistory& history) {
  for (auto op = history.ops.rbegin(); op != history.ops.rend(); ++op) {
    const bool tells = op->request.op == MapOp::kGet || op->request.op == MapOp::kDelete;
    if (!tells || !op->answer.key.value) continue;
    op->answer.key.value = 1'000'000;
    return;
  }
}

void Judge(benchmark::State& state, const std::vector<ConcurrentHistory>& runs) {
  std::size_t next = 0;
  std::uint64_t nodes = 0;
  for (auto _ : state) {
    nodes += CheckLinearizability(runs[next++ % runs.size()]).nodes;
  }
  state.counters["nodes"] =
      benchmark::Counter(static_cast<double>(nodes), benchmark::Counter::kAvgIterations);
}

void BM_KeyByKey(benchmark::State& state) {
  Judge(state, Runs(static_cast<KeyId>(state.range(0)), kLastKeyOp));
}
BENCHMARK(BM_KeyByKey)->Arg(1)->Arg(4)->Arg(20);

void BM_WholeMap(benchmark::State& state) {
  Judge(state, Runs(static_cast<KeyId>(state.range(0)), kMapOps - 1));
}
BENCHMARK(BM_WholeMap)->Arg(1)->Arg(4)->Arg(20);

void BM_MinimalPart(benchmark::State& state) {
  std::vector<ConcurrentHistory> runs = Runs(static_cast<KeyId>(state.range(0)), kLastKeyOp);
  for (ConcurrentHistory& run : runs) Spoil(run);
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(FindMinimalPart(runs[next++ % runs.size()]));
  }
}
BENCHMARK(BM_MinimalPart)->Arg(1)->Arg(4)->Arg(20);

}  // namespace
}  // namespace mapfuzz

#include "harness/fuzz_target.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <utility>

#include "harness/coverage_look.h"
#include "harness/key_space.h"
#include "harness/run_core.h"
#include "harness/stats.h"
#include "harness/tape_binary.h"
#include "harness/tape_mutator.h"

// libFuzzer's own mutator, where there is one.
extern "C" __attribute__((weak)) std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                              std::size_t max_size);

// libFuzzer takes these for coverage: milestones, meetings and sizes that no branch of the map
// tells apart. Other engines leave the section alone.
#ifdef __linux__
__attribute__((section("__libfuzzer_extra_counters")))
#endif
static std::uint8_t g_extra_counters[mapfuzz::kMilestones + 3 * mapfuzz::kOpCodes + 16];

namespace mapfuzz {
namespace {

constexpr std::uint64_t kRerunOneIn = 32;
// So that the shortest run shows whether its coverage moves.
constexpr std::uint64_t kFirstLooks = 16;

[[noreturn]] void BadFlag(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(2);
}

std::optional<std::string_view> ValueOf(std::string_view argument, std::string_view flag) {
  if (argument.substr(0, flag.size()) != flag) return std::nullopt;
  return argument.substr(flag.size());
}

PolicyKind PolicyOf(std::string_view name) {
  const auto* const found = std::find(std::begin(kPolicyNames), std::end(kPolicyNames), name);
  if (found == std::end(kPolicyNames)) {
    BadFlag("--mapfuzz_policy=" + std::string(name) + ": give strict, go119 or checked");
  }
  return static_cast<PolicyKind>(found - std::begin(kPolicyNames));
}

std::uint8_t Capped(std::uint64_t n) {
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(n, UINT8_MAX));
}

void ShowEngine(const RunResult& result) {
  std::uint8_t* counter = g_extra_counters;
  for (const std::uint64_t hits : result.milestones) *counter++ = Capped(hits);
  for (const auto& by_op : result.meetings) {
    for (const std::uint32_t met : by_op) *counter++ = Capped(met);
  }
  counter[std::bit_width(std::min<std::uint64_t>(result.largest, kMaxSteps))] = 1;
}

void LookAtCoverage(StatsPage& page) {
  const std::uint64_t passed = PlacesPassed();
  page.coverage.Add({.looks = 1, .least = passed, .most = passed});
}

std::uint64_t MutationsIn(const StatsPage& page) {
  return page.mutations_own + page.mutations_engine + page.crossovers;
}

std::uint64_t DigestOf(const std::uint8_t* data, std::size_t size) {
  std::uint64_t digest = size;
  for (std::size_t i = 0; i < size; ++i) digest = (digest ^ data[i]) * 0x100000001b3;
  return Mix(digest);
}

}  // namespace

FuzzTarget::FuzzTarget(Shape shape, std::string_view map, Run run, RecipeKind about,
                       Violate violate)
    : shape_(shape),
      map_(map),
      run_(run),
      about_(about),
      violate_(violate),
      mutations_seen_(MutationsIn(TheStatsPage())) {}

int FuzzTarget::Initialize(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (const auto file = ValueOf(argument, "--mapfuzz_stats=")) {
      try {
        MapStatsPage(std::string(*file));
      } catch (const std::exception& error) {
        BadFlag(error.what());
      }
    } else if (const auto policy = ValueOf(argument, "--mapfuzz_policy=")) {
      policy_ = PolicyOf(*policy);
    } else if (const auto map = ValueOf(argument, "--mapfuzz_map=")) {
      map_ = *map;
      try {
        run_(map_, Tape{}, {});
      } catch (const std::exception& error) {
        BadFlag("--mapfuzz_map: " + std::string(error.what()));
      }
    } else if (const auto violation = ValueOf(argument, "--mapfuzz_violate=")) {
      const std::optional<Violation> named = ViolationNamed(*violation);
      if (violate_ == nullptr || !named) {
        BadFlag(std::string(argument) + ": give heap, poison, undefined, leak or race");
      }
      LiveToViolate(SanitizersOfBuild(), *named, violate_);
    } else if (ValueOf(argument, "--mapfuzz_")) {
      BadFlag(std::string(argument) +
              ": no such flag; there are --mapfuzz_stats=FILE, --mapfuzz_policy=NAME, "
              "--mapfuzz_map=NAME and --mapfuzz_violate=NAME");
    }
  }
  TheStatsPage().built_with = SanitizersOfBuild();
  // The page may have come with those of a process before this one.
  mutations_seen_ = MutationsIn(TheStatsPage());
  return 0;
}

Tape FuzzTarget::Shaped(Tape tape) const {
  const bool shared = IsShared(tape.config);
  if (shape_ != nullptr) tape.config = Canonical(shape_(tape.config));
  if (policy_ && !IsShared(tape.config)) tape.config.policy = *policy_;
  return shared == IsShared(tape.config) ? tape : Canonical(std::move(tape));
}

Tape FuzzTarget::Decode(const std::uint8_t* data, std::size_t size) const {
  return Shaped(FromBinary(data, size));
}

std::optional<Failure> FuzzTarget::RunOnce(const Tape& tape) const {
  return run_(map_, tape, {}).failure;
}

int FuzzTarget::TestOneInput(const std::uint8_t* data, std::size_t size) {
  const Tape tape = Decode(data, size);
  RunResult result = run_(map_, tape, {});
  StatsPage& page = TheStatsPage();
  const bool first = page.reruns == 0 && result.steps != 0;
  const bool chosen = first || DigestOf(data, size) % kRerunOneIn == 0;
  if (chosen || page.executions < kFirstLooks) LookAtCoverage(page);
  if (!result.failure && chosen) {
    ++page.reruns;
    if (result.steps != 0) ++result.consulted[static_cast<int>(Oracle::kDeterministic)];
    result.failure = CompareRuns(result, run_(map_, tape, {}));
  }
  Count(result, page);
  const std::uint64_t mutations = MutationsIn(page);
  if (mutations != mutations_seen_) page.mutated_operations += result.steps;
  mutations_seen_ = mutations;
  ShowEngine(result);
  if (!result.failure) return 0;
  const std::string report = ReportWithTape(tape, *result.failure);
  std::fwrite(report.data(), 1, report.size(), stderr);
  std::fflush(stderr);
  __builtin_trap();
}

// Mostly by our own mutator, which knows operations; the rest by the engine's.
std::size_t FuzzTarget::CustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                      std::uint32_t seed) const {
  StatsPage& page = TheStatsPage();
  if (LLVMFuzzerMutate != nullptr && Mix(seed) % 6 == 0) {
    ++page.mutations_engine;
    return LLVMFuzzerMutate(data, size, max_size);
  }
  ++page.mutations_own;
  return MutateBytes(data, size, max_size, seed, shape_, about_);
}

std::size_t FuzzTarget::CustomCrossOver(const std::uint8_t* a, std::size_t a_size,
                                        const std::uint8_t* b, std::size_t b_size,
                                        std::uint8_t* out, std::size_t max_size,
                                        std::uint32_t seed) const {
  // An engine crosses as often as it mutates; parts of what there is are worth less than what is
  // new.
  if (Mix(seed) % 2 == 0) {
    ++TheStatsPage().mutations_own;
    return StartBytesAfresh(a, a_size, out, max_size, seed, shape_, about_);
  }
  ++TheStatsPage().crossovers;
  return CrossOverBytes(a, a_size, b, b_size, out, max_size, seed, shape_);
}

std::optional<Failure> CompareRuns(const RunResult& first, const RunResult& second) {
  const auto differ = [&](const char* property, std::uint64_t a, std::uint64_t b) {
    return Failure{
        .oracle = std::string(kOracleNames[static_cast<int>(Oracle::kDeterministic)]),
        .property = property,
        .op = "run",
        .site = "plain",
        .op_index = 0,
        .step = first.steps,
        .detail = "first run:  " + std::to_string(a) + "\nsecond run: " + std::to_string(b)};
  };
  if (second.failure) return second.failure;
  if (first.steps != second.steps) return differ("steps", first.steps, second.steps);
  if (first.history_digest != second.history_digest) {
    return differ("history", first.history_digest, second.history_digest);
  }
  return std::nullopt;
}

}  // namespace mapfuzz

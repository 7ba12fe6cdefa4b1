#include "harness/tool/fuzzer_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "harness/tape_binary.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {
namespace {

// How long a fuzzer may go on after it was asked to end.
constexpr std::chrono::seconds kGrace{3};

constexpr std::size_t kMostLog = std::size_t{64} << 20;

ChildSpec SpecOf(const FuzzerSpec& spec) {
  ChildSpec child;
  child.argv = {spec.program,
                fmt::format("-artifact_prefix={}/{}.", spec.artifacts, spec.name),
                "-print_final_stats=1",
                fmt::format("-max_len={}", kHeaderBytes + kMaxOps * kOpBytes),
                fmt::format("-timeout={:.0f}", std::ceil(spec.timeout_seconds)),
                fmt::format("-rss_limit_mb={}", spec.memory_mb),
                fmt::format("-seed={}", spec.seed),
                fmt::format("--mapfuzz_stats={}/{}.stats", spec.scratch, spec.name)};
  if (spec.seconds > 0) {
    child.argv.push_back(fmt::format("-max_total_time={:.0f}", std::ceil(spec.seconds) + 1));
  }
  if (spec.runs > 0) child.argv.push_back(fmt::format("-runs={}", spec.runs));
  if (!spec.map.empty()) child.argv.push_back("--mapfuzz_map=" + spec.map);
  if (!spec.policy.empty()) child.argv.push_back("--mapfuzz_policy=" + spec.policy);
  child.argv.push_back(spec.new_units);
  child.argv.push_back(spec.start);
  child.log = fmt::format("{}/{}.log", spec.scratch, spec.name);
  child.environment = SanitizerEnvironment();
  return child;
}

}  // namespace

FuzzerProcess::FuzzerProcess(const FuzzerSpec& spec)
    : log_(fmt::format("{}/{}.log", spec.scratch, spec.name)),
      stats_(fmt::format("{}/{}.stats", spec.scratch, spec.name)),
      artifact_folder_(spec.artifacts),
      artifact_name_(spec.name + "."),
      child_(SpecOf(spec)) {}

void FuzzerProcess::Stop() {
  if (!asked_.has_value()) {
    asked_ = Child::Clock::now();
    child_.Signal(SIGUSR1);
  } else if (Child::Clock::now() - *asked_ > 2 * kGrace) {
    child_.Signal(SIGKILL);
  } else if (Child::Clock::now() - *asked_ > kGrace && !aborted_) {
    aborted_ = true;
    child_.Signal(SIGABRT);
  }
}

StatsPage FuzzerProcess::Page() const {
  try {
    return ReadStatsPage(stats_);
  } catch (const std::runtime_error&) {
    return {};
  }
}

std::optional<std::uint64_t> FuzzerProcess::Replayed() {
  if (!replayed_.has_value()) replayed_ = ExecutionsAtStart(ReadOrEmpty(log_, 1 << 20));
  return replayed_;
}

FuzzerEnd FuzzerProcess::Take() {
  FuzzerEnd end;
  end.exit = child_.Take();
  end.asked = asked_.has_value();
  end.aborted = aborted_;
  end.page = Page();
  // Still replaying: all of it was replay.
  end.replayed = std::min(Replayed().value_or(end.page.executions), end.page.executions);
  end.mutated = end.page.executions - end.replayed;
  end.output = ReadOrEmpty(log_, kMostLog);
  for (const std::string& file : FilesUnder(artifact_folder_)) {
    const std::string name = std::filesystem::path(file).filename().string();
    const bool own = name.rfind(artifact_name_, 0) == 0;
    const bool slow = name.find("slow-unit-") != std::string::npos;
    std::error_code ignored;
    if (own && slow) std::filesystem::remove(file, ignored);
    if (own && !slow) end.artifacts.push_back(file);
  }
  std::error_code ignored;
  std::filesystem::remove(log_, ignored);
  std::filesystem::remove(stats_, ignored);
  return end;
}

std::optional<std::uint64_t> ExecutionsAtStart(std::string_view log) {
  const std::size_t mark = log.find("\tINITED ");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::size_t hash = log.rfind('#', mark);
  if (hash == std::string_view::npos) return std::nullopt;
  std::uint64_t n = 0;
  const auto parsed = std::from_chars(log.data() + hash + 1, log.data() + mark, n);
  if (parsed.ec != std::errc() || parsed.ptr != log.data() + mark) return std::nullopt;
  return n;
}

}  // namespace mapfuzz::tool

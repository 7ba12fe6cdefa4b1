#include "harness/tool/budget.h"

#include <algorithm>
#include <limits>

namespace mapfuzz::tool {
namespace {

constexpr double kRounding = 1e-6;

}  // namespace

std::vector<std::vector<Slice>> PlanSlices(std::size_t targets, std::size_t jobs,
                                           std::optional<double> seconds) {
  std::vector<std::vector<Slice>> plan(jobs);
  if (!seconds.has_value()) {
    for (std::size_t i = 0; i < targets; ++i) {
      plan[i % jobs].push_back({i, 0, std::numeric_limits<double>::infinity()});
    }
    return plan;
  }
  const double share = *seconds * static_cast<double>(jobs) / static_cast<double>(targets);
  std::size_t job = 0;
  double at = 0;
  for (std::size_t target = 0; target < targets; ++target) {
    for (double left = share; left > kRounding && job < jobs;) {
      const double length = std::min(left, *seconds - at);
      if (length > kRounding) plan[job].push_back({target, at, at + length});
      left -= length;
      at += length;
      if (*seconds - at <= kRounding) {
        ++job;
        at = 0;
      }
    }
  }
  return plan;
}

std::vector<std::vector<Slice>> PlanTurns(std::size_t targets, std::size_t jobs, double seconds,
                                          double shortest) {
  const double share = seconds * static_cast<double>(jobs) / static_cast<double>(targets);
  double parts = 1;  // of the first turn's length
  while (share / (2 * parts + 1) >= shortest) parts = 2 * parts + 1;
  std::vector<std::vector<Slice>> plan(jobs);
  double at = 0;
  for (double part = 1; part <= parts; part *= 2) {
    const double length = seconds * part / parts;
    const std::vector<std::vector<Slice>> turn = PlanSlices(targets, jobs, length);
    for (std::size_t job = 0; job < jobs; ++job) {
      for (const Slice& slice : turn[job]) {
        plan[job].push_back({slice.target, at + slice.begin, at + slice.end});
      }
    }
    at += length;
  }
  return plan;
}

}  // namespace mapfuzz::tool

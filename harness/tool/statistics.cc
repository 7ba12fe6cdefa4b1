#include "harness/tool/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mapfuzz::tool {
namespace {

// Of the normal distribution: so many standard deviations to either side hold 95 %.
constexpr double kDeviations = 1.959963984540054;

// Products and sums of shares are off by some 1e-16 a term; what is this near is meant to be equal.
constexpr double kRounding = 1e-9;

double RankedTime(const Observation& observation) {
  return observation.event ? observation.time : std::numeric_limits<double>::infinity();
}

// Both samples in one row, by time. Ranks count twice, so that those in the middle of ties are
// whole numbers.
struct Ranks {
  std::vector<std::size_t> twice;  // of all observations
  std::size_t twice_sum_a = 0;     // of those of the first sample
  double tie_term = 0;             // the sum of t^3 - t over all groups of t that are tied
};

Ranks RanksOf(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  std::vector<std::pair<double, bool>> all;
  for (const Observation& one : a) all.emplace_back(RankedTime(one), true);
  for (const Observation& one : b) all.emplace_back(RankedTime(one), false);
  std::sort(all.begin(), all.end());
  Ranks ranks;
  for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end].first == all[begin].first) ++end;
    const std::size_t twice = begin + 1 + end;
    for (std::size_t i = begin; i < end; ++i) {
      ranks.twice.push_back(twice);
      if (all[i].second) ranks.twice_sum_a += twice;
    }
    const auto tied = static_cast<double>(end - begin);
    ranks.tie_term += tied * tied * tied - tied;
  }
  return ranks;
}

std::size_t Distance(std::size_t a, std::size_t b) { return a < b ? b - a : a - b; }

// Counts, for each sum, the ways to take `n` of the ranks that add up to it; all are equally likely
// if both samples are of one kind. There are at most C(40, 20) of them, below 2^38.
double ExactP(const Ranks& ranks, std::size_t n) {
  const std::size_t total = std::accumulate(ranks.twice.begin(), ranks.twice.end(), std::size_t{0});
  std::vector<std::vector<std::uint64_t>> ways(n + 1, std::vector<std::uint64_t>(total + 1));
  ways[0][0] = 1;
  for (const std::size_t rank : ranks.twice) {
    for (std::size_t taken = n; taken > 0; --taken) {
      for (std::size_t sum = total; sum >= rank; --sum) {
        ways[taken][sum] += ways[taken - 1][sum - rank];
      }
    }
  }
  const std::size_t mean = n * (ranks.twice.size() + 1);
  std::uint64_t all = 0, as_far = 0;
  for (std::size_t sum = 0; sum <= total; ++sum) {
    all += ways[n][sum];
    if (Distance(sum, mean) >= Distance(ranks.twice_sum_a, mean)) as_far += ways[n][sum];
  }
  return static_cast<double>(as_far) / static_cast<double>(all);
}

double ApproximateP(const RankTest& test, double tie_term, double n, double m) {
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - tie_term / (all * (all - 1)));
  const double distance = std::abs(test.u_a - n * m / 2) - 0.5;
  if (!(variance > 0) || distance <= 0) return 1;
  return std::erfc(distance / std::sqrt(variance) / std::sqrt(2.0));
}

}  // namespace

Interval WilsonInterval(std::uint64_t successes, std::uint64_t n) {
  if (n == 0) return {0, 1};
  const auto trials = static_cast<double>(n);
  const double share = static_cast<double>(successes) / trials;
  const double z2 = kDeviations * kDeviations / trials;
  const double middle = (share + z2 / 2) / (1 + z2);
  const double half = kDeviations * std::sqrt((share * (1 - share) + z2 / 4) / trials) / (1 + z2);
  // At 0 and at 1 an end of the interval is the share itself, but for rounding.
  return {std::clamp(middle - half, 0.0, share), std::clamp(middle + half, share, 1.0)};
}

SurvivalCurve::SurvivalCurve(std::vector<Observation> observations) {
  std::sort(observations.begin(), observations.end(),
            [](const Observation& a, const Observation& b) { return a.time < b.time; });
  double survival = 1;
  for (std::size_t begin = 0, end = 0; begin < observations.size(); begin = end) {
    Step step{observations[begin].time, observations.size() - begin, 0, 0};
    for (; end < observations.size() && observations[end].time == step.time; ++end) {
      if (observations[end].event) ++step.events;
    }
    if (step.events == 0) continue;
    survival *= static_cast<double>(step.at_risk - step.events) / static_cast<double>(step.at_risk);
    step.survival = survival;
    steps_.push_back(step);
  }
}

double SurvivalCurve::At(double time) const {
  double survival = 1;
  for (const Step& step : steps_) {
    if (step.time <= time) survival = step.survival;
  }
  return survival;
}

std::optional<double> SurvivalCurve::Median() const {
  for (const Step& step : steps_) {
    if (step.survival <= 0.5 + kRounding) return step.time;
  }
  return std::nullopt;
}

Estimate SurvivalCurve::RestrictedMean(double horizon) const {
  double area = 0;  // below the curve, from the step on
  double variance = 0;
  double end = horizon;
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->time >= horizon) continue;
    area += step->survival * (end - step->time);
    end = step->time;
    if (step->events == step->at_risk) continue;  // the curve ends at 0: there is no area
    variance += area * area * static_cast<double>(step->events) /
                static_cast<double>(step->at_risk * (step->at_risk - step->events));
  }
  const double mean = area + end;
  const double half = kDeviations * std::sqrt(variance);
  return {mean,
          {std::max(mean - half, 0.0), std::clamp(mean + half, mean, std::max(mean, horizon))}};
}

RankTest MannWhitney(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  RankTest test;
  if (a.empty() || b.empty()) return test;
  const Ranks ranks = RanksOf(a, b);
  const std::size_t n = a.size(), m = b.size();
  test.u_a = static_cast<double>(ranks.twice_sum_a - n * (n + 1)) / 2;
  test.u_b = static_cast<double>(n * m) - test.u_a;
  test.exact = std::max(n, m) <= kMostForExactTest;
  test.p = test.exact
               ? ExactP(ranks, n)
               : ApproximateP(test, ranks.tie_term, static_cast<double>(n), static_cast<double>(m));
  return test;
}

double LeastPossibleP(std::size_t a, std::size_t b) {
  double arrangements = 1;
  for (std::size_t i = 1; i <= a; ++i) {
    arrangements *= static_cast<double>(b + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2 / arrangements);
}

double VarghaDelaney(const std::vector<Observation>& a, const std::vector<Observation>& b) {
  if (a.empty() || b.empty()) return 0.5;
  const Ranks ranks = RanksOf(a, b);
  const std::size_t n = a.size();
  return static_cast<double>(ranks.twice_sum_a - n * (n + 1)) /
         (2 * static_cast<double>(n * b.size()));
}

std::string_view EffectWord(double a12) {
  const double size = std::max(a12, 1 - a12) + kRounding;
  if (size >= 0.71) return "large";
  if (size >= 0.64) return "medium";
  return size >= 0.56 ? "small" : "negligible";
}

std::vector<double> HolmCorrected(const std::vector<double>& ps) {
  std::vector<std::size_t> order(ps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return ps[a] < ps[b]; });
  std::vector<double> corrected(ps.size());
  double so_far = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double p = ps[order[i]] * static_cast<double>(ps.size() - i);
    so_far = std::max(so_far, std::min(p, 1.0));
    corrected[order[i]] = so_far;
  }
  return corrected;
}

std::optional<double> MedianOf(std::vector<std::optional<double>> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
    return a.has_value() && (!b.has_value() || *a < *b);
  });
  const std::optional<double> below = values[(values.size() - 1) / 2];
  const std::optional<double> above = values[values.size() / 2];
  if (!above.has_value()) return std::nullopt;
  return *below + (*above - *below) / 2;
}

}  // namespace mapfuzz::tool

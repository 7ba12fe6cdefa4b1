#include "harness/tool/statistics.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace mapfuzz::tool {
namespace {

using Observations = std::vector<Observation>;

Observations Events(const std::vector<double>& times) {
  Observations observations;
  for (const double time : times) observations.push_back({time, true});
  return observations;
}

// As printed in papers: negative times are censored.
Observations Signed(const std::vector<double>& times) {
  Observations observations;
  for (const double time : times) observations.push_back({std::abs(time), time > 0});
  return observations;
}

// Drawn within a property. There are few different times, so that ties are common; all are censored
// at one budget of 9.
Observations SomeTrials(std::size_t least, std::size_t most) {
  const auto trial = rc::gen::map(rc::gen::inRange(1, 10), [](int time) {
    return Observation{static_cast<double>(time), time < 9};
  });
  return *rc::gen::container<Observations>(*rc::gen::inRange(least, most + 1), trial);
}

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
// Medicine 17 (1998), table I, method 3.
TEST(WilsonInterval, IsAsPublished) {
  const struct {
    std::uint64_t successes, n;
    double low, high;
  } kPublished[] = {{81, 263, 0.2553, 0.3662},
                    {15, 148, 0.0624, 0.1605},
                    {0, 20, 0.0000, 0.1611},
                    {1, 29, 0.0061, 0.1718}};
  for (const auto& row : kPublished) {
    const Interval interval = WilsonInterval(row.successes, row.n);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.n;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.n;
  }
}

TEST(WilsonInterval, SaysNothingWithoutTrials) {
  EXPECT_EQ(WilsonInterval(0, 0), (Interval{0, 1}));
}

RC_GTEST_PROP(WilsonIntervalTest, HoldsTheShareAndMirrorsTheOtherShare, ()) {
  const auto n = *rc::gen::inRange<std::uint64_t>(1, 500);
  const auto k = *rc::gen::inRange<std::uint64_t>(0, n + 1);
  const Interval interval = WilsonInterval(k, n), other = WilsonInterval(n - k, n);
  const double share = static_cast<double>(k) / static_cast<double>(n);
  RC_ASSERT(0 <= interval.low && interval.low <= share);
  RC_ASSERT(share <= interval.high && interval.high <= 1);
  RC_ASSERT(interval.low < interval.high);
  RC_ASSERT(std::abs(interval.low - (1 - other.high)) < 1e-12);
}

// Weeks in remission of 21 patients with and 21 without 6-mercaptopurine: E. J. Freireich et al.,
// Blood 21 (1963), the worked example of most books on survival.
const Observations kTreated = Signed(
    {6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35});
const Observations kPlacebo =
    Events({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23});

TEST(SurvivalCurve, IsAsPublished) {
  const struct {
    double time;
    std::size_t at_risk, events;
    double survival;
  } kPublished[] = {{6, 21, 3, 0.857},  {7, 17, 1, 0.807}, {10, 15, 1, 0.753}, {13, 12, 1, 0.690},
                    {16, 11, 1, 0.627}, {22, 7, 1, 0.538}, {23, 6, 1, 0.448}};
  const SurvivalCurve curve(kTreated);
  ASSERT_EQ(curve.steps().size(), std::size(kPublished));
  for (std::size_t i = 0; i < curve.steps().size(); ++i) {
    EXPECT_EQ(curve.steps()[i].time, kPublished[i].time);
    EXPECT_EQ(curve.steps()[i].at_risk, kPublished[i].at_risk);
    EXPECT_EQ(curve.steps()[i].events, kPublished[i].events);
    EXPECT_NEAR(curve.steps()[i].survival, kPublished[i].survival, 0.0005);
  }
  EXPECT_EQ(curve.Median(), 23);
  EXPECT_EQ(SurvivalCurve(kPlacebo).Median(), 8);
}

// As printed by R's survfit(..., print.rmean = TRUE) for the same: 23.29 with a standard error of
// 2.83, and 8.67 with 1.38.
TEST(SurvivalCurve, RestrictedMeanIsAsPublished) {
  const Estimate treated = SurvivalCurve(kTreated).RestrictedMean(35);
  EXPECT_NEAR(treated.value, 23.29, 0.005);
  EXPECT_NEAR((treated.interval.high - treated.value) / 1.96, 2.83, 0.005);
  EXPECT_NEAR((treated.value - treated.interval.low) / 1.96, 2.83, 0.005);
  const Estimate placebo = SurvivalCurve(kPlacebo).RestrictedMean(35);
  EXPECT_NEAR(placebo.value, 182.0 / 21, 1e-9);
  EXPECT_NEAR((placebo.interval.high - placebo.value) / 1.96, 1.38, 0.005);
}

TEST(SurvivalCurve, HasAMedianOnlyIfItComesDownToOneHalf) {
  EXPECT_EQ(SurvivalCurve(Signed({1, 2, 3, -9, -9, -9})).Median(), 3);
  EXPECT_EQ(SurvivalCurve(Signed({1, 2, -9, -9, -9})).Median(), std::nullopt);
  EXPECT_EQ(SurvivalCurve({}).Median(), std::nullopt);
  // Twelve factors, the product of which is one half and a rounding error.
  Observations half(12, {99, false});
  for (int i = 1; i <= 12; ++i) half.push_back({static_cast<double>(i), true});
  EXPECT_EQ(SurvivalCurve(half).Median(), 12);
}

TEST(SurvivalCurve, IsOneBeforeTheFirstEventAndFlatAfterTheLast) {
  const SurvivalCurve curve(Signed({2, -3, 4, -5}));
  EXPECT_EQ(curve.At(1.9), 1);
  EXPECT_EQ(curve.At(2), 0.75);
  EXPECT_EQ(curve.At(3.9), 0.75);
  EXPECT_EQ(curve.At(4), 0.375);  // one of the two at risk
  EXPECT_EQ(curve.At(1e9), 0.375);
  EXPECT_EQ(SurvivalCurve({}).At(1), 1);
}

// 1 for 2 units, 3/4 for 2 units, 3/8 for 4 units.
TEST(SurvivalCurve, RestrictedMeanIsTheAreaBelow) {
  const SurvivalCurve curve(Signed({2, -3, 4, -5}));
  EXPECT_DOUBLE_EQ(curve.RestrictedMean(8).value, 2 + 1.5 + 1.5);
  EXPECT_DOUBLE_EQ(curve.RestrictedMean(3).value, 2 + 0.75);
  EXPECT_EQ(curve.RestrictedMean(1).interval, (Interval{1, 1}));
  EXPECT_EQ(SurvivalCurve({}).RestrictedMean(5).value, 5);
}

RC_GTEST_PROP(SurvivalCurveTest, FallsFromOneAndItsMeanLiesInItsInterval, ()) {
  const Observations trials = SomeTrials(0, 40);
  const SurvivalCurve curve(trials);
  double before = 1;
  for (const SurvivalCurve::Step& step : curve.steps()) {
    RC_ASSERT(0 <= step.survival && step.survival < before);
    before = step.survival;
  }
  const auto horizon = static_cast<double>(*rc::gen::inRange(0, 10));
  const Estimate mean = curve.RestrictedMean(horizon);
  RC_ASSERT(0 <= mean.interval.low && mean.interval.low <= mean.value);
  RC_ASSERT(mean.value <= mean.interval.high && mean.interval.high <= horizon + 1e-9);
}

RC_GTEST_PROP(SurvivalCurveTest, IsThePlainShareIfAllIsCensoredAtTheEnd, ()) {
  const Observations trials = SomeTrials(1, 40);
  const double time = *rc::gen::inRange(0, 9);
  const auto left = std::count_if(trials.begin(), trials.end(),
                                  [time](const Observation& one) { return one.time > time; });
  const double share = static_cast<double>(left) / static_cast<double>(trials.size());
  RC_ASSERT(std::abs(SurvivalCurve(trials).At(time) - share) < 1e-12);
}

double TimeOf(const Observation& one) {
  return one.event ? one.time : std::numeric_limits<double>::infinity();
}

// By its definition: pairs of which the first is the later.
double PairsWon(const Observations& a, const Observations& b) {
  double won = 0;
  for (const Observation& one : a) {
    for (const Observation& other : b) {
      won += TimeOf(one) > TimeOf(other) ? 1 : TimeOf(one) == TimeOf(other) ? 0.5 : 0;
    }
  }
  return won;
}

// The share of all ways to deal the observations into two samples of these sizes that are as far
// from an even split.
double BruteForceP(const Observations& a, const Observations& b) {
  Observations all = a;
  all.insert(all.end(), b.begin(), b.end());
  const double even = static_cast<double>(a.size() * b.size()) / 2;
  const double seen = std::abs(PairsWon(a, b) - even);
  int as_far = 0, dealt = 0;
  for (unsigned hand = 0; hand < 1u << all.size(); ++hand) {
    if (static_cast<std::size_t>(std::popcount(hand)) != a.size()) continue;
    Observations first, second;
    for (std::size_t i = 0; i < all.size(); ++i) {
      ((hand >> i & 1) != 0 ? first : second).push_back(all[i]);
    }
    ++dealt;
    if (std::abs(PairsWon(first, second) - even) >= seen) ++as_far;
  }
  return static_cast<double>(as_far) / dealt;
}

// M. Hollander and D. A. Wolfe, "Nonparametric statistical methods" (1973), page 69: permeability
// of the human chorioamnion at term and at 12 to 26 weeks. U is 35, one-sided p is 0.1272, which
// is 382 of the 3003 arrangements; without ties the other side has as many.
TEST(MannWhitney, IsAsPublished) {
  const Observations term = Events({0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46});
  const Observations early = Events({1.15, 0.88, 0.90, 0.74, 1.21});
  const RankTest test = MannWhitney(term, early);
  EXPECT_EQ(test.u_a, 35);
  EXPECT_EQ(test.u_b, 15);
  EXPECT_TRUE(test.exact);
  EXPECT_DOUBLE_EQ(test.p, 764.0 / 3003);
}

TEST(MannWhitney, CountsArrangementsWithTies) {
  // The pairs are worth 0 or 1/2 each: 1 of 9. Of the 20 ways to deal 1, 2, 2 | 2, 3, 9, six are as
  // far from 4.5 or farther: three with {1, 2, 2} on the one side, three on the other.
  const RankTest tied = MannWhitney(Events({1, 2, 2}), Events({2, 3, 9}));
  EXPECT_EQ(tied.u_a, 1);
  EXPECT_DOUBLE_EQ(tied.p, 6.0 / 20);
  // Two events and two censored trials against three censored ones. Of the 35 ways to deal them, 10
  // have both events among the four, 3 pairs away from the even 6; and 5 have both among the three,
  // 4 away. One event on each side is at most 1 away.
  const RankTest censored = MannWhitney(Signed({1, 2, -9, -9}), Signed({-9, -9, -9}));
  EXPECT_EQ(censored.u_a, 3);
  EXPECT_DOUBLE_EQ(censored.p, 15.0 / 35);
}

TEST(MannWhitney, TakesWhatIsCensoredForTheLatest) {
  // An event at the very end is still earlier than none.
  EXPECT_EQ(MannWhitney(Signed({9}), Signed({-9})).u_a, 0);
  EXPECT_EQ(MannWhitney(Signed({-9}), Signed({-9})).u_a, 0.5);
}

TEST(MannWhitney, SaysNothingOfEmptyOrEqualSamples) {
  EXPECT_EQ(MannWhitney({}, Events({1, 2})).p, 1);
  EXPECT_EQ(MannWhitney(Events({1, 2}), {}).p, 1);
  EXPECT_EQ(MannWhitney(Events({5, 5, 5}), Events({5, 5})).p, 1);
  EXPECT_EQ(MannWhitney(Observations(30, {5, false}), Observations(30, {5, false})).p, 1);
}

// 1 to 21 against 11 to 31: eleven values stand in both. Of the 441 pairs 0 + 1 + ... + 10 are won
// and 11 tied: U = 60.5. The variance is 441 / 12 * (43 - 11 * 6 / (42 * 41)) = 1578.841, so the
// distance of 160 - 1/2 is 4.01413 deviations, beyond which the normal distribution has 5.9665e-5.
TEST(MannWhitney, ApproximatesLargeSamplesWithBothCorrections) {
  Observations a, b;
  for (int i = 1; i <= 21; ++i) {
    a.push_back({static_cast<double>(i), true});
    b.push_back({static_cast<double>(i + 10), true});
  }
  const RankTest test = MannWhitney(a, b);
  EXPECT_FALSE(test.exact);
  EXPECT_EQ(test.u_a, 60.5);
  EXPECT_NEAR(test.p, 5.96655e-5, 1e-9);
}

TEST(MannWhitney, CountsExactlyUpToTheLimit) {
  // Two of the C(40, 20) arrangements are as extreme.
  Observations a, b;
  for (int i = 0; i < 20; ++i) {
    a.push_back({static_cast<double>(i), true});
    b.push_back({static_cast<double>(i + 20), true});
  }
  const RankTest test = MannWhitney(a, b);
  EXPECT_TRUE(test.exact);
  EXPECT_DOUBLE_EQ(test.p, 2.0 / 137846528820);
  EXPECT_DOUBLE_EQ(test.p, LeastPossibleP(20, 20));
}

TEST(LeastPossibleP, IsTwoOfAllArrangements) {
  EXPECT_DOUBLE_EQ(LeastPossibleP(3, 3), 2.0 / 20);
  EXPECT_DOUBLE_EQ(LeastPossibleP(10, 5), 2.0 / 3003);
  EXPECT_EQ(LeastPossibleP(0, 5), 1);
  EXPECT_EQ(LeastPossibleP(1, 1), 1);
}

RC_GTEST_PROP(MannWhitneyTest, AgreesWithBruteForce, ()) {
  const Observations a = SomeTrials(1, 4), b = SomeTrials(1, 5);
  const RankTest test = MannWhitney(a, b);
  RC_ASSERT(test.u_a == PairsWon(a, b));
  RC_ASSERT(std::abs(test.p - BruteForceP(a, b)) < 1e-12);
}

RC_GTEST_PROP(MannWhitneyTest, SharesThePairsAndDoesNotCareForTheOrder, ()) {
  const Observations a = SomeTrials(1, 30), b = SomeTrials(1, 30);
  const RankTest test = MannWhitney(a, b), other = MannWhitney(b, a);
  RC_ASSERT(test.u_a + test.u_b == static_cast<double>(a.size() * b.size()));
  RC_ASSERT(test.u_a == other.u_b);
  RC_ASSERT(std::abs(test.p - other.p) < 1e-12);
  RC_ASSERT(0 < test.p && test.p <= 1);
}

TEST(VarghaDelaney, IsTheShareOfPairsWon) {
  // 3 beats 1 and 2; 5 beats 1, 2 and 4 and ties with 5; 1 ties with 1: 2 + 3.5 + 0.5 of 12.
  EXPECT_DOUBLE_EQ(VarghaDelaney(Events({3, 5, 1}), Events({1, 2, 4, 5})), 6.0 / 12);
  EXPECT_EQ(VarghaDelaney(Events({2}), Events({1})), 1);
  EXPECT_EQ(VarghaDelaney({}, Events({1})), 0.5);
}

RC_GTEST_PROP(VarghaDelaneyTest, OfOneAndOfTheOtherAddUpToOne, ()) {
  const Observations a = SomeTrials(0, 30), b = SomeTrials(0, 30);
  RC_ASSERT(std::abs(VarghaDelaney(a, b) + VarghaDelaney(b, a) - 1) < 1e-12);
  if (!a.empty() && !b.empty()) {
    const double pairs = static_cast<double>(a.size() * b.size());
    RC_ASSERT(std::abs(VarghaDelaney(a, b) - PairsWon(a, b) / pairs) < 1e-12);
  }
}

TEST(EffectWord, GoesByTheLimitsOnBothSides) {
  for (const auto& [a12, word] : {std::pair<double, std::string>{0.5, "negligible"},
                                  {0.559, "negligible"},
                                  {0.56, "small"},
                                  {0.44, "small"},
                                  {0.64, "medium"},
                                  {0.36, "medium"},
                                  {0.71, "large"},
                                  {0.29, "large"},
                                  {0.0, "large"}}) {
    EXPECT_EQ(EffectWord(a12), word) << a12;
  }
}

// The least of four is taken four times, the next three times, ...; 2 * 0.03 = 0.06 is the larger
// of the last two, so it stands for both.
TEST(HolmCorrected, StepsDown) {
  const std::vector<double> corrected = HolmCorrected({0.01, 0.04, 0.03, 0.005});
  ASSERT_EQ(corrected.size(), 4u);
  EXPECT_DOUBLE_EQ(corrected[0], 0.03);
  EXPECT_DOUBLE_EQ(corrected[1], 0.06);
  EXPECT_DOUBLE_EQ(corrected[2], 0.06);
  EXPECT_DOUBLE_EQ(corrected[3], 0.02);
  EXPECT_EQ(HolmCorrected({0.9, 0.8}), (std::vector<double>{1, 1}));
  EXPECT_TRUE(HolmCorrected({}).empty());
}

RC_GTEST_PROP(HolmCorrectedTest, KeepsTheOrderAndNeverMakesAnyLess, ()) {
  const auto parts = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 1001));
  std::vector<double> ps;
  for (const int part : parts) ps.push_back(part / 1000.0);
  const std::vector<double> corrected = HolmCorrected(ps);
  RC_ASSERT(corrected.size() == ps.size());
  for (std::size_t i = 0; i < ps.size(); ++i) {
    RC_ASSERT(ps[i] <= corrected[i] && corrected[i] <= 1);
    RC_ASSERT(corrected[i] <= ps[i] * static_cast<double>(ps.size()) + 1e-12 || ps[i] == 0);
    for (std::size_t j = 0; j < ps.size(); ++j) {
      RC_ASSERT(!(ps[i] <= ps[j]) || corrected[i] <= corrected[j]);
    }
  }
}

TEST(MedianOf, IsNoneIfTheMiddleIsBeyondAll) {
  EXPECT_EQ(MedianOf({}), std::nullopt);
  EXPECT_EQ(MedianOf({3, 1, 2}), 2);
  EXPECT_EQ(MedianOf({4, 1}), 2.5);
  EXPECT_EQ(MedianOf({std::nullopt, 1, 2}), 2);
  EXPECT_EQ(MedianOf({std::nullopt, 1}), std::nullopt);
  EXPECT_EQ(MedianOf({std::nullopt, std::nullopt, 1}), std::nullopt);
}

}  // namespace
}  // namespace mapfuzz::tool

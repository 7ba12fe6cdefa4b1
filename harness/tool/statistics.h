// What a few trials allow one to say: shares with their intervals, times of which some were not
// waited for to the end, and whether two samples of such times differ by more than chance.
//
// A trial that ends without the event is no missing value: it says that the event takes longer
// than that. So nothing here takes plain times, but observations, each an event or censored.

#ifndef MAPFUZZ_HARNESS_TOOL_STATISTICS_H_
#define MAPFUZZ_HARNESS_TOOL_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mapfuzz::tool {

struct Interval {
  double low = 0;
  double high = 0;

  friend bool operator==(const Interval&, const Interval&) = default;
};

// The 95 % interval of a share of which `successes` of `n` trials were seen: the score interval of
// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
// (1927). It stays within 0 and 1 and is of use for few trials and for shares of 0 and 1. From 0 to
// 1 if there was no trial. `successes` is at most `n`.
Interval WilsonInterval(std::uint64_t successes, std::uint64_t n);

// A time from the start of a trial, in any unit, not negative: that of the event, or the one up to
// which there was none (censored).
struct Observation {
  double time = 0;
  bool event = false;

  friend bool operator==(const Observation&, const Observation&) = default;
};

struct Estimate {
  double value = 0;
  Interval interval;  // 95 %
};

// The share of trials in which the event is yet to come, as a function of time: the product-limit
// estimate of E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
// JASA 53 (1958). It is 1 at first and falls at events only. A trial that is censored at the time
// of an event was at risk of it.
class SurvivalCurve {
 public:
  struct Step {
    double time = 0;
    std::size_t at_risk = 0;  // trials that came as far as this time
    std::size_t events = 0;   // at this time, at least one
    double survival = 1;      // from this time up to the next step
  };

  explicit SurvivalCurve(std::vector<Observation> observations);

  const std::vector<Step>& steps() const { return steps_; }  // by time, from early to late
  double At(double time) const;

  // The earliest time at which the curve is at one half or below; none if it never comes down so
  // far, which is to say that the median lies beyond what was observed.
  std::optional<double> Median() const;

  // The mean time to the event, or to `horizon` if that is earlier: the area below the curve. The
  // interval is the normal one, cut at 0 and at the horizon, by the variance that Kaplan and Meier
  // give in their section 6.1, of Greenwood's type. Beyond the last observation the curve is taken
  // as it was there, so let the horizon be no later than all trials were meant to last.
  Estimate RestrictedMean(double horizon) const;

 private:
  std::vector<Step> steps_;
};

// What the ranks of two samples say.
struct RankTest {
  double u_a = 0;  // pairs of which the one of `a` is the later; a tie is half a pair
  double u_b = 0;  // the other pairs: u_a + u_b is the number of pairs
  double p = 1;    // two-sided: to be as far from an even split if both samples were of one kind
  bool exact = true;
};

// The U test of H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is
// stochastically larger than the other", Annals of Mathematical Statistics 18 (1947), for samples
// that are all censored at one budget: what is censored is later than every event, and all that is
// censored is tied.
//
// While neither sample has more than kMostForExactTest observations, all arrangements of the
// mid-ranks are counted, so that ties cost no accuracy. Beyond that p is by the normal
// approximation, with corrections for ties and for continuity. It is 1 if a sample is empty.
RankTest MannWhitney(const std::vector<Observation>& a, const std::vector<Observation>& b);

inline constexpr std::size_t kMostForExactTest = 20;

// The least two-sided p that so many observations can have if none are tied.
double LeastPossibleP(std::size_t a, std::size_t b);

// The chance that one of `a` is later than one of `b`, a tie being half: the measure A12 of
// A. Vargha and H. D. Delaney, "A critique and improvement of the CL common language effect size
// statistics of McGraw and Wong", Journal of Educational and Behavioral Statistics 25 (2000). As in
// MannWhitney, what is censored is later than every event. One half if a sample is empty.
double VarghaDelaney(const std::vector<Observation>& a, const std::vector<Observation>& b);

// Their words for it, whichever way it leans: "large" from 0.71 on, "medium" from 0.64 on, "small"
// from 0.56 on, else "negligible".
std::string_view EffectWord(double a12);

// What each of many p has to be taken for, so that the chance of even one false alarm among them is
// kept: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
// Statistics 6 (1979). In the order given; never less than the p itself, never above 1.
std::vector<double> HolmCorrected(const std::vector<double>& ps);

// The middle of the values, the mean of the two in the middle if their number is even. A value that
// is none is beyond all others; the median is none if it takes one of these, or if there is none.
std::optional<double> MedianOf(std::vector<std::optional<double>> values);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_STATISTICS_H_

#include "harness/tool/survival_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/tool/score_report.h"
#include "harness/tool/score_text.h"
#include "harness/tool/statistics.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

// In units of the picture.
constexpr double kLeft = 70, kTop = 50, kPlotWidth = 560, kPlotHeight = 360;
constexpr double kRight = kLeft + kPlotWidth, kBottom = kTop + kPlotHeight;
constexpr double kWidth = 920, kLeastHeight = 480;
constexpr double kLegendLeft = kRight + 24, kLegendRow = 20;

constexpr std::size_t kColors = 8, kDashes = 3;

// Chosen to be told apart by people who do not see all colours, too; dashes tell the rest.
constexpr std::string_view kStyle = R"(<style>
.survival-back{fill:#fff}
.survival-text{fill:#222;font:12px system-ui,sans-serif}
.survival-heading{font-size:15px;font-weight:600}
.survival-grid{stroke:#ddd;stroke-width:1}
.survival-axis{stroke:#555;stroke-width:1}
.survival-curve{fill:none;stroke-width:1.3}
.survival-all{stroke:#000;stroke-width:3}
.survival-c0{stroke:#0072b2}.survival-c1{stroke:#d55e00}.survival-c2{stroke:#009e73}
.survival-c3{stroke:#cc79a7}.survival-c4{stroke:#b8860b}.survival-c5{stroke:#3a9bd9}
.survival-c6{stroke:#7a5195}.survival-c7{stroke:#8c6d31}
.survival-d1{stroke-dasharray:7 3}.survival-d2{stroke-dasharray:2 3}
@media (prefers-color-scheme:dark){
.survival-back{fill:#16181c}
.survival-text{fill:#ddd}
.survival-grid{stroke:#33373d}
.survival-axis{stroke:#999}
.survival-all{stroke:#fff}
.survival-c0{stroke:#4aa8e0}.survival-c1{stroke:#ff8a3c}.survival-c2{stroke:#2cc79b}
.survival-c3{stroke:#e59ac6}.survival-c4{stroke:#f5b83d}.survival-c5{stroke:#8fd0f5}
.survival-c6{stroke:#b58fd6}.survival-c7{stroke:#c9a85c}
}
</style>
)";

// As text or as the value of an attribute. Characters that XML cannot have become '?'.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

struct Line {
  std::string name;
  std::string style;  // its classes
  std::vector<Observation> observations;
};

std::string StyleOfClass(std::size_t index) {
  return fmt::format("survival-c{} survival-d{}", index % kColors, index / kColors % kDashes);
}

// All bugs first, then each class by name.
std::vector<Line> LinesOf(const Score& score) {
  Line all{"all bugs", "survival-all", {}};
  std::map<std::string, std::vector<Observation>> classes;
  for (const BugInfo& bug : score.bugs) {
    if (!bug.counts()) continue;
    for (const Trial* trial : TrialsOf(score, bug.id)) {
      all.observations.push_back(ObservationOf(*trial, Measure::kSeconds));
      classes[bug.bug_class].push_back(all.observations.back());
    }
  }
  std::vector<Line> lines = {all};
  for (auto& [name, observations] : classes) {
    if (observations.empty()) continue;
    lines.push_back({name, StyleOfClass(lines.size() - 1), std::move(observations)});
  }
  return lines;
}

// Where times and shares are in the picture.
class Axes {
 public:
  // For the observations of all bugs: from the decade of the first event, but at least one decade
  // and at most seven, up to the last time.
  explicit Axes(const std::vector<Observation>& observations, double longest_budget) {
    double last = longest_budget, first = last;
    for (const Observation& one : observations) {
      last = std::max(last, one.time);
      if (one.event && one.time > 0) first = std::min(first, one.time);
    }
    last_ = last > 0 ? std::log10(last) : 1;
    const double decade = first > 0 ? std::floor(std::log10(first)) : 0;
    first_ = std::clamp(decade, std::floor(last_) - 6, std::floor(last_ - 1));
  }

  double X(double seconds) const {
    if (!(seconds > 0)) return kLeft;
    return std::clamp(kLeft + kPlotWidth * (std::log10(seconds) - first_) / (last_ - first_), kLeft,
                      kRight);
  }
  static double Y(double share) { return kBottom - kPlotHeight * share; }

  int first_decade() const { return static_cast<int>(first_); }
  int last_decade() const { return static_cast<int>(std::floor(last_ + 1e-9)); }

 private:
  double first_ = 0, last_ = 1;  // common logarithms of the seconds at both edges
};

std::string Text(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format(
      "<text class=\"survival-text\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">"
      "{}</text>\n",
      x, y, anchor, Escaped(text));
}

std::string Rule(std::string_view style, double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", style, x1,
      y1, x2, y2);
}

// "0.01", "1", "1,000", "1e12".
std::string DecadeText(int decade) {
  if (std::abs(decade) > 6) return fmt::format("1e{}", decade);
  if (decade < 0) return fmt::format("{:.{}f}", std::pow(10.0, decade), -decade);
  return FormatCount(static_cast<std::uint64_t>(std::llround(std::pow(10.0, decade))));
}

std::string AxesText(const Axes& axes) {
  std::string svg;
  for (int decade = axes.first_decade(); decade <= axes.last_decade(); ++decade) {
    const double x = axes.X(std::pow(10.0, decade));
    svg += Rule("survival-grid", x, kTop, x, kBottom);
    svg += Text(x, kBottom + 18, "middle", DecadeText(decade));
  }
  for (const int percent : {0, 25, 50, 75, 100}) {
    const double y = Axes::Y(percent / 100.0);
    svg += Rule("survival-grid", kLeft, y, kRight, y);
    svg += Text(kLeft - 8, y + 4, "end", fmt::format("{} %", percent));
  }
  svg += Rule("survival-axis", kLeft, kTop, kLeft, kBottom);
  svg += Rule("survival-axis", kLeft, kBottom, kRight, kBottom);
  return svg + Text(kLeft + kPlotWidth / 2, kBottom + 40, "middle", "seconds");
}

std::string Path(const std::vector<Observation>& observations, const Axes& axes) {
  std::string path = fmt::format("M{:.1f} {:.1f}", kLeft, Axes::Y(1));
  const SurvivalCurve curve(observations);
  double survival = 1, end = 0;
  for (const SurvivalCurve::Step& step : curve.steps()) {
    path += fmt::format("H{:.1f}V{:.1f}", axes.X(step.time), Axes::Y(step.survival));
    survival = step.survival;
  }
  for (const Observation& one : observations) end = std::max(end, one.time);
  return survival > 0 ? path + fmt::format("H{:.1f}", axes.X(end)) : path;
}

// "evacuation: 7 of 10 trials detect, half of them by 4.20s".
std::string Words(const Line& line) {
  const auto detected = std::count_if(line.observations.begin(), line.observations.end(),
                                      [](const Observation& one) { return one.event; });
  const std::optional<double> median = SurvivalCurve(line.observations).Median();
  return fmt::format("{}: {} of {} detect{}", line.name,
                     FormatCount(static_cast<std::uint64_t>(detected)),
                     Plural(line.observations.size(), "trial"),
                     median.has_value() ? ", half of all trials by " + ShortTime(*median) : "");
}

std::string CurveText(const Line& line, const Axes& axes) {
  return fmt::format("<path class=\"survival-curve {}\" d=\"{}\"><title>{}</title></path>\n",
                     line.style, Path(line.observations, axes), Escaped(Words(line)));
}

std::string LegendText(const Line& line, std::size_t row) {
  const auto detected = std::count_if(line.observations.begin(), line.observations.end(),
                                      [](const Observation& one) { return one.event; });
  const double y = kTop + 8 + kLegendRow * static_cast<double>(row);
  return Rule("survival-curve " + line.style, kLegendLeft, y, kLegendLeft + 28, y) +
         Text(kLegendLeft + 36, y + 4, "start",
              fmt::format("{} {}/{}", line.name, detected, line.observations.size()));
}

std::string Description(const std::vector<Line>& lines) {
  std::string text =
      "The share of trials that have yet to detect their bug, over seconds on a logarithmic axis.";
  for (const Line& line : lines) text += " " + Words(line) + ".";
  return text;
}

std::string Head(const Score& score, const std::vector<Line>& lines, double height) {
  const std::string title =
      Escaped(score.configuration + ": trials that have yet to detect their bug");
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
             "width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\" "
             "aria-labelledby=\"survival-title survival-desc\">\n"
             "<title id=\"survival-title\">{2}</title>\n"
             "<desc id=\"survival-desc\">{3}</desc>\n",
             kWidth, height, title, Escaped(Description(lines))) +
         std::string(kStyle) +
         fmt::format(
             "<rect class=\"survival-back\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n"
             "<text class=\"survival-text survival-heading\" x=\"{:.1f}\" y=\"28.0\">{}"
             "</text>\n",
             kWidth, height, kLeft, title);
}

}  // namespace

std::string SurvivalPlot(const Score& score) {
  const std::vector<Line> lines = LinesOf(score);
  double budget = 0;
  for (const Trial& trial : score.trials) budget = std::max(budget, trial.budget_seconds);
  const Axes axes(lines[0].observations, budget);
  const double legend = kTop + kLegendRow * static_cast<double>(lines.size() + 1);
  std::string svg = Head(score, lines, std::max(kLeastHeight, legend)) + AxesText(axes);
  // Thin lines first: the thick one must not be hidden by them.
  for (std::size_t i = lines.size(); i > 0; --i) svg += CurveText(lines[i - 1], axes);
  for (std::size_t i = 0; i < lines.size(); ++i) svg += LegendText(lines[i], i);
  return svg + "</svg>\n";
}

}  // namespace mapfuzz::tool

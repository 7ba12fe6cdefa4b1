#include "harness/tool/survival_plot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/score_fixture.h"

namespace mapfuzz::tool {
namespace {

constexpr double kNever = kTestBudget;

// Reads as much of XML as the pictures use, and says what is wrong with it; empty if nothing is.
class XmlReader {
 public:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  std::string Problem() {
    while (problem_.empty() && !rest_.empty()) {
      if (rest_.front() == '<') {
        Tag();
      } else {
        Characters('<');
      }
    }
    if (problem_.empty() && !open_.empty()) problem_ = open_.back() + " is not closed";
    if (problem_.empty() && roots_ != 1) problem_ = "there is not one root";
    return problem_;
  }

 private:
  bool Skip(std::string_view word) {
    if (rest_.substr(0, word.size()) != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  void Spaces() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  std::string Name() {
    std::string name;
    for (; !rest_.empty() && (std::isalnum(rest_[0]) != 0 || rest_[0] == '-');
         rest_.remove_prefix(1)) {
      name += rest_[0];
    }
    if (name.empty()) problem_ = "no name at: " + std::string(rest_.substr(0, 20));
    return name;
  }

  void Characters(char end) {
    for (; problem_.empty() && !rest_.empty() && rest_.front() != end; rest_.remove_prefix(1)) {
      const std::string_view here = rest_.substr(0, 20);
      if (here[0] == '<') problem_ = "a bare < at: " + std::string(here);
      if (here[0] == '&' && !IsEntity(here)) problem_ = "a bare & at: " + std::string(here);
      if (static_cast<unsigned char>(here[0]) < 0x20 && here[0] != '\n') problem_ = "a control";
      if (open_.empty() && here[0] != '\n') problem_ = "text beside the root";
    }
  }

  static bool IsEntity(std::string_view text) {
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
      if (text.substr(0, entity.size()) == entity) return true;
    }
    return false;
  }

  void Tag() {
    if (Skip("</")) {
      const std::string name = Name();
      if (open_.empty() || open_.back() != name) problem_ = "closes " + name + ", not open";
      if (!Skip(">")) problem_ = "no > after /" + name;
      if (problem_.empty()) open_.pop_back();
      return;
    }
    Skip("<");
    open_.push_back(Name());
    if (open_.size() == 1) ++roots_;
    for (Spaces(); problem_.empty() && !rest_.starts_with('>') && !rest_.starts_with("/>");
         Spaces()) {
      Attribute();
    }
    if (Skip("/>")) {
      open_.pop_back();
    } else if (!Skip(">")) {
      problem_ = "no >";
    }
  }

  void Attribute() {
    const std::string name = Name();
    if (!Skip("=\"")) problem_ = "no value of " + name;
    Characters('"');
    if (!Skip("\"")) problem_ = "no end of " + name;
  }

  std::string_view rest_;
  std::string problem_;
  std::vector<std::string> open_;
  int roots_ = 0;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(XmlReader, SeesWhatIsWrong) {
  EXPECT_EQ(XmlReader("<a x=\"&lt;\"><b/>text</a>\n").Problem(), "");
  for (const char* bad : {"", "<a>", "<a></b>", "<a/><a/>", "<a x=1/>", "<a>&</a>", "<a x=\"<\"/>",
                          "<a>\x01</a>", "<a></a>text", "</a>", "<a x=\"\""}) {
    EXPECT_NE(XmlReader(bad).Problem(), "") << bad;
  }
}

// Two classes; the left edge is at 0.1 seconds, the right one at 100.
Score SomeScore() {
  Score score;
  score.configuration = "fast";
  AddBug(score, "a", "nan-keys", {0.1, 1, kNever, kNever});
  AddBug(score, "b", "evacuation", {10, 10});
  AddBug(score, "c", "equivalent-ones", {kNever});
  score.bugs[2].equivalent = true;
  for (Trial& trial : score.trials) trial.budget_seconds = 100;
  return score;
}

TEST(SurvivalPlot, IsWellFormedAndNeedsNothingElse) {
  const std::string svg = SurvivalPlot(SomeScore());
  EXPECT_EQ(XmlReader(svg).Problem(), "");
  EXPECT_FALSE(Has(svg, "<script"));
  EXPECT_FALSE(Has(svg, "href"));
  EXPECT_FALSE(Has(svg, "url("));
  EXPECT_TRUE(Has(svg, "prefers-color-scheme:dark"));
}

// The axis has 560 units for three decades from x = 70 on, and 360 for 100 % above y = 410. Of all
// six trials one detects at the left edge (5/6: y = 110), one at 1 s (x = 256.7; 4/6: y = 170), two
// at 10 s (x = 443.3; 2/6: y = 290); the others wait up to 60 s (x = 588.6).
TEST(SurvivalPlot, DrawsTheCurveOfAllBugsInSteps) {
  EXPECT_TRUE(Has(SurvivalPlot(SomeScore()),
                  "<path class=\"survival-curve survival-all\" "
                  "d=\"M70.0 50.0H70.0V110.0H256.7V170.0H443.3V290.0H588.6\">"));
}

TEST(SurvivalPlot, DrawsALineForEachClassByName) {
  const std::string svg = SurvivalPlot(SomeScore());
  EXPECT_TRUE(Has(svg, "survival-c0 survival-d0\" d=\"M70.0 50.0H443.3V410.0\">"));
  EXPECT_TRUE(Has(svg, "survival-c1 survival-d0\" d=\"M70.0 50.0H70.0V140.0H256.7V230.0H588.6\">"));
  EXPECT_FALSE(Has(svg, "survival-c2 survival-d0"));
  EXPECT_TRUE(Has(svg, ">evacuation 2/2</text>"));
  EXPECT_TRUE(Has(svg, ">nan-keys 2/4</text>"));
  EXPECT_FALSE(Has(svg, "equivalent-ones"));
}

TEST(SurvivalPlot, MarksDecadesAndShares) {
  const std::string svg = SurvivalPlot(SomeScore());
  EXPECT_TRUE(Has(svg, "x=\"70.0\" y=\"428.0\" text-anchor=\"middle\">0.1</text>"));
  EXPECT_TRUE(Has(svg, "x=\"256.7\" y=\"428.0\" text-anchor=\"middle\">1</text>"));
  EXPECT_TRUE(Has(svg, "x=\"630.0\" y=\"428.0\" text-anchor=\"middle\">100</text>"));
  EXPECT_TRUE(Has(svg, "y=\"234.0\" text-anchor=\"end\">50 %</text>"));
}

TEST(SurvivalPlot, SaysInWordsWhatItShows) {
  const std::string svg = SurvivalPlot(SomeScore());
  EXPECT_TRUE(Has(svg, "role=\"img\" aria-labelledby=\"survival-title survival-desc\""));
  EXPECT_TRUE(Has(svg,
                  "<title id=\"survival-title\">fast: trials that have yet to detect their "
                  "bug</title>"));
  EXPECT_TRUE(Has(svg,
                  "all bugs: 4 of 6 trials detect, half of all trials by 10s. evacuation: 2 "
                  "of 2 trials detect, half of all trials by 10s. nan-keys: 2 of 4 trials "
                  "detect, half of all trials by 1.00s.</desc>"));
}

TEST(SurvivalPlot, EscapesWhatOthersWrote) {
  Score score;
  score.configuration = "a<b & \"c\" 'd' \x01";
  AddBug(score, "a", "<script>&", {1});
  const std::string svg = SurvivalPlot(score);
  EXPECT_EQ(XmlReader(svg).Problem(), "");
  EXPECT_TRUE(Has(svg, "a&lt;b &amp; &quot;c&quot; &#39;d&#39; ?: trials"));
  EXPECT_TRUE(Has(svg, "&lt;script&gt;&amp; 1/1"));
}

TEST(SurvivalPlot, StandsWhateverTheTimesAre) {
  for (const std::vector<double>& times :
       {std::vector<double>{}, {0}, {0, 0, kNever}, {kNever}, {1e-9, 59}, {59.9}}) {
    Score score;
    AddBug(score, "a", "evacuation", times);
    const std::string svg = SurvivalPlot(score);
    EXPECT_EQ(XmlReader(svg).Problem(), "");
    EXPECT_FALSE(Has(svg, "nan\"") || Has(svg, "inf\"") || Has(svg, "Hnan") || Has(svg, "Hinf"));
    EXPECT_FALSE(Has(svg, "H-"));
  }
}

TEST(SurvivalPlot, TellsManyClassesApartAndHasRoomForThem) {
  Score score;
  for (int i = 0; i < 24; ++i) {
    AddBug(score, "bug" + std::to_string(i), "class" + std::to_string(10 + i), {1});
  }
  const std::string svg = SurvivalPlot(score);
  EXPECT_TRUE(Has(svg, "survival-c7 survival-d2"));
  EXPECT_TRUE(Has(svg, "viewBox=\"0 0 920 570\""));
  EXPECT_TRUE(Has(svg, "y=\"542.0\" text-anchor=\"start\">class33 1/1</text>"));
}

}  // namespace
}  // namespace mapfuzz::tool

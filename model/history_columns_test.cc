#include "model/history_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;

std::vector<std::size_t> Widths(const std::string& text) {
  std::vector<std::size_t> widths;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widths.push_back(line.size());
  return widths;
}

std::size_t Widest(const std::string& text) {
  const std::vector<std::size_t> widths = Widths(text);
  return *std::max_element(widths.begin(), widths.end());
}

TEST(HistoryColumnsTest, PrintsAColumnForEachThread) {
  const ConcurrentHistory history{
      {{7, 70}},
      {Put({1, 0, 3}, 7, 71), Get({3, 1, 2}, 7, 71), Get({3, 4, 5}, 7, 70), Put({1, 6}, 8, 80)}};
  EXPECT_EQ(HistoryColumns(history, {0, 2}),
            "before: 7:70\n"
            "    call return | thread 1      | thread 3\n"
            "*      0      3 | put 7 71      |\n"
            "       1      2 |               | get 7 -> 71\n"
            "*      4      5 |               | get 7 -> 70\n"
            "       6      - | put 8 80 -> ? |\n");
}

TEST(HistoryColumnsTest, SortsByCallWhateverTheOrderOfTheRecord) {
  ConcurrentHistory history{{}, {Clear({0, 2, 3}), Clear({1, 0, 5})}};
  const std::string text = HistoryColumns(history, {0});
  std::swap(history.ops[0], history.ops[1]);
  EXPECT_EQ(HistoryColumns(history, {1}), text);
}

TEST(HistoryColumnsTest, LongAnswersGoOnInFurtherLines) {
  ConcurrentHistory history{{}, {Get({0, 0, 1}, 7, kAbsent)}};
  std::vector<Production> produced;
  for (KeyId key = 0; key != 18; ++key) produced.push_back({{key, 1000}});
  history.ops.push_back(Iterate({1, 2, 3}, produced));
  EXPECT_EQ(HistoryColumns(history, {1}),
            "    call return | thread 0        | thread 1\n"
            "       0      1 | get 7 -> absent |\n"
            "*      2      3 |                 | iterate -> 0:1000 1:1000 2:1000 3:1000 4:1000 "
            "5:1000 6:1000\n"
            "*               |                 | 7:1000 8:1000 9:1000 10:1000 11:1000 12:1000 "
            "13:1000 14:1000\n"
            "*               |                 | 15:1000 16:1000 17:1000 end\n");
}

TEST(HistoryColumnsTest, KeepsToItsWidthAsLongAsWordsFit) {
  ConcurrentHistory history;
  for (int thread = 0; thread != 7; ++thread) {
    const Moment moment = static_cast<Moment>(2 * thread);
    history.ops.push_back(Cas({thread, moment, moment + 1}, 12345, 123456, 123457, false));
  }
  EXPECT_LE(Widest(HistoryColumns(history)), 100U);
  history.initial.assign(60, {1, 1000});
  EXPECT_LE(Widest(HistoryColumns(history)), 100U);
}

TEST(HistoryColumnsTest, ManyThreadsAreWiderButWhole) {
  ConcurrentHistory history;
  for (int thread = 0; thread != 20; ++thread) {
    const Moment moment = static_cast<Moment>(thread);
    history.ops.push_back(Iterate({thread, moment, 100 + moment}, {{{1, 1000}}}));
  }
  const std::string text = HistoryColumns(history);
  EXPECT_EQ(std::count(text.begin(), text.end(), '|') % 20, 0);
  EXPECT_NE(text.find("1:1000"), std::string::npos);
}

TEST(HistoryColumnsTest, NothingIsNoText) { EXPECT_EQ(HistoryColumns({}), ""); }

}  // namespace
}  // namespace mapfuzz

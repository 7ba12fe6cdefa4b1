#include "model/history_columns.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace mapfuzz {
namespace {

constexpr std::size_t kMaxWidth = 100;
constexpr std::size_t kMinColumn = 8;  // "iterate "
constexpr std::string_view kRule = " | ";

// Breaks the text at spaces into lines of this width; a longer word has a line of its own.
std::vector<std::string> Wrap(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width)
      lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + word;
    begin = end + 1;
  }
  return lines;
}

std::string Padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string RightAligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string MomentText(Moment moment) { return moment == kNever ? "-" : std::to_string(moment); }

struct Column {
  std::string title;
  std::size_t width = 0;
};

class Printer {
 public:
  Printer(const ConcurrentHistory& history, const std::vector<std::size_t>& marked)
      : history_(history), marked_(marked) {
    for (const ConcurrentOp& op : history.ops) {
      moment_width_ = std::max({moment_width_, MomentText(op.called).size(),
                                op.returned == kNever ? 1 : MomentText(op.returned).size()});
      Column& column = columns_[op.thread];
      column.title = "thread " + std::to_string(op.thread);
      column.width = std::max({column.width, column.title.size(), OpText(op).size()});
    }
    Narrow();
  }

  std::string Print() {
    PrintInitial();
    if (history_.ops.empty()) return text_;
    PrintLine(' ', "call", "return", [](int, const Column& column) { return column.title; });
    for (const std::size_t op : OpsByCall(history_)) PrintOp(op);
    return text_;
  }

 private:
  std::size_t HeadWidth() const { return 2 + 2 * moment_width_ + 1; }

  // The widest columns give way.
  void Narrow() {
    std::size_t width = HeadWidth();
    std::size_t widest = 0;
    for (const auto& [thread, column] : columns_) {
      width += kRule.size() + column.width;
      widest = std::max(widest, column.width);
    }
    for (; width > kMaxWidth && widest > kMinColumn; --widest) {
      for (auto& [thread, column] : columns_) {
        if (column.width != widest || width <= kMaxWidth) continue;
        --column.width;
        --width;
      }
    }
  }

  void PrintInitial() {
    if (history_.initial.empty()) return;
    std::string text = "before:";
    for (const Entry& entry : history_.initial) {
      text += ' ' + std::to_string(entry.key) + ':' + std::to_string(entry.value);
    }
    for (const std::string& line : Wrap(text, kMaxWidth)) text_ += line + '\n';
  }

  void PrintOp(std::size_t number) {
    const ConcurrentOp& op = history_.ops[number];
    const bool marked = std::find(marked_.begin(), marked_.end(), number) != marked_.end();
    const std::vector<std::string> lines = Wrap(OpText(op), columns_[op.thread].width);
    for (std::size_t i = 0; i != lines.size(); ++i) {
      const std::string called = i == 0 ? MomentText(op.called) : "";
      const std::string returned = i == 0 ? MomentText(op.returned) : "";
      PrintLine(marked ? '*' : ' ', called, returned, [&](int thread, const Column&) {
        return thread == op.thread ? lines[i] : std::string();
      });
    }
  }

  template <class Cell>
  void PrintLine(char mark, const std::string& called, const std::string& returned, Cell cell) {
    std::string line = std::string(1, mark) + ' ' + RightAligned(called, moment_width_) + ' ' +
                       RightAligned(returned, moment_width_);
    for (const auto& [thread, column] : columns_) {
      line += kRule;
      line += Padded(cell(thread, column), column.width);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text_ += line + '\n';
  }

  const ConcurrentHistory& history_;
  const std::vector<std::size_t>& marked_;
  std::map<int, Column> columns_;
  std::size_t moment_width_ = std::string_view("return").size();
  std::string text_;
};

}  // namespace

std::string HistoryColumns(const ConcurrentHistory& history,
                           const std::vector<std::size_t>& marked) {
  return Printer(history, marked).Print();
}

}  // namespace mapfuzz

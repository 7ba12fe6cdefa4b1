#include "harness/threads/thread_turns.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace mapfuzz {
namespace {

constexpr std::size_t kMostTurns = 24;
// Of what a thread did in one operation and turn.
constexpr std::size_t kFirstTold = 4;
constexpr std::size_t kLastTold = 6;
constexpr std::size_t kWidth = 100;
constexpr std::string_view kIndent = "      ";

// Something that a thread did, so many times in a row. Without a name: somewhere.
struct Deed {
  std::string name;
  bool is_access = true;
  std::size_t times = 1;

  std::string Text() const {
    const std::string counted = std::to_string(times);
    if (name.empty()) return counted + " elsewhere";
    return times == 1 ? name : name + " (" + counted + " times)";
  }
};

// What was done in one operation; without one, between two.
struct Part {
  const Caller::Call* call = nullptr;
  std::vector<Deed> deeds{};

  void Add(std::string name, bool is_access) {
    if (!deeds.empty() && deeds.back().name == name) {
      ++deeds.back().times;
    } else {
      deeds.push_back({std::move(name), is_access});
    }
  }
};

struct Turn {
  int thread = 0;
  std::vector<Part> parts{};
  std::string end{};  // how it ended, if the thread was not over
};

// Words divided by "; ", in lines of a page's width.
std::string Paragraph(const std::vector<std::string>& words) {
  std::string text;
  std::string line(kIndent);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 == words.size() ? "" : ";");
    const bool begins = line.size() == kIndent.size();
    if (!begins && line.size() + 1 + word.size() > kWidth) {
      text += line + "\n";
      line = kIndent;
      line += word;
    } else {
      line += (begins ? "" : " ") + word;
    }
  }
  return text + line + "\n";
}

// The first and the last of them, and all that is done with locks.
std::string TextOf(const Part& part) {
  std::vector<std::string> words;
  const std::size_t deeds = part.deeds.size();
  std::size_t more = 0;
  for (std::size_t i = 0; i < deeds; ++i) {
    const Deed& deed = part.deeds[i];
    if (deed.is_access && i >= kFirstTold && i + kLastTold < deeds) {
      ++more;
      continue;
    }
    if (more != 0) words.push_back("(" + std::to_string(std::exchange(more, 0)) + " more)");
    words.push_back(deed.Text());
  }
  return words.empty() ? "" : Paragraph(words);
}

class Turns {
 public:
  Turns(std::span<const TracePoint> trace, std::span<const NamedRange> ranges,
        std::span<const Caller::Call> calls)
      : ranges_(ranges) {
    for (const Caller::Call& call : calls) calls_[call.op.thread].push_back(&call);
    for (std::size_t at = 0; at < trace.size(); ++at) {
      const bool turns_over = at + 1 == trace.size() || trace[at + 1].thread != trace[at].thread;
      Add(trace[at], at, turns_over);
    }
  }

  std::string Text() const {
    std::string text;
    const std::size_t first = turns_.size() - std::min(turns_.size(), kMostTurns);
    if (first != 0) text += "  (" + std::to_string(first) + " turns before)\n";
    for (std::size_t i = first; i < turns_.size(); ++i) text += TextOf(turns_[i]);
    return text;
  }

 private:
  // What a thread was about to do when another one went on.
  struct Pending {
    std::string name;
    bool is_access = true;
    const Caller::Call* call = nullptr;
  };

  void Add(const TracePoint& point, std::size_t at, bool turns_over);
  void Do(Turn& turn, const Caller::Call* call, std::string name, bool is_access);
  const Caller::Call* CallAt(int thread, std::size_t at) const;
  std::string NameOf(const TracePoint& point) const;
  std::string TextOf(const Turn& turn) const;

  std::span<const NamedRange> ranges_;
  std::map<int, std::vector<const Caller::Call*>> calls_;  // of each thread, in their order
  std::map<int, Pending> pending_;
  std::vector<Turn> turns_;
};

// Unlocking is told when it is done, everything else before.
void Turns::Add(const TracePoint& point, std::size_t at, bool turns_over) {
  const int thread = point.thread;
  if (turns_.empty() || turns_.back().thread != thread) {
    turns_.push_back({.thread = thread});
    if (const auto pending = pending_.find(thread); pending != pending_.end()) {
      auto& [name, is_access, call] = pending->second;
      Do(turns_.back(), call, std::move(name), is_access);
      pending_.erase(pending);
    }
  }
  Turn& turn = turns_.back();
  if (point.kind == PointKind::kEnd) return;
  const Caller::Call* const call = CallAt(thread, at);
  const std::string name = NameOf(point);
  const bool is_done = point.kind == PointKind::kUnlock;
  const bool is_access = IsAccess(point.kind);
  if (!turns_over || is_done) Do(turn, call, name, is_access);
  if (!turns_over) return;
  turn.end = "at point " + std::to_string(point.point) + ", " + (is_done ? "after: " : "before: ") +
             (name.empty() ? "something elsewhere" : name);
  if (turn.parts.empty() || turn.parts.back().call != call) turn.parts.push_back({call});
  if (!is_done) pending_[thread] = {name, is_access, call};
}

void Turns::Do(Turn& turn, const Caller::Call* call, std::string name, bool is_access) {
  if (turn.parts.empty() || turn.parts.back().call != call) turn.parts.push_back({call});
  turn.parts.back().Add(std::move(name), is_access);
}

const Caller::Call* Turns::CallAt(int thread, std::size_t at) const {
  const auto own = calls_.find(thread);
  if (own == calls_.end()) return nullptr;
  for (const Caller::Call* call : own->second) {
    if (call->first_point <= at && at < call->end_point) return call;
  }
  return nullptr;
}

std::string Turns::NameOf(const TracePoint& point) const {
  const std::string kind(kPointKindNames[static_cast<int>(point.kind)]);
  if (point.range >= 0) return kind + " " + ranges_[static_cast<std::size_t>(point.range)].Text();
  return IsAccess(point.kind) ? "" : kind;
}

std::string Turns::TextOf(const Turn& turn) const {
  std::string text;
  for (const Part& part : turn.parts) {
    text += "  t" + std::to_string(turn.thread) + ": " +
            (part.call == nullptr ? "between operations" : OpText(part.call->op)) + "\n" +
            mapfuzz::TextOf(part);
  }
  if (text.empty()) return "";
  if (!turn.end.empty()) text += std::string(kIndent) + turn.end + "\n";
  return text;
}

}  // namespace

std::string TurnsText(std::span<const TracePoint> trace, std::span<const NamedRange> ranges,
                      std::span<const Caller::Call> calls) {
  std::string text = "\nturn by turn:\n" + Turns(trace, ranges, calls).Text();
  text.pop_back();
  return text;
}

}  // namespace mapfuzz

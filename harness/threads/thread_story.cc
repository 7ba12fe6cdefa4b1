#include "harness/threads/thread_story.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "harness/mix.h"
#include "model/history_columns.h"

namespace mapfuzz {
namespace {

// So many operations fit on a page or two.
constexpr std::size_t kMostLines = 80;
// More of them are for the tape to tell.
constexpr std::size_t kMostSwitches = 32;

ConcurrentHistory Only(const ConcurrentHistory& history, const std::vector<std::size_t>& ops) {
  ConcurrentHistory only;
  for (const std::size_t op : ops) only.ops.push_back(history.ops[op]);
  const auto is_used = [&only](const Entry& entry) {
    return std::any_of(only.ops.begin(), only.ops.end(), [&entry](const ConcurrentOp& op) {
      return !HasKey(op.request.op) || op.request.key == entry.key;
    });
  };
  std::copy_if(history.initial.begin(), history.initial.end(), std::back_inserter(only.initial),
               is_used);
  return only;
}

}  // namespace

std::string AnswerText(const ConcurrentOp& op) {
  constexpr std::string_view kArrow = " -> ";
  const std::string text = OpText(op);
  const std::size_t arrow = text.find(kArrow);
  return arrow == text.npos ? "done" : text.substr(arrow + kArrow.size());
}

std::string WrongAtRest(const MapAnswer& answer, const std::vector<Entry>& held) {
  std::map<KeyId, Value> left;
  for (const Entry& entry : held) left[entry.key] = entry.value;
  for (const Production& production : answer.produced) {
    const auto found = left.find(production.entry.key);
    if (found == left.end()) return EntryText(production.entry) + " is not there, or came before";
    if (found->second != production.entry.value) return "the value is not current";
    left.erase(found);
  }
  return left.empty() || answer.stopped ? "" : "an entry did not come";
}

std::string ColumnsText(const ConcurrentHistory& history, const std::vector<std::size_t>& marked) {
  if (history.ops.size() <= kMostLines) return HistoryColumns(history, marked);
  if (!marked.empty()) return HistoryColumns(Only(history, marked), {});
  const std::vector<std::size_t> all = OpsByCall(history);
  const std::vector<std::size_t> last(all.end() - kMostLines, all.end());
  return "(the last " + std::to_string(kMostLines) + " operations of " +
         std::to_string(all.size()) + ")\n" + HistoryColumns(Only(history, last), {});
}

std::string ContradictionText(const ConcurrentHistory& history,
                              const std::vector<std::size_t>& part) {
  std::string text = "no order of these operations explains what they told:\n" +
                     HistoryColumns(Only(history, part));
  if (part.size() == history.ops.size() || history.ops.size() > kMostLines) return text;
  return text + "\nthe whole run, with these marked:\n" + HistoryColumns(history, part);
}

std::size_t SurpriseOf(const ConcurrentHistory& history, const std::vector<std::size_t>& part) {
  const auto rank = [&history](std::size_t index) {
    const ConcurrentOp& op = history.ops[index];
    const bool whole = op.request.op == MapOp::kIterate || op.request.op == MapOp::kSize;
    const bool told = op.answer.key.found || op.answer.key.value;
    return std::pair(whole ? 2 : told ? 1 : 0, op.returned);
  };
  return *std::max_element(part.begin(), part.end(),
                           [&rank](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
}

std::string SwitchesText(const Schedule& taken) {
  const std::size_t switches = taken.switches.size();
  if (switches > kMostSwitches) {
    return "the threads went on by " + std::to_string(switches) + " switches\n";
  }
  return "the threads went on as in: " + ToText(taken) + "\n";
}

std::string PointsText(const ScheduleRun& run) {
  std::string text = "points: 0 to " + std::to_string(run.points - 1) + "\n";
  if (run.untaken == 0) return text;
  return text + "switches not made: " + std::to_string(run.untaken) +
         ", to threads that could not go on, or at points that there were not\n";
}

std::uint64_t DigestOf(const KeyAnswer& answer) {
  const std::uint64_t found = answer.found ? 1 + (*answer.found ? 1 : 0) : 0;
  return Mix(Mix(answer.value ? 1 + *answer.value : 0) ^ found);
}

std::uint64_t DigestOf(const ConcurrentOp& op) {
  std::uint64_t digest = Mix(static_cast<std::uint64_t>(op.thread)) ^ op.called;
  digest = Mix(digest) ^ op.returned;
  digest = Mix(digest) ^ static_cast<std::uint64_t>(op.request.op);
  digest = Mix(digest) ^ op.request.key;
  digest = Mix(digest) ^ op.request.expected;
  digest = Mix(digest) ^ DigestOf(op.answer.key);
  digest = Mix(digest) ^ op.answer.size;
  for (const Production& production : op.answer.produced) {
    digest = Mix(digest ^ production.moment) ^ production.entry.key;
    digest = Mix(digest) ^ production.entry.value;
  }
  return Mix(digest);
}

}  // namespace mapfuzz

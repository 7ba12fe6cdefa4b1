#include "harness/schedule/chooser.h"

#include <bit>

namespace mapfuzz {
namespace {

// The nth of the set, from 0.
int Nth(ThreadSet set, std::uint32_t n) {
  unsigned rest = set;
  for (; n > 0; --n) rest &= rest - 1;
  return std::countr_zero(rest);
}

}  // namespace

int Choice::Default() const {
  if (!IsForced()) return current;
  const unsigned above =
      current == kNoThread ? candidates : candidates >> (current + 1) << (current + 1);
  return std::countr_zero(above != 0 ? above : candidates);
}

Chooser::Chooser(const Schedule& schedule, int threads)
    : schedule_(&schedule), random_(schedule.seed) {
  if (schedule.kind == ScheduleKind::kPct) DrawPriorities(threads);
}

int Chooser::Choose(const Choice& choice) {
  switch (schedule_->kind) {
    case ScheduleKind::kRandom:
      return ChooseAtRandom(choice);
    case ScheduleKind::kPct:
      return ChooseByPriority(choice);
    case ScheduleKind::kExplicit:
      break;
  }
  return ChooseAsWritten(choice);
}

std::uint32_t Chooser::untaken() const {
  return static_cast<std::uint32_t>(schedule_->switches.size()) - taken_;
}

int Chooser::ChooseAtRandom(const Choice& choice) {
  ThreadSet candidates = choice.candidates;
  if (!choice.IsForced()) {
    candidates &= static_cast<ThreadSet>(~SetOf(choice.current));
    if (candidates == 0 || !random_.Chance(1, 1u << schedule_->chance_log)) return choice.current;
  }
  const auto count = static_cast<std::uint32_t>(std::popcount(candidates));
  return Nth(candidates, count == 1 ? 0 : random_.Below(count));
}

// Threads that others start come last.
void Chooser::DrawPriorities(int threads) {
  for (int i = 0; i < kMaxThreads; ++i) priorities_[i] = kMaxThreads - i;
  for (int i = threads - 1; i > 0; --i) {
    const std::size_t j = random_.Index(static_cast<std::size_t>(i) + 1);
    const std::int32_t drawn = priorities_[j];
    priorities_[j] = priorities_[i];
    priorities_[i] = drawn;
  }
  for (int i = 0; i + 1 < schedule_->depth; ++i) changes_[i] = random_.Below(schedule_->length);
}

int Chooser::ChooseByPriority(const Choice& choice) {
  if (choice.current != kNoThread) {
    for (int i = 0; i + 1 < schedule_->depth; ++i) {
      if (changes_[i] == choice.point) priorities_[choice.current] = -i;
    }
    if (choice.yielded) priorities_[choice.current] = --lowest_;
  }
  int best = kNoThread;
  for (unsigned rest = choice.candidates; rest != 0; rest &= rest - 1) {
    const int thread = std::countr_zero(rest);
    if (best == kNoThread || priorities_[thread] > priorities_[best]) best = thread;
  }
  return best;
}

int Chooser::ChooseAsWritten(const Choice& choice) {
  const Switch* const switches = schedule_->switches.data();
  const std::size_t size = schedule_->switches.size();
  while (next_ < size && switches[next_].point < choice.point) ++next_;
  if (next_ == size || switches[next_].point != choice.point) return choice.Default();
  const int thread = switches[next_].thread;
  if (!Has(choice.candidates, thread)) return choice.Default();
  ++taken_;
  return thread;
}

}  // namespace mapfuzz

#include "harness/shared_mutator.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "harness/config_mutator.h"
#include "harness/tape_binary.h"
#include "harness/thread_recipes.h"

namespace mapfuzz {
namespace {

using Ops = std::vector<Op>;

// With more operations than this there are rather some less.
constexpr std::size_t kManyOps = 40;

auto At(Ops& ops, std::size_t index) { return ops.begin() + static_cast<std::ptrdiff_t>(index); }

Config Shaped(const Config& config, Shape shape) {
  return Canonical(shape == nullptr ? config : shape(Canonical(config)));
}

// Longer ones are about something else than what threads do to each other.
std::uint32_t FewSteps(Random& random) { return 1 + random.Scaled(12); }

class SharedMutator {
 public:
  SharedMutator(Tape& tape, Random& random, std::size_t max_ops)
      : tape_(tape), ops_(tape.ops), random_(random), max_ops_(max_ops) {}

  void EditOnce();
  void SpliceBlock() { Insert(ThreadBlock(tape_.config, random_)); }

 private:
  struct Edit {
    std::uint32_t weight;
    void (SharedMutator::*apply)();
  };

  void InsertOps();
  void EraseOps();
  void MoveOp();
  void ChangeThread();
  void ChangeOperand();
  void ChangeOpCode();
  void ChangeConfiguration() { ChangeSharedConfig(tape_.config, random_); }
  void EditSchedule() { ChangeSchedule(tape_.schedule, tape_.config.threads, random_); }

  Op& AnyOp() { return ops_[random_.Index(ops_.size())]; }
  // Of an operation that is there, or another of the few.
  std::uint16_t AnyKey();
  std::int8_t AnyThread();
  OpCode AnyOpCode() { return SharedOpCodeOf(random_.Below(kSharedSlots)); }
  void Insert(const Ops& block);

  Tape& tape_;
  Ops& ops_;
  Random& random_;
  const std::size_t max_ops_;
};

void SharedMutator::EditOnce() {
  if (ops_.size() > kManyOps && random_.Chance(2, 3)) return EraseOps();
  constexpr Edit kEdits[] = {
      {8, &SharedMutator::EditSchedule}, {3, &SharedMutator::InsertOps},
      {3, &SharedMutator::EraseOps},     {2, &SharedMutator::MoveOp},
      {3, &SharedMutator::ChangeThread}, {3, &SharedMutator::ChangeOperand},
      {3, &SharedMutator::ChangeOpCode}, {2, &SharedMutator::ChangeConfiguration},
      {2, &SharedMutator::SpliceBlock},
  };
  (this->*random_.PickByWeight(kEdits).apply)();
}

void SharedMutator::Insert(const Ops& block) {
  const std::size_t room = max_ops_ - std::min(max_ops_, ops_.size());
  const auto count = static_cast<std::ptrdiff_t>(std::min(room, block.size()));
  // What makes the map ready is of use where it stands alone, before all else.
  const std::size_t at = random_.Chance(1, 2) ? ops_.size() : random_.Index(ops_.size() + 1);
  ops_.insert(At(ops_, at), block.begin(), block.begin() + count);
}

std::uint16_t SharedMutator::AnyKey() {
  if (!ops_.empty() && random_.Chance(2, 3)) return AnyOp().key;
  return static_cast<std::uint16_t>(random_.Below(std::min(tape_.config.keys, 8u)));
}

std::int8_t SharedMutator::AnyThread() {
  if (random_.Chance(1, 6)) return kBeforeThreads;
  return static_cast<std::int8_t>(random_.Below(tape_.config.threads));
}

void SharedMutator::InsertOps() {
  Ops block;
  const std::int8_t thread = AnyThread();
  for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
    Op op;
    op.code = AnyOpCode();
    op.key = AnyKey();
    op.count = static_cast<std::uint16_t>(FewSteps(random_));
    op.thread = thread;
    block.push_back(Canonical(op));
  }
  Insert(block);
}

void SharedMutator::EraseOps() {
  if (ops_.empty()) return;
  const std::size_t length = 1 + random_.Scaled(static_cast<std::uint32_t>(ops_.size()));
  const std::size_t begin = random_.Index(ops_.size() - length + 1);
  ops_.erase(At(ops_, begin), At(ops_, begin + length));
}

void SharedMutator::MoveOp() {
  if (ops_.empty()) return;
  const std::size_t from = random_.Index(ops_.size());
  const Op op = ops_[from];
  ops_.erase(At(ops_, from));
  ops_.insert(At(ops_, random_.Index(ops_.size() + 1)), op);
}

void SharedMutator::ChangeThread() {
  if (!ops_.empty()) AnyOp().thread = AnyThread();
}

void SharedMutator::ChangeOperand() {
  if (ops_.empty()) return;
  Op& op = AnyOp();
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  if (info.operands == 0) return;
  const OperandKind kind = info.kinds[random_.Index(static_cast<std::size_t>(info.operands))];
  SetOperand(op, kind, kind == OperandKind::kKey ? AnyKey() : FewSteps(random_) - 1);
}

void SharedMutator::ChangeOpCode() {
  if (ops_.empty()) return;
  Op& op = AnyOp();
  op.code = AnyOpCode();
  op = Canonical(op);
}

void ChangeSwitches(std::vector<Switch>& switches, int threads, Random& random) {
  const auto any_thread = [&] {
    return static_cast<std::uint8_t>(random.Below(static_cast<std::uint32_t>(threads)));
  };
  if (switches.empty() || random.Chance(1, 3)) {
    const std::uint32_t last = switches.empty() ? 16 : switches.back().point + 16;
    const std::uint32_t point = random.Below(last);
    switches.push_back({point, any_thread()});
    return;
  }
  const std::size_t at = random.Index(switches.size());
  switch (random.Below(3)) {
    case 0:
      switches.erase(switches.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      switches[at].thread = any_thread();
      break;
    default: {
      const std::uint32_t distance = 1 + random.Scaled(32);
      const bool back = random.Chance(1, 2);
      std::uint32_t& point = switches[at].point;
      point = back ? point - std::min(point, distance) : point + distance;
    }
  }
}

}  // namespace

void ChangeSchedule(Schedule& schedule, int threads, Random& random) {
  if (schedule.kind == ScheduleKind::kExplicit && random.Chance(3, 4)) {
    ChangeSwitches(schedule.switches, threads, random);
  } else if (schedule.kind != ScheduleKind::kExplicit && random.Chance(1, 2)) {
    schedule.seed = static_cast<std::uint32_t>(random.Next());
  } else {
    schedule = RandomScheduleOf(random);
  }
  schedule = Canonical(std::move(schedule));
}

void StartSharedAfresh(Tape& tape, Random& random, std::size_t max_ops, Shape shape) {
  tape.ops.clear();
  tape.config = Shaped(RandomSharedConfig(tape.config.shared, random), shape);
  tape.schedule = RandomScheduleOf(random);
  SharedMutator mutator(tape, random, max_ops);
  mutator.SpliceBlock();
  if (random.Chance(1, 8)) mutator.SpliceBlock();
}

void MutateShared(Tape& tape, Random& random, std::size_t max_ops, Shape shape) {
  if (tape.ops.size() > max_ops) tape.ops.resize(max_ops);
  if (tape.ops.empty() || random.Chance(1, 3)) {
    return StartSharedAfresh(tape, random, max_ops, shape);
  }
  std::uint32_t edits = 1;
  while (edits < 4 && random.Chance(1, 3)) ++edits;
  SharedMutator mutator(tape, random, max_ops);
  for (; edits > 0; --edits) mutator.EditOnce();
}

}  // namespace mapfuzz

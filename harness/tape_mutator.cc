#include "harness/tape_mutator.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "harness/config_mutator.h"
#include "harness/op_mutator.h"
#include "harness/random.h"
#include "harness/shared_mutator.h"
#include "harness/tape_binary.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {
namespace {

using Ops = std::vector<Op>;

// More elementary steps than this make a tape slow to run; it is then rather cut than added to.
constexpr std::uint64_t kManySteps = 3000;

auto At(Ops& ops, std::size_t index) { return ops.begin() + static_cast<std::ptrdiff_t>(index); }
auto At(const Ops& ops, std::size_t index) {
  return ops.begin() + static_cast<std::ptrdiff_t>(index);
}

// An estimate from above.
std::uint64_t StepsOf(const Ops& ops) {
  std::uint64_t steps = 0;
  for (const Op& op : ops) {
    switch (op.code) {
      case OpCode::kDrift:
        steps += op.count * std::uint64_t{2};
        break;
      case OpCode::kFill:
      case OpCode::kDrain:
      case OpCode::kChurn:
      case OpCode::kLook:
        steps += op.count;
        break;
      default:
        ++steps;
    }
  }
  return steps;
}

class Mutator {
 public:
  Mutator(Tape& tape, std::uint32_t seed, std::size_t max_ops, Shape shape, RecipeKind about)
      : tape_(tape),
        ops_(tape.ops),
        random_(seed),
        max_ops_(std::min(max_ops, kMaxOps)),
        shape_(shape),
        about_(about) {}

  void Run();
  // A configuration of its own and something to run.
  void StartAfresh();

 private:
  struct Edit {
    std::uint32_t weight;
    void (Mutator::*apply)();
  };

  void EditOnce();

  void InsertOps();
  void EraseSpan();
  void DuplicateSpan();
  void MoveSpan();
  void ChangeOperand();
  void ChangeOpCode();
  void ChangeConfiguration() { ChangeConfig(tape_.config, random_); }
  void SpliceBlock();
  void InterruptPhase();

  // A span of the tape: [begin, end), short ones more often. Empty only if the tape is.
  struct Span {
    std::size_t begin = 0, end = 0;
  };
  Span ChooseSpan();
  Ops Copy(Span span) const { return Ops(At(ops_, span.begin), At(ops_, span.end)); }
  void Erase(Span span) { ops_.erase(At(ops_, span.begin), At(ops_, span.end)); }
  // Anywhere; other operations make room if there is none.
  void Insert(Ops block);

  Tape& tape_;
  Ops& ops_;
  Random random_;
  const std::size_t max_ops_;
  const Shape shape_;
  const RecipeKind about_;
};

Config Shaped(const Config& config, Shape shape) {
  return Canonical(shape == nullptr ? config : shape(Canonical(config)));
}

void Mutator::Run() {
  if (ops_.size() > max_ops_) ops_.resize(max_ops_);
  // A corpus goes on from what it has, and that is of few configurations, long, and in no state
  // that a recipe expects.
  if (ops_.empty() || random_.Chance(1, 2)) return StartAfresh();
  std::uint32_t edits = 1;
  while (edits < 8 && random_.Chance(1, 3)) ++edits;
  for (; edits > 0; --edits) EditOnce();
}

// Recipes go by the configuration as the target will have it.
void Mutator::StartAfresh() {
  ops_.clear();
  const Config config = RandomConfig(tape_.config.type, random_);
  tape_.config = Shaped(config, shape_);
  if (tape_.config.type == KeyType::kBytes && config.type != KeyType::kBytes) {
    tape_.config.layout = config.layout;
    tape_.config = Shaped(tape_.config, shape_);
  }
  // Slots change in growths to the same size alone, which are rare unless keys choose their chains.
  if (IsAdaptive(tape_.config) && random_.Chance(1, 3)) tape_.config.hash = HashKind::kIdentity;
  SpliceBlock();
  if (random_.Chance(1, 4)) SpliceBlock();
}

void Mutator::EditOnce() {
  if (StepsOf(ops_) > kManySteps && random_.Chance(2, 3)) {
    EraseSpan();
    return;
  }
  constexpr Edit kEdits[] = {
      {4, &Mutator::InsertOps},           {3, &Mutator::EraseSpan},
      {2, &Mutator::DuplicateSpan},       {2, &Mutator::MoveSpan},
      {5, &Mutator::ChangeOperand},       {2, &Mutator::ChangeOpCode},
      {2, &Mutator::ChangeConfiguration}, {4, &Mutator::SpliceBlock},
      {1, &Mutator::InterruptPhase},
  };
  (this->*random_.PickByWeight(kEdits).apply)();
}

Mutator::Span Mutator::ChooseSpan() {
  if (ops_.empty()) return {};
  const std::size_t length = 1 + random_.Scaled(static_cast<std::uint32_t>(ops_.size()));
  const std::size_t begin = random_.Index(ops_.size() - length + 1);
  return {begin, begin + length};
}

void Mutator::Insert(Ops block) {
  if (block.size() > max_ops_) block.resize(max_ops_);
  if (ops_.size() + block.size() > max_ops_) {
    const std::size_t surplus = ops_.size() + block.size() - max_ops_;
    const std::size_t begin = random_.Index(ops_.size() - surplus + 1);
    Erase({begin, begin + surplus});
  }
  // The end is where the map is as the tape leaves it.
  const std::size_t at = random_.Chance(1, 3) ? ops_.size() : random_.Index(ops_.size() + 1);
  ops_.insert(At(ops_, at), block.begin(), block.end());
}

void Mutator::InsertOps() {
  Ops block;
  for (std::uint32_t n = random_.Between(1, 4); n > 0; --n) {
    block.push_back(RandomOp(ops_, tape_.config, random_));
  }
  Insert(std::move(block));
}

void Mutator::EraseSpan() { Erase(ChooseSpan()); }

void Mutator::DuplicateSpan() { Insert(Copy(ChooseSpan())); }

void Mutator::MoveSpan() {
  const Span span = ChooseSpan();
  Ops block = Copy(span);
  Erase(span);
  Insert(std::move(block));
}

void Mutator::ChangeOperand() {
  if (ops_.empty()) return;
  ChangeOperandOf(ops_[random_.Index(ops_.size())], ops_, tape_.config, random_);
}

void Mutator::ChangeOpCode() {
  if (ops_.empty()) return;
  Op& op = ops_[random_.Index(ops_.size())];
  op.code = OpCodeOfByte(static_cast<std::uint8_t>(random_.Below(256)));
  op = Canonical(op);
}

// A phase goes through states that last for a few steps: it is cut in two, and another operation is
// put between.
void Mutator::InterruptPhase() {
  const auto is_phase = [](const Op& op) {
    return kOpInfo[static_cast<int>(op.code)].kinds[1] == OperandKind::kCount && op.count > 1 &&
           op.code != OpCode::kWalk;
  };
  const auto phases = std::count_if(ops_.begin(), ops_.end(), is_phase);
  if (phases == 0 || ops_.size() + 2 > max_ops_) return InsertOps();
  auto at = std::find_if(ops_.begin(), ops_.end(), is_phase);
  for (std::uint32_t n = random_.Below(static_cast<std::uint32_t>(phases)); n > 0; --n) {
    at = std::find_if(at + 1, ops_.end(), is_phase);
  }
  Op rest = *at;
  const auto done = static_cast<std::uint16_t>(random_.Between(1, rest.count - 1U));
  at->count = done;
  rest.count = static_cast<std::uint16_t>(rest.count - done);
  if (rest.code != OpCode::kChurn) rest.key = static_cast<std::uint16_t>(rest.key + done);
  // Rather something else than the phase is made of.
  Op between = RandomOp(ops_, tape_.config, random_);
  for (int n = 0; n < 4 && kOpInfo[static_cast<int>(between.code)].kinds[0] == OperandKind::kKey &&
                  kOpInfo[static_cast<int>(between.code)].operands != 0;
       ++n) {
    between = RandomOp(ops_, tape_.config, random_);
  }
  at = ops_.insert(at + 1, between);
  ops_.insert(at + 1, rest);
}

// Where there are faults, more of them are worth a try; elsewhere they would make tapes shorter and
// slower that are about something else.
void Mutator::SpliceBlock() {
  if (about_ != RecipeKind::kPlain && random_.Chance(1, 2)) {
    return Insert(PhaseBlock(tape_.config, about_, random_));
  }
  const bool has_faults = std::any_of(ops_.begin(), ops_.end(), [](const Op& op) {
    return op.code == OpCode::kFault || op.code == OpCode::kTorment;
  });
  // What a checked map keeps on its table has to be allocated as well; adaptive buckets and NaN
  // entries are moved, and put back, by rules of their own.
  const bool special = tape_.config.policy == PolicyKind::kChecked || IsAdaptive(tape_.config) ||
                       tape_.config.type == KeyType::kF64;
  const bool faults = random_.Chance(1, has_faults ? 3 : special ? 3 : 64);
  const RecipeKind kind = faults ? RecipeKind::kFaults : RecipeKind::kPlain;
  Insert(PhaseBlock(tape_.config, kind, random_));
}

// Alternating spans of both, each taken from about where the last one ended.
Ops Interleave(const Ops& a, const Ops& b, Random& random) {
  Ops mixed;
  const Ops* from = &a;
  const Ops* other = &b;
  std::size_t at[2] = {0, 0};
  std::size_t side = 0;
  while (at[side] < from->size()) {
    const std::size_t left = from->size() - at[side];
    const std::size_t length = 1 + random.Scaled(static_cast<std::uint32_t>(left));
    mixed.insert(mixed.end(), At(*from, at[side]), At(*from, at[side] + length));
    at[side] += length;
    std::swap(from, other);
    side = 1 - side;
  }
  return mixed;
}

// A span of `b` in place of a span of `a`.
Ops TwoPoint(const Ops& a, const Ops& b, Random& random) {
  const std::size_t cut = random.Index(a.size() + 1);
  const std::size_t resume = cut + random.Index(a.size() - cut + 1);
  const std::size_t begin = random.Index(b.size() + 1);
  const std::size_t end = begin + random.Index(b.size() - begin + 1);
  Ops mixed(a.begin(), At(a, cut));
  mixed.insert(mixed.end(), At(b, begin), At(b, end));
  mixed.insert(mixed.end(), At(a, resume), a.end());
  return mixed;
}

// The beginning of `a`, then the end of `b`.
Ops OnePoint(const Ops& a, const Ops& b, Random& random) {
  Ops mixed(a.begin(), At(a, random.Index(a.size() + 1)));
  mixed.insert(mixed.end(), At(b, random.Index(b.size() + 1)), b.end());
  return mixed;
}

// Without what the configuration that the shape makes does not allow.
Tape ShapedTape(Tape tape, Shape shape) {
  tape.config = Shaped(tape.config, shape);
  return Canonical(std::move(tape));
}

// Writes as much of the tape as fits.
std::size_t Store(const Tape& tape, std::uint8_t* out, std::size_t max_size) {
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  const std::size_t size = std::min(bytes.size(), max_size);
  if (size > 0) std::memcpy(out, bytes.data(), size);
  return size;
}

std::size_t OpsIn(std::size_t max_size) {
  return max_size < kHeaderBytes ? 0 : (max_size - kHeaderBytes) / kOpBytes;
}

}  // namespace

void Mutate(Tape& tape, std::uint32_t seed, std::size_t max_ops, Shape shape, RecipeKind about) {
  tape = ShapedTape(std::move(tape), shape);
  const Tape before = tape;
  // An edit may change nothing: a pinned field, a span moved to where it was. Then another try.
  for (std::uint32_t attempt = 0; attempt < 4 && tape == before; ++attempt) {
    const std::uint32_t seed_of_attempt = seed + attempt * 0x9e3779b9;
    if (IsShared(tape.config)) {
      Random random(seed_of_attempt);
      MutateShared(tape, random, std::min(max_ops, kMaxOps), shape);
    } else {
      Mutator(tape, seed_of_attempt, max_ops, shape, about).Run();
    }
    tape = ShapedTape(std::move(tape), shape);
  }
}

void StartAfresh(Tape& tape, std::uint32_t seed, std::size_t max_ops, Shape shape,
                 RecipeKind about) {
  const Config shaped = Shaped(tape.config, shape);
  if (IsShared(shaped)) {
    tape.config = shaped;
    Random random(seed);
    StartSharedAfresh(tape, random, std::min(max_ops, kMaxOps), shape);
  } else {
    Mutator(tape, seed, max_ops, shape, about).StartAfresh();
  }
  tape = ShapedTape(std::move(tape), shape);
}

Tape CrossOver(const Tape& a, const Tape& b, std::uint32_t seed, std::size_t max_ops, Shape shape) {
  Random random(seed);
  const bool a_first = random.Chance(1, 2);
  const Tape& first = a_first ? a : b;
  const Tape& second = a_first ? b : a;
  const Tape& of = random.Chance(1, 2) ? a : b;
  Tape mixed;
  mixed.config = Shaped(of.config, shape);
  mixed.schedule = of.schedule;
  switch (random.Below(3)) {
    case 0:
      mixed.ops = OnePoint(first.ops, second.ops, random);
      break;
    case 1:
      mixed.ops = TwoPoint(first.ops, second.ops, random);
      break;
    default:
      mixed.ops = Interleave(first.ops, second.ops, random);
  }
  if (mixed.ops.empty()) mixed.ops = first.ops;
  mixed.ops.resize(std::min({mixed.ops.size(), max_ops, kMaxOps}));
  return Canonical(std::move(mixed));
}

std::size_t MutateBytes(std::uint8_t* data, std::size_t size, std::size_t max_size,
                        std::uint32_t seed, Shape shape, RecipeKind about) {
  Tape tape = FromBinary(data, size);
  Mutate(tape, seed, OpsIn(max_size), shape, about);
  return Store(tape, data, max_size);
}

std::size_t StartBytesAfresh(const std::uint8_t* before, std::size_t before_size, std::uint8_t* out,
                             std::size_t max_size, std::uint32_t seed, Shape shape,
                             RecipeKind about) {
  Tape tape = FromBinary(before, before_size);
  StartAfresh(tape, seed, OpsIn(max_size), shape, about);
  return Store(tape, out, max_size);
}

std::size_t CrossOverBytes(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                           std::size_t b_size, std::uint8_t* out, std::size_t max_size,
                           std::uint32_t seed, Shape shape) {
  const Tape first = FromBinary(a, a_size);
  const Tape second = FromBinary(b, b_size);
  return Store(CrossOver(first, second, seed, OpsIn(max_size), shape), out, max_size);
}

}  // namespace mapfuzz

#include "harness/thread_recipes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "harness/config_mutator.h"
#include "harness/tape_binary.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {
namespace {

// Draws are made one a statement: see `recipe_builder.h`.
class ThreadRecipe {
 public:
  ThreadRecipe(const Config& config, Random& random)
      : config_(config), random_(random), base_(random.Below(config.keys)) {}

  std::vector<Op> Take() { return std::move(ops_); }

  // A key or three, and any operation on them.
  void AnythingOnFewKeys();
  // All write to one key, in every way there is, and look at it.
  void AllAtOneKey();
  // Filled to the edge; one thread goes over it while others look up what is there.
  void GrowthBesideReaders();
  // Two threads go over the edge.
  void GrowthBesideWriters();
  // Keys that go and come back, under look-ups, iterations and others that take them.
  void ErasedAndPutAgain();
  // Keys that only the dirty part of a sync map has, looked up until that is promoted.
  void PromotedUnderReaders();
  // Deleted before the dirty part was made, and put again by several: the entries that a sync map
  // has expunged.
  void ExpungedAndPutAgain();
  // A clear beside all else.
  void ClearedBesideOthers();
  // Iterations and sizes beside writers.
  void IteratedBesideWriters();
  // Read, then written if it is still what was read; or added to.
  void CountedTogether();
  // No thread writes; the table may be growing.
  void ReadByAll();
  void Misused(Misuse misuse);

 private:
  int threads() const { return config_.threads; }
  std::uint32_t Key(std::uint32_t n) const { return (base_ + n) % config_.keys; }

  void Add(int thread, OpCode code, std::initializer_list<std::uint32_t> operands = {}) {
    Op op;
    op.code = code;
    op.thread = static_cast<std::int8_t>(thread);
    const OpInfo& info = kOpInfo[static_cast<int>(code)];
    int i = 0;
    for (const std::uint32_t operand : operands) SetOperand(op, info.kinds[i++], operand);
    ops_.push_back(op);
  }
  void Before(OpCode code, std::initializer_list<std::uint32_t> operands) {
    Add(kBeforeThreads, code, operands);
  }
  // So many of these operations, each on one of the first `keys` keys.
  template <std::size_t kSize>
  void AddSome(int thread, std::uint32_t least, std::uint32_t most, const OpCode (&codes)[kSize],
               std::uint32_t keys) {
    for (std::uint32_t n = random_.Between(least, most); n > 0; --n) {
      const OpCode code = random_.Pick(codes);
      const std::uint32_t key = Key(random_.Below(keys));
      if (kOpInfo[static_cast<int>(code)].operands == 0) {
        Add(thread, code);
      } else if (code == OpCode::kIterate) {
        AddIterate(thread);
      } else {
        Add(thread, code, {key});
      }
    }
  }
  // To its end, mostly.
  void AddIterate(int thread) {
    const std::uint32_t count = random_.Chance(1, 6) ? random_.Between(1, 3) : 0;
    Add(thread, OpCode::kIterate, {count});
  }
  // Entries up to which a small table does not grow.
  std::uint32_t Edge() {
    const std::uint32_t edge = EntriesAt(config_.growth, random_.Chance(2, 3) ? 0 : 1);
    return edge * (config_.shared == SharedKind::kSharded ? config_.shards : 1u);
  }
  // Filled, often so that the table is growing; how many keys there are.
  std::uint32_t FillForReaders();
  int OneThread() { return static_cast<int>(random_.Below(static_cast<std::uint32_t>(threads()))); }

  const Config& config_;
  Random& random_;
  std::vector<Op> ops_;
  const std::uint32_t base_;  // the first key
};

constexpr OpCode kReads[] = {OpCode::kGet, OpCode::kGet, OpCode::kGet, OpCode::kHas};
constexpr OpCode kWrites[] = {OpCode::kPut, OpCode::kPut,    OpCode::kDel,
                              OpCode::kTry, OpCode::kPop,    OpCode::kExchange,
                              OpCode::kCas, OpCode::kCasDel, OpCode::kAdd};

void ThreadRecipe::AnythingOnFewKeys() {
  const std::uint32_t keys = random_.Between(1, 3);
  const std::uint32_t filled = random_.Below(keys + 1);
  if (filled != 0) Before(OpCode::kFill, {Key(0), filled});
  for (int thread = 0; thread < threads(); ++thread) {
    for (std::uint32_t n = random_.Between(1, 4); n > 0; --n) {
      const OpCode code = SharedOpCodeOf(random_.Below(kSharedSlots));
      const std::uint32_t key = Key(random_.Below(keys));
      const OpInfo& info = kOpInfo[static_cast<int>(code)];
      if (info.operands == 2) {
        Add(thread, code, {key, random_.Between(1, 4)});
      } else if (info.operands == 0 || code == OpCode::kIterate) {
        Add(thread, code);
      } else {
        Add(thread, code, {key});
      }
    }
  }
}

void ThreadRecipe::AllAtOneKey() {
  if (random_.Chance(1, 2)) Before(OpCode::kPut, {Key(0)});
  for (int thread = 0; thread < threads(); ++thread) {
    AddSome(thread, 1, 3, kWrites, 1);
    if (random_.Chance(1, 2)) AddSome(thread, 1, 2, kReads, 1);
  }
}

void ThreadRecipe::GrowthBesideReaders() {
  const std::uint32_t edge = Edge();
  Before(OpCode::kFill, {Key(0), edge});
  const int grower = OneThread();
  for (int thread = 0; thread < threads(); ++thread) {
    if (thread == grower) {
      Add(thread, OpCode::kFill, {Key(edge), random_.Between(1, 6)});
      AddSome(thread, 0, 2, kWrites, edge);
    } else if (random_.Chance(1, 3)) {
      AddIterate(thread);
    } else {
      AddSome(thread, 2, 5, kReads, edge + 2);
    }
  }
}

void ThreadRecipe::GrowthBesideWriters() {
  const std::uint32_t edge = Edge();
  Before(OpCode::kFill, {Key(0), edge});
  for (int thread = 0; thread < threads(); ++thread) {
    const std::uint32_t first = edge + random_.Below(3);
    Add(thread, random_.Chance(1, 2) ? OpCode::kPut : OpCode::kTry, {Key(first)});
    AddSome(thread, 1, 4, kWrites, edge + 3);
    AddSome(thread, 0, 2, kReads, edge + 3);
  }
}

void ThreadRecipe::ErasedAndPutAgain() {
  const std::uint32_t keys = random_.Between(1, 4);
  Before(OpCode::kFill, {Key(0), keys});
  constexpr OpCode kOthers[] = {OpCode::kGet, OpCode::kGet,    OpCode::kHas,     OpCode::kCas,
                                OpCode::kPop, OpCode::kCasDel, OpCode::kIterate, OpCode::kDel};
  const int eraser = OneThread();
  for (int thread = 0; thread < threads(); ++thread) {
    if (thread != eraser) {
      AddSome(thread, 1, 4, kOthers, keys);
      continue;
    }
    for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
      const std::uint32_t key = Key(random_.Below(keys));
      Add(thread, random_.Chance(1, 4) ? OpCode::kPop : OpCode::kDel, {key});
      Add(thread, random_.Chance(1, 2) ? OpCode::kPut : OpCode::kTry, {key});
    }
  }
}

// Without a promotion there is no read part: the first keys are promoted before the threads begin.
void ThreadRecipe::PromotedUnderReaders() {
  const std::uint32_t old = random_.Between(1, 3);
  const std::uint32_t fresh = random_.Between(1, 3);
  Before(OpCode::kFill, {Key(0), old});
  Before(OpCode::kLook, {Key(0), old + 1});
  if (random_.Chance(1, 2)) Before(OpCode::kDel, {Key(random_.Below(old))});
  Before(OpCode::kFill, {Key(old), fresh});
  for (int thread = 0; thread < threads(); ++thread) {
    if (random_.Chance(1, 2)) {
      Add(thread, OpCode::kLook, {Key(old), fresh + random_.Below(3)});
      AddSome(thread, 0, 2, kWrites, old + fresh);
    } else {
      AddSome(thread, 1, 3, kWrites, old + fresh + 1);
      AddSome(thread, 0, 2, kReads, old + fresh);
    }
  }
}

void ThreadRecipe::ExpungedAndPutAgain() {
  const std::uint32_t keys = random_.Between(1, 3);
  Before(OpCode::kFill, {Key(0), keys});
  Before(OpCode::kLook, {Key(0), keys});
  Before(OpCode::kDrain, {Key(0), keys});
  // The next new key makes a dirty part without those that are gone, one by one, beside who puts
  // them again one by one, or before.
  const bool is_made = random_.Chance(1, 3);
  if (is_made) Before(OpCode::kPut, {Key(keys)});
  const int maker = OneThread();
  constexpr OpCode kAgain[] = {OpCode::kPut, OpCode::kTry, OpCode::kExchange, OpCode::kGet,
                               OpCode::kDel, OpCode::kPop, OpCode::kAdd};
  for (int thread = 0; thread < threads(); ++thread) {
    if (!is_made && thread == maker) {
      Add(thread, OpCode::kPut, {Key(keys)});
    } else if (random_.Chance(1, 2)) {
      Add(thread, OpCode::kFill, {Key(0), keys});
    }
    AddSome(thread, 1, 3, kAgain, keys);
    if (random_.Chance(1, 3)) Add(thread, OpCode::kPut, {Key(keys + 1)});
    AddSome(thread, 0, 3, kReads, keys + 2);
  }
}

void ThreadRecipe::ClearedBesideOthers() {
  const std::uint32_t keys = random_.Between(1, 4);
  Before(OpCode::kFill, {Key(0), random_.Chance(1, 4) ? Edge() : keys});
  if (random_.Chance(1, 2)) Before(OpCode::kLook, {Key(0), keys + 1});
  constexpr OpCode kOthers[] = {OpCode::kGet,  OpCode::kPut, OpCode::kPut, OpCode::kTry,
                                OpCode::kSize, OpCode::kDel, OpCode::kCas, OpCode::kIterate};
  const int clearer = OneThread();
  for (int thread = 0; thread < threads(); ++thread) {
    if (thread == clearer) {
      AddSome(thread, 0, 1, kWrites, keys);
      Add(thread, OpCode::kClear);
      AddSome(thread, 0, 2, kReads, keys);
    } else {
      AddSome(thread, 1, 4, kOthers, keys);
    }
  }
}

void ThreadRecipe::IteratedBesideWriters() {
  const std::uint32_t keys = random_.Between(2, 5);
  Before(OpCode::kFill, {Key(0), random_.Chance(1, 4) ? Edge() : keys});
  if (random_.Chance(1, 2)) Before(OpCode::kLook, {Key(0), keys});
  const int walker = OneThread();
  for (int thread = 0; thread < threads(); ++thread) {
    if (thread != walker) {
      AddSome(thread, 1, 4, kWrites, keys + 1);
      continue;
    }
    for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
      if (random_.Chance(1, 3)) {
        Add(thread, OpCode::kSize);
      } else {
        AddIterate(thread);
      }
    }
  }
}

void ThreadRecipe::CountedTogether() {
  const bool adds = random_.Chance(1, 2);
  if (random_.Chance(2, 3)) Before(OpCode::kPut, {Key(0)});
  for (int thread = 0; thread < threads(); ++thread) {
    for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
      if (adds) {
        Add(thread, OpCode::kAdd, {Key(0)});
      } else {
        Add(thread, OpCode::kGet, {Key(0)});
        Add(thread, random_.Chance(3, 4) ? OpCode::kCas : OpCode::kCasDel, {Key(0)});
      }
    }
  }
}

std::uint32_t ThreadRecipe::FillForReaders() {
  std::uint32_t held = random_.Below(12);
  if (random_.Chance(2, 3)) {
    held = EntriesAt(config_.growth, random_.Below(4)) + 1;
    held += random_.Below(3);
  }
  held = std::min(held, config_.keys);
  if (held != 0) Before(OpCode::kFill, {Key(0), held});
  if (random_.Chance(1, 3)) Before(OpCode::kDel, {Key(random_.Below(held + 1))});
  return held;
}

void ThreadRecipe::ReadByAll() {
  const std::uint32_t held = FillForReaders();
  constexpr OpCode kAny[] = {OpCode::kGet, OpCode::kHas, OpCode::kIterate, OpCode::kIterate,
                             OpCode::kSize};
  for (int thread = 0; thread < threads(); ++thread) AddSome(thread, 1, 4, kAny, held + 2);
}

void ThreadRecipe::Misused(Misuse misuse) {
  const std::uint32_t held = FillForReaders();
  constexpr OpCode kWrite[] = {OpCode::kPut, OpCode::kPut, OpCode::kPut,
                               OpCode::kDel, OpCode::kTry, OpCode::kClear};
  constexpr OpCode kRead[] = {OpCode::kGet, OpCode::kGet, OpCode::kHas, OpCode::kSize};
  constexpr OpCode kIterates[] = {OpCode::kIterate};
  const int writer = OneThread();
  for (int thread = 0; thread < threads(); ++thread) {
    if (thread == writer || misuse == Misuse::kTwoWriters) {
      AddSome(thread, 1, 3, kWrite, held + 2);
    } else if (misuse == Misuse::kWriterAndReader) {
      AddSome(thread, 1, 3, kRead, held + 2);
    } else {
      AddSome(thread, 1, 2, kIterates, held + 2);
    }
  }
}

struct NamedRecipe {
  std::string_view name;
  std::uint32_t weight;
  void (ThreadRecipe::*cook)();
  std::uint32_t more_if_sync = 0;
  std::uint32_t more_if_readers = 0;  // where threads only read
};

constexpr NamedRecipe kNamedRecipes[kThreadRecipes] = {
    {"anything-on-few-keys", 3, &ThreadRecipe::AnythingOnFewKeys},
    {"all-at-one-key", 3, &ThreadRecipe::AllAtOneKey},
    {"growth-beside-readers", 3, &ThreadRecipe::GrowthBesideReaders},
    {"growth-beside-writers", 2, &ThreadRecipe::GrowthBesideWriters},
    {"erased-and-put-again", 3, &ThreadRecipe::ErasedAndPutAgain},
    {"promoted-under-readers", 1, &ThreadRecipe::PromotedUnderReaders, 5},
    {"expunged-and-put-again", 1, &ThreadRecipe::ExpungedAndPutAgain, 10},
    {"cleared-beside-others", 2, &ThreadRecipe::ClearedBesideOthers},
    {"iterated-beside-writers", 3, &ThreadRecipe::IteratedBesideWriters},
    {"counted-together", 2, &ThreadRecipe::CountedTogether},
    {"read-by-all", 1, &ThreadRecipe::ReadByAll, 0, 60},
};

std::uint32_t WeightOf(const NamedRecipe& recipe, const Config& config) {
  std::uint32_t weight = recipe.weight;
  if (config.shared == SharedKind::kSync) weight += recipe.more_if_sync;
  if (config.shared == SharedKind::kReaders) weight += recipe.more_if_readers;
  return weight;
}

}  // namespace

std::string_view ThreadRecipeName(int recipe) { return kNamedRecipes[recipe].name; }

std::vector<Op> ThreadBlock(int recipe, const Config& config, Random& random) {
  ThreadRecipe made(config, random);
  (made.*kNamedRecipes[recipe].cook)();
  return made.Take();
}

std::vector<Op> ThreadBlock(const Config& config, Random& random) {
  std::uint32_t total = 0;
  for (const NamedRecipe& recipe : kNamedRecipes) total += WeightOf(recipe, config);
  std::uint32_t drawn = random.Below(total);
  int recipe = 0;
  for (; drawn >= WeightOf(kNamedRecipes[recipe], config); ++recipe) {
    drawn -= WeightOf(kNamedRecipes[recipe], config);
  }
  return ThreadBlock(recipe, config, random);
}

Tape MisuseTape(Misuse misuse, Random& random) {
  Tape tape;
  tape.config = RandomSharedConfig(SharedKind::kPlain, random);
  tape.config.keys = std::min<std::uint32_t>(tape.config.keys, 64);
  tape.config.threads = static_cast<std::uint8_t>(random.Between(2, 3));
  tape.schedule = RandomScheduleOf(random);
  ThreadRecipe recipe(tape.config, random);
  recipe.Misused(misuse);
  tape.ops = recipe.Take();
  return Canonical(std::move(tape));
}

// Races in what no lock guards show between accesses alone; between locks there are fewer points
// to choose from.
Schedule RandomScheduleOf(Random& random) {
  const PointLevel level = random.Chance(2, 3) ? PointLevel::kAccesses : PointLevel::kLocks;
  if (!random.Chance(1, 8)) return DrawSchedule(level, random);
  const auto seed = static_cast<std::uint32_t>(random.Next());
  const auto depth = static_cast<std::uint8_t>(random.Between(1, 4));
  const std::uint32_t length = std::uint32_t{8}
                               << random.Below(level == PointLevel::kLocks ? 4 : 8);
  return PctSchedule(level, seed, depth, length);
}

}  // namespace mapfuzz

// RapidCheck generators of configurations, operations and tapes.
//
// A property suite sees the tapes that the fuzz targets see: they are made by the mutator, from a
// random seed, with its phase blocks. They shrink like anything RapidCheck makes: operations are
// removed in chunks, operands go towards 0, the configuration goes towards its default field by
// field. `TapeLimits` says what a property cannot have.

#ifndef MAPFUZZ_TARGETS_TAPE_GENERATOR_H_
#define MAPFUZZ_TARGETS_TAPE_GENERATOR_H_

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <utility>
#include <vector>

#include "harness/config_mutator.h"
#include "harness/op_mutator.h"
#include "harness/random.h"
#include "harness/tape.h"
#include "harness/tape_mutator.h"
#include "harness/tape_text.h"

namespace mapfuzz {

// What RapidCheck prints when a property fails.
inline void showValue(const Tape& tape, std::ostream& out) { out << '\n' << ToText(tape); }
inline void showValue(const Op& op, std::ostream& out) { out << OpText(op); }
inline void showValue(const Config& config, std::ostream& out) {
  out << '\n' << ToText(Tape{config, {}});
}

struct TapeLimits {
  std::size_t max_ops = 60;
  // Counts of phases are at most this; a count of at least 52 still grows a table three times.
  std::uint32_t max_count = 200;
  // The only opcodes there are; empty means all.
  std::vector<OpCode> only = {};
  // Opcodes there are none of.
  std::vector<OpCode> never = {};
  // Pins fields of the configuration, as a fuzz target does. Idempotent.
  Shape shape = nullptr;

  bool Allows(OpCode code) const {
    const auto in = [code](const std::vector<OpCode>& codes) {
      return std::find(codes.begin(), codes.end(), code) != codes.end();
    };
    return (only.empty() || in(only)) && !in(never);
  }

  Config Shaped(Config config) const {
    return Canonical(shape == nullptr ? config : shape(Canonical(config)));
  }
};

// For maps whose iterators do not survive a mutation, and for properties about content alone.
inline TapeLimits WithoutIterators() {
  TapeLimits limits;
  limits.never = {OpCode::kBegin, OpCode::kNext, OpCode::kDrop,
                  OpCode::kTake,  OpCode::kWalk, OpCode::kSweep};
  return limits;
}

namespace tape_generator_internal {

// `config` with one field nearer to its default, for every field where that is something new.
inline std::vector<Config> SimplerConfigs(const Config& config, const TapeLimits& limits) {
  std::vector<Config> simpler;
  const Config plain;
  const auto add = [&](auto field, auto value) {
    Config one = config;
    one.*field = value;
    one = limits.Shaped(one);
    if (one != config) simpler.push_back(one);
  };
  add(&Config::type, plain.type);
  add(&Config::policy, plain.policy);
  add(&Config::path, plain.path);
  add(&Config::hash, plain.hash);
  add(&Config::growth, plain.growth);
  add(&Config::hint, plain.hint);
  if (config.hint > 1) add(&Config::hint, config.hint / 2);
  add(&Config::keys, plain.keys);
  add(&Config::seed, plain.seed);
  add(&Config::layout, plain.layout);
  TapeLayout fixed = config.layout;
  fixed.slots_kind = SlotsKind::kFixed;
  add(&Config::layout, fixed);
  add(&Config::chain, plain.chain);
  add(&Config::threads, plain.threads);
  add(&Config::shards, plain.shards);
  return simpler;
}

// `op` with one operand smaller.
inline std::vector<Op> SimplerOps(const Op& op) {
  std::vector<Op> simpler;
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  for (int i = 0; i < info.operands; ++i) {
    const std::uint32_t value = GetOperand(op, info.kinds[i]);
    // 0, then nearer and nearer to the value itself.
    for (std::uint32_t less = value; less > 0; less /= 2) {
      Op one = op;
      SetOperand(one, info.kinds[i], value - less);
      simpler.push_back(one);
    }
  }
  return simpler;
}

// `schedule` with fewer switches, which of one that is not explicit are not known.
inline std::vector<Schedule> SimplerSchedules(const Schedule& schedule) {
  std::vector<Schedule> simpler;
  const Schedule none = ExplicitSchedule(schedule.level, {});
  if (schedule != none) simpler.push_back(none);
  for (std::size_t i = 0; i < schedule.switches.size(); ++i) {
    Schedule one = schedule;
    one.switches.erase(one.switches.begin() + static_cast<std::ptrdiff_t>(i));
    if (one != none) simpler.push_back(one);
  }
  return simpler;
}

inline rc::Seq<Op> ShrinkOp(const Op& op) { return rc::seq::fromContainer(SimplerOps(op)); }

inline rc::Seq<Config> ShrinkConfig(const Config& config, const TapeLimits& limits) {
  return rc::seq::fromContainer(SimplerConfigs(config, limits));
}

inline rc::Seq<Tape> ShrinkTape(const Tape& tape, const TapeLimits& limits) {
  const auto with_ops = [tape](std::vector<Op> ops) {
    return Tape{tape.config, std::move(ops), tape.schedule};
  };
  const auto with_config = [tape](const Config& config) {
    return Canonical(Tape{config, tape.ops, tape.schedule});
  };
  const auto with_schedule = [tape](const Schedule& schedule) {
    return Tape{tape.config, tape.ops, schedule};
  };
  return rc::seq::concat(
      rc::seq::map(rc::shrink::removeChunks(tape.ops), with_ops),
      rc::seq::map(ShrinkConfig(tape.config, limits), with_config),
      rc::seq::map(rc::shrink::eachElement(tape.ops, [](const Op& op) { return ShrinkOp(op); }),
                   with_ops),
      rc::seq::map(rc::seq::fromContainer(SimplerSchedules(tape.schedule)), with_schedule));
}

inline void Limit(Op& op, const TapeLimits& limits) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  for (int i = 0; i < info.operands; ++i) {
    if (info.kinds[i] != OperandKind::kCount) continue;
    SetOperand(op, OperandKind::kCount,
               std::min(GetOperand(op, OperandKind::kCount), limits.max_count));
  }
}

inline Config MakeConfig(std::uint64_t seed, const TapeLimits& limits) {
  Random random(seed);
  Config config;
  for (std::uint32_t n = random.Below(8); n > 0; --n) ChangeConfig(config, random);
  return limits.Shaped(config);
}

inline Op MakeOp(std::uint64_t seed, const TapeLimits& limits) {
  Random random(seed);
  Op op;
  do {
    op = RandomOp({}, Config{}, random);
  } while (!limits.Allows(op.code));
  Limit(op, limits);
  return op;
}

// The larger `size` (0 to 100), the longer the tape.
inline Tape MakeTape(std::uint64_t seed, int size, const TapeLimits& limits) {
  Random random(seed);
  Tape tape;
  tape.config = MakeConfig(random.Next(), limits);
  for (int edits = size / 4; edits >= 0; --edits) {
    Mutate(tape, static_cast<std::uint32_t>(random.Next()), limits.max_ops, limits.shape);
    const auto forbidden = [&](const Op& op) { return !limits.Allows(op.code); };
    tape.ops.erase(std::remove_if(tape.ops.begin(), tape.ops.end(), forbidden), tape.ops.end());
  }
  for (Op& op : tape.ops) Limit(op, limits);
  return tape;
}

// A seed of any magnitude, also when RapidCheck asks for small values.
inline rc::Gen<std::uint64_t> AnySeed() {
  return rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>());
}

}  // namespace tape_generator_internal

inline rc::Gen<Config> ConfigGenerator(const TapeLimits& limits = {}) {
  using namespace tape_generator_internal;
  const auto make = [limits](std::uint64_t seed) { return MakeConfig(seed, limits); };
  const auto shrink = [limits](Config&& config) { return ShrinkConfig(config, limits); };
  return rc::gen::shrink(rc::gen::noShrink(rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), make)),
                         shrink);
}

// `limits` must allow some opcode.
inline rc::Gen<Op> OpGenerator(const TapeLimits& limits = {}) {
  using namespace tape_generator_internal;
  const auto make = [limits](std::uint64_t seed) { return MakeOp(seed, limits); };
  const auto shrink = [](Op&& op) { return ShrinkOp(op); };
  return rc::gen::shrink(rc::gen::noShrink(rc::gen::map(rc::gen::arbitrary<std::uint64_t>(), make)),
                         shrink);
}

inline rc::Gen<Tape> TapeGenerator(const TapeLimits& limits = {}) {
  using namespace tape_generator_internal;
  const auto shrink = [limits](Tape&& tape) { return ShrinkTape(tape, limits); };
  const auto sized = [limits](int size) {
    const auto make = [limits, size](std::uint64_t seed) { return MakeTape(seed, size, limits); };
    return rc::gen::map(AnySeed(), make);
  };
  return rc::gen::shrink(rc::gen::noShrink(rc::gen::withSize(sized)), shrink);
}

}  // namespace mapfuzz

namespace rc {

template <>
struct Arbitrary<mapfuzz::Config> {
  static Gen<mapfuzz::Config> arbitrary() { return mapfuzz::ConfigGenerator(); }
};

template <>
struct Arbitrary<mapfuzz::Op> {
  static Gen<mapfuzz::Op> arbitrary() { return mapfuzz::OpGenerator(); }
};

template <>
struct Arbitrary<mapfuzz::Tape> {
  static Gen<mapfuzz::Tape> arbitrary() { return mapfuzz::TapeGenerator(); }
};

}  // namespace rc

#endif  // MAPFUZZ_TARGETS_TAPE_GENERATOR_H_

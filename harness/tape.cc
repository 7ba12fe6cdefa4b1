#include "harness/tape.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace mapfuzz {
namespace {

template <class Enum>
Enum Reduced(Enum value, int limit) {
  return static_cast<Enum>(static_cast<int>(value) % limit);
}

TapeObject Canonical(TapeObject object) {
  object.size = std::min(object.size, kMaxObjectSize);
  object.alignment = std::bit_floor(object.alignment);
  object.alignment = std::clamp<std::uint16_t>(object.alignment, 1, kMaxObjectAlignment);
  return object;
}

TapeLayout Canonical(TapeLayout layout) {
  layout.key = Canonical(layout.key);
  layout.value = Canonical(layout.value);
  layout.slots = std::clamp<std::uint8_t>(std::bit_floor(layout.slots), 4, 16);
  layout.slots_kind = Reduced(layout.slots_kind, kSlotsKinds);
  return layout;
}

// What a shared map has none of gets its default.
void MakeShared(Config& config) {
  config.type = static_cast<KeyType>(static_cast<int>(config.type) %
                                     (static_cast<int>(KeyType::kString) + 1));
  config.policy = PolicyKind::kStrict;
  config.path = PathKind::kFast;
  config.hint = 0;
  config.layout = {};
  config.chain = 0;
  config.threads = std::clamp<std::uint8_t>(config.threads, kMinThreads, kMostThreads);
  config.shards = config.shared != SharedKind::kSharded
                      ? std::uint8_t{0}
                      : std::clamp<std::uint8_t>(std::bit_floor(config.shards), 1, kMaxShards);
}

}  // namespace

Config Canonical(Config config) {
  config.type = Reduced(config.type, kKeyTypes);
  config.policy = Reduced(config.policy, kPolicyKinds);
  config.path = Reduced(config.path, kPathKinds);
  config.hash = Reduced(config.hash, kHashKinds);
  config.growth = Reduced(config.growth, kGrowthKinds);
  config.chain = std::min(config.chain, kMaxChain);
  config.shared = Reduced(config.shared, kSharedKinds);
  if (IsShared(config)) {
    MakeShared(config);
  } else {
    config.threads = config.shards = 0;
  }
  if (config.hint < kMinHint) config.hint = kMinHint;
  if (config.hint > kMaxHint) config.hint = kMaxHint;
  if (config.keys < 1) config.keys = 1;
  if (config.keys > kMaxKeys) config.keys = kMaxKeys;
  config.layout = config.type == KeyType::kBytes ? Canonical(config.layout) : TapeLayout{};
  const std::uint64_t most = NumbersIn(config.layout.key.size, kMaxKeys);
  if (config.keys > most) config.keys = static_cast<std::uint32_t>(most);
  return config;
}

Op Canonical(Op op, const Config& config) {
  op = Canonical(op);
  if (!IsShared(config)) op.thread = kBeforeThreads;
  if (op.thread >= 0) op.thread = static_cast<std::int8_t>(op.thread % config.threads);
  return op;
}

Tape Canonical(Tape tape) {
  tape.config = Canonical(tape.config);
  for (Op& op : tape.ops) op = Canonical(op, tape.config);
  std::erase_if(tape.ops, [&tape](const Op& op) { return !Allows(tape.config, op.code); });
  tape.schedule = IsShared(tape.config) ? Canonical(std::move(tape.schedule)) : Schedule{};
  std::vector<Switch>& switches = tape.schedule.switches;
  if (switches.size() > kMaxSwitches) switches.resize(kMaxSwitches);
  for (Switch& at : switches) at.thread %= tape.config.threads;
  return tape;
}

}  // namespace mapfuzz

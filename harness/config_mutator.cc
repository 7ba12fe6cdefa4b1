#include "harness/config_mutator.h"

#include "harness/tape_recipes.h"

namespace mapfuzz {
namespace {

TapeObject RandomObject(Random& random) {
  TapeObject object;
  object.size = random.Chance(7, 8) ? kEdgeSizes[random.Index(kEdgeSizes.size())]
                                    : static_cast<std::uint16_t>(random.Below(kMaxObjectSize + 1));
  object.alignment = static_cast<std::uint16_t>(1 << random.Below(7));
  return object;
}

std::uint8_t RandomSlots(Random& random) { return static_cast<std::uint8_t>(4 << random.Below(3)); }

std::uint8_t RandomChain(Random& random) {
  return static_cast<std::uint8_t>(1 + random.Scaled(kMaxChain));
}

SlotsKind RandomSlotsKind(Random& random) {
  return static_cast<SlotsKind>(random.Below(kSlotsKinds));
}

TapeLayout RandomLayout(Random& random) {
  TapeLayout layout;
  layout.key = RandomObject(random);
  layout.value = RandomObject(random);
  layout.slots = RandomSlots(random);
  // Fixed slots are what every other type of key has. From 8 both changes are to others.
  layout.slots_kind = random.Chance(2, 3) ? SlotsKind::kAdaptive : SlotsKind::kFixed;
  if (layout.slots_kind == SlotsKind::kAdaptive && random.Chance(1, 2)) layout.slots = 8;
  return layout;
}

void ChangeLayout(TapeLayout& layout, Random& random) {
  switch (random.Below(7)) {
    case 0:
      layout.key.size = RandomObject(random).size;
      break;
    case 1:
      layout.key.alignment = RandomObject(random).alignment;
      break;
    case 2:
      layout.value.size = RandomObject(random).size;
      break;
    case 3:
      layout.value.alignment = RandomObject(random).alignment;
      break;
    case 4:
      layout.slots = RandomSlots(random);
      break;
    case 5:
      layout.slots_kind = RandomSlotsKind(random);
      break;
    default:
      layout = RandomLayout(random);
  }
}

// Bytes as often as three others: their layouts stand for many types, and fewer targets have them.
KeyType RandomType(KeyType likely, Random& random) {
  if (random.Chance(1, 4)) return likely;
  const std::uint32_t drawn = random.Below(kKeyTypes + 2);
  return drawn < kKeyTypes ? static_cast<KeyType>(drawn) : KeyType::kBytes;
}

HashKind RandomHash(Random& random) {
  constexpr HashKind kHashes[] = {HashKind::kGood,     HashKind::kGood,     HashKind::kGood,
                                  HashKind::kGood,     HashKind::kLowBits,  HashKind::kConst,
                                  HashKind::kTopZero,  HashKind::kPairs,    HashKind::kIdentity,
                                  HashKind::kIdentity, HashKind::kIdentity, HashKind::kIdentity};
  return random.Pick(kHashes);
}

GrowthKind RandomGrowth(Random& random) {
  constexpr GrowthKind kGrowths[] = {GrowthKind::kGo119, GrowthKind::kGo119, GrowthKind::kGo121,
                                     GrowthKind::kFull, GrowthKind::kSparse};
  return random.Pick(kGrowths);
}

std::int32_t RandomHint(const Config& config, Random& random) {
  if (random.Chance(1, 16)) return kMinHint;
  return static_cast<std::int32_t>(random.Chance(1, 2) ? NearThreshold(config, random)
                                                       : random.Scaled(kMaxHint + 1));
}

std::uint32_t RandomKeys(Random& random) {
  return random.Chance(3, 4) ? kMaxKeys : 1 + random.Scaled(4096);
}

std::uint32_t RandomSeed(Random& random) {
  return random.Chance(1, 3) ? 0 : static_cast<std::uint32_t>(random.Next());
}

// Strings are slower, and threads do not care.
KeyType RandomSharedType(Random& random) {
  return random.Chance(1, 8)   ? KeyType::kString
         : random.Chance(1, 8) ? KeyType::kU32
                               : KeyType::kU64;
}

std::uint32_t RandomFewKeys(Random& random) {
  return random.Chance(3, 4) ? random.Between(1, 16) : random.Between(1, 64);
}

// Two are enough for most that can go wrong.
std::uint8_t RandomThreads(Random& random) {
  constexpr std::uint8_t kThreads[] = {2, 2, 2, 2, 3, 3, 3, 4, 5, 6};
  return random.Pick(kThreads);
}

std::uint8_t RandomShards(Random& random) {
  return static_cast<std::uint8_t>(1 << random.Below(3));
}

}  // namespace

void ChangeConfig(Config& config, Random& random) {
  // What the layout is decides much, where there is one.
  switch (random.Below(config.type == KeyType::kBytes ? 16 : 9)) {
    case 0:
      config.type = static_cast<KeyType>(random.Below(kKeyTypes));
      if (config.type == KeyType::kBytes) config.layout = RandomLayout(random);
      break;
    case 1:
      config.policy = static_cast<PolicyKind>(random.Below(kPolicyKinds));
      break;
    case 2:
      config.path = static_cast<PathKind>(random.Below(kPathKinds));
      break;
    case 3:
      config.hash = RandomHash(random);
      break;
    case 4:
      config.growth = RandomGrowth(random);
      break;
    case 5:
      config.hint = RandomHint(config, random);
      break;
    case 6:
      config.keys = RandomKeys(random);
      break;
    case 7:
      config.seed = RandomSeed(random);
      break;
    case 8:
      // A short limit refuses much, a long one is hardly ever met.
      config.chain = random.Chance(1, 2) ? 0 : RandomChain(random);
      break;
    default:
      ChangeLayout(config.layout, random);
  }
}

Config RandomConfig(KeyType likely, Random& random) {
  Config config;
  config.type = RandomType(likely, random);
  // A target may make it one of bytes.
  config.layout = RandomLayout(random);
  config.policy = static_cast<PolicyKind>(random.Below(kPolicyKinds));
  config.path = static_cast<PathKind>(random.Below(kPathKinds));
  config.hash = RandomHash(random);
  config.growth = RandomGrowth(random);
  if (random.Chance(1, 4)) config.hint = RandomHint(config, random);
  config.keys = RandomKeys(random);
  config.seed = RandomSeed(random);
  // Chains of the least limits are the soonest full.
  if (random.Chance(1, 4)) {
    config.chain =
        random.Chance(1, 2) ? static_cast<std::uint8_t>(random.Between(2, 3)) : RandomChain(random);
  }
  return config;
}

void ChangeSharedConfig(Config& config, Random& random) {
  switch (random.Below(7)) {
    case 0:
      config.type = RandomSharedType(random);
      break;
    case 1:
      config.hash = RandomHash(random);
      break;
    case 2:
      config.growth = RandomGrowth(random);
      break;
    case 3:
      config.keys = RandomFewKeys(random);
      break;
    case 4:
      config.seed = RandomSeed(random);
      break;
    case 5:
      config.threads = RandomThreads(random);
      break;
    default:
      config.shards = RandomShards(random);
  }
}

Config RandomSharedConfig(SharedKind kind, Random& random) {
  Config config;
  config.shared = kind;
  config.type = RandomSharedType(random);
  config.hash = RandomHash(random);
  // Where tables grow soon, threads meet in a growth soon.
  config.growth = random.Chance(1, 2) ? GrowthKind::kSparse : RandomGrowth(random);
  config.keys = RandomFewKeys(random);
  config.seed = RandomSeed(random);
  config.threads = RandomThreads(random);
  config.shards = RandomShards(random);
  return Canonical(config);
}

std::uint32_t NearThreshold(const Config& config, Random& random) {
  const std::uint32_t entries = EntriesAt(config.growth, random.Below(8), SlotsOf(config));
  return entries - 1 + random.Below(3);
}

}  // namespace mapfuzz

#include "harness/corrupt_recipes.h"

namespace mapfuzz {

void CorruptRecipes::Corrupt(CorruptField field) {
  const std::uint32_t n = random_.Scaled(kMaxNth);
  Add(OpCode::kCorrupt, {static_cast<std::uint32_t>(field), n});
}

void CorruptRecipes::Corrupt() {
  Corrupt(static_cast<CorruptField>(random_.Below(kCorruptFields)));
}

// Any operation that looks into the table, by a key below `known` or just above if it is by a key.
void CorruptRecipes::TouchOneOf(std::uint32_t known) {
  constexpr OpCode kTouches[] = {OpCode::kPut,   OpCode::kGet,   OpCode::kDel,   OpCode::kHas,
                                 OpCode::kTry,   OpCode::kAdd,   OpCode::kPut,   OpCode::kDel,
                                 OpCode::kAlias, OpCode::kClear, OpCode::kCopy,  OpCode::kReserve,
                                 OpCode::kSweep, OpCode::kBegin, OpCode::kRemake};
  const OpCode code = random_.Pick(kTouches);
  const std::uint32_t key = base_ + random_.Below(known + 4);
  switch (code) {
    case OpCode::kAlias:
      return Add(code, {key, base_ + random_.Below(known)});
    case OpCode::kClear:
    case OpCode::kCopy:
      return Add(code, {});
    case OpCode::kReserve:
      return Add(code, {known * 2 - static_cast<std::uint32_t>(kMinHint)});
    case OpCode::kRemake:
      // Once in a while: it empties the map.
      if (random_.Chance(1, 4)) return Add(code, {static_cast<std::uint32_t>(-kMinHint)});
      return Put(key);
    case OpCode::kSweep:
      return Add(code, {random_.Below(65536)});
    case OpCode::kBegin:
      return Begin(it_);
    default:
      return Add(code, {key});
  }
}

void CorruptRecipes::CorruptAtEdge() {
  MaybeFromNothing();
  const std::uint32_t b = ChooseB(6);
  const std::uint32_t full = EntriesAtB(b);
  const std::uint32_t beyond = random_.Below(2 + (1u << b) / 2);
  Fill(base_, full + beyond);
  if (random_.Chance(3, 4)) Begin(it_);
  for (std::uint32_t n = random_.Between(2, 10); n > 0; --n) {
    Corrupt();
    TouchOneOf(full + beyond);
    if (random_.Chance(1, 2)) Next(it_);
  }
  Fill(base_ + full + beyond, random_.Below(full));
  MaybeFinish(it_);
}

void CorruptRecipes::CorruptChains() {
  const std::uint32_t full = EntriesAtB(random_.Between(1, 4));
  Fill(base_, full);
  if (random_.Chance(2, 3)) Begin(it_);
  // Keys come and go, and chains with them.
  Drift(base_, full * random_.Between(1, 4), full - 1);
  const std::uint32_t known = full * 2;
  for (std::uint32_t n = random_.Between(2, 12); n > 0; --n) {
    Corrupt(CorruptField::kOverflow);
    TouchOneOf(known);
  }
  if (random_.Chance(1, 2)) Corrupt(CorruptField::kOverflow);
  Add(OpCode::kLook, {base_, known});
  MaybeFinish(it_);
}

void CorruptRecipes::CorruptWhereIteratorsBegin() {
  const std::uint32_t full = EntriesAtB(random_.Between(1, 3));
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  Fill(base_, full + 1);
  for (std::uint32_t n = random_.Between(4, 12); n > 0; --n) {
    Add(OpCode::kCorrupt,
        {static_cast<std::uint32_t>(CorruptField::kOverflow), random_.Below(kMaxNth)});
    Begin(it_);
    Next(it_);
  }
  Fill(base_ + full, full);
  MaybeFinish(it_);
}

// A step of an iterator meets a chain's corruption if it happens to enter that chain, so every step
// meets some.
void CorruptRecipes::CorruptEveryStep() {
  const std::uint32_t full = EntriesAtB(random_.Between(1, 3));
  Fill(base_, full + random_.Below(3));
  Begin(it_);
  for (std::uint32_t n = random_.Between(16, 48); n > 0; --n) {
    Corrupt(CorruptField::kOverflow);
    Add(OpCode::kNext, {it_});
  }
  MaybeFinish(it_);
}

void CorruptRecipes::CorruptUnderIterators() {
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  const std::uint32_t other = (it_ + 1) % kIterators;
  Fill(base_, full);
  Begin(it_);
  Fill(base_ + full, 1 + random_.Below(full));
  Begin(other);
  for (std::uint32_t n = random_.Between(2, 8); n > 0; --n) {
    random_.Chance(2, 3) ? Corrupt(CorruptField::kOverflow) : Corrupt();
    const std::uint32_t it = random_.Chance(1, 2) ? it_ : other;
    if (random_.Chance(1, 4)) {
      Add(OpCode::kTake, {it});
    } else {
      Add(OpCode::kWalk, {it, random_.Between(1, 12)});
    }
    if (random_.Chance(1, 3)) Put(base_ + random_.Below(full * 2));
  }
  MaybeFinish(it_);
  MaybeFinish(other);
}

}  // namespace mapfuzz

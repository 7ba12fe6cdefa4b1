#include "harness/schedule/locks.h"

namespace mapfuzz {

const Locks::Held* Locks::Find(const void* lock) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (held_[i].lock == lock) return &held_[i];
  }
  return nullptr;
}

bool Locks::IsHeldAgainst(const void* lock, int thread, HoldMode mode) const {
  if (mode == HoldMode::kShared && IsShared(lock)) return false;
  return (Holders(lock) & ~SetOf(thread)) != 0;
}

bool Locks::Take(const void* lock, int thread, HoldMode mode) {
  auto* held = const_cast<Held*>(Find(lock));
  if (held == nullptr) {
    if (size_ == kMostHeld) return false;
    held = &held_[size_++];
    *held = {lock, mode, {}};
  }
  ++held->times[thread];
  return true;
}

HoldMode Locks::Release(const void* lock, int thread) {
  auto* held = const_cast<Held*>(Find(lock));
  if (held == nullptr || held->times[thread] == 0) return HoldMode::kExclusive;
  const HoldMode mode = held->mode;
  --held->times[thread];
  if (Holders(lock) == 0) *held = held_[--size_];
  return mode;
}

ThreadSet Locks::Holders(const void* lock) const {
  const Held* const held = Find(lock);
  ThreadSet holders = 0;
  for (int thread = 0; held != nullptr && thread < kMaxThreads; ++thread) {
    if (held->times[thread] != 0) holders |= SetOf(thread);
  }
  return holders;
}

bool Locks::IsShared(const void* lock) const {
  const Held* const held = Find(lock);
  return held != nullptr && held->mode == HoldMode::kShared;
}

}  // namespace mapfuzz

// The way of a table's entries to another allocator's memory; definitions of `Core` declared in
// `core.h`.
//
// A move assignment takes over the table as it is, unless the allocators neither propagate nor are
// equal: then the entries have to leave their memory. (Go has one allocator.)
//
// The new table has the old one's buckets, marks and seed, so nothing is hashed, and its cells
// correspond one to one: if an allocation fails, what was moved goes back the way it came.

#ifndef HMAP_CORE_TRANSFER_H_
#define HMAP_CORE_TRANSFER_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "hmap/core_access.h"
#include "hmap/core_growth.h"
#include "hmap/remake.h"

namespace hmap {

// Ends the growth under way first, so that there is one array to move.
template <class T>
Core<T>* Core<T>::MoveTo(const Parts& parts) {
  BeginWrite();
  CheckTable();
  CheckNoWriter(kConcurrentWrites);
  WriteGuard guard(*this);
  FinishGrowth();
  Core* const moved = Make(parts, 0);
  try {
    moved->TakeEntries(*this);
  } catch (...) {
    moved->Die();
    throw;
  }
  guard.CheckStillHeld();
  return moved;
}

// This table is new.
template <class T>
void Core<T>::TakeEntries(Core& from) {
  if (from.count_ == 0) return;
  WriteGuard guard(*this);
  buckets_ = GenerationT::Make(CellsT(from.layout(), parts_.allocator), from.b_);
  b_ = from.b_;
  hash0_ = from.hash0_;
  try {
    for (std::size_t n = 0; n < buckets_->buckets(); ++n) {
      Place to = HeadOf(*buckets_, n);
      for (Place at = HeadOf(*from.buckets_, n); at.bucket != nullptr; at = at.After()) {
        if (to.slot == layout().Slots()) to = {buckets_->Append(to.bucket), 0, to.layout};
        if (IsLive(at.tophash())) TakeEntry(to, at);
        to.tophash() = at.tophash();
        ++to.slot;
      }
    }
  } catch (...) {
    ReturnEntries(from);
    throw;
  }
  count_ = from.count_;
  noverflow_ = from.noverflow_;
}

// Only the allocation of an object that is stored by pointer throws, and before the object moves.
template <class T>
void Core<T>::TakeEntry(Place to, Place from) {
  cells_.ConstructValue(to.value_slot(), std::move(from.value()));
  try {
    cells_.ConstructKey(to.key_slot(), std::move(from.key()));
  } catch (...) {
    Remake(from.value(), std::move(to.value()));
    cells_.DestroyValue(to.value_slot());
    throw;
  }
}

// Undoes `TakeEntry` for all entries that this table has.
template <class T>
void Core<T>::ReturnEntries(Core& to) {
  for (std::size_t n = 0; n < buckets_->buckets(); ++n) {
    Place home = HeadOf(*to.buckets_, n);
    for (Place at = HeadOf(*buckets_, n); at.bucket != nullptr; at = at.After()) {
      if (IsLive(at.tophash())) {
        Remake(home.key(), std::move(at.key()));
        Remake(home.value(), std::move(at.value()));
      }
      home = home.After();
    }
  }
}

}  // namespace hmap

#endif  // HMAP_CORE_TRANSFER_H_

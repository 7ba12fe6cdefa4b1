// What a `SyncMap` keeps for a key: an atomic pointer to the value, or a mark.
//
// Go: the type entry of sync/map.go. The pointer says
//   a box      the entry holds the box's value
//   null       it was deleted; if the map has a dirty part, the entry is in it
//   expunged   it was deleted, and the dirty part was made without it: to hold a value again, it
//              must first be put there
// A value is never changed, only replaced by another box; the old one is retired, because others
// may be reading it. Entries are counted: a table that holds one has a reference, and so has an
// operation that goes on with one when it has let go of the table.

#ifndef HMAP_SYNC_ENTRY_H_
#define HMAP_SYNC_ENTRY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "hmap/reclaimer.h"
#include "hmap/ref.h"

namespace hmap {

// What an operation on a `SyncMap` may announce at a time.
inline constexpr std::size_t kReadPartHazard = 0;
inline constexpr std::size_t kValueHazard = 1;

template <class V>
struct SyncBox : Reclaimable {
  template <class... Args>
  explicit SyncBox(Args&&... args) : value(std::forward<Args>(args)...) {}

  const V value;
};

enum class EntryState : std::uint8_t { kHoldsValue, kDeleted, kExpunged };

// Functions that return or compare a value copy or compare it before they change anything: if that
// throws, nothing was changed. They try again when another thread was faster, so that one of all
// that try always gets on.
template <class V>
class SyncEntry : public Counted<SyncEntry<V>> {
 public:
  using Box = SyncBox<V>;
  using Pin = Reclaimer::Pin;

  explicit SyncEntry(std::unique_ptr<Box> box) : p_(box.release()) {}
  SyncEntry(const SyncEntry&) = delete;
  SyncEntry& operator=(const SyncEntry&) = delete;

  // Nobody can reach the entry, nor therefore its value.
  ~SyncEntry() {
    if (Reclaimable* const p = p_.load(); IsBox(p)) delete p;
  }

  // Go: load.
  std::optional<V> Load(Pin& pin) const {
    const Reclaimable* const p = pin.Protect(kValueHazard, p_);
    if (!IsBox(p)) return std::nullopt;
    return ValueOf(p);
  }
  // The same into `copy`, for values that cannot be assigned.
  void CopyValue(Pin& pin, std::optional<V>& copy) const {
    const Reclaimable* const p = pin.Protect(kValueHazard, p_);
    CopyTo(copy, IsBox(p) ? p : nullptr);
  }

  // Stores the box, and takes it, unless the entry is expunged. If `previous` is given, the value
  // that was there, if there was one, goes to it. Go: trySwap, and under the lock swapLocked.
  bool TrySwap(Pin& pin, std::unique_ptr<Box>& box, std::optional<V>* previous) {
    for (;;) {
      Reclaimable* p = previous == nullptr ? p_.load() : pin.Protect(kValueHazard, p_);
      if (p == Expunged()) {
        if (previous != nullptr) previous->reset();
        return false;
      }
      if (previous != nullptr) CopyTo(*previous, p);
      if (!p_.compare_exchange_strong(p, box.get())) continue;
      box.release();
      if (p != nullptr) pin.Retire(p);
      return true;
    }
  }

  enum class Outcome : std::uint8_t { kExpunged, kLoaded, kStored };

  // Stores `value` if the entry was deleted but not expunged; what it then holds goes to `actual`.
  // Go: tryLoadOrStore.
  Outcome TryLoadOrStore(Pin& pin, const V& value, std::optional<V>& actual) {
    std::unique_ptr<Box> box;
    for (;;) {
      Reclaimable* p = pin.Protect(kValueHazard, p_);
      if (p == Expunged()) return Outcome::kExpunged;
      if (p != nullptr) {
        CopyTo(actual, p);
        return Outcome::kLoaded;
      }
      if (box == nullptr) {
        box = std::make_unique<Box>(value);
        actual.emplace(value);
      }
      if (p_.compare_exchange_strong(p, box.get())) {
        box.release();
        return Outcome::kStored;
      }
    }
  }

  // Whether there was a value, which then goes to `previous` if that is given. Go: delete.
  bool Delete(Pin& pin, std::optional<V>* previous) {
    for (;;) {
      Reclaimable* p = previous == nullptr ? p_.load() : pin.Protect(kValueHazard, p_);
      if (!IsBox(p)) {
        if (previous != nullptr) previous->reset();  // what an attempt that failed has copied
        return false;
      }
      if (previous != nullptr) CopyTo(*previous, p);
      if (!p_.compare_exchange_strong(p, nullptr)) continue;
      pin.Retire(p);
      return true;
    }
  }

  // Replaces a value equal to `old`: by `next`, or, if that is null, by none. The announcement
  // keeps the box that was compared from coming back with another value.
  // Go: tryCompareAndSwap, and the loop of CompareAndDelete.
  bool TryCompareAndSwap(Pin& pin, const V& old, const V* next) {
    std::unique_ptr<Box> box;
    for (;;) {
      Reclaimable* p = pin.Protect(kValueHazard, p_);
      if (!IsBox(p) || !(ValueOf(p) == old)) return false;
      if (next != nullptr && box == nullptr) box = std::make_unique<Box>(*next);
      if (!p_.compare_exchange_strong(p, box.get())) continue;
      box.release();
      pin.Retire(p);
      return true;
    }
  }

  // The rest is for who holds the map's lock.

  // Whether the entry is expunged, which it becomes if it was deleted. Go: tryExpungeLocked.
  bool TryExpunge() {
    Reclaimable* p = p_.load();
    while (p == nullptr) {
      if (p_.compare_exchange_strong(p, Expunged())) return true;
    }
    return p == Expunged();
  }
  // An expunged entry is deleted only; it must be in the dirty part, or that part must be given up.
  // Go: unexpungeLocked.
  void Unexpunge() {
    Reclaimable* p = Expunged();
    p_.compare_exchange_strong(p, nullptr);
  }
  EntryState state() const {
    const Reclaimable* const p = p_.load();
    if (p == Expunged()) return EntryState::kExpunged;
    return p == nullptr ? EntryState::kDeleted : EntryState::kHoldsValue;
  }

 private:
  struct Mark : Reclaimable {};

  static Reclaimable* Expunged() { return &expunged_; }
  static bool IsBox(const Reclaimable* p) { return p != nullptr && p != Expunged(); }
  static const V& ValueOf(const Reclaimable* p) { return static_cast<const Box*>(p)->value; }
  static void CopyTo(std::optional<V>& copy, const Reclaimable* p) {
    copy.reset();
    if (p != nullptr) copy.emplace(ValueOf(p));
  }

  static inline constinit Mark expunged_;  // of this only the address counts
  std::atomic<Reclaimable*> p_;
};

}  // namespace hmap

#endif  // HMAP_SYNC_ENTRY_H_

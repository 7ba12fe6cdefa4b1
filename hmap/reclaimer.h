// Frees what readers without a lock may still be reading, once none of them does: hazard pointers
// (Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", 2004).
//
// An operation takes a slot, which is its own until it ends, announces there what it is about to
// read (`Protect`), and hands over what it has made unreachable for others (`Retire`). Now and
// then a slot's retired objects are compared with all announcements; those that nobody announced
// can be freed.
//
//   {
//     RetiredList garbage;                      // freed where this ends, without slot
//     Reclaimer::Pin pin(reclaimer, garbage);
//     Node* node = pin.Protect(0, shared);      // stays allocated as long as it is announced
//     ...
//     pin.Retire(shared.exchange(next));
//   }
//
// The slots are a fixed array, taken by an exchange from the first one on, so that nothing hangs
// on a thread's identity, its end, a clock or a thread in the background. An operation that finds
// all slots taken waits until one is free: no more than kSlots run at once.
//
// Bound: a slot keeps at most kScanAt retired objects, so kSlots * kScanAt are kept in all, and
// kScanAt if one thread works alone, however long a reader stands still. Retiring costs O(the
// number of announcements), on average; a pin two atomic writes.

#ifndef HMAP_RECLAIMER_H_
#define HMAP_RECLAIMER_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <thread>
#include <utility>

namespace hmap {

// An object that can be retired.
class Reclaimable {
 public:
  Reclaimable(const Reclaimable&) = delete;
  Reclaimable& operator=(const Reclaimable&) = delete;
  virtual ~Reclaimable() = default;

 protected:
  Reclaimable() = default;

 private:
  friend class RetiredList;

  Reclaimable* next_ = nullptr;  // in the list that it is in
};

// Owns objects. Adding one allocates nothing, so an object can always be retired.
class RetiredList {
 public:
  RetiredList() = default;
  RetiredList(const RetiredList&) = delete;
  RetiredList& operator=(const RetiredList&) = delete;
  ~RetiredList() {
    while (first_ != nullptr) delete Pop();
  }

  void Push(Reclaimable* object) {
    object->next_ = std::exchange(first_, object);
    ++size_;
  }
  // The object that came last; the list must not be empty.
  Reclaimable* Pop() {
    Reclaimable* const object = std::exchange(first_, first_->next_);
    --size_;
    return object;
  }
  std::size_t size() const { return size_; }

 private:
  Reclaimable* first_ = nullptr;
  std::size_t size_ = 0;
};

class Reclaimer {
  struct Slot;

 public:
  static constexpr std::size_t kSlots = 32;
  // Announcements that one operation can make at a time.
  static constexpr std::size_t kHazards = 2;
  static constexpr std::size_t kScanAt = 2 * kSlots * kHazards;

  // An operation under way.
  class Pin {
   public:
    // Waits for a slot. What may be freed when the pin ends goes to `garbage`.
    Pin(Reclaimer& reclaimer, RetiredList& garbage)
        : reclaimer_(reclaimer), garbage_(garbage), slot_(reclaimer.TakeSlot()) {}
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin() {
      for (std::size_t hazard = 0; hazard < kHazards; ++hazard) Release(hazard);
      if (slot_.retired.size() == kScanAt) {
        reclaimer_.TakeUnprotected(slot_.retired, garbage_);
        slot_.Publish();
      }
      slot_.taken.store(false, std::memory_order_release);
    }

    // Reads `source`, an atomic pointer to a Reclaimable, and announces what it points to, which is
    // not freed until the hazard is released or used again. The announcement comes before the
    // second look: whoever takes the object out of `source` later sees it.
    template <class Source>
    auto Protect(std::size_t hazard, const Source& source) {
      auto* object = source.load();
      for (;;) {
        slot_.hazards[hazard].store(object);
        auto* const again = source.load();
        if (again == object) return object;
        object = again;
      }
    }
    void Release(std::size_t hazard) {
      slot_.hazards[hazard].store(nullptr, std::memory_order_release);
    }

    // Takes an object that no operation which begins from now on can reach. It is the only one to
    // retire it.
    void Retire(Reclaimable* object) {
      if (slot_.retired.size() == kScanAt) reclaimer_.TakeUnprotected(slot_.retired, garbage_);
      slot_.retired.Push(object);
      slot_.Publish();
    }

   private:
    Reclaimer& reclaimer_;
    RetiredList& garbage_;
    Slot& slot_;
  };

  // All pins have ended: whatever is left is freed.
  Reclaimer() = default;
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;

  // Moves to `garbage` what nobody announces of `list`, which belongs to the caller.
  void TakeUnprotected(RetiredList& list, RetiredList& garbage) const {
    const Announced announced(slots_);
    RetiredList kept;
    while (list.size() != 0) {
      Reclaimable* const object = list.Pop();
      (announced.Contains(object) ? kept : garbage).Push(object);
    }
    while (kept.size() != 0) list.Push(kept.Pop());
  }

  // Retired objects that are not freed yet, in all slots; exact while no operation is under way.
  std::size_t retained() const {
    std::size_t sum = 0;
    for (const Slot& slot : slots_) sum += slot.retained.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  friend class Pin;

  // A cache line or more each, so that operations do not write to each other's.
  struct alignas(64) Slot {
    // The list's size, for others to read.
    void Publish() { retained.store(retired.size(), std::memory_order_relaxed); }

    std::atomic<bool> taken{false};
    std::array<std::atomic<const Reclaimable*>, kHazards> hazards{};
    RetiredList retired;  // of whoever has taken the slot
    std::atomic<std::size_t> retained{0};
  };
  using Slots = std::array<Slot, kSlots>;

  // What was announced when this was made, by slot: in no order of addresses, so that what threads
  // do does not hang on where objects lie.
  class Announced {
   public:
    explicit Announced(const Slots& slots) {
      for (const Slot& slot : slots) {
        for (const auto& hazard : slot.hazards) {
          if (const Reclaimable* object = hazard.load()) objects_[count_++] = object;
        }
      }
    }
    bool Contains(const Reclaimable* object) const {
      const auto end = objects_.begin() + count_;
      return std::find(objects_.begin(), end, object) != end;
    }

   private:
    std::array<const Reclaimable*, kSlots * kHazards> objects_;
    std::ptrdiff_t count_ = 0;
  };

  Slot& TakeSlot() {
    for (;;) {
      for (Slot& slot : slots_) {
        if (slot.taken.load(std::memory_order_relaxed)) continue;
        if (!slot.taken.exchange(true, std::memory_order_acquire)) return slot;
      }
      std::this_thread::yield();
    }
  }

  Slots slots_;
};

}  // namespace hmap

#endif  // HMAP_RECLAIMER_H_

// A generation: one array of buckets with its overflow pool and its overflow buckets.
//
// A map has one generation, two while it grows. Where Go leaves an old array to the collector for
// as long as an iterator still walks it, a generation counts references: one from the map while
// it is the current or the old array, one from every iterator that may still read it. The last to
// let go destroys what is left in it and frees it.
//
// Each has a layout of its own: the slots per bucket may change with a growth.
//
// The pool (Go's preallocated overflow buckets) lies behind the array's own buckets. Its last
// bucket carries the array's address as its overflow pointer, which marks the pool's end.
//
// What an evacuated cell still holds depends on the rule of iteration:
//   kGo119     key and value, copied to the new array, stay (wiped to zero where Go wipes them)
//   kContract  nothing, or, if the chain is marked *retained*, the key (and the value of a key that
//              is not equal to itself), for the iterators that will come by

#ifndef HMAP_GENERATION_H_
#define HMAP_GENERATION_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hmap/cells.h"
#include "hmap/checked.h"
#include "hmap/errors.h"
#include "hmap/growth.h"
#include "hmap/key_traits.h"
#include "hmap/layout.h"
#include "hmap/policy.h"
#include "hmap/tophash.h"

namespace hmap {

struct UnsafeCode;  // writes where only the table may; for tests, see `testing.h`

template <class CellsT, IterationRule kRule, bool kChecked = false>
class Generation {
 public:
  using Layout = typename CellsT::Layout;

  // 2^b empty buckets and the pool that goes with them, with one reference.
  // Throws what the allocator throws, or LengthError if no allocator could have so many, and then
  // has allocated nothing.
  static Generation* Make(const CellsT& cells, unsigned b) {
    OwnAllocator allocator(cells.allocator());
    Generation* made = OwnTraits::allocate(allocator, 1);
    try {
      return ::new (static_cast<void*>(made)) Generation(cells, b);
    } catch (...) {
      OwnTraits::deallocate(allocator, made, 1);
      throw;
    }
  }

  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  // Gives one reference back; the last one frees the generation.
  void Unref() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    OwnAllocator allocator(cells_.allocator());
    std::destroy_at(this);
    OwnTraits::deallocate(allocator, this, 1);
  }
  // Someone besides the map holds it.
  bool IsShared() const { return references_.load(std::memory_order_acquire) > 1; }

  // Use `Make` and `Unref`.
  Generation(const CellsT& cells, unsigned b)
      : cells_(cells),
        b_(b),
        total_(TotalFor(layout(), b)),
        overflow_(Rebound<Bucket*>(cells.allocator())),
        retained_(Rebound<bool>(cells.allocator())),
        shadow_(cells.allocator()) {
    base_ = AllocateBuckets(total_);
    ResetPool();
    PoisonArray(buckets());
  }
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation() {
    DestroyObjects();
    FreeOverflow();
    FreeBuckets(base_, total_);
  }

  const Layout& layout() const { return cells_.layout(); }
  unsigned b() const { return b_; }
  std::size_t buckets() const { return std::size_t{1} << b_; }
  std::size_t total() const { return total_; }
  std::size_t heap_overflow() const { return overflow_.size(); }
  const auto& heap_overflow_buckets() const { return overflow_; }
  Bucket* Chain(std::size_t n) const { return layout().Advance(base_, n); }
  bool IsEvacuated(std::size_t n) const { return IsEvacuatedMark(*layout().Tophash(Chain(n))); }

  // Pool buckets not yet handed out; -1 if the generation never had any or has none left.
  std::int64_t PoolLeft() const {
    if (next_overflow_ == nullptr) return -1;
    const auto* end = reinterpret_cast<const std::byte*>(layout().Advance(base_, total_));
    const auto* next = reinterpret_cast<const std::byte*>(next_overflow_);
    return (end - next) / static_cast<std::ptrdiff_t>(layout().Size());
  }

  // An empty bucket to append to a chain: the pool's next, else a fresh one. Go: newoverflow.
  Bucket* TakeOverflow() {
    Bucket* bucket = next_overflow_;
    if (bucket == nullptr) {
      bucket = AllocateBuckets(1);
      try {
        overflow_.push_back(bucket);
      } catch (...) {
        FreeBuckets(bucket, 1);
        throw;
      }
      PoisonSlots(bucket);
      return bucket;
    }
    layout().UnpoisonHeader(bucket);
    if constexpr (kChecked) {
      if (layout().Overflow(bucket) != Trusted(bucket)) {
        throw CorruptError("hmap: corrupt overflow pointer of a bucket in the pool");
      }
    }
    if (layout().Overflow(bucket) == nullptr) {
      next_overflow_ = layout().Advance(bucket, 1);
    } else {
      layout().SetOverflow(bucket, nullptr);
      next_overflow_ = nullptr;
    }
    return bucket;
  }

  // Appends such a bucket to the chain that ends in `last`.
  Bucket* Append(Bucket* last) {
    if constexpr (kChecked) shadow_.Prepare(last);
    Bucket* const bucket = TakeOverflow();
    if constexpr (kChecked) shadow_.Set(last, bucket);
    layout().SetOverflow(last, bucket);
    return bucket;
  }
  // The chain ends in `last` from now on.
  void CutBehind(Bucket* last) {
    if constexpr (kChecked) shadow_.Forget(last);
    layout().SetOverflow(last, nullptr);
  }

  // If the generation is checked: throws CorruptError unless all overflow pointers of chain n are
  // what was last written.
  void CheckChain([[maybe_unused]] std::size_t n) const {
    if constexpr (kChecked) CheckFrom(Chain(n), n, 0);
  }
  // As `CheckChain`, from `bucket` of chain n, or of what was chain n before a clear, on.
  void CheckRest([[maybe_unused]] std::size_t n, [[maybe_unused]] Bucket* bucket) const {
    if constexpr (kChecked) {
      std::size_t index = 0;
      Bucket* at = Chain(n);
      for (; at != nullptr && at != bucket; at = Trusted(at)) ++index;
      CheckFrom(bucket, n, at == nullptr ? 0 : index);
    }
  }
  void CheckChains() const {
    if constexpr (kChecked) {
      for (std::size_t n = 0; n < buckets(); ++n) CheckChain(n);
    }
  }

  // Every bucket of the array and the pool becomes empty, and the pool whole again. Overflow
  // buckets outside the pool are freed, unless `keep_overflow`: then they stay as they are, for
  // iterators that walk them. Go: the zeroing half of mapclear.
  void Clear(bool keep_overflow) {
    if (keep_overflow) {
      if (!cells_.IsTrivial()) {
        for (std::size_t i = 0; i < Used(); ++i) DestroyBucket(layout().Advance(base_, i), true);
      }
    } else {
      DestroyObjects();
      FreeOverflow();
    }
    layout().UnpoisonBuckets(base_, total_);
    std::memset(static_cast<void*>(base_), 0, total_ * layout().Size());
    retained_.clear();
    if constexpr (kChecked) {
      if (!keep_overflow) shadow_.Clear();
      shadow_.ForgetRange(base_, layout().Advance(base_, total_));
    }
    ResetPool();
    // An iterator may stand in a bucket that came from the pool.
    PoisonArray(keep_overflow ? total_ : buckets());
  }

  // Destroys every object that is left, because nobody will read an entry any more.
  void DestroyContents() {
    DestroyObjects();
    destroyed_ = true;
    if constexpr (kPoisons) {
      PoisonArray(Used());
      for (Bucket* bucket : overflow_) PoisonSlots(bucket);
    }
  }

  // Whether that was done. Marks of objects for which there was nothing to do are as they were.
  bool IsDestroyed() const { return destroyed_; }
  bool HasDestructors() const { return !cells_.IsTrivial(); }

  // Under kContract: whether evacuated cells of chain n keep what iterators need.
  void MarkRetained(std::size_t n, bool retained) {
    retained_.resize(buckets());
    retained_[n] = retained;
  }
  bool IsRetained(std::size_t n) const { return n < retained_.size() && retained_[n]; }

 private:
  friend struct UnsafeCode;

  using Allocator = std::decay_t<decltype(std::declval<CellsT>().allocator())>;
  template <class U>
  using Rebound = typename std::allocator_traits<Allocator>::template rebind_alloc<U>;
  using OwnAllocator = Rebound<Generation>;
  using OwnTraits = std::allocator_traits<OwnAllocator>;

  // The array's buckets and its pool's. Their bytes, but for what the pool is rounded up by, fit a
  // pointer's distance, which on a machine of 32 bits a table may well outgrow.
  static std::size_t TotalFor(const Layout& layout, unsigned b) {
    constexpr std::uint64_t kMostBytes = std::numeric_limits<std::ptrdiff_t>::max();
    const std::size_t bucket = std::max(layout.Size(), layout.NominalSize());
    if (!IsAllocatable(std::min(b, 63U), bucket, kMostBytes)) {
      throw LengthError("hmap: a table of 2^" + std::to_string(b) + " buckets is too large");
    }
    return static_cast<std::size_t>(BucketsToAllocate(b, layout.NominalSize()));
  }

  Bucket* AllocateBuckets(std::size_t count) {
    const std::size_t bytes = count * layout().Size();
    void* const block = layout().template WithBucketBlocks<Allocator>(
        [&](auto blocks) { return blocks.Allocate(cells_.allocator(), bytes); });
    return static_cast<Bucket*>(std::memset(block, 0, bytes));
  }
  // The allocator may write to what it gets back.
  void FreeBuckets(Bucket* buckets, std::size_t count) {
    layout().UnpoisonBuckets(buckets, count);
    const std::size_t bytes = count * layout().Size();
    layout().template WithBucketBlocks<Allocator>(
        [&](auto blocks) { blocks.Free(cells_.allocator(), buckets, bytes); });
  }
  void FreeOverflow() {
    for (Bucket* bucket : overflow_) FreeBuckets(bucket, 1);
    overflow_.clear();
  }

  void ResetPool() {
    next_overflow_ = nullptr;
    if (total_ == buckets()) return;
    next_overflow_ = Chain(buckets());
    layout().SetOverflow(Chain(total_ - 1), base_);
  }

  // Buckets of the array and its pool that a chain has or had.
  std::size_t Used() const {
    const std::int64_t left = PoolLeft();
    return left < 0 ? total_ : total_ - static_cast<std::size_t>(left);
  }

  // No slot of the array and its pool holds an object; its first `used` buckets are in use.
  void PoisonArray([[maybe_unused]] std::size_t used) {
    if constexpr (kPoisons) {
      layout().PoisonBuckets(base_, total_);
      for (std::size_t i = 0; i < used; ++i) layout().UnpoisonHeader(layout().Advance(base_, i));
    }
  }
  void PoisonSlots(Bucket* bucket) {
    layout().PoisonBuckets(bucket, 1);
    layout().UnpoisonHeader(bucket);
  }

  // The overflow bucket that the generation gave `bucket`, whatever is in memory if it is checked.
  Bucket* Trusted(Bucket* bucket) const {
    if constexpr (kChecked) {
      const bool ends_pool = next_overflow_ != nullptr && bucket == Chain(total_ - 1);
      return ends_pool ? base_ : shadow_.Next(bucket);
    } else {
      return layout().Overflow(bucket);
    }
  }

  // `bucket` is the chain's bucket number `index`.
  void CheckFrom(Bucket* bucket, std::size_t n, std::size_t index) const {
    for (; bucket != nullptr; bucket = Trusted(bucket), ++index) {
      if (layout().Overflow(bucket) == Trusted(bucket)) continue;
      throw CorruptError("hmap: corrupt overflow pointer of bucket " + std::to_string(index) +
                         " of chain " + std::to_string(n));
    }
  }

  // The buckets stay, without live or moved cells unless there was nothing to destroy.
  void DestroyObjects() {
    if (cells_.IsTrivial()) return;
    if constexpr (kRule == IterationRule::kGo119) {
      for (std::size_t i = 0; i < Used(); ++i) DestroyBucket(layout().Advance(base_, i), true);
      for (Bucket* bucket : overflow_) DestroyBucket(bucket, true);
    } else {
      for (std::size_t n = 0; n < buckets(); ++n) {
        for (Bucket* bucket = Chain(n); bucket != nullptr; bucket = Trusted(bucket)) {
          DestroyBucket(bucket, IsRetained(n));
        }
      }
    }
    retained_.clear();
  }

  // `moved_hold`: evacuated cells of this bucket still hold objects.
  void DestroyBucket(Bucket* bucket, bool moved_hold) {
    std::uint8_t* tophash = layout().Tophash(bucket);
    for (unsigned slot = 0; slot < layout().Slots(); ++slot) {
      const bool live = IsLive(tophash[slot]);
      if (!live && !(moved_hold && IsMoved(tophash[slot]))) continue;
      if (live || kRule == IterationRule::kGo119 || !IsReflexiveAt(bucket, slot)) {
        cells_.DestroyValue(layout().ValueSlot(bucket, slot));
      }
      cells_.DestroyKey(layout().KeySlot(bucket, slot));
      tophash[slot] = kEmptyOne;
    }
  }

  bool IsReflexiveAt(Bucket* bucket, unsigned slot) const {
    if constexpr (kReflexiveKey<typename Layout::Key>) {
      return true;
    } else {
      const auto& key = layout().KeyAt(bucket, slot);
      return key == key;
    }
  }

  CellsT cells_;
  unsigned b_;
  bool destroyed_ = false;
  std::size_t total_;
  Bucket* base_ = nullptr;
  Bucket* next_overflow_ = nullptr;
  std::vector<Bucket*, Rebound<Bucket*>> overflow_;  // allocated outside the pool
  std::vector<bool, Rebound<bool>> retained_;        // by chain; empty: none
  [[no_unique_address]] OverflowShadow<Allocator, kChecked> shadow_;
  std::atomic<std::uint32_t> references_{1};
};

}  // namespace hmap

#endif  // HMAP_GENERATION_H_

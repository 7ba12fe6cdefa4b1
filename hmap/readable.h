// Proves that AddressSanitizer lets just those bytes of a table be read that mean something.
//
// Readable are the marks and the overflow pointer of a bucket in use, and the slots that hold an
// object; all else is poisoned (see `poison.h`). Every byte of every bucket is compared with what
// the marks say. Where a key or a value was destroyed or moved and the slot is readable still, a
// stale pointer would go unseen; where one is that is not readable, a look-up would end the
// process. Chains are followed, so they must be in order: see `marker.h`. O(bytes): for tests and
// tools. In builds that do not poison there is nothing to compare.
//
// Under Go's rule a bucket of the pool may have readable marks and overflow pointer: an iterator
// walks on through what it was before a clear.

#ifndef HMAP_READABLE_H_
#define HMAP_READABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "hmap/layout.h"
#include "hmap/poison.h"
#include "hmap/roots.h"
#include "hmap/tophash.h"

namespace hmap {

template <class CoreT>
class Readable {
 public:
  using GenerationT = typename CoreT::GenerationT;

  // The first byte that should be readable and is not, or the other way round; empty if there is
  // none.
  static std::string Difference(const Roots<CoreT>& roots) {
    if constexpr (kPoisons) {
      for (const auto& root : roots) {
        Readable readable(*root.generation);
        readable.CompareAll();
        if (!readable.difference_.empty()) return readable.difference_;
      }
    }
    return {};
  }

 private:
  // What of a bucket should be readable.
  enum class Extent : std::uint8_t {
    kNothing,
    kHeader,   // marks and overflow pointer
    kObjects,  // these, and what is in the slots
  };

  explicit Readable(const GenerationT& generation) : generation_(generation) {}

  void CompareAll() {
    const std::int64_t left = std::max<std::int64_t>(generation_.PoolLeft(), 0);
    const std::size_t used = generation_.total() - static_cast<std::size_t>(left);
    if (generation_.IsDestroyed()) {
      CompareDestroyed(used);
    } else {
      for (std::size_t n = 0; n < generation_.buckets(); ++n) CompareChain(n);
    }
    for (std::size_t i = used; i < generation_.total(); ++i) {
      Bucket* const bucket = generation_.Chain(i);
      const bool was_used = !CoreT::kContract && !IsPoisoned(bucket);
      Compare(bucket, was_used ? Extent::kHeader : Extent::kNothing, false, "the pool", i - used);
    }
  }

  void CompareChain(std::size_t n) {
    const std::string name = "chain " + std::to_string(n);
    const bool retained = generation_.IsRetained(n);
    std::size_t index = 0;
    for (Bucket* bucket = generation_.Chain(n); bucket != nullptr; ++index) {
      Compare(bucket, Extent::kObjects, retained, name, index);
      if (!difference_.empty()) return;
      bucket = layout_.Overflow(bucket);
    }
  }

  void CompareDestroyed(std::size_t used) {
    const std::string name = "an array that was destroyed";
    for (std::size_t i = 0; i < used; ++i) {
      Compare(generation_.Chain(i), Extent::kHeader, false, name, i);
    }
    std::size_t index = used;
    for (Bucket* bucket : generation_.heap_overflow_buckets()) {
      Compare(bucket, Extent::kHeader, false, name, index++);
    }
  }

  void Compare(Bucket* bucket, Extent extent, bool retained, const std::string& place,
               std::size_t index) {
    if (!difference_.empty()) return;
    bucket_ = bucket;
    compared_ = 0;
    wrong_ = kNone;
    const BucketShape& shape = layout_.shape();
    if (extent != Extent::kNothing) ExpectReadable(0, shape.slots);
    if (extent == Extent::kObjects) ExpectObjects(retained);
    if (extent != Extent::kNothing) ExpectReadable(shape.overflow, sizeof(Bucket*));
    ExpectPoisonedUpTo(layout_.Size());
    if (wrong_ == kNone) return;
    difference_ = "byte " + std::to_string(wrong_) + " of bucket " + std::to_string(index) +
                  " of " + place + " should" + (wrong_readable_ ? " not" : "") + " be readable";
  }

  // Nothing is read that turned out not to be readable.
  void ExpectObjects(bool retained) {
    const BucketShape& shape = layout_.shape();
    for (unsigned slot = 0; slot < shape.slots && wrong_ == kNone; ++slot) {
      if (!HoldsKey(slot, retained)) continue;
      ExpectReadable(shape.keys.offset + slot * shape.keys.stride, shape.keys.size);
    }
    for (unsigned slot = 0; slot < shape.slots && wrong_ == kNone; ++slot) {
      if (!HoldsKey(slot, retained) || !HoldsValue(slot)) continue;
      ExpectReadable(shape.values.offset + slot * shape.values.stride, shape.values.size);
    }
  }

  bool HoldsKey(unsigned slot, bool retained) const {
    const std::uint8_t tophash = layout_.Tophash(bucket_)[slot];
    return IsLive(tophash) || (IsMoved(tophash) && (retained || !CoreT::kContract));
  }
  // Of a slot that holds a key.
  bool HoldsValue(unsigned slot) const {
    return IsLive(layout_.Tophash(bucket_)[slot]) || !CoreT::kContract ||
           !CoreT::EqualsItself(layout_.KeyAt(bucket_, slot));
  }

  // Calls go from the bucket's start to its end; what they leave out should be poisoned.
  void ExpectReadable(std::size_t from, std::size_t size) {
    ExpectPoisonedUpTo(from);
    Expect(from + size, true);
  }
  void ExpectPoisonedUpTo(std::size_t end) { Expect(end, false); }

  // The same of all bytes up to `end`. Of a granule the first few are readable, or all, or none, so
  // that of some in a row in one granule one byte tells.
  void Expect(std::size_t end, bool readable) {
    const auto address = reinterpret_cast<std::uintptr_t>(bucket_);
    while (compared_ < end && wrong_ == kNone) {
      const std::size_t granule_left = kPoisonGranule - (address + compared_) % kPoisonGranule;
      const std::size_t stop = std::min(end, compared_ + granule_left);
      if (IsReadable(readable ? stop - 1 : compared_) != readable) {
        wrong_ = compared_;
        while (IsReadable(wrong_) == readable) ++wrong_;
        wrong_readable_ = !readable;
      }
      compared_ = stop;
    }
  }
  bool IsReadable(std::size_t offset) const {
    return !IsPoisoned(reinterpret_cast<const std::byte*>(bucket_) + offset);
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const GenerationT& generation_;
  const typename CoreT::Layout& layout_ = generation_.layout();
  std::string difference_;
  // Of the bucket at hand.
  Bucket* bucket_ = nullptr;
  std::size_t compared_ = 0;  // bytes
  std::size_t wrong_ = kNone;
  bool wrong_readable_ = false;
};

}  // namespace hmap

#endif  // HMAP_READABLE_H_

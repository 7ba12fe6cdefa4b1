// What a checked map remembers, to notice that something else wrote to it.
//
// A policy with `kChecked` makes a map compare its header, before every operation, with a *sealed*
// copy that the last write left, and every overflow pointer, before it follows it, with a *shadow*
// beside the buckets. A difference throws CorruptError and loses nothing. So does every later
// operation on what is corrupt, and destruction goes by seal and shadow instead of what was
// overwritten: it frees everything.
//
// Not compared: the two flags that readers set, marks, keys and values. Without `kChecked` nothing
// of this exists.

#ifndef HMAP_CHECKED_H_
#define HMAP_CHECKED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "hmap/errors.h"
#include "hmap/layout.h"

namespace hmap {

// The header fields that only writers change. Go: hmap.
template <class GenerationT>
struct Header {
  std::uint64_t count = 0;
  std::uint64_t flags = 0;  // but for those that readers set
  std::uint64_t b = 0;
  std::uint64_t noverflow = 0;
  std::uint64_t hash0 = 0;
  std::uint64_t nevacuate = 0;
  GenerationT* buckets = nullptr;
  GenerationT* oldbuckets = nullptr;

  // Throws CorruptError with the first field in which this header is not as it was `before`.
  void CompareWith(const Header& before) const {
    Compare("count", count, before.count);
    Compare("flags", flags, before.flags);
    Compare("B", b, before.b);
    Compare("noverflow", noverflow, before.noverflow);
    Compare("hash0", hash0, before.hash0);
    Compare("nevacuate", nevacuate, before.nevacuate);
    Compare("buckets", buckets, before.buckets);
    Compare("oldbuckets", oldbuckets, before.oldbuckets);
  }

 private:
  static void Compare(const char* field, std::uint64_t is, std::uint64_t was) {
    if (is == was) return;
    throw CorruptError("hmap: corrupt header: " + std::string(field) + " is " + std::to_string(is) +
                       ", was " + std::to_string(was));
  }
  // An address would differ from run to run.
  static void Compare(const char* field, const GenerationT* is, const GenerationT* was) {
    if (is == was) return;
    throw CorruptError("hmap: corrupt header: " + std::string(field) + " is another pointer");
  }
};

// The header as the last write left it. Broken while a write is in progress.
template <class GenerationT, bool kChecked>
class Seal {
 public:
  void Close(const Header<GenerationT>& header) {
    header_ = header;
    closed_ = true;
  }
  void Break() { closed_ = false; }
  bool closed() const { return closed_; }
  const Header<GenerationT>& header() const { return header_; }

 private:
  Header<GenerationT> header_;
  bool closed_ = false;
};

template <class GenerationT>
class Seal<GenerationT, false> {};

// Which overflow bucket each bucket of a generation has.
template <class Allocator, bool kChecked>
class OverflowShadow {
 public:
  explicit OverflowShadow(const Allocator& allocator) : next_(EntryAllocator(allocator)) {}

  Bucket* Next(Bucket* bucket) const {
    const auto at = next_.find(bucket);
    return at == next_.end() ? nullptr : at->second;
  }
  // Makes room for `bucket` to get an overflow bucket, so that `Set` does not throw.
  void Prepare(Bucket* bucket) { next_.emplace(bucket, nullptr); }
  void Set(Bucket* bucket, Bucket* overflow) { next_[bucket] = overflow; }
  void Forget(Bucket* bucket) { next_.erase(bucket); }
  // Forgets the buckets in [first, end) of an array.
  void ForgetRange(Bucket* first, Bucket* end) {
    next_.erase(next_.lower_bound(first), next_.lower_bound(end));
  }
  void Clear() { next_.clear(); }

 private:
  using Entry = std::pair<Bucket* const, Bucket*>;
  using EntryAllocator = typename std::allocator_traits<Allocator>::template rebind_alloc<Entry>;

  std::map<Bucket*, Bucket*, std::less<>, EntryAllocator> next_;
};

template <class Allocator>
class OverflowShadow<Allocator, false> {
 public:
  explicit OverflowShadow(const Allocator&) {}
};

}  // namespace hmap

#endif  // HMAP_CHECKED_H_

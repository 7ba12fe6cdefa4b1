// What the tests of the map share: an allocator that keeps a ledger and can fail, draws that a test
// sets, hashers that put a key where a test wants it, types that count or throw, and code that
// writes where only the table may.

#ifndef MAPFUZZ_HMAP_TESTING_H_
#define MAPFUZZ_HMAP_TESTING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "hmap/handle.h"
#include "hmap/map.h"

namespace hmap {

enum class HeaderField : std::uint8_t {
  kCount,
  kFlags,
  kB,
  kNoverflow,
  kHash0,
  kNevacuate,
  kBuckets,
  kOldbuckets,
};

// Writes to a table as code does that has gone astray. What it returns writes back what was there.
struct UnsafeCode {
  using Undo = std::function<void()>;

  // Unchecked, even if the map is.
  template <class Types>
  static Core<Types>* TableOf(const Handle<Types>& map) {
    return map.core_;
  }

  template <class CoreT>
  static Undo Overwrite(CoreT& core, HeaderField field) {
    using GenerationT = typename CoreT::GenerationT;
    constexpr std::size_t kHuge = SIZE_MAX / 16 + 1;
    constexpr std::uintptr_t kNowhere = 64;
    auto* const nowhere = reinterpret_cast<GenerationT*>(kNowhere);
    switch (field) {
      case HeaderField::kCount:
        return Overwrite(core.count_, kHuge);
      case HeaderField::kFlags:
        core.SetFlags(core.flags() ^ kSameSizeFlag);
        return [&core] { core.SetFlags(core.flags() ^ kSameSizeFlag); };
      case HeaderField::kB:
        return Overwrite(core.b_, std::uint8_t{60});
      case HeaderField::kNoverflow:
        return Overwrite(core.noverflow_, std::uint16_t{9});
      case HeaderField::kHash0:
        return Overwrite(core.hash0_, ~core.hash0_);
      case HeaderField::kNevacuate:
        return Overwrite(core.nevacuate_, kHuge);
      case HeaderField::kBuckets:
        return Overwrite(core.buckets_, nowhere);
      case HeaderField::kOldbuckets:
        return Overwrite(core.oldbuckets_, nowhere);
    }
    return {};
  }

  // The same with another value, which `n` chooses: one bit of the field flipped, or all from one
  // on; null, nowhere or the other array. Nothing is written and returned if that makes no
  // difference, or none but in the two flags that readers set.
  template <class CoreT>
  static Undo Overwrite(CoreT& core, HeaderField field, std::uint32_t n) {
    constexpr std::uint8_t kReaders = kIteratorFlag | kOldIteratorFlag;
    switch (field) {
      case HeaderField::kCount:
        return Flip(core.count_, n);
      case HeaderField::kFlags: {
        const int mask = MaskOf<std::uint8_t>(n) & ~kReaders;
        if (mask == 0) return {};
        core.SetFlags(core.flags() ^ mask);
        return [&core, mask] { core.SetFlags(core.flags() ^ mask); };
      }
      case HeaderField::kB:
        return Flip(core.b_, n);
      case HeaderField::kNoverflow:
        return Flip(core.noverflow_, n);
      case HeaderField::kHash0:
        return Flip(core.hash0_, n);
      case HeaderField::kNevacuate:
        return Flip(core.nevacuate_, n);
      case HeaderField::kBuckets:
        return Mislead(core.buckets_, core.oldbuckets_, n);
      case HeaderField::kOldbuckets:
        return Mislead(core.oldbuckets_, core.buckets_, n);
    }
    return {};
  }

  // The overflow pointer of `bucket`, which is in an array of `layout`.
  template <class Layout>
  static Undo OverwriteOverflow(const Layout& layout, Bucket* bucket, Bucket* overflow) {
    Bucket* const before = layout.Overflow(bucket);
    layout.SetOverflow(bucket, overflow);
    return [layout, bucket, before] { layout.SetOverflow(bucket, before); };
  }

  // The pool will hand out again the bucket that it handed out last.
  template <class GenerationT>
  static void RewindPool(GenerationT& generation) {
    const auto used = generation.total() - static_cast<std::size_t>(generation.PoolLeft());
    generation.next_overflow_ = generation.Chain(used - 1);
  }

 private:
  template <class T>
  static Undo Overwrite(T& field, T wrong) {
    return [&field, before = std::exchange(field, wrong)] { field = before; };
  }

  template <class T>
  static T MaskOf(std::uint32_t n) {
    constexpr std::uint32_t kBits = 8 * sizeof(T);
    const std::uint64_t bit = std::uint64_t{1} << n % kBits;
    return static_cast<T>(n / kBits % 2 == 0 ? bit : ~(bit - 1));
  }
  template <class T>
  static Undo Flip(T& field, std::uint32_t n) {
    return Overwrite(field, static_cast<T>(field ^ MaskOf<T>(n)));
  }
  template <class T>
  static Undo Mislead(T*& field, T* other, std::uint32_t n) {
    constexpr std::uintptr_t kNowhere = 64;
    T* const wrong[] = {nullptr, reinterpret_cast<T*>(kNowhere), other};
    if (wrong[n % 3] == field) return {};
    return Overwrite(field, wrong[n % 3]);
  }
};

namespace testing {

// Counts what its allocators hand out and take back.
struct Ledger {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  // Allocations that still succeed; negative: all.
  std::int64_t left = -1;
  // No block of more bytes is handed out; the bytes of each that was therefore refused.
  std::size_t most = SIZE_MAX;
  std::vector<std::size_t> refused;
};

template <class T>
class LedgerAllocator {
 public:
  using value_type = T;

  explicit LedgerAllocator(Ledger* ledger) : ledger_(ledger) {}
  template <class U>
  LedgerAllocator(const LedgerAllocator<U>& other)  // NOLINT(google-explicit-constructor)
      : ledger_(other.ledger()) {}

  T* allocate(std::size_t n) {
    if (ledger_->left == 0) throw std::bad_alloc();
    if (ledger_->left > 0) --ledger_->left;
    const std::size_t bytes = n <= SIZE_MAX / sizeof(T) ? n * sizeof(T) : SIZE_MAX;
    if (bytes > ledger_->most) {
      ledger_->refused.push_back(bytes);
      throw std::bad_alloc();
    }
    T* const block = std::allocator<T>().allocate(n);
    ++ledger_->blocks;
    ledger_->bytes += static_cast<std::int64_t>(bytes);
    return block;
  }
  void deallocate(T* block, std::size_t n) {
    --ledger_->blocks;
    ledger_->bytes -= static_cast<std::int64_t>(n * sizeof(T));
    std::allocator<T>().deallocate(block, n);
  }

  Ledger* ledger() const { return ledger_; }
  friend bool operator==(const LedgerAllocator& a, const LedgerAllocator& b) {
    return a.ledger_ == b.ledger_;
  }

 private:
  Ledger* ledger_;
};

// What a map draws next.
struct Draws {
  std::uint32_t hash_seed = 0;
  std::uint64_t iterator_start = 0;
  std::uint64_t nan_hashes = 0;  // drawn so far; each is another number
  int drawn = 0;
  // Draws that still succeed; negative: all.
  int left = -1;
};

struct Bomb {};

struct SetRandom {
  Draws* draws = nullptr;

  std::uint64_t operator()(Draw draw) const {
    if (draws->left == 0) throw Bomb();
    if (draws->left > 0) --draws->left;
    ++draws->drawn;
    if (draw == Draw::kHashSeed) return draws->hash_seed;
    if (draw == Draw::kIteratorStart) return draws->iterator_start;
    return draw == Draw::kNanHash ? MixBits(++draws->nan_hashes) : 0;
  }
};

// Key n lies in bucket n mod 2^B. All keys below 2^56 share one tophash.
struct IdentityHash {
  std::uint64_t operator()(std::uint64_t key, std::uint32_t) const { return key; }
};

// Throws a Bomb in the call after `left` more; negative: never.
struct Fuse {
  static inline int left = -1;

  static void Burn() {
    if (left == 0) throw Bomb();
    if (left > 0) --left;
  }
};

struct FusedHash {
  std::uint64_t operator()(std::uint64_t key, std::uint32_t seed) const {
    Fuse::Burn();
    return Hash<std::uint64_t>{}(key, seed);
  }
};

// A number of `kBytes` that counts its living objects and whose copies burn the fuse. Moves do as
// well if `kMovesThrow`.
template <std::size_t kBytes = 8, bool kMovesThrow = false>
class Tracked {
 public:
  static inline int living = 0;

  Tracked(std::uint64_t number = 0) : words_{number} {  // NOLINT(google-explicit-constructor)
    ++living;
  }
  Tracked(const Tracked& other) : words_{other.number()} {
    Fuse::Burn();
    ++living;
  }
  Tracked(Tracked&& other) noexcept(!kMovesThrow) : words_{other.number()} {
    if constexpr (kMovesThrow) Fuse::Burn();
    ++living;
  }
  Tracked& operator=(const Tracked& other) {
    if (this != &other) Fuse::Burn();
    words_[0] = other.number();
    return *this;
  }
  Tracked& operator=(Tracked&&) = default;
  ~Tracked() { --living; }

  std::uint64_t number() const { return words_[0]; }
  friend bool operator==(const Tracked& a, const Tracked& b) { return a.number() == b.number(); }

 private:
  std::uint64_t words_[kBytes / 8];
};

struct TrackedHash {
  template <std::size_t kBytes, bool kMovesThrow>
  std::uint64_t operator()(const Tracked<kBytes, kMovesThrow>& key, std::uint32_t seed) const {
    return Hash<std::uint64_t>{}(key.number(), seed);
  }
};

template <class Base>
struct TestPolicy : Base {
  using Random = SetRandom;
  using Fatal = ThrowOnFatal;
};

template <class K, class V, class HashT = Hash<K>, class Base = Strict>
using TestMap =
    Map<K, V, HashT, std::equal_to<>, LedgerAllocator<std::pair<const K, V>>, TestPolicy<Base>>;

// A map as users have it, but for draws that are the same in every run.
template <class Base>
struct SeededPolicy : Base {
  using Random = SeededRandom;
};

template <class K, class V, class Base = Strict, class HashT = Hash<K>>
using SeededMap =
    Map<K, V, HashT, std::equal_to<>, std::allocator<std::pair<const K, V>>, SeededPolicy<Base>>;

// Draws and ledger of the maps of one test; outlives them.
struct Rig {
  Draws draws;
  Ledger ledger;

  template <class MapT>
  typename MapT::Parts parts() {
    return {{}, {}, {&draws}, {}, {}, typename MapT::allocator_type(&ledger)};
  }
  template <class MapT>
  MapT Make(std::int64_t hint = 0) {
    return MapT(hint, parts<MapT>());
  }
};

// The table behind a map; null if it is nil or moved from.
template <class MapT>
auto* CoreOf(const MapT& map) {
  return UnsafeCode::TableOf<typename MapT::Types>(map);
}

// A map whose B is 4 and whose next insert begins a same-size growth: one entry in each of 16
// buckets, the key 128 + bucket, at the far end of a chain of two. `MapT` hashes by identity.
template <class MapT>
MapT MakeSparse(Rig& rig) {
  MapT map = rig.Make<MapT>(60);
  for (std::uint64_t bucket = 0; bucket < 16; ++bucket) {
    for (std::uint64_t i = 0; i <= 8; ++i) map.insert_or_assign(bucket + 16 * i, i);
    for (std::uint64_t i = 0; i < 8; ++i) map.erase(bucket + 16 * i);
  }
  return map;
}

// The keys that the iterator produces, with the one at which it stands.
template <class It>
auto Rest(It it) {
  std::vector<typename It::K> keys;
  for (; !it.done(); ++it) keys.push_back(it.key());
  return keys;
}

}  // namespace testing
}  // namespace hmap

#endif  // MAPFUZZ_HMAP_TESTING_H_

// The table behind a map: Go's hmap and the functions that work on it.
//
// A `Map` is a pointer to a core, as a Go map is a pointer to an hmap; iterators hold the core
// too, and so follow their content when maps are moved or swapped, and notice when it is gone.
//
// Names: `buckets_` is the current array, `oldbuckets_` the one being evacuated while the table
// grows; B is log2 of the current array's length; `nevacuate_` says that all old buckets below it
// have been evacuated.
//
// Invariants between operations (see also `tophash.h`):
//   - A key lives in the chain of hash mod 2^B of the current array, or, if that key's old bucket
//     has not been evacuated, in its old chain; never in both.
//   - A cell is emptyRest only if all later cells of its chain are.
//   - count_ is the number of live cells in both arrays.
//   - The two arrays may differ in their slots per bucket: each bucket is read by the layout of its
//     own array (`Place` knows which). Sizes of keys and values never change.
//
// The declarations are here; look-up, insert and delete are defined in `core_access.h`, growth
// and evacuation in `core_growth.h`, the way to another allocator's memory in `core_transfer.h`.

#ifndef HMAP_CORE_H_
#define HMAP_CORE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "hmap/cells.h"
#include "hmap/checked.h"
#include "hmap/errors.h"
#include "hmap/generation.h"
#include "hmap/growth.h"
#include "hmap/key_traits.h"
#include "hmap/place.h"
#include "hmap/policy.h"
#include "hmap/race.h"
#include "hmap/random.h"
#include "hmap/tophash.h"

namespace hmap {

// Header flags. Go: the constants iterator, oldIterator, hashWriting, sameSizeGrow.
inline constexpr std::uint8_t kIteratorFlag = 1;     // an iterator may be using buckets
inline constexpr std::uint8_t kOldIteratorFlag = 2;  // an iterator may be using oldbuckets
inline constexpr std::uint8_t kWritingFlag = 4;      // a write is in progress
inline constexpr std::uint8_t kSameSizeFlag = 8;     // the growth under way keeps the size

// The types that make a map.
template <class K, class V, class HashT, class EqualT, class AllocatorT, class PolicyT>
struct MapTypes {
  using Key = K;
  using Value = V;
  using Hash = HashT;
  using Equal = EqualT;
  using Allocator = AllocatorT;
  using Policy = PolicyT;
  using Layout = typename Policy::template Layout<K, V>;
  using Growth = typename Policy::Growth;
  using Random = typename Policy::Random;
};

template <class T>
class Core {
 public:
  using K = typename T::Key;
  using V = typename T::Value;
  using Layout = typename T::Layout;
  using Policy = typename T::Policy;
  using CellsT = Cells<Layout, typename T::Allocator>;
  using GenerationT = Generation<CellsT, Policy::kIteration, Policy::kChecked>;

  static constexpr bool kContract = Policy::kIteration == IterationRule::kContract;
  // What evacuation moves and what it may copy.
  static constexpr bool kMovesKey = CellsT::kMovesKey;
  static constexpr bool kMovesValue = CellsT::kMovesValue;
  static constexpr bool kCopiesKeys = CellsT::kCopiesKey;
  static constexpr bool kCopiesValues =
      CellsT::kCopiesValue && (!kContract || !kReflexiveKey<K> || !kMovesValue);
  // Evacuated cells can keep what iterators need: the key, and the value of a key that is not
  // equal to itself.
  static constexpr bool kCanRetain = kCopiesKeys && (kReflexiveKey<K> || CellsT::kCopiesValue);
  static_assert(HasherOf<typename T::Hash, K>,
                "hmap: keys of this type have no hasher: give one as the map's third type "
                "parameter, a class with std::uint64_t operator()(const Key&, std::uint32_t seed) "
                "const, or one like std::hash");
  static_assert(std::is_invocable_v<typename T::Equal&, const K&, const K&>,
                "hmap: keys of this type cannot be compared: give them an operator==, or the map "
                "an equality as its fourth type parameter");
  static_assert(kContract || (kCopiesKeys && kCopiesValues),
                "hmap: Go119 keeps copies of what it evacuates, so keys and values must have them");
  static_assert((kMovesKey || kCopiesKeys) && (kMovesValue || kCopiesValues),
                "hmap: keys and values that cannot be copied must move without throwing");
  static_assert(
      CanFollow<typename T::Growth, Layout>,
      "hmap: this growth policy changes the slots per bucket (it has SlotsAfter), and the "
      "layout cannot follow; use DynamicMap, or another growth policy");
  static constexpr KeyPath kPath =
      Policy::kFastPaths ? FastPathOf<Layout, typename T::Equal>() : KeyPath::kGeneric;

  // What a map is made of, beside its contents.
  struct Parts {
    [[no_unique_address]] typename T::Hash hash{};
    [[no_unique_address]] typename T::Equal equal{};
    [[no_unique_address]] typename T::Random random{};
    [[no_unique_address]] typename T::Growth growth{};
    [[no_unique_address]] Layout layout{};
    [[no_unique_address]] typename T::Allocator allocator{};

    Parts With(const typename T::Allocator& other) const {
      return {hash, equal, random, growth, layout, other};
    }
  };

  using Place = hmap::Place<Layout>;

  // A cell to insert into, or the one that holds the key already.
  struct Assignment : Place {
    bool found = false;
    std::uint8_t tophash = 0;
  };

  // Go: makemap. Draws the seed. With B = 0 the bucket is allocated by the first insert.
  static Core* Make(const Parts& parts, std::int64_t hint);

  // Iterators and the map each hold a reference.
  void Ref() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Unref();
  // The map is gone: destroys all contents at once. Iterators that hold on find it dead.
  void Die();
  bool alive() const { return alive_; }

  // --- Header ---
  std::size_t count() const { return count_; }
  std::uint8_t flags() const { return flags_.load(std::memory_order_relaxed); }
  unsigned b() const { return b_; }
  std::uint16_t noverflow() const { return noverflow_; }
  std::uint32_t hash0() const { return hash0_; }
  std::size_t nevacuate() const { return nevacuate_; }
  GenerationT* buckets() const { return buckets_; }
  GenerationT* oldbuckets() const { return oldbuckets_; }
  bool growing() const { return oldbuckets_ != nullptr; }
  bool same_size_growth() const { return (flags() & kSameSizeFlag) != 0; }
  // Changes whenever every entry that was there is gone: at clear, and when a delete empties it.
  std::uint64_t epoch() const { return epoch_; }
  const Parts& parts() const { return parts_; }
  // Of the current array, or of the first one if there is none yet.
  const Layout& layout() const {
    if constexpr (std::is_empty_v<Layout>) {
      return parts_.layout;
    } else {
      return buckets_ == nullptr ? parts_.layout : buckets_->layout();
    }
  }

  // --- Access ---
  // The cell that holds `key`. Go: mapaccess2 and its fast variants.
  template <class Q>
  Place Find(const Q& key);
  // As `Find`, without the check for a writer. Go: mapaccessK.
  template <class Q>
  Place FindForIterator(const Q& key);

  // Inserts or updates `key`: `update(place)` if it is present, else `fill(place)`, which
  // constructs key and value in an empty cell. What either throws passes through, and the entry
  // is then as it was before. `limited`: the growth policy's limit on the length of a chain holds.
  // Go: mapassign.
  template <class Q, class Update, class Fill>
  Place Assign(const Q& key, Update update, Fill fill, bool limited = true);

  // Constructs key and value in an empty cell: both or neither.
  template <class Key, class... Args>
  void Construct(Place at, Key&& key, Args&&... args) {
    cells_.ConstructValue(at.value_slot(), std::forward<Args>(args)...);
    try {
      cells_.ConstructKey(at.key_slot(), std::forward<Key>(key));
    } catch (...) {
      cells_.DestroyValue(at.value_slot());
      throw;
    }
  }

  // Removes `key`; false if it is absent. Go: mapdelete.
  template <class Q>
  bool Erase(const Q& key);

  // Go: mapclear.
  void Clear();

  // The next insert or erase may move entries. Arguments that refer into the table must then be
  // copied first.
  bool MovesOnWrite() const {
    return growing() || IsOver(count_ + 1) || parts_.growth.TooManyOverflow(noverflow_, b_);
  }

  // --- Growth ---
  // Makes room for `entries` without a further growth by load. See `Map::reserve`.
  void Reserve(std::size_t entries);

  // --- Other allocators ---
  // A table of the same entries made of `parts`, whose allocator need not be equal to this table's.
  // This one's keys and values are then moved from, and it is only to die. If anything throws, they
  // are as before.
  Core* MoveTo(const Parts& parts);

  // --- Checks (see checked.h) ---
  // Of a checked table: throws CorruptError unless the header is as the last write left it.
  void CheckHeader() const {
    if constexpr (Policy::kChecked) {
      if (seal_.closed()) ReadHeader().CompareWith(seal_.header());
    }
  }
  // The same for the header and all chains, for who is about to walk them all.
  void CheckTable() const {
    if constexpr (Policy::kChecked) {
      CheckHeader();
      for (GenerationT* generation : {buckets_, oldbuckets_}) {
        if (generation != nullptr) generation->CheckChains();
      }
    }
  }

  // --- For tests and tools ---
  // Calls f(name, field) for each field of the header that operations meet at. Go: of hmap; the
  // epoch is our own.
  template <class F>
  void ForEachField(F f) const {
    f("count", count_);
    f("flags", flags_);
    f("B", b_);
    f("noverflow", noverflow_);
    f("hash0", hash0_);
    f("buckets", buckets_);
    f("oldbuckets", oldbuckets_);
    f("nevacuate", nevacuate_);
    f("epoch", epoch_);
  }

  // --- For all that reads or writes ---
  void BeginRead() const { RaceRead(&count_); }
  void BeginWrite() { RaceWrite(&count_); }

  // --- For iterators ---
  void CheckNoWriter(const char* message) const {
    if ((flags() & kWritingFlag) != 0) Policy::Fatal::Fatal(message);
  }
  // The only header field that readers write, hence atomic, as in Go.
  void MarkIterators() {
    constexpr std::uint8_t kBoth = kIteratorFlag | kOldIteratorFlag;
    if ((flags() & kBoth) != kBoth) flags_.fetch_or(kBoth, std::memory_order_relaxed);
  }
  std::uint64_t DrawIteratorStart() { return parts_.random(Draw::kIteratorStart); }
  template <class Q>
  std::uint64_t HashOf(const Q& key);
  static bool EqualsItself(const K& key) {
    if constexpr (kReflexiveKey<K>) {
      return true;
    } else {
      return key == key;
    }
  }

  // Use `Make`, `Die` and `Unref`: a core has no arrays when it is destroyed.
  Core(const Parts& parts, std::int64_t hint);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

 private:
  // Holds the writing flag. Go toggles it so that two writers clear it for each other.
  class WriteGuard {
   public:
    explicit WriteGuard(Core& core) : core_(core) {
      if constexpr (Policy::kChecked) core_.seal_.Break();
      core_.SetFlags(core_.flags() ^ kWritingFlag);
    }
    WriteGuard(const WriteGuard&) = delete;
    WriteGuard& operator=(const WriteGuard&) = delete;
    ~WriteGuard() {
      core_.SetFlags(core_.flags() & ~kWritingFlag);
      core_.CloseSeal();
    }
    // To be called before a normal return.
    void CheckStillHeld() const {
      if ((core_.flags() & kWritingFlag) == 0) Policy::Fatal::Fatal(kConcurrentWrites);
    }

   private:
    Core& core_;
  };

  // Where evacuation puts the next entry of either half. Go: evacDst.
  using Destinations = std::array<Place, 2>;

  // A writer is alone, so it needs no read-modify-write.
  void SetFlags(int flags) {
    flags_.store(static_cast<std::uint8_t>(flags), std::memory_order_relaxed);
  }

  friend struct UnsafeCode;

  Header<GenerationT> ReadHeader() const {
    constexpr std::uint8_t kReaders = kIteratorFlag | kOldIteratorFlag;
    return {count_,   static_cast<std::uint64_t>(flags() & ~kReaders),
            b_,       noverflow_,
            hash0_,   nevacuate_,
            buckets_, oldbuckets_};
  }
  void CloseSeal() {
    if constexpr (Policy::kChecked) seal_.Close(ReadHeader());
  }

  // --- core_access.h ---
  template <class Q>
  Place FindGeneric(const Q& key);
  template <class Q>
  Place FindFastInteger(const Q& key);
  template <class Q>
  Place FindFastString(const Q& key);
  Place FindInOneBucket(std::string_view key, bool& decided);
  // The first cell of a chain that is about to be walked.
  Place HeadOf(const GenerationT& generation, std::size_t n) const {
    generation.CheckChain(n);
    return {generation.Chain(n), 0, LayoutRef<Layout>(generation.layout())};
  }
  template <class Q>
  Assignment Locate(const Q& key, std::uint64_t hash, bool limited);
  template <class Q>
  bool CellHolds(const Place& cell, std::uint8_t tophash, const Q& key);
  template <class Q>
  bool HashIfEmpty(const Q& key);
  Place ChainFor(std::uint64_t hash) const;
  template <class Q>
  Place PlaceToErase(Place head, const Q& key, std::uint8_t tophash);
  void MarkErased(Bucket* head, Place place);
  std::uint32_t DrawSeed() { return static_cast<std::uint32_t>(parts_.random(Draw::kHashSeed)); }
  void RenewSeed(std::uint32_t seed);

  // --- core_growth.h ---
  std::size_t OldBuckets() const { return oldbuckets_->buckets(); }
  // Every key is in the one chain there is, so that no hash is needed to find it.
  bool IsOneChain() const { return b_ == 0 && oldbuckets_ == nullptr; }
  // A table of as many buckets as this one must double before it holds `count` entries.
  bool IsOver(std::uint64_t count) const {
    return hmap::IsOver(parts_.growth, count, b_, layout().Slots());
  }
  Bucket* NewOverflow(Bucket* last);
  void CheckChainLimit(std::size_t n) const;
  void StartGrowth(bool doubles);
  void StartGrowthInto(GenerationT* next);
  CellsT CellsAfterGrowth(bool doubles) const;
  void GrowWork(std::size_t bucket);
  void Evacuate(std::size_t oldbucket);
  void EvacuateChain(std::size_t oldbucket);
  Destinations DestinationsOf(std::size_t oldbucket);
  void EvacuateCell(Place from, Destinations& to, bool retain);
  void SealEvacuated(Place cell, bool retain);
  void PutBack(std::size_t oldbucket, Place end, bool retain);
  unsigned ChooseHalf(const K& key, std::uint8_t& tophash);
  // The evacuated cell keeps its value as well as its key.
  static bool KeepsValue(const K& key, bool retain) {
    return retain && (!kContract || !EqualsItself(key));
  }
  void MoveEntry(Place to, Place from, bool retain);
  void MoveEntryBack(Place to, Place from, bool retain);
  void WipeFirstBucket(Place head);
  void AdvanceEvacuationMark();
  void FinishGrowth();
  void GrowTo(std::size_t entries, unsigned b);

  // --- core_transfer.h ---
  void TakeEntries(Core& from);
  void TakeEntry(Place to, Place from);
  void ReturnEntries(Core& to);

  Parts parts_;
  CellsT cells_;
  std::size_t count_ = 0;
  std::atomic<std::uint8_t> flags_{0};
  std::uint8_t b_ = 0;
  std::uint16_t noverflow_ = 0;
  std::uint32_t hash0_ = 0;
  GenerationT* buckets_ = nullptr;
  GenerationT* oldbuckets_ = nullptr;
  std::size_t nevacuate_ = 0;
  std::uint64_t epoch_ = 0;
  bool alive_ = true;
  [[no_unique_address]] Seal<GenerationT, Policy::kChecked> seal_;
  std::atomic<std::uint32_t> references_{1};
};

template <class T>
Core<T>* Core<T>::Make(const Parts& parts, std::int64_t hint) {
  using Allocator =
      typename std::allocator_traits<typename T::Allocator>::template rebind_alloc<Core>;
  Allocator allocator(parts.allocator);
  Core* core = std::allocator_traits<Allocator>::allocate(allocator, 1);
  try {
    return ::new (static_cast<void*>(core)) Core(parts, hint);
  } catch (...) {
    std::allocator_traits<Allocator>::deallocate(allocator, core, 1);
    throw;
  }
}

template <class T>
Core<T>::Core(const Parts& parts, std::int64_t hint)
    : parts_(parts), cells_(parts.layout, parts.allocator) {
  hash0_ = DrawSeed();
  b_ = static_cast<std::uint8_t>(
      InitialB(parts_.growth, hint, parts_.layout.NominalSize(), parts_.layout.Slots()));
  if (b_ != 0) buckets_ = GenerationT::Make(cells_, b_);
  CloseSeal();
}

template <class T>
void Core<T>::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  using Allocator =
      typename std::allocator_traits<typename T::Allocator>::template rebind_alloc<Core>;
  Allocator allocator(parts_.allocator);
  std::destroy_at(this);
  std::allocator_traits<Allocator>::deallocate(allocator, this, 1);
}

template <class T>
void Core<T>::Die() {
  alive_ = false;
  ++epoch_;
  if constexpr (Policy::kChecked) {
    // Whatever was overwritten, these are ours.
    if (seal_.closed()) {
      buckets_ = seal_.header().buckets;
      oldbuckets_ = seal_.header().oldbuckets;
    }
    seal_.Break();
  }
  count_ = 0;
  for (GenerationT** generation : {&oldbuckets_, &buckets_}) {
    if (*generation == nullptr) continue;
    (*generation)->DestroyContents();
    std::exchange(*generation, nullptr)->Unref();
  }
  Unref();
}

}  // namespace hmap

#endif  // HMAP_CORE_H_

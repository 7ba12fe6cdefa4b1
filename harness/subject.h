// What the runner asks of a map: `Subject`, and the capabilities that a map may declare beyond it.
//
// An adapter is a small class around one map that speaks in key ids and values. What a map cannot
// do (iterate under mutation, hold NaN keys, show its buckets) is a capability that its adapter
// does not declare; operations that need it are skipped for model and map alike, and counted.

#ifndef MAPFUZZ_HARNESS_SUBJECT_H_
#define MAPFUZZ_HARNESS_SUBJECT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/fault_plan.h"
#include "harness/heap.h"
#include "harness/key_space.h"
#include "harness/lifetime.h"
#include "harness/state.h"
#include "harness/tape.h"

namespace mapfuzz {

// Thrown out of a hasher or equality that one operation calls without end.
class EndlessCalls : public std::exception {
 public:
  const char* what() const noexcept override { return "calls of hasher or equality without end"; }
};

// Thrown by an adapter when its map refuses a key because it has no hash; the map's own words.
class KeyRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Calls that a map made of its hasher and its equality.
struct CallCounts {
  std::uint64_t hash = 0;
  std::uint64_t equal = 0;
  std::uint64_t limit = UINT64_MAX;  // of both together; the runner sets it for every step

  void CountHash() {
    ++hash;
    if (hash + equal > limit) throw EndlessCalls();
  }
  void CountEqual() {
    ++equal;
    if (hash + equal > limit) throw EndlessCalls();
  }
};

// What the maps of one run draw, call, allocate and hold: all random draws and faults, decided by
// the tape, and the calls, blocks and lives that are counted. Both maps of a run share one, since
// swap and move carry a map's parts from one adapter to the other.
struct Draws {
  explicit Draws(std::uint32_t with_seed) : seed(with_seed) {}

  std::uint32_t seed = 0;            // Config::seed
  std::uint32_t hash_seeds = 0;      // hash seeds drawn so far
  std::uint64_t nan_hashes = 0;      // NaN hashes drawn so far
  std::uint64_t iterator_start = 0;  // what the next iterator draws
  std::uint32_t allocators = 0;      // given to maps so far
  CallCounts calls{};
  FaultPlan faults{};
  Heap heap{faults};
  LifeLedger lives{faults};

  void OnHash() {
    calls.CountHash();
    faults.Meet(FaultKind::kHash);
  }
  void OnEqual() {
    calls.CountEqual();
    faults.Meet(FaultKind::kEqual);
  }
  std::uint32_t NextHashSeed() {
    ++hash_seeds;
    return seed == 0 ? 0
                     : static_cast<std::uint32_t>(Mix(seed ^ (std::uint64_t{hash_seeds} << 32)));
  }
  // Each map of a run has another.
  std::uint32_t NextAllocator() { return ++allocators; }
  std::uint64_t NextNanHash() {
    const std::uint64_t hash = NanHash(NanHashNumber());
    ++nan_hashes;
    return hash;
  }
  // The number, for `NanHash`, of the draw after `skipped` more.
  std::uint64_t NanHashNumber(int skipped = 0) const {
    return nan_hashes + static_cast<std::uint64_t>(skipped) + 1 + (std::uint64_t{seed} << 32);
  }
};

// What an iterator says when it is asked for an entry.
struct Produced {
  enum class Kind : std::uint8_t { kEntry, kEnd, kStale };  // kStale: its map is gone
  Kind kind = Kind::kEnd;
  Entry entry;

  friend bool operator==(const Produced&, const Produced&) = default;
};

// The least a map must do. `S(config, draws)` makes an empty map with the hint `config.hint`;
// `draws` outlives it.
template <class S>
concept Subject = std::constructible_from<S, const Config&, Draws&> &&
                  requires(S s, const S& other, KeyId key, Value value, std::int32_t hint) {
                    // The map becomes a new one made with this hint.
                    { s.Remake(hint) };
                    { other.Size() } -> std::same_as<std::size_t>;
                    // Inserts or overwrites; true if inserted.
                    { s.Put(key, value) } -> std::same_as<bool>;
                    { other.Get(key) } -> std::same_as<std::optional<Value>>;
                    { other.Has(key) } -> std::same_as<bool>;
                    // True if it was there.
                    { s.Del(key) } -> std::same_as<bool>;
                    // Inserts if absent; whether it did, and the value now there.
                    { s.Try(key, value) } -> std::same_as<std::pair<bool, Value>>;
                    { s.Clear() };
                    { s.Reserve(hint) };
                    { s.MoveFrom(s) };
                    { s.SwapWith(s) };
                    // Calls f(Entry) for every entry, in any order, without the map's iterators
                    // where it has a structure to read.
                    {
                      other.ForEach([](Entry) {})
                    };
                  };

// Whether an update replaces the stored key, which shows in keys that are equal and yet differ: the
// two zeros, two copies of a string. Go decides it by the key's type (`UpdatesKey` in
// `key_space.h`), and so does the model. A map whose rule is another declares
//
//   static constexpr bool kUpdatesKey = false;  // std::unordered_map keeps the key that came first
//
// and the model follows it. Undeclared, the rule is Go's.
template <class S>
concept DeclaresKeyRule = requires {
  { S::kUpdatesKey } -> std::convertible_to<bool>;
};

// Several iterators alive at once, under any mutation, with Go's contract.
// `Begin` starts one and produces its first entry, `Current` tells the last production again,
// `Next` advances. An iterator follows its map's content through move and swap.
// `DelAt` erases the entry last produced by the iterator's own reference to its key.
template <class S>
concept LiveIterators = requires(S s, typename S::Iterator it, std::uint16_t draw) {
  { s.Begin(draw) } -> std::same_as<typename S::Iterator>;
  { it.Current() } -> std::same_as<Produced>;
  { it.Next() } -> std::same_as<Produced>;
  { s.DelAt(it) } -> std::same_as<bool>;
};

// Promises more than Go does: once a clear or an erase has left nothing in the map, the iterations
// under way are over.
template <class S>
concept EndsWhenEmptied = LiveIterators<S> && S::kEndsWhenEmptied;

// Keys and values, and so maps, can be copied. `Alias` is m[key] = m[value's key], by a reference
// into the map; false, and nothing done, if the second key is absent.
template <class S>
concept Copies = requires(S s, const S& other, KeyId key) {
  { s.CopyFrom(other) };
  { s.SelfAssign() };
  { s.Alias(key, key) } -> std::same_as<bool>;
};

// m[key] = value through operator[]; the value before, 0 if it was absent.
template <class S>
concept Subscripts = requires(S s, KeyId key, Value value) {
  { s.Add(key, value) } -> std::same_as<Value>;
};

// Keys that are not equal to themselves are kept apart, each its own entry.
template <class S>
concept HoldsNan = S::kHoldsNan;

// Counts the calls of hasher and equality, in `Draws::calls`.
template <class S>
concept CountsCalls = requires(const S s) {
  { s.Calls() } -> std::same_as<CallCounts>;
};

// What `Draws::faults` says throws, and passes through.
template <class S>
concept TakesFaults = S::kTakesFaults;

// All that the map allocates comes from `Draws::heap`.
template <class S>
concept UsesHeap = S::kUsesHeap;

// The number of the allocator that the map would allocate a new table with, `Draws::NextAllocator`
// when it was made. It goes along with the content when maps are moved and swapped, not with a
// copy: the map that is assigned to keeps its own, and so does one that was moved from.
template <class S>
concept NamesAllocator = requires(const S& s) {
  { s.AllocatorNumber() } -> std::same_as<std::uint32_t>;
};

// Keys and values are `Instrumented`, by `Draws::lives`. `S::kKeepsOldEntries` says that a growing
// table keeps copies of what it has moved.
template <class S>
concept CountsLives = S::kCountsLives && requires { S::kKeepsOldEntries; };

// Iterators may be stale once the map has grown under them: keys cannot be kept for them.
template <class S>
concept LosesKeys = S::kLosesKeys;

// Refuses keys without a hash, by KeyRefused.
template <class S>
concept RefusesKeys = S::kRefusesKeys;

// May refuse an insert because of the limit on its chain, `Config::chain`, by an exception of this
// type, and has then done no more than growth work.
template <class S>
concept LimitsChains = requires { typename S::ChainLimit; };

// What unsafe code wrote to a table.
struct Corruption {
  // Writes back what was there. Empty: nothing was written, or nothing that is another value.
  std::function<void()> undo;
  // Of an overflow pointer: the chain, of the current array or of the one being evacuated.
  bool old = false;
  std::size_t chain = 0;
};

// What a map says when it notices that it was written to; no field if it names none that there is.
struct CorruptionNotice {
  std::optional<CorruptField> field;
};

// Notices when something else writes to its table. `Corrupt` does so: `n` chooses the bucket and
// what is written. `NoticeOf` tells whether an exception out of the map says that it noticed.
// `WalkAll` is any operation that follows every chain and changes nothing.
template <class S>
concept NoticesCorruption = requires(S s, const S& other, CorruptField field, std::uint32_t n,
                                     const std::exception& error) {
  { s.Corrupt(field, n) } -> std::same_as<Corruption>;
  { S::NoticeOf(error) } -> std::same_as<std::optional<CorruptionNotice>>;
  { other.WalkAll() };
};

// Writes the state of itself and of `other`, and of all iterators on either, by slot and null where
// there is none: whatever they hold that decides what they do from now on, free of addresses. See
// `state.h`.
template <class S>
concept ShowsState =
    LiveIterators<S> && requires(const S& s, std::span<const typename S::Iterator* const> iterators,
                                 StateWriter& writer) {
      { s.WriteState(s, iterators, writer) };
    };

// A bucket that is not where it should be, or that may be read where it should not, or an entry
// that lives on without its map.
struct BucketFault {
  const char* property = nullptr;  // lost-bucket, shared-bucket, foreign-bucket, left-entry, poison
  std::string detail{};            // free of addresses
};

// Can account for every bucket that it and `other` have allocated, and for every byte of them: see
// `hmap/marker.h` and `hmap/readable.h`. What iterators hold belongs to it; `iterators` are all
// that there are of either map.
template <class S>
concept AccountsForBuckets =
    LiveIterators<S> &&
    requires(const S& s, std::span<const typename S::Iterator* const> iterators) {
      { s.FindBucketFault(s, iterators) } -> std::same_as<std::optional<BucketFault>>;
    };

// Go's map header as far as it can be seen from outside.
struct HeaderView {
  std::uint64_t count = 0;
  std::uint8_t flags = 0;  // 1 iterator, 2 old iterator, 4 writing, 8 same-size growth
  std::uint8_t b = 0;      // B: log2 of the number of buckets
  std::uint16_t noverflow = 0;
  std::uint32_t hash0 = 0;
  std::uint64_t nevacuate = 0;
  bool growing = false;
  std::int64_t pool = -1;  // preallocated overflow buckets left; -1: none tracked

  friend bool operator==(const HeaderView&, const HeaderView&) = default;
};

// The buckets, read in place. `view.Header()`; `view.Chains(old)` is the number of chains of the
// current array (old = false) or of the one being evacuated (0 if there is none);
// `view.Chain(old, n)` is the first bucket of chain n. A bucket is a small value: `Tophash(i)`,
// `At(i)` (the Entry in a cell whose tophash says it is live), `Next()` and `Address()`; it tests
// false at the end of a chain. `view.Slots(old)`, the slots per bucket of that array, belongs to
// maps whose buckets may have others than 8; before there is an array, of the one there will be.
template <class S>
concept HasStructure = requires(const S s, bool old, std::size_t n, unsigned slot) {
  { s.View().Header() } -> std::same_as<HeaderView>;
  { s.View().Chains(old) } -> std::same_as<std::size_t>;
  { static_cast<bool>(s.View().Chain(old, n)) };
  { s.View().Chain(old, n).Tophash(slot) } -> std::same_as<std::uint8_t>;
  { s.View().Chain(old, n).At(slot) } -> std::same_as<Entry>;
  { static_cast<bool>(s.View().Chain(old, n).Next()) };
  { s.View().Chain(old, n).Address() } -> std::same_as<const void*>;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SUBJECT_H_

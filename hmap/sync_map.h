// Go's sync.Map, as it was up to Go 1.23: a map for several threads whose reads mostly take no
// lock.
//
//   hmap::SyncMap<std::string, Config> configs;
//   configs.store("a", Config{1});
//   if (std::optional<Config> config = configs.load("a")) Use(*config);
//
// It is for keys that are written once and read often, and for threads that work on keys of their
// own. There are two parts, each an `hmap::Map` from keys to entries:
//   - the *read* part, behind an atomic pointer: never changed, only replaced. Whoever finds a key
//     there works on its entry without the lock (see `sync_entry.h`).
//   - the *dirty* part, under the lock, null at times. If it is not null, it has all entries of the
//     read part but the expunged ones, the same objects. If the read part is *amended*, the dirty
//     part has keys besides.
// A look for a key that the read part does not have, if that is amended, goes to the dirty part
// under the lock and counts as a miss. With as many misses as the dirty part has entries that part
// is *promoted*: it becomes the read part, unamended. The next new key makes another dirty part, a
// copy without the entries that are deleted by then; these are marked expunged.
//
// Go: sync/map.go, whose names stand at the functions here.

#ifndef HMAP_SYNC_MAP_H_
#define HMAP_SYNC_MAP_H_

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "hmap/key_traits.h"
#include "hmap/map.h"
#include "hmap/mutex.h"
#include "hmap/policy.h"
#include "hmap/reclaimer.h"
#include "hmap/reentry.h"
#include "hmap/ref.h"
#include "hmap/sync_entry.h"

namespace hmap {

// Promises under threads. Every function may be called by any thread at any time; only
// construction and destruction must be alone.
//   - All but `range` are linearizable: each takes effect at one moment between its call and its
//     return. (One that still has an entry in hand when `clear` drops it came before the `clear`.)
//   - `range` produces no key twice. A key that is there throughout comes, with a value that it
//     had at some moment during the call; one that is inserted or deleted meanwhile may come or
//     not. It is no snapshot.
//
// User code. `range` calls its function without lock or slot: it may call the map, and the
// destructors of values and of keys of dropped parts run so as well. All else runs inside an
// operation, partly under the lock: hashers, equality of keys and values, copies, the destructors
// of keys that are erased from the dirty part, and of copies that are dropped since another thread
// was faster. That code must not call the same map; if it does,
// the call throws ReentryError and does nothing. Hashers, equality and copies are called by several
// threads at once, all of them as const; so is the policy's random source, by `range`.
//
// Memory. What was replaced or dropped is freed when no operation can be reading it. Kept besides
// what is in the map are at most Reclaimer::kSlots read parts that were replaced, with the entries
// that only they have, and Reclaimer::kSlots * Reclaimer::kScanAt values that were; kScanAt if one
// thread works alone. A `range` keeps the part that it walks. As in Go, deleted keys stay, without
// value, until the second promotion after their deletion. The destructor frees all. No more than
// Reclaimer::kSlots operations run at once; others wait.
//
// Errors: what user code and allocation throw passes through; the map is then as before, but that
// misses may have been counted. A promotion that cannot allocate is put off. A value that throws
// when the answer is moved or copied out does so after the operation.
// Costs: an operation on a key of the read part is O(1) expected without lock; one that takes the
// lock too, but for the copy of the read part, which pays for itself as in Go.
template <class K, class V, class HashT = Hash<K>, class EqualT = std::equal_to<>,
          class PolicyT = Strict>
class SyncMap {
 public:
  using Entry = SyncEntry<V>;
  using EntryMap =
      Map<K, Ref<Entry>, HashT, EqualT, std::allocator<std::pair<const K, Ref<Entry>>>, PolicyT>;
  using Parts = typename EntryMap::Parts;
  using key_type = K;
  using mapped_type = V;
  static_assert(HasherOf<const HashT, K>,
                "hmap: a hasher that several threads use at once must have a const operator()");
  static_assert(std::is_copy_constructible_v<K> && std::is_copy_constructible_v<V>,
                "hmap: a SyncMap copies its keys and hands out copies of its values");

  // Both parts are made of `parts`.
  explicit SyncMap(const Parts& parts = {})
      : parts_(parts), read_(new ReadPart(Ref<Table>(new Table(parts)), false)) {}
  SyncMap(const SyncMap&) = delete;
  SyncMap& operator=(const SyncMap&) = delete;
  ~SyncMap() { delete read_.load(); }

  // A copy of the key's value, if there is one. Go: Load.
  std::optional<V> load(const K& key) const {
    Operation op(*this, "load");
    const Entry* const entry = Look(op, key, IfDirty::kKeep);
    if (entry == nullptr) return std::nullopt;
    return entry->Load(op.pin);
  }

  // Inserts or overwrites. Go: Store.
  void store(const K& key, V value) { Put("store", key, std::move(value), nullptr); }

  // As `store`; returns the value that there was, if any. Go: Swap.
  std::optional<V> swap(const K& key, V value) {
    std::optional<V> previous;
    Put("swap", key, std::move(value), &previous);
    return previous;
  }

  // The value that there is, and true, or, if there is none, `value`, which is then stored, and
  // false. Go: LoadOrStore.
  std::pair<V, bool> load_or_store(const K& key, const V& value);

  // Deletes; returns the value that there was, if any. Go: LoadAndDelete.
  std::optional<V> load_and_delete(const K& key) {
    std::optional<V> previous;
    Operation op(*this, "load_and_delete");
    Entry* const entry = Look(op, key, IfDirty::kErase, &previous);
    if (entry == nullptr) return previous;
    if (!previous.has_value()) {
      entry->Delete(op.pin, &previous);
    } else if (!entry->Delete(op.pin, nullptr)) {
      previous.reset();
    }
    return previous;
  }

  // Whether there was something to delete. Go: Delete.
  bool erase(const K& key) {
    Operation op(*this, "erase");
    Entry* const entry = Look(op, key, IfDirty::kErase);
    return entry != nullptr && entry->Delete(op.pin, nullptr);
  }

  // Replaces the value if it is equal to `old`; whether it was. Go: CompareAndSwap.
  bool compare_and_swap(const K& key, const V& old, const V& next)
    requires std::equality_comparable<V>;

  // Deletes if the value is equal to `old`; whether it was. Go: CompareAndDelete.
  bool compare_and_delete(const K& key, const V& old)
    requires std::equality_comparable<V>
  {
    Operation op(*this, "compare_and_delete");
    Entry* const entry = Look(op, key, IfDirty::kKeep);
    return entry != nullptr && entry->TryCompareAndSwap(op.pin, old, nullptr);
  }

  // Calls visit(key, value) for every key and a copy of its value, in random order, until it
  // returns false. If there is a dirty part with keys of its own, it is promoted first: O(size).
  // Go: Range.
  template <class F>
    requires std::is_invocable_r_v<bool, F&, const K&, const V&>
  void range(F visit) const;

  // Deletes everything. Go: Clear.
  void clear();

 private:
  friend struct SyncMapInside;

  using Box = SyncBox<V>;

  struct Table : Counted<Table> {
    explicit Table(const Parts& parts, std::size_t hint = 0)
        : map(static_cast<std::int64_t>(hint), parts) {}

    EntryMap map;
  };

  // Go: readOnly.
  struct ReadPart : Reclaimable {
    ReadPart(Ref<Table> table, bool amended) : table(std::move(table)), amended(amended) {}

    const Ref<Table> table;  // not null
    const bool amended;
  };

  // What a call is inside of. What it has made garbage dies last, when the map may be called again.
  struct Operation {
    Operation(const SyncMap& map, const char* name)
        : guard(&map, name), pin(map.reclaimer_, garbage) {}

    RetiredList garbage;
    Ref<Entry> kept;  // an entry that is used without the lock and without its table
    ReentryGuard guard;
    Reclaimer::Pin pin;
  };

  enum class IfDirty : std::uint8_t { kKeep, kErase };

  // Null: the key is not in the table. A key that is not equal to itself is in none.
  static Entry* Find(const Table& table, const K& key) {
    if (!EntryMap::CoreT::EqualsItself(key)) return nullptr;
    const Ref<Entry>* const entry = table.map.find(key);
    return entry == nullptr ? nullptr : entry->get();
  }

  const ReadPart& Read(Operation& op) const { return *op.pin.Protect(kReadPartHazard, read_); }
  Entry* Look(Operation& op, const K& key, IfDirty if_dirty,
              std::optional<V>* erased = nullptr) const HMAP_EXCLUDES(mutex_);
  void Put(const char* name, const K& key, V&& value, std::optional<V>* previous)
      HMAP_EXCLUDES(mutex_);
  typename Entry::Outcome LoadOrStoreLocked(Operation& op, const K& key, const V& value,
                                            std::optional<V>& actual) HMAP_EXCLUDES(mutex_);
  Ref<Table> TableToRange() const HMAP_EXCLUDES(mutex_);

  // With the lock, what was found without it is looked for again: the parts may have changed. Only
  // who holds it replaces the read part, so it need not be announced.
  const ReadPart& ReadLocked(Operation& op) const HMAP_REQUIRES(mutex_) {
    op.pin.Release(kReadPartHazard);
    return *read_.load();
  }
  Entry* FindDirty(const K& key) const HMAP_REQUIRES(mutex_) {
    return dirty_.get() == nullptr ? nullptr : Find(*dirty_.get(), key);
  }
  Entry* FindRevived(Operation& op, const K& key) HMAP_REQUIRES(mutex_);
  void Add(Operation& op, const K& key, std::unique_ptr<Box> box) HMAP_REQUIRES(mutex_);
  void FillDirty() HMAP_REQUIRES(mutex_);
  void Miss(Operation& op) const HMAP_REQUIRES(mutex_);
  bool Promote(Operation& op) const HMAP_REQUIRES(mutex_);
  void Replace(Operation& op, std::unique_ptr<ReadPart> next) const HMAP_REQUIRES(mutex_);

  // A look counts misses, promotes and reclaims, so nearly everything is mutable.
  const Parts parts_;
  mutable Reclaimer reclaimer_;
  mutable std::atomic<ReadPart*> read_;  // not null; replaced under the lock
  mutable Mutex mutex_;
  mutable Ref<Table> dirty_ HMAP_GUARDED_BY(mutex_);
  mutable std::size_t misses_ HMAP_GUARDED_BY(mutex_) = 0;
  mutable RetiredList retired_parts_ HMAP_GUARDED_BY(mutex_);
};

// What Load, LoadAndDelete and CompareAndDelete of Go have in common: the key's entry, for use
// without the lock, or null. Whether the dirty part has it or not, it is a miss to have looked.
// What only the dirty part has leaves it with kErase, its value copied to `erased` first: a copy
// that throws must find it there still. From then on the value can only go, not change.
template <class K, class V, class HashT, class EqualT, class PolicyT>
SyncEntry<V>* SyncMap<K, V, HashT, EqualT, PolicyT>::Look(Operation& op, const K& key,
                                                          IfDirty if_dirty,
                                                          std::optional<V>* erased) const {
  const ReadPart& seen = Read(op);
  Entry* const entry = Find(*seen.table.get(), key);
  if (entry != nullptr || !seen.amended) return entry;
  const MutexLock lock(mutex_);
  const ReadPart& read = ReadLocked(op);
  op.kept = Ref<Entry>(Find(*read.table.get(), key));
  if (op.kept.get() == nullptr && read.amended) {
    op.kept = Ref<Entry>(FindDirty(key));
    if (if_dirty == IfDirty::kErase && op.kept.get() != nullptr) {
      if (erased != nullptr) op.kept->CopyValue(op.pin, *erased);
      dirty_->map.erase(key);
    }
    Miss(op);
  }
  return op.kept.get();
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::Put(const char* name, const K& key, V&& value,
                                                std::optional<V>* previous) {
  std::unique_ptr<Box> box;  // outlives the operation if that throws
  Operation op(*this, name);
  box = std::make_unique<Box>(std::move(value));
  Entry* const seen = Find(*Read(op).table.get(), key);
  if (seen != nullptr && seen->TrySwap(op.pin, box, previous)) return;
  const MutexLock lock(mutex_);
  Entry* entry = FindRevived(op, key);
  if (entry == nullptr) entry = FindDirty(key);
  if (entry != nullptr) {
    entry->TrySwap(op.pin, box, previous);  // not expunged, so it does
  } else {
    Add(op, key, std::move(box));
  }
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
std::pair<V, bool> SyncMap<K, V, HashT, EqualT, PolicyT>::load_or_store(const K& key,
                                                                        const V& value) {
  using Outcome = typename Entry::Outcome;
  std::optional<V> actual;
  Operation op(*this, "load_or_store");
  Entry* const seen = Find(*Read(op).table.get(), key);
  Outcome outcome = Outcome::kExpunged;
  if (seen != nullptr) outcome = seen->TryLoadOrStore(op.pin, value, actual);
  if (outcome == Outcome::kExpunged) outcome = LoadOrStoreLocked(op, key, value, actual);
  return {*std::move(actual), outcome == Outcome::kLoaded};
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
typename SyncEntry<V>::Outcome SyncMap<K, V, HashT, EqualT, PolicyT>::LoadOrStoreLocked(
    Operation& op, const K& key, const V& value, std::optional<V>& actual) {
  const MutexLock lock(mutex_);
  if (Entry* const entry = FindRevived(op, key)) {
    return entry->TryLoadOrStore(op.pin, value, actual);
  }
  if (Entry* const entry = FindDirty(key)) {
    const auto outcome = entry->TryLoadOrStore(op.pin, value, actual);
    Miss(op);
    return outcome;
  }
  actual.emplace(value);
  Add(op, key, std::make_unique<Box>(value));
  return Entry::Outcome::kStored;
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
bool SyncMap<K, V, HashT, EqualT, PolicyT>::compare_and_swap(const K& key, const V& old,
                                                             const V& next)
  requires std::equality_comparable<V>
{
  Operation op(*this, "compare_and_swap");
  const ReadPart& seen = Read(op);
  if (Entry* const entry = Find(*seen.table.get(), key)) {
    return entry->TryCompareAndSwap(op.pin, old, &next);
  }
  if (!seen.amended) return false;
  const MutexLock lock(mutex_);
  if (Entry* const entry = Find(*ReadLocked(op).table.get(), key)) {
    return entry->TryCompareAndSwap(op.pin, old, &next);
  }
  Entry* const entry = FindDirty(key);
  if (entry == nullptr) return false;
  const bool swapped = entry->TryCompareAndSwap(op.pin, old, &next);
  Miss(op);
  return swapped;
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
template <class F>
  requires std::is_invocable_r_v<bool, F&, const K&, const V&>
void SyncMap<K, V, HashT, EqualT, PolicyT>::range(F visit) const {
  const Ref<Table> table = TableToRange();
  const EntryMap& entries = table->map;
  for (auto it = entries.begin(); !it.done(); ++it) {
    const std::optional<V> value = [this, &it] {
      Operation op(*this, "range");
      return it.value()->Load(op.pin);
    }();
    if (value.has_value() && !visit(it.key(), *value)) return;
  }
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
auto SyncMap<K, V, HashT, EqualT, PolicyT>::TableToRange() const -> Ref<Table> {
  Operation op(*this, "range");
  if (const ReadPart& seen = Read(op); !seen.amended) return seen.table;
  const MutexLock lock(mutex_);
  if (ReadLocked(op).amended && !Promote(op)) throw std::bad_alloc();
  return ReadLocked(op).table;
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::clear() {
  Ref<Table> dropped;
  Operation op(*this, "clear");
  if (const ReadPart& seen = Read(op); seen.table->map.empty() && !seen.amended) return;
  auto empty = std::make_unique<ReadPart>(Ref<Table>(new Table(parts_)), false);
  Ref<Table> empty_dirty(new Table(parts_));
  const MutexLock lock(mutex_);
  const ReadPart& read = ReadLocked(op);
  if (!read.table->map.empty() || read.amended) Replace(op, std::move(empty));
  if (dirty_.get() != nullptr) dropped = std::exchange(dirty_, std::move(empty_dirty));
  misses_ = 0;
}

// The key's entry of the read part, in the dirty part too if it was expunged. It goes there before
// it may hold a value again.
template <class K, class V, class HashT, class EqualT, class PolicyT>
SyncEntry<V>* SyncMap<K, V, HashT, EqualT, PolicyT>::FindRevived(Operation& op, const K& key) {
  Entry* const entry = Find(*ReadLocked(op).table.get(), key);
  if (entry != nullptr && entry->state() == EntryState::kExpunged) {
    dirty_->map.insert_or_assign(key, Ref<Entry>(entry));
    entry->Unexpunge();
  }
  return entry;
}

// Adds a key that neither part has.
template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::Add(Operation& op, const K& key,
                                                std::unique_ptr<Box> box) {
  const Ref<Entry> entry(new Entry(std::move(box)));
  const ReadPart& read = ReadLocked(op);
  std::unique_ptr<ReadPart> amended;
  if (!read.amended) {
    FillDirty();
    amended = std::make_unique<ReadPart>(read.table, true);
  }
  dirty_->map.insert_or_assign(key, entry);
  if (amended != nullptr) Replace(op, std::move(amended));
}

// Makes the dirty part if there is none. Without one no entry is expunged, so if the copy fails,
// all that are must be brought back. Go: dirtyLocked.
template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::FillDirty() {
  if (dirty_.get() != nullptr) return;
  const EntryMap& source = read_.load()->table->map;
  Ref<Table> copy(new Table(parts_, source.size()));
  try {
    source.view().ForEachEntry([&copy](const K& key, const Ref<Entry>& entry) {
      if (!entry->TryExpunge()) copy->map.insert_or_assign(key, entry);
    });
  } catch (...) {
    source.view().ForEachEntry([](const K&, const Ref<Entry>& entry) { entry->Unexpunge(); });
    throw;
  }
  dirty_ = std::move(copy);
}

// Go: missLocked.
template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::Miss(Operation& op) const {
  if (++misses_ >= dirty_->map.size()) Promote(op);
}

// The dirty part becomes the read part; false if there is no memory for that.
template <class K, class V, class HashT, class EqualT, class PolicyT>
bool SyncMap<K, V, HashT, EqualT, PolicyT>::Promote(Operation& op) const {
  std::unique_ptr<ReadPart> promoted(new (std::nothrow) ReadPart(dirty_, false));
  if (promoted == nullptr) return false;
  Replace(op, std::move(promoted));
  dirty_ = Ref<Table>();
  misses_ = 0;
  return true;
}

template <class K, class V, class HashT, class EqualT, class PolicyT>
void SyncMap<K, V, HashT, EqualT, PolicyT>::Replace(Operation& op,
                                                    std::unique_ptr<ReadPart> next) const {
  retired_parts_.Push(read_.exchange(next.release()));
  reclaimer_.TakeUnprotected(retired_parts_, op.garbage);
}

}  // namespace hmap

#endif  // HMAP_SYNC_MAP_H_

// What every kind of map is: the owner of a core, or nil, or moved from.
//
// `Map` and `DynamicMap` add how keys and values are handed in and out.

#ifndef HMAP_HANDLE_H_
#define HMAP_HANDLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "hmap/core.h"
#include "hmap/core_access.h"
#include "hmap/core_growth.h"
#include "hmap/core_transfer.h"
#include "hmap/errors.h"
#include "hmap/iterator.h"
#include "hmap/remake.h"
#include "hmap/view.h"

namespace hmap {

template <class TypesT>
class Handle {
 public:
  using Types = TypesT;
  using CoreT = Core<Types>;
  // Hasher, equality, random source, growth rule, layout and allocator of a map: members `hash`,
  // `equal`, `random`, `growth`, `layout` and `allocator`, in this order.
  using Parts = typename CoreT::Parts;
  using size_type = std::size_t;
  using hasher = typename Types::Hash;
  using key_equal = typename Types::Equal;
  using allocator_type = typename Types::Allocator;
  using iterator = Iterator<Types, false>;
  using const_iterator = Iterator<Types, true>;

  bool is_nil() const { return nil_; }
  std::size_t size() const { return core() == nullptr ? 0 : core_->count(); }
  bool empty() const { return size() == 0; }
  allocator_type get_allocator() const { return parts_.allocator; }
  // As the map was given them; what its table has drawn since is not in them.
  const Parts& parts() const { return parts_; }

  // Removes everything and renews the seed; keeps the buckets. Go 1.21: clear(m).
  void clear() {
    if (core_ != nullptr) core_->Clear();
  }

  // Makes room for `entries` in all, so that inserts up to there do not double the table. Takes
  // whole growths at once: O(size). Throws LengthError if the array for so many entries were more
  // than `kMaxAllocation` bytes, NilMapError if the map is nil; and what the allocator throws if it
  // has no such array, before it is asked for any smaller one. If anything throws, content and
  // iterators are as before, and the growths that were complete by then stay.
  void reserve(std::size_t entries) { Writable()->Reserve(entries); }

  // Iterates from a random entry. Move-only keys, and move-only values under keys that are not
  // equal to themselves: if the map grows under the iterator, advancing it may throw
  // StaleIterator, because evacuated entries cannot be kept for it.
  iterator begin() { return iterator(core_); }
  const_iterator begin() const { return const_iterator(core_); }
  std::default_sentinel_t end() const { return {}; }

  // The table itself, for tests and tools.
  TableView<CoreT> view() const { return TableView<CoreT>(core_); }

 protected:
  using Place = typename CoreT::Place;

  // Nil.
  explicit Handle(const Parts& parts) : parts_(parts), nil_(true) {}
  // An empty map with room for `hint` entries. A hint that is negative or that no allocation could
  // meet counts as 0, as in Go: see `InitialB`.
  Handle(std::int64_t hint, const Parts& parts) : parts_(parts), core_(CoreT::Make(parts_, hint)) {}

  // A copy has the same entries, draws of its own (as far as the random source's copies do) and no
  // iterators. Its table may be smaller, so a limit on the length of chains does not bind it.
  // Go: maps.Clone.
  Handle(const Handle& other)
      : Handle(other, Traits::select_on_container_copy_construction(other.parts_.allocator)) {}
  Handle(const Handle& other, const allocator_type& allocator)
      : parts_(other.parts_.With(allocator)), nil_(other.nil_) {
    if (other.core_ != nullptr) core_ = CopyOf(*other.core_, parts_);
  }
  // Iterators follow the entries. The source is empty afterwards and may be used on; its
  // allocator is copied, the one in use goes with the entries.
  Handle(Handle&& other) noexcept
      : parts_(other.parts_), core_(std::exchange(other.core_, nullptr)), nil_(other.nil_) {}
  // The same if `allocator` is equal to the one in use. Else the entries are moved one by one, or
  // copied if they may throw as they move, and iterators find the map gone.
  Handle(Handle&& other, const allocator_type& allocator)
      : parts_(other.parts_.With(allocator)), nil_(other.nil_) {
    if constexpr (!Traits::is_always_equal::value) {
      if (other.core_ != nullptr && !(allocator == other.parts_.allocator)) {
        core_ = MoveOf(*other.core_, parts_);
        std::exchange(other.core_, nullptr)->Die();
        return;
      }
    }
    core_ = std::exchange(other.core_, nullptr);
  }
  // A map keeps its allocator, unless that says that it propagates. As the constructors otherwise.
  Handle& operator=(const Handle& other) {
    if (this == &other) return *this;
    constexpr bool kPropagates = Traits::propagate_on_container_copy_assignment::value;
    Handle(other, kPropagates ? other.parts_.allocator : parts_.allocator).swap(*this);
    return *this;
  }
  Handle& operator=(Handle&& other) noexcept(kTakesTables) {
    if (this == &other) return *this;
    if constexpr (Traits::propagate_on_container_move_assignment::value) {
      Handle(std::move(other)).swap(*this);
    } else {
      Handle(std::move(other), parts_.allocator).swap(*this);
    }
    return *this;
  }
  // Iterators that still hold on find the map gone (StaleIterator).
  ~Handle() {
    if (core_ != nullptr) core_->Die();
  }

  // Iterators follow the entries, and so do the allocators, even if they do not say so.
  void swap(Handle& other) noexcept {
    Exchange(parts_, other.parts_);
    std::swap(core_, other.core_);
    std::swap(nil_, other.nil_);
  }

  // Null if the map is nil or moved from. Every operation begins here or in the table itself.
  CoreT* core() const {
    if (core_ != nullptr) core_->CheckHeader();
    return core_;
  }
  // A moved-from map gets a new table with its first insert.
  CoreT* Writable() {
    if (nil_) throw NilMapError();
    if (core_ == nullptr) core_ = CoreT::Make(parts_, 0);
    return core();
  }
  template <class Q>
  Place Find(const Q& key) const {
    if (core_ != nullptr) return core_->Find(key);
    CheckHashable(key);
    return {};
  }
  // Without a table there is nothing to look into, but a key that cannot be hashed has to be
  // reported all the same.
  template <class Q>
  void CheckHashable(const Q& key) const {
    if constexpr (kHashMightThrow<typename Types::Key>) {
      if constexpr (SeededHasher<hasher, Q>) {
        static_cast<void>(parts_.hash(key, 0));
      } else {
        static_cast<void>(parts_.hash(key));
      }
    }
  }
  static auto* Value(Place place) { return place.bucket == nullptr ? nullptr : &place.value(); }

 private:
  friend struct UnsafeCode;

  using Traits = std::allocator_traits<allocator_type>;
  // A move assignment never has to move entries.
  static constexpr bool kTakesTables =
      Traits::propagate_on_container_move_assignment::value || Traits::is_always_equal::value;

  static CoreT* CopyOf(CoreT& original, const Parts& parts) {
    original.CheckTable();
    original.CheckNoWriter(kConcurrentCloneAndWrite);
    Handle copy(static_cast<std::int64_t>(original.count()), parts);
    TableView<CoreT>(&original).ForEachEntry([&core = *copy.core_](const auto& key,
                                                                   const auto& value) {
      constexpr bool kLimited = false;
      core.Assign(key, [](Place) {}, [&](Place at) { core.Construct(at, key, value); }, kLimited);
    });
    return std::exchange(copy.core_, nullptr);
  }
  static CoreT* MoveOf(CoreT& original, const Parts& parts) {
    using CellsT = typename CoreT::CellsT;
    static_assert(CellsT::kMovesObjects || (CellsT::kCopiesKey && CellsT::kCopiesValue),
                  "hmap: keys and values that cannot be copied must move without throwing, if they "
                  "are to go to the memory of another allocator");
    if constexpr (CellsT::kMovesObjects) {
      return original.MoveTo(parts);
    } else {
      return CopyOf(original, parts);
    }
  }

  Parts parts_;
  CoreT* core_ = nullptr;  // null: nil or moved from
  bool nil_ = false;
};

}  // namespace hmap

#endif  // HMAP_HANDLE_H_

// What the tests of `SyncMap` see of its inside.

#ifndef MAPFUZZ_HMAP_SYNC_TESTING_H_
#define MAPFUZZ_HMAP_SYNC_TESTING_H_

#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "hmap/mutex.h"
#include "hmap/reclaimer.h"
#include "hmap/sync_entry.h"
#include "hmap/sync_map.h"

namespace hmap {

struct SyncMapInside {
  // Both parts in one line, as "read 1=10 2- 3! amended | dirty 1=10 2- 4=40 | misses 1": key 2 is
  // deleted, 3 expunged.
  template <class MapT>
  static std::string Describe(const MapT& map) {
    const MutexLock lock(map.mutex_);
    const auto& read = *map.read_.load();
    std::ostringstream out;
    out << "read" << DescribeTable(map, read.table->map) << (read.amended ? " amended" : "");
    if (map.dirty_.get() != nullptr) out << " | dirty" << DescribeTable(map, map.dirty_->map);
    if (map.misses_ != 0) out << " | misses " << map.misses_;
    return out.str();
  }

  // What holds whenever nobody holds the lock; else what does not, in words.
  template <class MapT>
  static std::string BrokenRule(const MapT& map) {
    const MutexLock lock(map.mutex_);
    const auto& read = *map.read_.load();
    const auto in_read = EntriesOf(read.table->map);
    if (map.dirty_.get() == nullptr) {
      if (read.amended) return "amended without a dirty part";
      if (map.misses_ != 0) return "misses without a dirty part";
      for (const auto& [key, entry] : in_read) {
        if (entry->state() == EntryState::kExpunged) return "expunged without a dirty part";
      }
      return "";
    }
    const auto in_dirty = EntriesOf(map.dirty_->map);
    if (map.misses_ != 0 && map.misses_ >= in_dirty.size()) return "not promoted in time";
    for (const auto& [key, entry] : in_read) {
      const auto twin = in_dirty.find(key);
      const bool expunged = entry->state() == EntryState::kExpunged;
      if (expunged != (twin == in_dirty.end())) return "expunged and in the dirty part, or neither";
      if (!expunged && twin->second != entry) return "two entries of one key";
    }
    for (const auto& [key, entry] : in_dirty) {
      if (entry->state() == EntryState::kExpunged) return "expunged in the dirty part";
      if (!read.amended && in_read.count(key) == 0) return "a new key, but not amended";
    }
    return "";
  }

  // Calls f with the map's lock held, which f must not take.
  template <class MapT, class F>
  static void WithLock(const MapT& map, F f) {
    const MutexLock lock(map.mutex_);
    f();
  }

  // Calls f(name, field) for each field that operations meet at, Go's names, and for the
  // announcements of readers.
  template <class MapT, class F>
  static void ForEachField(const MapT& map, F f) {
    const MutexLock lock(map.mutex_);
    f("mu", map.mutex_);
    f("read", map.read_);
    f("dirty", map.dirty_);
    f("misses", map.misses_);
    f("announcements", map.reclaimer_);
  }
  // Calls f(name, table) for each part that there is.
  template <class MapT, class F>
  static void ForEachTable(const MapT& map, F f) {
    const MutexLock lock(map.mutex_);
    f("read", map.read_.load()->table->map);
    if (map.dirty_.get() != nullptr) f("dirty", map.dirty_->map);
  }

  // Replaced values, and replaced read parts, that are not freed yet.
  template <class MapT>
  static std::size_t RetainedValues(const MapT& map) {
    return map.reclaimer_.retained();
  }
  template <class MapT>
  static std::size_t RetainedParts(const MapT& map) {
    const MutexLock lock(map.mutex_);
    return map.retired_parts_.size();
  }

  // The map's announcements, so that a test can be a reader that stands still.
  template <class MapT>
  static Reclaimer& ReclaimerOf(const MapT& map) {
    return map.reclaimer_;
  }
  template <class MapT>
  static void AnnounceReadPart(const MapT& map, Reclaimer::Pin& pin) {
    pin.Protect(kReadPartHazard, map.read_);
  }

 private:
  template <class TableT>
  static auto EntriesOf(const TableT& table) {
    using Entry = decltype(std::declval<typename TableT::mapped_type>().get());
    std::map<typename TableT::key_type, Entry> entries;
    table.view().ForEachEntry(
        [&entries](const auto& key, const auto& entry) { entries.emplace(key, entry.get()); });
    return entries;
  }

  template <class MapT, class TableT>
  static std::string DescribeTable(const MapT& map, const TableT& table) {
    std::ostringstream out;
    RetiredList garbage;
    Reclaimer::Pin pin(map.reclaimer_, garbage);
    for (const auto& [key, entry] : EntriesOf(table)) {
      out << ' ' << key;
      switch (entry->state()) {
        case EntryState::kExpunged:
          out << '!';
          break;
        case EntryState::kDeleted:
          out << '-';
          break;
        case EntryState::kHoldsValue:
          out << '=' << *entry->Load(pin);
      }
    }
    return out.str();
  }
};

}  // namespace hmap

#endif  // MAPFUZZ_HMAP_SYNC_TESTING_H_

// A map for tests of the thread runner: a `std::map` under a lock, and the bugs that it can have.

#ifndef MAPFUZZ_HARNESS_THREADS_TOY_SHARED_MAP_H_
#define MAPFUZZ_HARNESS_THREADS_TOY_SHARED_MAP_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/threads/shared_map.h"

namespace mapfuzz {

enum class SharedToyBug : std::uint8_t {
  kNone,
  kAddForgets,       // between reading and writing the lock is let go
  kPutForgetsEntry,  // overtaken by another thread, it does nothing
  kCasIgnoresValue,
  kIterateSlips,     // key by key, without the lock in between, beside a promise of one moment
  kSizeCountsTwice,  // while a thread is inside a write
  kTwoLocks,         // taken in this order by one operation, in that by another
  kNoEnd,            // waits for another thread to write
  kThrows,           // while another thread is inside
  kWrongAlone,       // without any other thread
  kLeavesValues,
  kRestsWrong,
};

// The bug that the maps made from now on have.
inline SharedToyBug shared_toy_bug = SharedToyBug::kNone;

class ToySharedMap {
  using Bug = SharedToyBug;
  using Lock = std::unique_lock<std::mutex>;

 public:
  static constexpr Promises kPromises{};
  static constexpr BackendKind kBackend = BackendKind::kFibers;
  static std::int64_t ValuesAlive() { return alive_; }

  explicit ToySharedMap(const Config&) : bug_(shared_toy_bug) {}
  ~ToySharedMap() {
    if (bug_ != Bug::kLeavesValues) alive_ -= static_cast<std::int64_t>(map_.size());
  }

  KeyAnswer Put(KeyId key, Value value) {
    Lock lock(mutex_);
    ++inside_;
    const std::uint64_t writes = writes_;
    if (bug_ == Bug::kPutForgetsEntry || bug_ == Bug::kSizeCountsTwice || bug_ == Bug::kThrows) {
      LetOthers(lock);
    }
    --inside_;
    if (bug_ == Bug::kThrows && inside_ != 0) throw std::runtime_error("two are inside");
    if (bug_ == Bug::kPutForgetsEntry && writes != writes_) return {};
    return {.found = !Store(key, value), .value = {}};
  }
  KeyAnswer Get(KeyId key) {
    const Lock lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end()) return {.found = false, .value = {}};
    return {.found = true, .value = found->second + (bug_ == Bug::kWrongAlone ? 1 : 0)};
  }
  KeyAnswer Has(KeyId key) {
    const Lock lock(mutex_);
    return {.found = map_.count(key) != 0, .value = {}};
  }
  KeyAnswer Del(KeyId key) {
    if (bug_ == Bug::kTwoLocks) {
      const Lock second(second_);
      const Lock first(mutex_);
      return {.found = Erase(key), .value = {}};
    }
    Lock lock(mutex_);
    const std::uint64_t writes = writes_;
    while (bug_ == Bug::kNoEnd && writes == writes_) LetOthers(lock);
    return {.found = Erase(key), .value = {}};
  }
  KeyAnswer Try(KeyId key, Value value) {
    const Lock first(mutex_);
    const Lock second(second_);
    const auto found = map_.find(key);
    if (found != map_.end()) return {.found = true, .value = found->second};
    Store(key, value);
    return {.found = false, .value = value};
  }
  KeyAnswer Add(KeyId key, Value value) {
    Lock lock(mutex_);
    const auto found = map_.find(key);
    const Value sum = (found == map_.end() ? 0 : found->second) + value;
    if (bug_ == Bug::kAddForgets) LetOthers(lock);
    Store(key, sum);
    return {.found = {}, .value = sum};
  }
  KeyAnswer Cas(KeyId key, Value expected, Value value) {
    const Lock lock(mutex_);
    const auto found = map_.find(key);
    const bool is_expected = found != map_.end() && found->second == expected;
    if (is_expected || (bug_ == Bug::kCasIgnoresValue && found != map_.end())) {
      Store(key, value);
      return {.found = true, .value = {}};
    }
    return {.found = false, .value = {}};
  }
  KeyAnswer CasDel(KeyId key, Value expected) {
    const Lock lock(mutex_);
    const auto found = map_.find(key);
    if (found == map_.end() || found->second != expected) return {.found = false, .value = {}};
    Erase(key);
    return {.found = true, .value = {}};
  }
  void Clear() {
    const Lock lock(mutex_);
    alive_ -= static_cast<std::int64_t>(map_.size());
    map_.clear();
  }
  std::size_t Size() {
    const Lock lock(mutex_);
    return map_.size() + (bug_ == Bug::kSizeCountsTwice ? inside_ : 0);
  }
  void Iterate(const VisitEntry& visit) {
    Lock lock(mutex_);
    const std::map<KeyId, Value> copy = map_;
    for (auto [key, value] : copy) {
      if (bug_ == Bug::kIterateSlips) {
        LetOthers(lock);
        const auto found = map_.find(key);
        if (found == map_.end()) continue;
        value = found->second;
      }
      if (!visit({key, value})) return;
    }
  }
  void NameParts(std::vector<NamedRange>& parts) const {
    parts.push_back({"mutex", &mutex_, sizeof(mutex_)});
  }
  std::optional<RestFault> FindFault() {
    if (bug_ != Bug::kRestsWrong || map_.empty()) return std::nullopt;
    return RestFault{"wrong-at-rest", "it says so"};
  }

 private:
  static void LetOthers(Lock& lock) {
    lock.unlock();
    lock.lock();
  }
  bool Store(KeyId key, Value value) {
    ++writes_;
    const bool inserted = map_.insert_or_assign(key, value).second;
    alive_ += inserted ? 1 : 0;
    return inserted;
  }
  bool Erase(KeyId key) {
    ++writes_;
    const bool erased = map_.erase(key) != 0;
    alive_ -= erased ? 1 : 0;
    return erased;
  }

  static inline std::int64_t alive_ = 0;

  const Bug bug_;
  std::mutex mutex_;
  std::mutex second_;
  std::map<KeyId, Value> map_;
  std::uint64_t writes_ = 0;
  std::size_t inside_ = 0;  // of a put
};

static_assert(SharedSubject<ToySharedMap> && SharedAdds<ToySharedMap> &&
              SharedCompares<ToySharedMap> && SharedSizes<ToySharedMap> &&
              SharedShowsRest<ToySharedMap> && SharedCountsValues<ToySharedMap>);
static_assert(!SharedPops<ToySharedMap> && !SharedExchanges<ToySharedMap>);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_TOY_SHARED_MAP_H_

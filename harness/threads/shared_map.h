// What a run of threads asks of a map that they share: `SharedSubject`, and the capabilities that a
// map may declare beyond it.
//
// An adapter is a small class around one map that speaks in key ids and values, and says what the
// map promises to several threads. It answers what the map told, and nothing that it would have to
// find out by a second call: the two would not be one. What a map cannot do its adapter does not
// declare, and it is left out.
//
// The runner itself knows no map by type: it is compiled apart, so that what it does beside the map
// is nothing to interleave (`SharedMap`).

#ifndef MAPFUZZ_HARNESS_THREADS_SHARED_MAP_H_
#define MAPFUZZ_HARNESS_THREADS_SHARED_MAP_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/schedule/schedule_run.h"
#include "harness/tape.h"
#include "model/concurrent_history.h"
#include "model/entry.h"
#include "model/promises.h"

namespace mapfuzz {

// What a map that is at rest is found to be like, and must not be.
struct RestFault {
  const char* property = nullptr;
  std::string detail{};  // free of addresses
};

// Whether to go on with an iteration.
using VisitEntry = std::function<bool(const Entry&)>;

template <class S>
concept SharedSubject = std::constructible_from<S, const Config&> &&
                        requires(S s, KeyId key, Value value, const VisitEntry& visit) {
                          { S::kPromises } -> std::convertible_to<Promises>;
                          { S::kBackend } -> std::convertible_to<BackendKind>;
                          { s.Put(key, value) } -> std::same_as<KeyAnswer>;
                          { s.Get(key) } -> std::same_as<KeyAnswer>;
                          { s.Has(key) } -> std::same_as<KeyAnswer>;
                          { s.Del(key) } -> std::same_as<KeyAnswer>;
                          { s.Try(key, value) } -> std::same_as<KeyAnswer>;
                          { s.Clear() };
                          { s.Iterate(visit) };
                        };

template <class S>
concept SharedAdds = requires(S s, KeyId key, Value value) {
  { s.Add(key, value) } -> std::same_as<KeyAnswer>;
};
template <class S>
concept SharedExchanges = requires(S s, KeyId key, Value value) {
  { s.Exchange(key, value) } -> std::same_as<KeyAnswer>;
};
template <class S>
concept SharedPops = requires(S s, KeyId key) {
  { s.Pop(key) } -> std::same_as<KeyAnswer>;
};
// Compare with the second argument.
template <class S>
concept SharedCompares = requires(S s, KeyId key, Value value) {
  { s.Cas(key, value, value) } -> std::same_as<KeyAnswer>;
  { s.CasDel(key, value) } -> std::same_as<KeyAnswer>;
};
template <class S>
concept SharedSizes = requires(S s) {
  { s.Size() } -> std::same_as<std::size_t>;
};
// Can be looked into while no thread is inside.
template <class S>
concept SharedShowsRest = requires(S s) {
  { s.FindFault() } -> std::same_as<std::optional<RestFault>>;
};
// A text that is another one once tables have grown or been replaced, with a '+' where one is
// growing; without any thread inside.
template <class S>
concept SharedShowsShape = requires(S s) {
  { s.Shape() } -> std::same_as<std::string>;
};
// Names what lies in memory that threads meet at, as it is while no thread is inside.
template <class S>
concept SharedNamesParts = requires(const S s, std::vector<NamedRange>& parts) {
  { s.NameParts(parts) };
};
// Counts the values of all its maps that are alive.
template <class S>
concept SharedCountsValues = requires {
  { S::ValuesAlive() } -> std::same_as<std::int64_t>;
};

// Keeps a pointer for each thread (`ScheduleOptions::own_pointer`).
template <class S>
concept SharedHasOwnPointer = requires {
  { S::OwnPointer() } -> std::same_as<void*>;
};

// Any of them.
class SharedMap {
 public:
  virtual ~SharedMap() = default;

  // False if the operation is to be left out.
  virtual bool Does(OpCode code) const = 0;
  // One of those on a key. `expected` is for those that compare.
  virtual KeyAnswer OnKey(OpCode code, KeyId key, Value value, Value expected) = 0;
  virtual void Clear() = 0;
  virtual std::size_t Size() = 0;
  virtual void Iterate(const VisitEntry& visit) = 0;
  virtual std::optional<RestFault> FindFault() = 0;
  virtual std::string Shape() = 0;
  // Adds to `parts`. Names hold as long as the program does.
  virtual void NameParts(std::vector<NamedRange>& parts) const = 0;
};

// How the runner gets at a kind of map.
struct SharedMapKind {
  Promises promises;
  BackendKind backend = BackendKind::kFibers;
  bool traced = false;  // its loads and stores are points in this build
  bool shows_rest = false;
  std::unique_ptr<SharedMap> (*make)(const Config& config) = nullptr;
  std::int64_t (*values_alive)() = nullptr;  // null: not counted
  void* (*own_pointer)() = nullptr;          // `ScheduleOptions::own_pointer`
  bool threads_only_read = false;            // what they would write is left out
};

template <SharedSubject S>
class SharedMapOf final : public SharedMap {
 public:
  explicit SharedMapOf(const Config& config) : subject_(config) {}

  bool Does(OpCode code) const override {
    switch (code) {
      case OpCode::kAdd:
        return SharedAdds<S>;
      case OpCode::kExchange:
        return SharedExchanges<S>;
      case OpCode::kPop:
        return SharedPops<S>;
      case OpCode::kCas:
      case OpCode::kCasDel:
        return SharedCompares<S>;
      case OpCode::kSize:
        return SharedSizes<S>;
      default:
        return true;
    }
  }

  KeyAnswer OnKey(OpCode code, KeyId key, Value value, Value expected) override {
    switch (code) {
      case OpCode::kGet:
        return subject_.Get(key);
      case OpCode::kHas:
        return subject_.Has(key);
      case OpCode::kDel:
        return subject_.Del(key);
      case OpCode::kTry:
        return subject_.Try(key, value);
      case OpCode::kAdd:
        if constexpr (SharedAdds<S>) return subject_.Add(key, value);
        break;
      case OpCode::kExchange:
        if constexpr (SharedExchanges<S>) return subject_.Exchange(key, value);
        break;
      case OpCode::kPop:
        if constexpr (SharedPops<S>) return subject_.Pop(key);
        break;
      case OpCode::kCas:
        if constexpr (SharedCompares<S>) return subject_.Cas(key, expected, value);
        break;
      case OpCode::kCasDel:
        if constexpr (SharedCompares<S>) return subject_.CasDel(key, expected);
        break;
      default:
        return subject_.Put(key, value);
    }
    return {};
  }

  void Clear() override { subject_.Clear(); }
  std::size_t Size() override {
    if constexpr (SharedSizes<S>) return subject_.Size();
    return 0;
  }
  void Iterate(const VisitEntry& visit) override { subject_.Iterate(visit); }
  std::optional<RestFault> FindFault() override {
    if constexpr (SharedShowsRest<S>) return subject_.FindFault();
    return std::nullopt;
  }
  std::string Shape() override {
    if constexpr (SharedShowsShape<S>) return subject_.Shape();
    return "";
  }
  void NameParts([[maybe_unused]] std::vector<NamedRange>& parts) const override {
    if constexpr (SharedNamesParts<S>) subject_.NameParts(parts);
  }

 private:
  S subject_;
};

template <SharedSubject S>
constexpr SharedMapKind SharedMapKindOf(bool traced = false) {
  SharedMapKind kind{S::kPromises, S::kBackend, traced, SharedShowsRest<S>,
                     [](const Config& config) -> std::unique_ptr<SharedMap> {
                       return std::make_unique<SharedMapOf<S>>(config);
                     }};
  if constexpr (SharedCountsValues<S>) kind.values_alive = S::ValuesAlive;
  if constexpr (SharedHasOwnPointer<S>) kind.own_pointer = S::OwnPointer;
  return kind;
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_SHARED_MAP_H_

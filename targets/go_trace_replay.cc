#include "targets/go_trace_replay.h"

#include <bit>
#include <cstdio>
#include <functional>
#include <map>
#include <type_traits>
#include <utility>

#include "harness/key_space.h"
#include "hmap/map.h"

namespace mapfuzz {
namespace {

// A value that Go's collector would look into.
struct PointerValue {
  std::uint64_t pointee = 0;
};

// What a trace's map draws: the seed and the start that the recording has next.
struct TraceDraws {
  std::uint32_t hash0 = 0;
  std::uint64_t iterator_start = 0;
  std::uint64_t nan_calls = 0;
};

struct TraceRandom {
  TraceDraws* draws = nullptr;

  std::uint64_t operator()(hmap::Draw draw) const {
    switch (draw) {
      case hmap::Draw::kHashSeed:
        return draws->hash0;
      case hmap::Draw::kIteratorStart:
        return draws->iterator_start;
      case hmap::Draw::kNanHash:
        return NanHash(++draws->nan_calls);
      case hmap::Draw::kOverflowCoin:
        return 0;
    }
    return 0;
  }
};

template <class K>
struct TraceHash {
  HashKind kind = HashKind::kGood;

  std::uint64_t operator()(const K& key, std::uint32_t seed) const {
    if constexpr (std::is_same_v<K, double>) {
      return HashBits(kind, HashedBitsOfFloat(kind, key), seed);
    } else {
      return HashBits(kind, key, seed);
    }
  }
};

template <PathKind kPath>
struct TracePolicy : hmap::Go119 {
  using Random = TraceRandom;
  static constexpr bool kFastPaths = kPath == PathKind::kFast;
};

}  // namespace
}  // namespace mapfuzz

template <>
inline constexpr bool hmap::kHoldsPointers<mapfuzz::PointerValue> = true;

namespace mapfuzz {
namespace {

template <class K, class V, PathKind kPath>
class TraceMapOf : public TraceMap {
  using MapT = hmap::Map<K, V, TraceHash<K>, std::equal_to<>, std::allocator<std::pair<const K, V>>,
                         TracePolicy<kPath>>;

 public:
  explicit TraceMapOf(const TraceConfig& config) : config_(config) {}

  TraceOp Apply(const TraceOp& op, std::uint32_t next_hash0) override {
    draws_.hash0 = next_hash0;
    TraceOp answer = op;
    answer.found = false;
    answer.found_key = answer.found_value = 0;
    switch (op.kind) {
      case TraceOpKind::kMake:
        map_ = MapT(config_.hint, {{config_.hash}, {}, {&draws_}, {}, {}, {}});
        break;
      case TraceOpKind::kPut:
        map_.insert_or_assign(MakeKey(op.key), V{op.value});
        break;
      case TraceOpKind::kDel:
        map_.erase(MakeKey(op.key));
        break;
      case TraceOpKind::kGet:
        if (const V* value = map_.find(MakeKey(op.key))) Found(answer, MakeKey(op.key), *value);
        break;
      case TraceOpKind::kBegin:
        draws_.iterator_start = op.start | std::uint64_t{op.offset} << map_.view().b();
        iterators_[op.iterator] = map_.begin();
        Produced(answer);
        break;
      case TraceOpKind::kNext:
        // Go's iterators may not be advanced past their end, and so no recording does.
        if (auto& iterator = iterators_[op.iterator]; !iterator.done()) ++iterator;
        Produced(answer);
        break;
      case TraceOpKind::kClear:
        map_.clear();
        break;
    }
    return answer;
  }

  TraceState State() const override {
    const auto view = map_.view();
    TraceDigest digest;
    for (const hmap::Array array : {hmap::Array::kCurrent, hmap::Array::kOld}) {
      digest.Word(view.chains(array), 4);
      for (std::size_t n = 0; n < view.chains(array); ++n)
        DigestChain(view.chain(array, n), digest);
    }
    return {{view.count(), view.flags(), static_cast<std::uint8_t>(view.b()), view.noverflow(),
             view.hash0(), view.nevacuate(), view.growing(), view.pool_left()},
            draws_.nan_calls,
            digest.value()};
  }

  std::string Dump() const override {
    const auto view = map_.view();
    std::string dump;
    for (const hmap::Array array : {hmap::Array::kCurrent, hmap::Array::kOld}) {
      for (std::size_t n = 0; n < view.chains(array); ++n) {
        dump += array == hmap::Array::kOld ? "  old " : "  new ";
        dump += std::to_string(n) + ":";
        DumpChain(view.chain(array, n), dump);
        dump += '\n';
      }
    }
    return dump;
  }

 private:
  using BucketT = typename decltype(std::declval<MapT>().view())::BucketT;

  static K MakeKey(std::uint64_t bits) { return std::bit_cast<K>(bits); }
  static std::uint64_t Word(const K& key) { return std::bit_cast<std::uint64_t>(key); }
  static std::uint64_t Word(const PointerValue& value) { return value.pointee; }
  static std::uint64_t Word(std::uint64_t value)
    requires(!std::is_same_v<K, std::uint64_t>)
  {
    return value;
  }

  static void Found(TraceOp& answer, const K& key, const V& value) {
    answer.found = true;
    answer.found_key = Word(key);
    answer.found_value = Word(value);
  }
  void Produced(TraceOp& answer) {
    const auto& iterator = iterators_[answer.iterator];
    if (!iterator.done()) Found(answer, iterator.key(), iterator.value());
  }

  static void DigestChain(BucketT bucket, TraceDigest& digest) {
    for (; bucket; bucket = bucket.next()) {
      for (unsigned slot = 0; slot < bucket.slots(); ++slot) digest.Byte(bucket.tophash(slot));
      for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
        if (!hmap::IsLive(bucket.tophash(slot))) continue;
        digest.Word(Word(bucket.key(slot)), 8);
        digest.Word(Word(bucket.value(slot)), 8);
      }
      digest.Byte(bucket.next() ? 1 : 0);
    }
  }

  static void DumpChain(BucketT bucket, std::string& dump) {
    for (; bucket; bucket = bucket.next()) {
      dump += " [";
      for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
        if (slot != 0) dump += ' ';
        dump += std::to_string(bucket.tophash(slot));
      }
      dump += ']';
      for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
        if (!hmap::IsLive(bucket.tophash(slot))) continue;
        dump += ' ' + std::to_string(Word(bucket.key(slot))) + '=' +
                std::to_string(Word(bucket.value(slot)));
      }
    }
  }

  TraceConfig config_;
  TraceDraws draws_;
  MapT map_{0, {{}, {}, {&draws_}, {}, {}, {}}};
  std::map<std::uint32_t, typename MapT::iterator> iterators_;
};

std::string AnswerText(const TraceOp& op) {
  if (!op.found) return "nothing";
  return std::to_string(op.found_key) + " = " + std::to_string(op.found_value);
}

template <PathKind kPath>
std::unique_ptr<TraceMap> MakeOnPath(const TraceConfig& config) {
  switch (config.type) {
    case TraceType::kU64:
      return std::make_unique<TraceMapOf<std::uint64_t, std::uint64_t, kPath>>(config);
    case TraceType::kU64Pointer:
      return std::make_unique<TraceMapOf<std::uint64_t, PointerValue, kPath>>(config);
    case TraceType::kF64:
      return std::make_unique<TraceMapOf<double, std::uint64_t, kPath>>(config);
  }
  return nullptr;
}

bool SameAnswer(const TraceOp& a, const TraceOp& b) {
  return a.found == b.found && a.found_key == b.found_key && a.found_value == b.found_value;
}

}  // namespace

std::unique_ptr<TraceMap> MakeTraceMap(const TraceConfig& config, PathKind path) {
  return path == PathKind::kFast ? MakeOnPath<PathKind::kFast>(config)
                                 : MakeOnPath<PathKind::kGeneric>(config);
}

TraceVerdict ReplayGoTrace(std::string_view text, std::string_view file_name, PathKind path) {
  const GoTrace trace = ParseGoTrace(text, file_name);
  const std::unique_ptr<TraceMap> map = MakeTraceMap(trace.config, path);
  TraceVerdict verdict;
  for (const TraceLine& line : trace.lines) {
    // Dumps cost far more than the operation, so they are made only once a line differs; the
    // buckets before it come from a second replay.
    const TraceOp answer = map->Apply(line.op, line.state.header.hash0);
    const TraceState state = map->State();
    ++verdict.lines;
    if (SameAnswer(answer, line.op) && state == line.state) continue;
    const std::unique_ptr<TraceMap> again = MakeTraceMap(trace.config, path);
    for (const TraceLine& earlier : trace.lines) {
      if (earlier.number == line.number) break;
      again->Apply(earlier.op, earlier.state.header.hash0);
    }
    verdict.exact = false;
    verdict.mismatch = std::string(file_name) + ":" + std::to_string(line.number) + ": " +
                       line.text + "\n  Go answered " + AnswerText(line.op) + ", we answer " +
                       AnswerText(answer) + "\n  Go's state " + StateText(line.state) +
                       "\n  our state  " + StateText(state) + "\nour buckets before:\n" +
                       again->Dump() + "our buckets after:\n" + map->Dump();
    return verdict;
  }
  return verdict;
}

}  // namespace mapfuzz

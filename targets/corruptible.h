// An adapter of hmap's maps that writes to their tables as unsafe code does.
//
// For checked maps, and for tests that show what becomes of maps that are not.

#ifndef MAPFUZZ_TARGETS_CORRUPTIBLE_H_
#define MAPFUZZ_TARGETS_CORRUPTIBLE_H_

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/subject.h"
#include "harness/tape.h"
#include "hmap/errors.h"
#include "hmap/testing.h"

namespace mapfuzz {

// `Base` is an adapter of hmap.
template <class Base>
class Corruptible : public Base {
 public:
  using Base::Base;
  using typename Base::Iterator;

  // Of overflow pointers, that of any bucket whose entries are still there for operations on keys;
  // what has been evacuated may be freed within the step.
  Corruption Corrupt(CorruptField field, std::uint32_t n) {
    auto* const core = hmap::UnsafeCode::TableOf(this->map());
    if (core == nullptr) return {};
    if (field == CorruptField::kOverflow) return CorruptChain(*core, n);
    // Both list the fields in the same order.
    const auto header_field = static_cast<hmap::HeaderField>(field);
    return {.undo = hmap::UnsafeCode::Overwrite(*core, header_field, n)};
  }

  // By the words that hmap has for each field.
  static std::optional<CorruptionNotice> NoticeOf(const std::exception& error) {
    static constexpr std::string_view kWords[kCorruptFields] = {
        "hmap: corrupt header: count is ",
        "hmap: corrupt header: flags is ",
        "hmap: corrupt header: B is ",
        "hmap: corrupt header: noverflow is ",
        "hmap: corrupt header: hash0 is ",
        "hmap: corrupt header: nevacuate is ",
        "hmap: corrupt header: buckets is ",
        "hmap: corrupt header: oldbuckets is ",
        "hmap: corrupt overflow pointer of bucket "};
    if (dynamic_cast<const hmap::CorruptError*>(&error) == nullptr) return std::nullopt;
    const std::string_view text = error.what();
    for (int i = 0; i < kCorruptFields; ++i) {
      if (text.substr(0, kWords[i].size()) == kWords[i]) {
        return CorruptionNotice{static_cast<CorruptField>(i)};
      }
    }
    return CorruptionNotice{};
  }

  [[gnu::noinline]] void WalkAll() const {
    auto copy = this->map();
    static_cast<void>(copy);
  }

 private:
  // The bucket that `n` chooses then leads to nothing, nowhere, itself or another chain.
  template <class CoreT>
  static Corruption CorruptChain(const CoreT& core, std::uint32_t n) {
    constexpr std::uintptr_t kNowhere = 64;
    constexpr std::uint32_t kLeads = 4;
    const auto buckets = BucketsOf(core);
    if (buckets.empty()) return {};
    const auto& [bucket, old, chain] = buckets[n / kLeads % buckets.size()];
    const auto& generation = old ? *core.oldbuckets() : *core.buckets();
    hmap::Bucket* const leads[kLeads] = {
        nullptr, reinterpret_cast<hmap::Bucket*>(kNowhere), bucket,
        generation.Chain((chain + 1) & (generation.buckets() - 1))};
    hmap::Bucket* const lead = leads[n % kLeads];
    if (lead == generation.layout().Overflow(bucket)) return {};
    return {.undo = hmap::UnsafeCode::OverwriteOverflow(generation.layout(), bucket, lead),
            .old = old,
            .chain = chain};
  }

  struct ChainedBucket {
    hmap::Bucket* bucket;
    bool old;
    std::size_t chain;
  };
  template <class CoreT>
  static std::vector<ChainedBucket> BucketsOf(const CoreT& core) {
    std::vector<ChainedBucket> buckets;
    for (const bool old : {false, true}) {
      const auto* generation = old ? core.oldbuckets() : core.buckets();
      for (std::size_t n = 0; generation != nullptr && n < generation->buckets(); ++n) {
        if (old && generation->IsEvacuated(n)) continue;
        hmap::Bucket* bucket = generation->Chain(n);
        for (; bucket != nullptr; bucket = generation->layout().Overflow(bucket)) {
          buckets.push_back({bucket, old, n});
        }
      }
    }
    return buckets;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_CORRUPTIBLE_H_

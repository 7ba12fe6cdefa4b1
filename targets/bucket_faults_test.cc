// Buckets and bytes of real tables that go astray are seen in tapes.

#include "targets/bucket_faults.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "harness/planted.h"
#include "harness/runner.h"
#include "hmap/poison.h"
#include "hmap/testing.h"
#include "hmap/tophash.h"
#include "targets/hmap_subject.h"

namespace mapfuzz {
namespace {

enum class BucketBug {
  kNone,
  kFaultLosesBucket,   // an insert that throws has taken an overflow bucket
  kDelLeavesReadable,  // an erased key can still be read
  kPoolReadable,       // a new table's pool can be read
  kClearLeavesEntry,   // a clear leaves an entry in the old array, which an iterator holds
};

template <PolicyKind kPolicy, KeyType kType = KeyType::kU64>
class Astray : public HmapSubject<kType, kPolicy, PathKind::kFast> {
  using Base = HmapSubject<kType, kPolicy, PathKind::kFast>;

 public:
  using Base::Base;
  using typename Base::Iterator;

  bool Put(KeyId key, Value value) {
    try {
      return Base::Put(key, value);
    } catch (const InjectedFault&) {
      if (Is(BucketBug::kFaultLosesBucket)) Array().TakeOverflow();
      throw;
    }
  }
  bool Del(KeyId key) {
    const bool erased = Base::Del(key);
    if (Is(BucketBug::kDelLeavesReadable)) UnpoisonFreeSlot();
    return erased;
  }
  void Clear() {
    const auto* const old = hmap::UnsafeCode::TableOf(this->map())->oldbuckets();
    Base::Clear();
    if (!Is(BucketBug::kClearLeavesEntry) || old == nullptr) return;
    *old->layout().Tophash(old->Chain(old->buckets() - 1)) = hmap::kMinTopHash;
  }
  void Remake(std::int32_t hint) {
    Base::Remake(hint);
    if (Is(BucketBug::kPoolReadable)) {
      hmap::Unpoison(Array().Chain(Array().total() - 1), Array().layout().Size());
    }
  }

 private:
  static bool Is(BucketBug bug) { return Planted<BucketBug>::Is(bug); }
  auto& Array() const { return *hmap::UnsafeCode::TableOf(this->map())->buckets(); }
  void UnpoisonFreeSlot() {
    for (unsigned slot = 0; slot < 8; ++slot) {
      hmap::Bucket* const bucket = Array().Chain(0);
      if (hmap::IsLive(Array().layout().Tophash(bucket)[slot])) continue;
      return hmap::Unpoison(Array().layout().KeySlot(bucket, slot),
                            Array().layout().shape().keys.size);
    }
  }
};

using Strict = Astray<PolicyKind::kStrict>;
using AstrayStrings = Astray<PolicyKind::kStrict, KeyType::kString>;

TEST(BucketFaultsTest, NamesWhatIsWrong) {
  using MapT = hmap::testing::SeededMap<int, int>;
  int elsewhere = 0;
  const auto lead_to = [](auto& array, hmap::Bucket* bucket) {
    array.layout().SetOverflow(array.Chain(3), bucket);
  };
  const auto verdict = [](auto spoil) -> std::string {
    MapT map(60);
    auto& array = *hmap::testing::CoreOf(map)->buckets();
    spoil(array);
    hmap::Roots<MapT::CoreT> roots;
    const auto fault = FindBucketFault(roots.AddTable(map.view().core()));
    array.layout().SetOverflow(array.Chain(3), nullptr);
    return fault ? fault->property + (": " + fault->detail) : "";
  };
  EXPECT_EQ(verdict([](auto&) {}), "");
  EXPECT_EQ(verdict([](auto& array) { array.TakeOverflow(); }),
            "lost-bucket: a bucket is in no chain and no pool");
  EXPECT_EQ(verdict([&](auto& array) { lead_to(array, array.Chain(4)); }),
            "shared-bucket: bucket 0 of chain 4 is in chain 3 already");
  EXPECT_EQ(
      verdict([&](auto& array) { lead_to(array, reinterpret_cast<hmap::Bucket*>(&elsewhere)); }),
      "foreign-bucket: bucket 1 of chain 3 is none of its generation's");
}

TEST(BucketFaultsTest, SeesABucketThatAFailedInsertHasLost) {
  const std::string failed = "put 1\nfault hash 1\nput 8\nput 8\n";
  // From the pool, and beside the array.
  for (const char* header : {"hint: 200\n", "hint: 0\n"}) {
    ExpectSeen<Strict>(BucketBug::kFaultLosesBucket, "fault/lost-bucket", failed, header);
    ExpectSeen<Astray<PolicyKind::kChecked>>(BucketBug::kFaultLosesBucket, "fault/lost-bucket",
                                             failed, header);
  }
}

TEST(BucketFaultsTest, SeesAnEntryThatLivesOnWithAnIterator) {
  ExpectSeen<AstrayStrings>(BucketBug::kClearLeavesEntry, "structure/left-entry",
                            "fill 0 210\nbegin 0 1\nclear\nnext 0\nfill 0 9\ndrop 0\n",
                            "type: string\nseed: 1\n");
}

#if defined(HMAP_POISONS)

TEST(BucketFaultsTest, SeesWhatCanBeReadAndMeansNothing) {
  ExpectSeen<Strict>(BucketBug::kDelLeavesReadable, "structure/poison", "fill 0 3\ndel 1\n");
  ExpectSeen<Astray<PolicyKind::kGo119>>(BucketBug::kDelLeavesReadable, "structure/poison",
                                         "fill 0 3\ndel 1\nbegin 0 1\n");
  ExpectSeen<Strict>(BucketBug::kPoolReadable, "structure/poison", "remake 200\nput 1\n");
}

#endif

}  // namespace
}  // namespace mapfuzz

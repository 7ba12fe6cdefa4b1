// When a map is asked to account for its buckets: right after each step that may have spoilt them,
// at the end, and now and then.

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <string>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

// What spoils the buckets; the next step here that does not puts them right again.
enum class BucketBug {
  kNone,
  kFault,
  kClear,
  kCopy,
  kMove,
  kSwap,
  kRemake,
  kReserve,
  kDel,
  kIterators,  // not a step: two iterators at once
};

class BucketToy : public ToySubject {
 public:
  using ToySubject::Iterator;
  using ToySubject::ToySubject;

  bool Put(KeyId key, Value value) {
    spoilt_ = true;
    const bool inserted = ToySubject::Put(key, value);
    spoilt_ = false;
    return inserted;
  }
  bool Del(KeyId key) {
    Spoil(BucketBug::kDel);
    return ToySubject::Del(key);
  }
  void Clear() {
    Spoil(BucketBug::kClear);
    ToySubject::Clear();
  }
  void CopyFrom(const BucketToy& other) {
    Spoil(BucketBug::kCopy);
    ToySubject::CopyFrom(other);
  }
  void MoveFrom(BucketToy& other) {
    Spoil(BucketBug::kMove);
    other.Spoil(BucketBug::kMove);
    ToySubject::MoveFrom(other);
  }
  void SwapWith(BucketToy& other) {
    Spoil(BucketBug::kSwap);
    other.Spoil(BucketBug::kSwap);
    ToySubject::SwapWith(other);
  }
  void Remake(std::int32_t hint) {
    Spoil(BucketBug::kRemake);
    ToySubject::Remake(hint);
  }
  void Reserve(std::int32_t hint) {
    Spoil(BucketBug::kReserve);
    ToySubject::Reserve(hint);
  }

  std::optional<BucketFault> FindBucketFault(const BucketToy& other,
                                             std::span<const Iterator* const> iterators) const {
    const bool spoilt = Planted<BucketBug>::Is(BucketBug::kFault)
                            ? spoilt_
                            : spoilt_by_bug_ || other.spoilt_by_bug_;
    if (spoilt) return BucketFault{"lost-bucket", "of the toy"};
    if (Planted<BucketBug>::Is(BucketBug::kIterators) && iterators.size() == 2) {
      return BucketFault{"poison", "of an array that an iterator holds"};
    }
    return std::nullopt;
  }

 private:
  void Spoil(BucketBug bug) { spoilt_by_bug_ = Planted<BucketBug>::Is(bug); }

  bool spoilt_ = false;  // as long as an insert has thrown
  bool spoilt_by_bug_ = false;
};

static_assert(AccountsForBuckets<BucketToy>);
static_assert(!AccountsForBuckets<ToySubject>);

TEST(RunnerBucketTest, SeesWhatAFaultHasLost) {
  ExpectSeen<BucketToy>(BucketBug::kFault, "fault/lost-bucket",
                        "put 1\nfault alloc 1\nput 2\nput 2\n");
}

TEST(RunnerBucketTest, SeesWhatAnOperationOnWholeMapsHasLost) {
  ExpectEachSeen<BucketToy, BucketBug>(
      {{BucketBug::kClear, "structure/lost-bucket", "put 1\nclear\nremake 0\n"},
       {BucketBug::kCopy, "structure/lost-bucket", "put 1\ncopy\nmove\n"},
       {BucketBug::kMove, "structure/lost-bucket", "put 1\nmove\nswap\n"},
       {BucketBug::kSwap, "structure/lost-bucket", "put 1\nswap\nmove\n"},
       {BucketBug::kRemake, "structure/lost-bucket", "put 1\nremake 0\nclear\n"},
       {BucketBug::kReserve, "structure/lost-bucket", "put 1\nreserve 9\nclear\n"}},
      "");
}

TEST(RunnerBucketTest, SeesWhatIsLostAtTheEndAndWhatIteratorsHold) {
  ExpectSeen<BucketToy>(BucketBug::kDel, "structure/lost-bucket", "put 1\ndel 1\n");
  ExpectSeen<BucketToy>(BucketBug::kIterators, "structure/poison",
                        "fill 0 9\nbegin 0 1\nbegin 3 1\nclear\n");
}

TEST(RunnerBucketTest, AsksNowAndThenInALongRun) {
  ExpectSeen<BucketToy>(BucketBug::kDel, "structure/lost-bucket",
                        "put 1\ndel 1\nlook 0 3000\nlook 0 3000\nlook 0 3000\nclear\n");
}

}  // namespace
}  // namespace mapfuzz

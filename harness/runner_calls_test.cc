// What a map may not call its hasher and equality for.

#include <gtest/gtest.h>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

enum class CallBug {
  kNone,
  kClearHashes,
  kClearCompares,
};

class CallingToy : public ToySubject {
 public:
  CallingToy(const Config& config, Draws& draws)
      : ToySubject(config, draws), calls_(&draws.calls) {}

  CallCounts Calls() const { return *calls_; }
  void Clear() {
    if (Planted<CallBug>::Is(CallBug::kClearHashes)) calls_->CountHash();
    if (Planted<CallBug>::Is(CallBug::kClearCompares)) calls_->CountEqual();
    ToySubject::Clear();
  }

 private:
  CallCounts* calls_;
};

static_assert(CountsCalls<CallingToy>);

TEST(RunnerCallsTest, AClearLooksAtNoKey) {
  ExpectEachSeen<CallingToy, CallBug>(
      {{CallBug::kClearHashes, "cost/hash-calls", "put 1\nclear\n"},
       {CallBug::kClearCompares, "cost/equality-calls", "put 1\nclear\n"}},
      "");
}

}  // namespace
}  // namespace mapfuzz

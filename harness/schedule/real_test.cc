#include "harness/schedule/real.h"

#include <gtest/gtest.h>

namespace mapfuzz {
namespace {

bool found_before_initializers = false;

// Comes before everything that might take a lock, and so ask for the functions.
__attribute__((constructor(102))) void Look() { found_before_initializers = RealIsFound(); }

TEST(RealTest, FunctionsAreFoundBeforeAnyInitializerRuns) {
  EXPECT_TRUE(found_before_initializers);
}

}  // namespace
}  // namespace mapfuzz

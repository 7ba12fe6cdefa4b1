#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "hmap/reentry.h"

namespace hmap {
namespace {

const int kMap = 0;
const int kOther = 0;

bool CanEnter(const int& map) {
  try {
    const ReentryGuard guard(&map, "inner");
    return true;
  } catch (const ReentryError&) {
    return false;
  }
}

TEST(ReentryTest, AMapCanBeEnteredAgainOnlyWhenItWasLeft) {
  {
    const ReentryGuard guard(&kMap, "outer");
    EXPECT_FALSE(CanEnter(kMap));
    EXPECT_FALSE(CanEnter(kMap)) << "the refused one left no trace";
  }
  EXPECT_TRUE(CanEnter(kMap));
}

TEST(ReentryTest, TheErrorNamesBothOperations) {
  const ReentryGuard guard(&kMap, "compute");
  try {
    const ReentryGuard inner(&kMap, "find");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "hmap: find was called by code that runs inside compute of the same map");
  }
}

TEST(ReentryTest, OtherMapsMayBeEnteredAndTheOuterOneIsStillKnown) {
  const ReentryGuard guard(&kMap, "outer");
  const ReentryGuard other(&kOther, "middle");
  EXPECT_FALSE(CanEnter(kMap));
  EXPECT_FALSE(CanEnter(kOther));
}

TEST(ReentryTest, OtherThreadsMayEnter) {
  const ReentryGuard guard(&kMap, "outer");
  bool entered = false;
  std::thread([&entered] { entered = CanEnter(kMap); }).join();
  EXPECT_TRUE(entered);
}

TEST(ReentryTest, TasksOnOneThreadHaveListsOfTheirOwn) {
  const ReentryGuard guard(&kMap, "a task that waits");
  const void* waiting = nullptr;
  std::memcpy(&waiting, ReentryGuard::List(), sizeof(waiting));
  EXPECT_EQ(waiting, &guard);
  std::memset(ReentryGuard::List(), 0, sizeof(waiting));
  EXPECT_TRUE(CanEnter(kMap));
  std::memcpy(ReentryGuard::List(), &waiting, sizeof(waiting));
  EXPECT_FALSE(CanEnter(kMap));
}

}  // namespace
}  // namespace hmap

#include "harness/violation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

// What the build was asked for; a build without CMake says nothing.
#if !defined(MAPFUZZ_SANITIZE)
#define MAPFUZZ_SANITIZE ""
#endif

#if defined(__has_feature)
#define MAPFUZZ_HAS_FEATURE(feature) __has_feature(feature)
#else
#define MAPFUZZ_HAS_FEATURE(feature) 0
#endif

namespace mapfuzz {
namespace {

constexpr std::string_view kWordOfBuild = MAPFUZZ_SANITIZE;

bool BuildNames(std::string_view sanitizer) {
  return kWordOfBuild.find(sanitizer) != std::string_view::npos;
}

#if defined(__SANITIZE_ADDRESS__) || MAPFUZZ_HAS_FEATURE(address_sanitizer)
constexpr bool kHasAddress = true;
#else
constexpr bool kHasAddress = false;
#endif

#if defined(__SANITIZE_THREAD__) || MAPFUZZ_HAS_FEATURE(thread_sanitizer)
constexpr bool kHasThread = true;
#else
constexpr bool kHasThread = false;
#endif

}  // namespace

std::optional<Violation> ViolationNamed(std::string_view name) {
  const auto* const found = std::find(std::begin(kViolationNames), std::end(kViolationNames), name);
  if (found == std::end(kViolationNames)) return std::nullopt;
  return static_cast<Violation>(found - std::begin(kViolationNames));
}

Sanitizers SanitizersOfBuild() {
  Sanitizers built_with = 0;
  // Of leaks the address sanitizer brings its own.
  if (kHasAddress || BuildNames("address")) built_with |= kAddressSanitizer | kLeakSanitizer;
  if (kHasThread || BuildNames("thread")) built_with |= kThreadSanitizer;
  if (MAPFUZZ_HAS_FEATURE(undefined_behavior_sanitizer) || BuildNames("undefined")) {
    built_with |= kUndefinedSanitizer;
  }
  if (MAPFUZZ_HAS_FEATURE(leak_sanitizer) || BuildNames("leak")) built_with |= kLeakSanitizer;
  return built_with;
}

std::string TextOf(Sanitizers sanitizers) {
  std::string text;
  for (int i = 0; i < kSanitizerKinds; ++i) {
    if ((sanitizers >> i & 1) == 0) continue;
    text += (text.empty() ? "" : " ") + std::string(kSanitizerNames[i]);
  }
  return text.empty() ? "none" : text;
}

Sanitizers ReporterOf(Violation violation) {
  switch (violation) {
    case Violation::kHeap:
    case Violation::kPoison:
      return kAddressSanitizer;
    case Violation::kUndefined:
      return kUndefinedSanitizer;
    case Violation::kLeak:
      return kLeakSanitizer;
    case Violation::kRace:
      return kThreadSanitizer;
  }
  return 0;
}

void LiveToViolate(Sanitizers built_with, Violation violation, Violate violate) {
  const std::string_view name = kViolationNames[static_cast<int>(violation)];
  std::fprintf(stderr, "%s%s\n", kBuiltWithMark.data(), TextOf(built_with).c_str());
  violate(violation);
  // Leaks are reported at the end of a process, and then it ends with another code.
  std::fprintf(stderr, "%s%s\n", kUnnoticedMark.data(), name.data());
  std::exit(0);
}

}  // namespace mapfuzz

// What of hmap's buckets is not where it should be, or can be read where it should not, in the
// terms of the harness.

#ifndef MAPFUZZ_TARGETS_BUCKET_FAULTS_H_
#define MAPFUZZ_TARGETS_BUCKET_FAULTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/no_coverage.h"
#include "harness/subject.h"
#include "hmap/map.h"

// Oracles, though hmap's own: see `no_coverage.h`. What they include is included above.
MAPFUZZ_NO_COVERAGE_BEGIN
#include "hmap/marker.h"
#include "hmap/readable.h"
#include "hmap/roots.h"

namespace mapfuzz {

constexpr const char* PropertyOf(hmap::MarkFault fault) {
  switch (fault) {
    case hmap::MarkFault::kLost:
      return "lost-bucket";
    case hmap::MarkFault::kShared:
      return "shared-bucket";
    case hmap::MarkFault::kForeign:
      return "foreign-bucket";
    case hmap::MarkFault::kLeft:
      return "left-entry";
    case hmap::MarkFault::kNone:
      break;
  }
  return nullptr;
}

// Chains that are not in order cannot be followed to what can be read.
template <class CoreT>
std::optional<BucketFault> FindBucketFault(const hmap::Roots<CoreT>& roots) {
  hmap::MarkReport marked = hmap::Marker<CoreT>(roots).Mark();
  if (marked.fault != hmap::MarkFault::kNone) {
    return BucketFault{PropertyOf(marked.fault), std::move(marked.problem)};
  }
  std::string difference = hmap::Readable<CoreT>::Difference(roots);
  if (difference.empty()) return std::nullopt;
  return BucketFault{"poison", std::move(difference)};
}

}  // namespace mapfuzz
MAPFUZZ_NO_COVERAGE_END

#endif  // MAPFUZZ_TARGETS_BUCKET_FAULTS_H_

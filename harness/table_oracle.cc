#include "harness/table_oracle.h"

#include <string>

namespace mapfuzz {

Fault CallFault(const CallCounts& made, const CallBound& bound) {
  return {Oracle::kCost, made.hash > bound.hash ? "hash-calls" : "equality-calls",
          "map:   " + std::to_string(made.hash) + " calls of the hasher, " +
              std::to_string(made.equal) + " of the equality\nmodel: at most " +
              std::to_string(bound.hash) + " and " + std::to_string(bound.equal)};
}

}  // namespace mapfuzz

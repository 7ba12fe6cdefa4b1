// Mutation of the configuration of a tape.
//
// One field at a time is drawn anew, or all of them. What finds more is drawn more often: good
// hashes and Go's growth rule, hints at the edge of a table size, layouts at the edges of how a
// bucket is laid out.

#ifndef MAPFUZZ_HARNESS_CONFIG_MUTATOR_H_
#define MAPFUZZ_HARNESS_CONFIG_MUTATOR_H_

#include <cstdint>

#include "harness/random.h"
#include "harness/tape.h"

namespace mapfuzz {

// One field of `config`, drawn anew.
void ChangeConfig(Config& config, Random& random);

// Every field drawn anew; every second one is of the `likely` type.
Config RandomConfig(KeyType likely, Random& random);

// The same for a shared map of `kind`, with few keys: threads that meet at no key say little.
void ChangeSharedConfig(Config& config, Random& random);
Config RandomSharedConfig(SharedKind kind, Random& random);

// Entries that some table size of this configuration holds, one more or one less.
std::uint32_t NearThreshold(const Config& config, Random& random);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_CONFIG_MUTATOR_H_

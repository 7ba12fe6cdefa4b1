// Threads on hmap::ShardedMap, under a schedule that the input chooses.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("threads_sharded")

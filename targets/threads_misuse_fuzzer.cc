// Threads that look up and iterate in one plain map, which they may; `mapfuzz misuse` has those
// that may not.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("threads_misuse")

// Threads on hmap::SyncMap, Go's sync.Map, under a schedule that the input chooses.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("threads_sync")

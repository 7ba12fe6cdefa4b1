// Hints, phases, same-size growth, overflow buckets, collision floods, all growth rules.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("growth")

// Any allocation, hash, equality, copy, move or draw may throw.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("faults")

// Float keys: NaN, which equal nothing, and the two zeros, which equal each other.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("floats")

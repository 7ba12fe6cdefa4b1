// Keys and values that watch over their own lives: move-only, copy-only, large, variant.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("lifetimes")

// Keys and values of sizes and alignments that the input chooses, in buckets of 4, 8 and 16 slots.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("layouts")

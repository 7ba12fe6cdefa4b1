// Several live iterators under insert, delete, clear and growth, among few keys.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("iterate")

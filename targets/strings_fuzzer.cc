// String keys and string values.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("strings")

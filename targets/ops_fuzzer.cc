// All operations, on integer keys with a hash that the input chooses.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("ops")

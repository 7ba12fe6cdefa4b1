// Checked maps whose tables are written to by other code, as unsafe code does.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("corrupt")

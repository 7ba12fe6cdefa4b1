// Threads on a std::map under one lock: what fails here is wrong in the harness.

#include "targets/fuzz_entry.h"

MAPFUZZ_FUZZ_TARGET("threads_model")

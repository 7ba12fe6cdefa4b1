// Code between MAPFUZZ_NO_COVERAGE_BEGIN and MAPFUZZ_NO_COVERAGE_END is compiled without coverage
// instrumentation.
//
// Runner and oracles are templates and so end up beside the map, in code that is instrumented. What
// they do is nothing for a fuzzer to explore, and counting it costs more than the map's own work.
// An adapter's operations stay out of line, so that the map's code is not lost in the runner's.

#ifndef MAPFUZZ_HARNESS_NO_COVERAGE_H_
#define MAPFUZZ_HARNESS_NO_COVERAGE_H_

#if defined(__clang__)
#define MAPFUZZ_NO_COVERAGE_BEGIN \
  _Pragma("clang attribute push(__attribute__((no_sanitize(\"coverage\"))), apply_to = function)")
#define MAPFUZZ_NO_COVERAGE_END _Pragma("clang attribute pop")
#else
#define MAPFUZZ_NO_COVERAGE_BEGIN
#define MAPFUZZ_NO_COVERAGE_END
#endif

#endif  // MAPFUZZ_HARNESS_NO_COVERAGE_H_

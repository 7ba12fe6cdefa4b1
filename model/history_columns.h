// A concurrent history for people: a column for each thread, as Lincheck prints them, a line for
// each operation in the order of the calls, and before it the moments of its call and its return.

#ifndef MAPFUZZ_MODEL_HISTORY_COLUMNS_H_
#define MAPFUZZ_MODEL_HISTORY_COLUMNS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "model/concurrent_history.h"

namespace mapfuzz {

// Operations of `marked` have a `*` before them. Lines are at most 100 characters wide, unless
// there are so many threads that words do not fit: what a thread was told goes on in further lines.
// An entry of what the map held before stands in a line at the head, if there is any.
std::string HistoryColumns(const ConcurrentHistory& history,
                           const std::vector<std::size_t>& marked = {});

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_HISTORY_COLUMNS_H_

// What a run of threads is told in: lines, columns, switches, digests.

#ifndef MAPFUZZ_HARNESS_THREADS_THREAD_STORY_H_
#define MAPFUZZ_HARNESS_THREADS_THREAD_STORY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/schedule.h"
#include "harness/schedule/schedule_run.h"
#include "model/concurrent_history.h"

namespace mapfuzz {

// What the map told: of "get 3 -> 17" it is "17".
std::string AnswerText(const ConcurrentOp& op);

// What is wrong with an iteration, or a part of one, of a map at rest that holds these; empty if
// nothing is.
std::string WrongAtRest(const MapAnswer& answer, const std::vector<Entry>& held);

// A column for each thread, the operations of `marked` with a `*`; of a long history the marked
// ones alone, or if there are none the last ones.
std::string ColumnsText(const ConcurrentHistory& history, const std::vector<std::size_t>& marked);

// The operations of `part`, which contradict each other whatever the others did, then all of them.
std::string ContradictionText(const ConcurrentHistory& history,
                              const std::vector<std::size_t>& part);

// Which of the operations of `part` is to name the failure, so that a bug has few names: one that
// saw the whole map, or the last to return of those that were told something. `part` is not empty.
std::size_t SurpriseOf(const ConcurrentHistory& history, const std::vector<std::size_t>& part);

// "the threads went on as in: explicit locks 5>1", or how many switches there were; a line.
std::string SwitchesText(const Schedule& taken);

// How many points there were for a schedule to switch at, and whether it named others; lines.
std::string PointsText(const ScheduleRun& run);

// Of all that is the same in every run of the same tape.
std::uint64_t DigestOf(const KeyAnswer& answer);
std::uint64_t DigestOf(const ConcurrentOp& op);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_THREAD_STORY_H_

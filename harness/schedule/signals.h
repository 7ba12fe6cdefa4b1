// Keeps the handlers of signals out of a run: what they do is not the doing of the thread that they
// interrupt.
//
// An engine of fuzzing sets an alarm, and when it rings looks at the clock to see how long an input
// has been running. In a thread of a run it would be told the time of the run, which begins at 0,
// and take every input for one that hangs; and it would move that time on.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_SIGNALS_H_
#define MAPFUZZ_HARNESS_SCHEDULE_SIGNALS_H_

namespace mapfuzz {

// From here on the handlers of alarms and of requests to end that are installed by now run as code
// that belongs to no run. To be called before each run, as they may be installed late; a system
// call for each of them that is not. The first handler of a signal is the one that is kept apart.
void SetHandlersApart();

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_SIGNALS_H_

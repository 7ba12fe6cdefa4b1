// Ctrl-C, and whatever else asks a long run to end: asked once, it ends what is under way in an
// orderly way and says what it has; asked twice, the tool is gone at once.

#ifndef MAPFUZZ_HARNESS_TOOL_INTERRUPT_H_
#define MAPFUZZ_HARNESS_TOOL_INTERRUPT_H_

namespace mapfuzz::tool {

// From now on SIGINT, SIGTERM and SIGHUP ask. The first one says so on standard error.
void CatchInterrupts();

bool Interrupted();

// As the first signal does; may be called from a signal handler.
void Interrupt();

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_INTERRUPT_H_

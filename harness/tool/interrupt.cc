#include "harness/tool/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

volatile sig_atomic_t g_interrupted = 0;

void OnSignal(int) {
  // Who asks twice does not want to wait; the children die with the tool.
  if (g_interrupted != 0) _exit(kExitEnvironment);
  constexpr char kWord[] = "\ninterrupted: ending what is under way; again to leave at once\n";
  (void)!write(STDERR_FILENO, kWord, sizeof(kWord) - 1);
  Interrupt();
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action{};
  action.sa_handler = OnSignal;
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaction(s, &action, nullptr);
}

bool Interrupted() { return g_interrupted != 0; }

void Interrupt() { g_interrupted = 1; }

}  // namespace mapfuzz::tool

#include "harness/schedule/signals.h"

#include <signal.h>

#include "harness/schedule/core.h"

namespace mapfuzz {
namespace {

struct Signal {
  int number;
  bool apart;
  struct sigaction own;  // its handler, once that is kept apart
};

Signal signals[] = {
    {SIGALRM, false, {}}, {SIGINT, false, {}},  {SIGTERM, false, {}},
    {SIGUSR1, false, {}}, {SIGUSR2, false, {}},
};

void RunApart(int number, siginfo_t* info, void* context) {
  const bool inside = inside_run;
  inside_run = false;
  for (const Signal& signal : signals) {
    if (signal.number != number) continue;
    if ((signal.own.sa_flags & SA_SIGINFO) != 0) {
      signal.own.sa_sigaction(number, info, context);
    } else {
      signal.own.sa_handler(number);
    }
  }
  inside_run = inside;
}

bool HasHandler(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 ||
         (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

}  // namespace

void SetHandlersApart() {
  for (Signal& signal : signals) {
    if (signal.apart || sigaction(signal.number, nullptr, &signal.own) != 0) continue;
    if (!HasHandler(signal.own)) continue;
    struct sigaction apart = signal.own;
    apart.sa_flags |= SA_SIGINFO;
    apart.sa_sigaction = RunApart;
    signal.apart = sigaction(signal.number, &apart, nullptr) == 0;
  }
}

}  // namespace mapfuzz

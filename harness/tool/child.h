// Child processes: started with their input in memory, watched, ended with their parent.
//
// Whatever a map does, a sanitizer's abort, a trap, a hang, it does to a child; the tool reads the
// verdict from what is left. A child is killed by the kernel when the tool dies, however it dies.
//
// A hang is judged by what the child does, never by what else the machine has to do. It spins, and
// has used so much processor time; or it sleeps, and for as long has neither woken once nor has a
// process of its own that could wake it. A child of which neither is true, which the machine lets
// wait for a processor or a disk, or somebody stopped, is ended at last too, but nothing follows
// from that.

#ifndef MAPFUZZ_HARNESS_TOOL_CHILD_H_
#define MAPFUZZ_HARNESS_TOOL_CHILD_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "harness/tool/time_limit.h"

namespace mapfuzz::tool {

struct ChildSpec {
  std::vector<std::string> argv;  // argv[0] is the program's path
  std::string input;              // its standard input
  std::string log;  // a file for its standard output and error; if empty, kept in memory
  // More variables, "NAME=value", over the tool's own.
  std::vector<std::string> environment;
};

// The descriptor on which a child hands back its result, apart from what it prints.
inline constexpr int kResultFd = 3;

struct ChildExit {
  bool started = true;  // false: the program could not be run
  int code = 0;         // exit code, if it ended by itself
  int signal = 0;       // or the signal that ended it
  Ending ending = Ending::kByItself;
  double seconds = 0;
  double cpu_seconds = 0;
  std::string output;  // standard output and error, unless there was a log
  std::string result;  // what it wrote to kResultFd

  bool hung() const { return ending == Ending::kSpun || ending == Ending::kSlept; }
};

class Child {
 public:
  using Clock = std::chrono::steady_clock;

  // Throws ToolError (environment) if the system gives no process.
  explicit Child(const ChildSpec& spec);
  // Kills it if it still runs.
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;

  // True once it has ended; never waits.
  bool Ended();
  // To the child and whatever it started.
  void Signal(int signal) const;
  // Kills it if it is past its time. Has to be called again and again, as sleep is seen only by
  // comparing.
  void EndIfPast(const TimeLimit& limit);
  double Seconds() const;
  // Something to poll(2) for its end; -1 if the system has no such thing.
  int WaitFd() const { return pid_fd_; }
  // Waits for the end, and returns all there is to know.
  ChildExit Take();

 private:
  void Reap(bool wait);
  void Release();

  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int output_fd_ = -1;
  int result_fd_ = -1;
  bool ended_ = false;
  Clock::time_point start_;
  TimeWatch watch_;
  ChildExit exit_;
};

// Waits until one of the children ends, at most so long. Returns early on a signal.
void WaitForAny(const std::vector<const Child*>& children, std::chrono::milliseconds longest);

// Runs the children `spec(0)` to `spec(count - 1)`, at most `jobs` at once and each within `limit`;
// calls `done` as they end, in any order. `go_on` is asked now and then; once it says no, none is
// started any more, and those at work are told to end (SIGTERM), and waited for.
void RunAll(
    std::size_t count, const std::function<ChildSpec(std::size_t)>& spec, int jobs,
    const TimeLimit& limit, const std::function<void(std::size_t, const ChildExit&)>& done,
    const std::function<bool()>& go_on = [] { return true; });

// Variables that make sanitizers stop at the first error, name functions and leave a trap to be
// seen as one. What the user has set in them already counts more.
std::vector<std::string> SanitizerEnvironment();

// The running program's own path.
std::string OwnPath();

int DefaultJobs();

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_CHILD_H_

#include "harness/tool/child.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

constexpr std::size_t kMostOutput = std::size_t{64} << 20;

int MemoryFile(const char* name, std::string_view content = {}) {
  const int fd = memfd_create(name, MFD_CLOEXEC);
  for (std::string_view rest = content; fd >= 0 && !rest.empty();) {
    const ssize_t n = write(fd, rest.data(), rest.size());
    if (n < 0 && errno != EINTR) break;
    if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fd >= 0) lseek(fd, 0, SEEK_SET);
  return fd;
}

std::string ReadMemoryFile(int fd) {
  std::string content;
  char buffer[1 << 16];
  off_t at = 0;
  while (content.size() < kMostOutput) {
    const ssize_t n = pread(fd, buffer, sizeof buffer, at);
    if (n <= 0) break;
    content.append(buffer, static_cast<std::size_t>(n));
    at += n;
  }
  return content;
}

// The tool's environment with `more` in place of variables of the same name.
std::vector<std::string> MergedEnvironment(const std::vector<std::string>& more) {
  std::vector<std::string> merged = more;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable(*entry);
    const std::string_view name = variable.substr(0, variable.find('=') + 1);
    const bool replaced = std::any_of(more.begin(), more.end(), [&](const std::string& other) {
      return std::string_view(other).substr(0, name.size()) == name;
    });
    if (!replaced) merged.emplace_back(variable);
  }
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& s : strings) pointers.push_back(s.data());
  pointers.push_back(nullptr);
  return pointers;
}

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double ProcessorSeconds(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// Whether the process waits for an event, and has no child, a symbolizer say, that may bring it.
// Waiting for a processor, for a disk or for being continued is not sleep. If in doubt, false.
bool IsAsleep(pid_t pid) {
  std::string stat;
  std::getline(std::ifstream(fmt::format("/proc/{}/stat", pid)), stat);
  const std::size_t name_end = stat.rfind(')');  // "PID (NAME) STATE ..."
  if (name_end == std::string::npos || stat.compare(name_end, 3, ") S") != 0) return false;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  pid_t first = 0;
  return children.is_open() && !(children >> first);
}

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void Become(pid_t parent, const int (&fds)[4], char* const* argv, char* const* envp) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  setpgid(0, 0);
  // A child that prints without end must not fill the memory, nor its death the disk.
  const rlimit most_output{1 << 30, 1 << 30}, no_core{0, 0};
  setrlimit(RLIMIT_FSIZE, &most_output);
  setrlimit(RLIMIT_CORE, &no_core);
  // First out of the way of 0..3, then into place.
  int moved[4];
  for (int i = 0; i < 4; ++i) moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 16);
  for (int i = 0; i < 4; ++i) dup2(moved[i], i);
  for (int s : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) signal(s, SIG_DFL);
  execve(argv[0], argv, envp);
  _exit(127);
}

}  // namespace

Child::Child(const ChildSpec& spec) : start_(Clock::now()) {
  std::vector<std::string> arguments = spec.argv;
  std::vector<std::string> environment = MergedEnvironment(spec.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  exit_.started = access(argv[0], X_OK) == 0;

  const int input_fd = MemoryFile("input", spec.input);
  output_fd_ = spec.log.empty()
                   ? MemoryFile("output")
                   : open(spec.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  result_fd_ = MemoryFile("result");
  const pid_t parent = getpid();
  if (input_fd >= 0 && output_fd_ >= 0 && result_fd_ >= 0) pid_ = fork();
  if (pid_ == 0) {
    const int fds[4] = {input_fd, output_fd_, output_fd_, result_fd_};
    Become(parent, fds, argv.data(), envp.data());
  }
  const int error = errno;
  if (input_fd >= 0) close(input_fd);
  if (!spec.log.empty() && output_fd_ >= 0) close(std::exchange(output_fd_, -1));
  if (pid_ < 0) {
    Release();
    throw ToolError(kExitEnvironment, fmt::format("{}: cannot be started ({}); free some memory, "
                                                  "processes or files",
                                                  spec.argv[0], strerror(error)));
  }
  setpgid(pid_, pid_);
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Child::~Child() { Release(); }

Child::Child(Child&& other) noexcept { *this = std::move(other); }

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  Release();
  pid_ = std::exchange(other.pid_, -1);
  pid_fd_ = std::exchange(other.pid_fd_, -1);
  output_fd_ = std::exchange(other.output_fd_, -1);
  result_fd_ = std::exchange(other.result_fd_, -1);
  ended_ = other.ended_;
  start_ = other.start_;
  watch_ = other.watch_;
  exit_ = std::move(other.exit_);
  return *this;
}

void Child::Release() {
  if (pid_ > 0 && !ended_) {
    Signal(SIGKILL);
    Reap(true);
  }
  pid_ = -1;
  for (int* fd : {&pid_fd_, &output_fd_, &result_fd_}) {
    if (*fd >= 0) close(std::exchange(*fd, -1));
  }
}

void Child::Reap(bool wait) {
  if (ended_) return;
  int status = 0;
  pid_t got = 0;
  rusage usage{};
  do {
    got = wait4(pid_, &status, wait ? 0 : WNOHANG, &usage);
  } while (got < 0 && errno == EINTR);
  if (got == 0) return;
  ended_ = true;
  exit_.seconds = Seconds();
  exit_.cpu_seconds = SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime);
  if (got == pid_ && WIFEXITED(status)) exit_.code = WEXITSTATUS(status);
  if (got == pid_ && WIFSIGNALED(status)) exit_.signal = WTERMSIG(status);
  if (exit_.signal != SIGKILL) exit_.ending = Ending::kByItself;  // it came before the kill
  // Whatever it started, a symbolizer say, is of no use any more.
  kill(-pid_, SIGKILL);
}

bool Child::Ended() {
  Reap(false);
  return ended_;
}

void Child::Signal(int signal) const {
  if (pid_ > 0 && !ended_ && kill(-pid_, signal) != 0) kill(pid_, signal);
}

void Child::EndIfPast(const TimeLimit& limit) {
  if (Ended() || exit_.ending != Ending::kByItself) return;
  Look look;
  look.begun = Seconds();
  look.asleep = IsAsleep(pid_);
  look.used = ProcessorSeconds(pid_);
  look.ended = Seconds();
  exit_.ending = watch_.Judge(look, limit);
  if (exit_.ending != Ending::kByItself) Signal(SIGKILL);
}

double Child::Seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

ChildExit Child::Take() {
  Reap(true);
  if (output_fd_ >= 0) exit_.output = ReadMemoryFile(output_fd_);
  if (result_fd_ >= 0) exit_.result = ReadMemoryFile(result_fd_);
  return std::move(exit_);
}

void WaitForAny(const std::vector<const Child*>& children, std::chrono::milliseconds longest) {
  std::vector<pollfd> waits;
  for (const Child* child : children) {
    if (child->WaitFd() >= 0) waits.push_back({child->WaitFd(), POLLIN, 0});
  }
  // An old kernel has nothing to poll for: look again soon.
  if (waits.size() < children.size()) longest = std::min(longest, std::chrono::milliseconds(10));
  poll(waits.data(), waits.size(), static_cast<int>(longest.count()));
}

void RunAll(std::size_t count, const std::function<ChildSpec(std::size_t)>& spec, int jobs,
            const TimeLimit& limit, const std::function<void(std::size_t, const ChildExit&)>& done,
            const std::function<bool()>& go_on) {
  std::vector<std::pair<std::size_t, Child>> running;
  std::size_t next = 0;
  for (bool told = false; next < count || !running.empty();) {
    if (!told && !go_on()) {
      for (const auto& [index, child] : running) child.Signal(SIGTERM);
      told = true;
      count = next;
    }
    while (next < count && running.size() < static_cast<std::size_t>(std::max(jobs, 1))) {
      running.emplace_back(next, Child(spec(next)));
      ++next;
    }
    std::vector<const Child*> children;
    for (auto& [index, child] : running) {
      child.EndIfPast(limit);
      children.push_back(&child);
    }
    WaitForAny(children, std::chrono::milliseconds(100));
    for (std::size_t i = 0; i < running.size();) {
      if (!running[i].second.Ended()) {
        ++i;
        continue;
      }
      const std::size_t index = running[i].first;
      const ChildExit end = running[i].second.Take();
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      done(index, end);
    }
  }
}

namespace {

std::string FindSymbolizer() {
  for (const char* path : {"/usr/lib/llvm-19/bin/llvm-symbolizer", "/usr/bin/llvm-symbolizer-19",
                           "/usr/bin/llvm-symbolizer", "/usr/lib/llvm-14/bin/llvm-symbolizer"}) {
    if (access(path, X_OK) == 0) return path;
  }
  return {};
}

}  // namespace

std::vector<std::string> SanitizerEnvironment() {
  const std::string symbolizer = FindSymbolizer();
  const auto options = [&](const char* name, std::string value) {
    if (!symbolizer.empty() && getenv("ASAN_SYMBOLIZER_PATH") == nullptr) {
      value += ":external_symbolizer_path=" + symbolizer;
    }
    const char* set = getenv(name);
    return fmt::format("{}={}{}{}", name, value, set != nullptr ? ":" : "",
                       set != nullptr ? set : "");
  };
  return {options("ASAN_OPTIONS", "handle_sigill=1:handle_abort=1:handle_sigfpe=1"),
          options("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1"),
          // A signal's handler that allocates is none of ours, and with it a report would not end.
          options("TSAN_OPTIONS", "halt_on_error=1:report_signal_unsafe=0:atexit_sleep_ms=0")};
}

std::string OwnPath() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    throw ToolError(kExitEnvironment,
                    "/proc/self/exe: cannot be read, so no child can be started; mount /proc");
  }
  return path.string();
}

int DefaultJobs() { return static_cast<int>(std::max(1u, std::thread::hardware_concurrency())); }

}  // namespace mapfuzz::tool

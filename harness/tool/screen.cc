#include "harness/tool/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mapfuzz::tool {
namespace {

// Returns 0 or errno.
int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

bool NonEmpty(const char* variable) {
  const char* value = getenv(variable);
  return value != nullptr && *value != '\0';
}

std::size_t TerminalWidth() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

}  // namespace

void Screen::Configure(ColorMode color, bool quiet) {
  const char* term = getenv("TERM");
  const bool dumb = term == nullptr || strcmp(term, "dumb") == 0;
  quiet_ = quiet;
  color_ = color == ColorMode::kAlways ||
           (color == ColorMode::kAuto && isatty(STDOUT_FILENO) && !dumb && !NonEmpty("NO_COLOR"));
  status_ = !quiet && !dumb && isatty(STDERR_FILENO);
}

void Screen::Out(std::string_view text) {
  if (gone_ || text.empty()) return;
  ClearStatus();
  const int error = WriteAll(STDOUT_FILENO, text);
  if (error != 0) gone_ = true;
  if (error != 0 && error != EPIPE) failed_ = true;
}

void Screen::Remark(std::string_view line) {
  if (!quiet_) Complain(line);
}

void Screen::Complain(std::string_view line) {
  ClearStatus();
  WriteAll(STDERR_FILENO, std::string(line) + "\n");
}

void Screen::Status(std::string_view line) {
  if (!status_) return;
  WriteAll(STDERR_FILENO, "\r\x1b[K" + std::string(line.substr(0, TerminalWidth() - 1)));
  status_shown_ = true;
}

void Screen::ClearStatus() {
  if (status_shown_) WriteAll(STDERR_FILENO, "\r\x1b[K");
  status_shown_ = false;
}

bool Screen::Flush() {
  ClearStatus();
  return !failed_;
}

std::string Screen::Paint(std::string_view code, std::string_view text) const {
  if (!color_) return std::string(text);
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

}  // namespace mapfuzz::tool

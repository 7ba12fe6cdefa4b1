#include "harness/tool/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "harness/tool/error.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryPrefix = ".mapfuzz-tmp-";

ToolError BadInput(const std::string& path, const std::string& what) {
  return ToolError(kExitUsage, fmt::format("{}: {}", InputName(path), what));
}

// Up to `limit` + 1 bytes, so that the caller can tell a file at the limit from one beyond it.
// Returns errno, 0 if all went well.
int ReadAll(int fd, std::size_t limit, std::string* content) {
  char buffer[1 << 16];
  while (content->size() <= limit) {
    const ssize_t n = read(fd, buffer, std::min(sizeof buffer, limit + 1 - content->size()));
    if (n == 0) return 0;
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) content->append(buffer, static_cast<std::size_t>(n));
  }
  return 0;
}

ToolError TooLarge(const std::string& path, const std::string& size) {
  return BadInput(path, fmt::format("{}, more than the {} MiB that a tape or trace can have; give "
                                    "the file that you meant",
                                    size, kMaxInputBytes >> 20));
}

class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  ~OwnedFd() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::string InputName(const std::string& path) { return path == "-" ? "standard input" : path; }

std::string ReadInput(const std::string& path) {
  // Without O_NONBLOCK a named pipe nobody writes to would hang here.
  OwnedFd fd(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    const int error = errno;
    if (error == ENOENT) throw BadInput(path, "no such file; check the path");
    if (error == EACCES) throw BadInput(path, "not readable; check its permissions");
    throw BadInput(path, fmt::format("cannot be opened: {}", strerror(error)));
  }
  struct stat info{};
  if (fstat(fd.get(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) {
      throw BadInput(path, "is a folder; give a file (only `mapfuzz replay` takes folders)");
    }
    if (S_ISREG(info.st_mode) && info.st_size > static_cast<off_t>(kMaxInputBytes)) {
      throw TooLarge(path, FormatCount(static_cast<std::uint64_t>(info.st_size)) + " bytes");
    }
  }
  std::string content;
  const int error = ReadAll(fd.get(), kMaxInputBytes, &content);
  if (error != 0) throw BadInput(path, fmt::format("cannot be read: {}", strerror(error)));
  if (content.size() > kMaxInputBytes) throw TooLarge(path, "too large");
  if (content.empty()) throw BadInput(path, "is empty; give a file with something in it");
  return content;
}

std::string ReadOrEmpty(const std::string& path, std::size_t limit) {
  OwnedFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string content;
  if (fd.get() < 0 || ReadAll(fd.get(), limit, &content) != 0) return {};
  content.resize(std::min(content.size(), limit));
  return content;
}

bool IsFolder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool IsFile(const std::string& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

std::vector<std::string> FilesUnder(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;
    if (it->path().filename().native().front() == '.') {
      if (it->is_directory(ignored)) it.disable_recursion_pending();
    } else if (it->is_regular_file(ignored)) {
      files.push_back(it->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void MakeWritableFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!IsFolder(folder)) {
    throw ToolError(
        kExitEnvironment,
        fmt::format("{}: the folder cannot be made ({}); give another", folder, error.message()));
  }
  // Asking the system for the right is not enough: a full or read-only disk shows on writing.
  std::string probe = folder + "/" + std::string(kTemporaryPrefix) + "XXXXXX";
  const int fd = mkstemp(probe.data());
  if (fd < 0) {
    throw ToolError(kExitEnvironment, fmt::format("{}: the folder cannot be written into ({}); "
                                                  "make room or give another",
                                                  folder, strerror(errno)));
  }
  close(fd);
  unlink(probe.c_str());
}

namespace {

// Returns errno, 0 if all was written.
int WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) content.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

void ThrowIfFailed(const std::string& path, int error) {
  if (error == 0) return;
  throw ToolError(kExitEnvironment, fmt::format("{}: cannot be written ({}); make room or give "
                                                "another place",
                                                path, strerror(error)));
}

// Where the links that begin at `path` lead.
std::string FollowLinks(std::string path) {
  constexpr int kMostLinks = 40;
  std::error_code error;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i) {
    const fs::path to = fs::read_symlink(path, error);
    if (!error) path = (fs::path(path).parent_path() / to).string();
  }
  return path;
}

}  // namespace

void WriteOutput(const std::string& path, std::string_view content) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status) || fs::is_regular_file(status) || fs::is_directory(status)) {
    WriteAtomically(FollowLinks(path), content);
    return;
  }
  const OwnedFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ThrowIfFailed(path, fd.get() < 0 ? errno : WriteAll(fd.get(), content));
}

void WriteAtomically(const std::string& path, std::string_view content) {
  const fs::path folder = fs::path(path).parent_path();
  std::string temporary =
      (folder.empty() ? fs::path(".") : folder) / (std::string(kTemporaryPrefix) + "XXXXXX");
  int error = 0;
  const int fd = mkstemp(temporary.data());
  if (fd < 0) {
    error = errno;
  } else {
    fchmod(fd, 0644);
    error = WriteAll(fd, content);
    if (close(fd) != 0 && error == 0) error = errno;
    if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
    if (error != 0) unlink(temporary.c_str());
  }
  ThrowIfFailed(path, error);
}

void RemoveStaleTemporaries(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().filename().native().rfind(kTemporaryPrefix, 0) == 0) stale.push_back(it->path());
  }
  for (const fs::path& path : stale) fs::remove(path, error);
}

std::string AbsolutePath(const std::string& option, const std::string& path) {
  if (path.empty()) throw ToolError(kExitUsage, option + ": is empty; give a folder");
  return fs::absolute(path).lexically_normal().string();
}

}  // namespace mapfuzz::tool

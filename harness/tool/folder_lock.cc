#include "harness/tool/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <utility>
#include <vector>

#include "harness/tool/error.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScratchPrefix = "scratch-";

void RemoveStale(const std::string& parent) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::directory_iterator it(parent, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->path().filename().native().rfind(kScratchPrefix, 0) == 0) folders.push_back(it->path());
  }
  for (const fs::path& folder : folders) {
    // Whose owner lives is locked.
    const FolderLock lock(folder.string());
    if (lock.held()) fs::remove_all(folder, error);
  }
}

}  // namespace

FolderLock::FolderLock(const std::string& folder)
    : fd_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0) close(std::exchange(fd_, -1));
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

ScratchFolder::ScratchFolder(const std::string& parent) {
  MakeWritableFolder(parent);
  RemoveStale(parent);
  const std::string process = std::to_string(getpid());
  path_ = parent + "/" + std::string(kScratchPrefix) + process;
  // Under its name only once it is locked, or who starts at the same time takes it for stale.
  const std::string unnamed = parent + "/." + process;
  std::error_code error;
  fs::remove_all(unnamed, error);
  MakeWritableFolder(unnamed);
  lock_ = FolderLock(unnamed);
  fs::rename(unnamed, path_, error);
  if (error) {
    throw ToolError(kExitEnvironment, fmt::format("{}: cannot be made ({}); give another folder",
                                                  path_, error.message()));
  }
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace mapfuzz::tool

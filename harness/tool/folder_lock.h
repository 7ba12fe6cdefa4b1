// Says that a folder is in use, for as long as the process lives.
//
// The lock is the kernel's, on the folder itself: it leaves no file behind and ends with its
// holder, however that dies.

#ifndef MAPFUZZ_HARNESS_TOOL_FOLDER_LOCK_H_
#define MAPFUZZ_HARNESS_TOOL_FOLDER_LOCK_H_

#include <string>

namespace mapfuzz::tool {

class FolderLock {
 public:
  FolderLock() = default;
  // Takes the lock if it is free; see `held`.
  explicit FolderLock(const std::string& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;

  bool held() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// A folder for a process's own files, removed with its content at the end. What killed processes
// left of theirs under the same parent is removed first.
class ScratchFolder {
 public:
  // Makes `parent`/scratch-PID. ToolError (environment) if that cannot be done.
  explicit ScratchFolder(const std::string& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  FolderLock lock_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_FOLDER_LOCK_H_

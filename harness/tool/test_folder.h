// For tests only: a folder that goes away with the test.

#ifndef MAPFUZZ_HARNESS_TOOL_TEST_FOLDER_H_
#define MAPFUZZ_HARNESS_TOOL_TEST_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/tool/files.h"

namespace mapfuzz::tool {

class TestFolder {
 public:
  TestFolder() : path_((std::filesystem::temp_directory_path() / "mapfuzz-test-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error(path_ + ": cannot be made");
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  // Writes a file, making its folder; returns its path.
  std::string Put(const std::string& name, std::string_view content) const {
    const std::string file = path_ + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path());
    WriteAtomically(file, content);
    return file;
  }

 private:
  std::string path_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_TEST_FOLDER_H_

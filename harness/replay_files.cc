#include "harness/replay_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mapfuzz {

bool CollectFiles(const std::string& path, std::string_view ending,
                  std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return true;
  }
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    std::string name = entry.path().string();
    if (entry.is_regular_file() && name.ends_with(ending)) found.push_back(std::move(name));
  }
  if (error) return false;
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return true;
}

std::optional<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(in), {}};
  if (!in) return std::nullopt;
  return content;
}

}  // namespace mapfuzz

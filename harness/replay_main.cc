// A main without an engine: runs the files given as arguments, and the files in given folders, as
// the fuzz target it is linked with would. For any compiler, and for continuous builds that only
// replay a corpus.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

int Usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s [--mapfuzz_policy=NAME] [--mapfuzz_map=NAME] [--mapfuzz_stats=FILE] "
               "FILE|FOLDER...\n"
               "Runs each file once; engine flags with one dash are passed by.\n",
               program);
  return 2;
}

// The file, or the files of the folder in order of their names.
bool Collect(const std::string& path, std::vector<std::string>& files) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    files.push_back(path);
    return true;
  }
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file()) found.push_back(entry.path().string());
  }
  if (error) return false;
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
  return true;
}

bool RunFile(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  std::fprintf(stderr, "RUN  %s\n", file.c_str());
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::fprintf(stderr, "PASS %s\n", file.c_str());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  LLVMFuzzerInitialize(&argc, &argv);
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.substr(0, 1) == "-") continue;
    if (!Collect(std::string(argument), files)) {
      std::fprintf(stderr, "%s: cannot be read\n", argv[i]);
      return 2;
    }
  }
  if (files.empty()) return Usage(argv[0]);
  bool all = true;
  for (const std::string& file : files) all = RunFile(file) && all;
  return all ? 0 : 2;
}

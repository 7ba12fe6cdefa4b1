// A main without an engine: runs the files given as arguments, and the files in given folders, as
// the fuzz target it is linked with would. For any compiler, and for continuous builds that only
// replay a corpus.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/replay_files.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int Usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s [--mapfuzz_policy=NAME] [--mapfuzz_map=NAME] [--mapfuzz_stats=FILE] "
               "FILE|FOLDER...\n"
               "Runs each file once; engine flags with one dash are passed by.\n",
               program);
  return 2;
}

bool RunFile(const std::string& file) {
  const std::optional<std::string> bytes = mapfuzz::ReadFile(file);
  if (!bytes) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return false;
  }
  std::fprintf(stderr, "RUN  %s\n", file.c_str());
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
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
    if (!mapfuzz::CollectFiles(std::string(argument), "", files)) {
      std::fprintf(stderr, "%s: cannot be read\n", argv[i]);
      return 2;
    }
  }
  if (files.empty()) return Usage(argv[0]);
  bool all = true;
  for (const std::string& file : files) all = RunFile(file) && all;
  return all ? 0 : 2;
}

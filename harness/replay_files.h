// The files that a program without an engine replays: those it is given, and those in the folders
// that it is given.

#ifndef MAPFUZZ_HARNESS_REPLAY_FILES_H_
#define MAPFUZZ_HARNESS_REPLAY_FILES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mapfuzz {

// Appends the file or, of a folder, all files in it and below whose names end in `ending`, in order
// of their names. False if the folder cannot be read.
bool CollectFiles(const std::string& path, std::string_view ending,
                  std::vector<std::string>& files);

// All of it; none if it cannot be read.
std::optional<std::string> ReadFile(const std::string& file);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_REPLAY_FILES_H_

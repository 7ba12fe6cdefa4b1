// Files as the tool reads and writes them: never more than a limit in, never half a file out.

#ifndef MAPFUZZ_HARNESS_TOOL_FILES_H_
#define MAPFUZZ_HARNESS_TOOL_FILES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mapfuzz::tool {

// A tape of the largest size is a few hundred kilobytes, the largest trace less than a megabyte.
inline constexpr std::size_t kMaxInputBytes = std::size_t{16} << 20;

// The content of an input file; "-" is standard input. A file that is missing, unreadable, empty,
// a folder or larger than the limit is a ToolError. The size is looked at before anything is read.
std::string ReadInput(const std::string& path);

// As ReadInput, but nothing is wrong with the content: an empty string if the file cannot be read.
std::string ReadOrEmpty(const std::string& path, std::size_t limit = kMaxInputBytes);

// How messages name an input: "standard input" for "-".
std::string InputName(const std::string& path);

bool IsFolder(const std::string& path);
bool IsFile(const std::string& path);

// Every regular file under a folder, sorted by path; names that begin with a dot are left out.
// Empty if there is no such folder.
std::vector<std::string> FilesUnder(const std::string& folder);

// The path that was given for an option, from the root. ToolError (usage) if it is empty.
std::string AbsolutePath(const std::string& option, const std::string& path);

// Makes the folder and those above it. ToolError (environment) if it cannot be written into.
void MakeWritableFolder(const std::string& folder);

// Writes a temporary file beside `path` and renames it: a reader sees the old content or all of
// the new one, whenever the writer dies. ToolError (environment) on failure.
void WriteAtomically(const std::string& path, std::string_view content);

// What a user asked for with -o: as WriteAtomically, but a link is followed, and what is no regular
// file, a device or a pipe, is written into.
void WriteOutput(const std::string& path, std::string_view content);

// Removes the temporary files that a killed WriteAtomically left directly in `folder`.
void RemoveStaleTemporaries(const std::string& folder);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_FILES_H_

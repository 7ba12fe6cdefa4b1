#include "harness/tool/corpus_store.h"

#include <algorithm>
#include <vector>

#include "harness/tape_binary.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {

namespace fs = std::filesystem;

namespace {

void LinkInto(const std::string& folder, const std::string& file) {
  const std::string place = folder + "/" + fs::path(file).filename().string();
  std::error_code error;
  fs::create_hard_link(file, place, error);
  // Another file system, or one without links.
  if (error) fs::copy_file(file, place, fs::copy_options::skip_existing, error);
}

}  // namespace

CorpusStore::CorpusStore(const std::string& scratch, const std::string& kept)
    : start_(scratch + "/start"), new_(scratch + "/new"), kept_(kept) {
  MakeWritableFolder(start_);
  MakeWritableFolder(new_);
  MakeWritableFolder(kept_);
  RemoveStaleTemporaries(kept_);
}

void CorpusStore::AddSeeds(const std::string& folder) {
  for (const std::string& file : FilesUnder(folder)) {
    if (fs::path(file).extension() != ".tape") continue;
    const LoadedTape loaded = LoadTape(ReadInput(file), file, {});
    const std::vector<std::uint8_t> bytes = ToBinary(loaded.tape);
    WriteAtomically(start_ + "/seed-" + FileNamePart(fs::path(file).stem().string()) + "-" +
                        Hex(NameHash(file)),
                    {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

void CorpusStore::AddKept() {
  for (const std::string& file : FilesUnder(kept_)) LinkInto(start_, file);
}

std::uint64_t CorpusStore::StartInputs() const {
  return FilesUnder(start_).size() + FilesUnder(new_).size();
}

bool CorpusStore::LeaveOut(std::string_view content) {
  bool found = false;
  for (const std::string& file : FilesUnder(start_)) {
    std::error_code error;
    if (fs::file_size(file, error) != content.size() || ReadOrEmpty(file) != content) continue;
    fs::remove(file, error);
    found = true;
  }
  return found;
}

void CorpusStore::Halve() {
  std::vector<std::string> files = FilesUnder(start_);
  // By chance, and the same each time.
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return NameHash(fs::path(a).filename().string()) < NameHash(fs::path(b).filename().string());
  });
  files.resize((files.size() + 1) / 2);
  const std::string half =
      fs::path(start_).parent_path().string() + "/start-" + std::to_string(++halved_);
  MakeWritableFolder(half);
  for (const std::string& file : files) LinkInto(half, file);
  start_ = half;
}

void CorpusStore::Sweep(bool all) {
  for (const std::string& file : FilesUnder(new_)) {
    std::error_code error;
    const auto state = std::make_pair(fs::file_size(file, error), fs::last_write_time(file, error));
    if (error) continue;
    const auto before = seen_.find(file);
    if (!all && (before == seen_.end() || before->second != state)) {
      seen_[file] = state;
      continue;
    }
    seen_.erase(file);
    const std::string name = fs::path(file).filename().string();
    if (!IsFile(kept_ + "/" + name)) {
      WriteAtomically(kept_ + "/" + name, ReadOrEmpty(file));
      ++moved_;
    }
    // A fuzzer started later still reads it.
    fs::rename(file, start_ + "/" + name, error);
  }
}

}  // namespace mapfuzz::tool

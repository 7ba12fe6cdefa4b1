// The corpus of one target during a hunt: what its fuzzer starts from, and where new units go.
//
//   scratch/start   the seeds in binary form and the units kept from earlier hunts; only read
//   scratch/new     where the fuzzer writes; a file there may be half written
//   kept            the corpus that grows from night to night
//
// Complete files are moved from `new` to `kept` by a temporary file and a rename, so `kept` never
// holds half a unit, and a kill costs what was found since the last sweep.

#ifndef MAPFUZZ_HARNESS_TOOL_CORPUS_STORE_H_
#define MAPFUZZ_HARNESS_TOOL_CORPUS_STORE_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mapfuzz::tool {

class CorpusStore {
 public:
  // Makes the folders. ToolError (environment) if one cannot be written.
  CorpusStore(const std::string& scratch, const std::string& kept);

  // Tapes in text form become start inputs. ToolError (bad input) names one that is no tape.
  void AddSeeds(const std::string& folder);
  // So do the units kept.
  void AddKept();

  const std::string& start_folder() const { return start_; }
  const std::string& new_folder() const { return new_; }
  // How many inputs a fuzzer started now would replay.
  std::uint64_t StartInputs() const;

  // Takes start inputs with this content out, for the rest of the hunt: a fuzzer that dies on one
  // would never come to mutate. The kept corpus is not touched. True if there was one.
  bool LeaveOut(std::string_view content);

  // Lets fuzzers that start from now on begin with half of the start inputs, in a folder of their
  // own: those at work still read the one before. The kept corpus is not touched.
  void Halve();

  // Moves new units that did not change since the last sweep; all of them if no fuzzer writes any
  // more. ToolError (environment) if `kept` cannot be written.
  void Sweep(bool all);
  // Units moved so far.
  std::uint64_t moved() const { return moved_; }

 private:
  std::string start_;
  int halved_ = 0;
  std::string new_;
  std::string kept_;
  std::uint64_t moved_ = 0;
  // Size and time of each new file at the last sweep.
  std::map<std::string, std::pair<std::uintmax_t, std::filesystem::file_time_type>> seen_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_CORPUS_STORE_H_

// For tests only: planted bugs, and a compiler that is a shell script. What it builds is the test's
// own binary, which finds a bug in a map that says "planted".

#ifndef MAPFUZZ_HARNESS_TOOL_PLANTED_FIXTURE_H_
#define MAPFUZZ_HARNESS_TOOL_PLANTED_FIXTURE_H_

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/tool/app_fixture.h"
#include "harness/tool/child.h"
#include "harness/tool/files.h"

namespace mapfuzz::tool {

class PlantedTest : public MapfuzzTest {
 protected:
  PlantedTest() {
    PutProgram("cmake", "mkdir -p \"$6\" && touch \"$6/build.ninja\"\n");
    PutNinja("broken");
    setenv("PATH", (folder_ / "bin" + ":" + getenv("PATH")).c_str(), 1);
    folder_.Put("source/hmap/map.h", "// the map\nint good;\nint other;\n");
    folder_.Put("source/CMakeLists.txt", "");
  }
  ~PlantedTest() override { setenv("PATH", path_.c_str(), 1); }

  void PutProgram(const std::string& name, const std::string& script) {
    const std::string file = folder_.Put("bin/" + name, "#!/bin/sh\n" + script);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

  // A map that says so is not compiled.
  void PutNinja(const std::string& fails_at) {
    const std::string link = "ln -sf " + OwnPath() + " ";
    PutProgram("ninja",
               "cd \"$2\" || exit 1\n"
               "objects=targets/CMakeFiles/mapfuzz_subjects.dir\n"
               "mkdir -p $objects\n"
               "if grep " +
                   fails_at +
                   " ../hmap/map.h; then\n"
                   "  echo 'map.h:1: error: " +
                   fails_at +
                   "'\n"
                   "  exit 1\n"
                   "fi\n"
                   "object=$objects/subjects_hmap_u64.cc.o\n"
                   "grep -v '^//' ../hmap/map.h >$object\n"
                   "echo \"$CCACHE_BASEDIR\" >>$object\n" +
                   "if grep dying ../hmap/map.h; then\n"
                   "  printf '#!/bin/sh\\necho last words; exit 7\\n' >mapfuzz\n"
                   "  chmod +x mapfuzz\n"
                   "  exit\n"
                   "fi\n" +
                   link + "mapfuzz\n" + link + "targets/fake_fuzzer\n" + link +
                   "targets/other_fuzzer\n");
  }

  // A bug that puts `text` in the place of a line of the map, and a tape that shows it.
  void PutBug(const std::string& id, const std::string& text,
              const std::string& more = "oracle: cost\n") {
    folder_.Put("bugs/" + id + ".bug",
                "id: " + id +
                    "\ntitle: A bug\nclass: cost\nfile: hmap/map.h\n"
                    "weight: subtle\nthreads: no\n" +
                    more + "story:\n  None.\ntrigger:\n  Any.\nold:\nint good;\nnew:\n" + text +
                    "\n");
    folder_.Put("bugs/" + id + ".tape", Text(kFails));
  }

  Outcome Score(const std::vector<std::string>& more = {}, const std::string& trials = "2") const {
    std::vector<std::string> arguments = {"score",
                                          "--source",
                                          folder_ / "source",
                                          "--bugs",
                                          folder_ / bugs_,
                                          "--corpus-dir",
                                          folder_.path(),
                                          "--work",
                                          folder_ / "work",
                                          "--budget",
                                          "30s",
                                          "--jobs",
                                          "2",
                                          "--trials",
                                          trials};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  nlohmann::json Stored(const std::string& name = "present") const {
    return nlohmann::json::parse(ReadOrEmpty(folder_ / "work/" + name + "/score.json"));
  }
  std::string Trials() const { return ReadOrEmpty(folder_ / "work/present/trials.jsonl"); }

  std::string bugs_ = "bugs";

 private:
  std::string path_ = getenv("PATH");
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_PLANTED_FIXTURE_H_

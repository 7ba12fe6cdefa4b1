#include "harness/tool/input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

Config ShapeToFloats(Config config) {
  config.type = KeyType::kF64;
  return config;
}

template <SharedKind kShared>
Config ShapeTo(Config config) {
  config.shared = kShared;
  return config;
}

Tape SomeTape() {
  Tape tape;
  tape.config.seed = 7;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kGet, 0, 3, 0}};
  return tape;
}

std::string Bytes(const Tape& tape) {
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  return {bytes.begin(), bytes.end()};
}

// The error's exit code, 0 if there was none.
int CodeOfLoading(std::string_view content, const TapeOverrides& overrides = {}) {
  try {
    LoadTape(content, "file", overrides);
    return 0;
  } catch (const ToolError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("file", 0), 0u) << error.what();
    return error.code();
  }
}

TEST(KindOf, GoesByTheFirstLineThenByPrintableBytes) {
  EXPECT_EQ(KindOf("mapfuzz tape v1\n"), InputKind::kTape);
  EXPECT_EQ(KindOf("mapfuzz tape v99\n"), InputKind::kTape);
  EXPECT_EQ(KindOf("\xef\xbb\xbfmapfuzz tape v1\n"), InputKind::kTape);
  EXPECT_EQ(KindOf("# go-trace v1\n"), InputKind::kTrace);
  EXPECT_EQ(KindOf("# a heading\nand text\n"), InputKind::kOther);
  EXPECT_EQ(KindOf(std::string_view("\0\1\2", 3)), InputKind::kEngine);
  EXPECT_EQ(KindOf("text\x7f"), InputKind::kEngine);
}

TEST(LoadTape, ReadsBothFormsAlike) {
  EXPECT_EQ(LoadTape(ToText(SomeTape()), "file", {}).tape, SomeTape());
  EXPECT_EQ(LoadTape(Bytes(SomeTape()), "file", {}).tape, SomeTape());
}

TEST(LoadTape, ShapesBytesButNotText) {
  const TargetInfo target{"floats", "", ShapeToFloats, {}};
  EXPECT_EQ(LoadTape(Bytes(SomeTape()), "file", {{}, &target}).tape.config.type, KeyType::kF64);
  EXPECT_EQ(LoadTape(ToText(SomeTape()), "file", {{}, &target}).tape.config.type, KeyType::kU64);
}

TEST(LoadTape, OverridesThePolicy) {
  const TapeOverrides overrides{PolicyKind::kGo119, nullptr};
  EXPECT_EQ(LoadTape(ToText(SomeTape()), "file", overrides).tape.config.policy, PolicyKind::kGo119);
  EXPECT_EQ(LoadTape(Bytes(SomeTape()), "file", overrides).tape.config.policy, PolicyKind::kGo119);
}

TEST(LoadTape, KeepsWhatATapeExpects) {
  EXPECT_EQ(LoadTape(ToText(SomeTape(), "iteration/missed-entry"), "file", {}).expect,
            "iteration/missed-entry");
}

TEST(LoadTape, TakesPrintableBytesOnlyOnTheUsersWord) {
  const TargetInfo target{"floats", "", ShapeToFloats, {}};
  EXPECT_EQ(CodeOfLoading("hello\n"), kExitUsage);
  EXPECT_EQ(CodeOfLoading("hello\n", {{}, &target}), 0);
}

TEST(LoadTape, RefusesTracesUnknownVersionsAndCutTexts) {
  EXPECT_EQ(CodeOfLoading("# go-trace v1\n"), kExitUsage);
  EXPECT_EQ(CodeOfLoading("mapfuzz tape v9\n"), kExitUsage);
  EXPECT_EQ(CodeOfLoading("mapfuzz tape v1\nput 7\n"), kExitUsage);
}

TEST(ChangesOf, NamesWhatTheShapeChangesWhateverLinesTheTypesHave) {
  const TargetInfo floats{"floats", "", ShapeToFloats, {}};
  Config config;
  config.type = KeyType::kBytes;  // which has lines of its own
  const std::vector<HeaderChange> from_bytes = ChangesOf(floats, config);
  ASSERT_EQ(from_bytes.size(), 1u);
  EXPECT_EQ(from_bytes[0].name, "type");
  EXPECT_EQ(from_bytes[0].said, "bytes");
  EXPECT_EQ(from_bytes[0].runs, "f64");
  config.type = KeyType::kF64;
  EXPECT_TRUE(ChangesOf(floats, config).empty());
  const TargetInfo bytes{"layouts",
                         "",
                         [](Config shaped) {
                           shaped.type = KeyType::kBytes;
                           return shaped;
                         },
                         {}};
  const std::vector<HeaderChange> to_bytes = ChangesOf(bytes, config);
  ASSERT_EQ(to_bytes.size(), 1u);
  EXPECT_EQ(to_bytes[0].runs, "bytes");
}

TEST(ChangesOf, NamesThatThreadsShareTheMapOrDoNot) {
  Config config;
  config.shared = SharedKind::kSync;
  const std::vector<HeaderChange> alone =
      ChangesOf({"ops", "", ShapeTo<SharedKind::kNone>, {}}, config);
  ASSERT_FALSE(alone.empty());
  EXPECT_EQ(alone[0].name, "map");
  EXPECT_EQ(alone[0].said, "sync");
  EXPECT_EQ(alone[0].runs, "hmap");
  const std::vector<HeaderChange> other =
      ChangesOf({"threads_sharded", "", ShapeTo<SharedKind::kSharded>, {}}, config);
  EXPECT_EQ(std::count_if(other.begin(), other.end(),
                          [](const HeaderChange& change) { return change.name == "map"; }),
            1);
  config.shared = SharedKind::kNone;
  const std::vector<HeaderChange> together =
      ChangesOf({"threads_sync", "", ShapeTo<SharedKind::kSync>, {}}, config);
  ASSERT_FALSE(together.empty());
  EXPECT_EQ(together[0].said, "hmap");
  EXPECT_EQ(together[0].runs, "sync");
}

TEST(TargetOfPath, IsTheFoldersName) {
  Registry registry;
  registry.targets.push_back({"floats", "", ShapeToFloats, {}});
  EXPECT_EQ(TargetOfPath(registry, "corpus/floats/0123"), &registry.targets[0]);
  EXPECT_EQ(TargetOfPath(registry, "corpus/floats-races/0123"), &registry.targets[0]);
  EXPECT_EQ(TargetOfPath(registry, "corpus/other/0123"), nullptr);
  EXPECT_EQ(TargetOfPath(registry, "0123"), nullptr);
}

}  // namespace
}  // namespace mapfuzz::tool

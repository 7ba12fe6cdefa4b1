#include "harness/tool/bug_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "harness/run.h"
#include "harness/text_error.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/oracles.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

struct Line {
  std::size_t number = 0;
  std::string_view text;  // without its end
};

std::vector<std::string_view> OracleNames() {
  std::vector<std::string_view> names;
  for (const OracleInfo& info : Oracles()) names.push_back(info.name);
  return names;
}

// Trees of the map as it is lie beside those of the bugs.
bool IsNameOfATree(std::string_view id) {
  constexpr std::string_view kEnd = "-unsanitised";
  const bool ends_so = id.size() >= kEnd.size() && id.substr(id.size() - kEnd.size()) == kEnd;
  return id == "unedited" || id == "coverage" || ends_so;
}

// How many bytes the UTF-8 character at the begin of the text has; 0 if it is none. Overlong forms
// and surrogates are left to whoever wants to draw them.
std::size_t CharacterSize(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t size = byte(0) < 0x80                      ? 1
                           : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                           : byte(0) >= 0xe0 && byte(0) < 0xf0 ? 3
                           : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                               : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return size;
}

// Reads a bug file from its first line to its last.
class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : path_(path), rest_(text) {}

  BugFile Read() {
    bug_.path = path_;
    RequireText();
    while (std::optional<Line> line = Next()) {
      if (line->text.empty()) continue;
      if (line->text == "old:") {
        ReadEdit(*line);
        break;
      }
      if (line->text == "story:") {
        ReadProse(*line, bug_.story);
      } else if (line->text == "trigger:") {
        ReadProse(*line, bug_.trigger);
      } else {
        ReadHeader(*line);
      }
    }
    RequireAll();
    return std::move(bug_);
  }

 private:
  // Of the whole file, as what stands behind `new:` is not read line by line.
  void RequireText() {
    const std::string_view all = rest_;
    while (const std::optional<Line> line = Next()) {
      for (std::string_view text = line->text; !text.empty();) {
        const std::size_t column = line->text.size() - text.size() + 1;
        const std::size_t size = CharacterSize(text);
        if (text == "\r")
          Fail(*line, column, "lines end with CR LF here; save the file with LF alone");
        if (size == 0) Fail(*line, column, "this is no UTF-8; save the file as UTF-8");
        if ((text[0] >= 0 && text[0] < ' ' && text[0] != '\t') || text[0] == 0x7f) {
          Fail(*line, column, "a control character; take it out");
        }
        text.remove_prefix(size);
      }
    }
    rest_ = all;
    last_ = {};
  }

  std::optional<Line> Next() {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    last_ = {last_.number + 1, rest_.substr(0, end)};
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return last_;
  }
  std::string_view Peek() const { return rest_.substr(0, rest_.find('\n')); }

  [[noreturn]] void Fail(const Line& line, std::size_t column, std::string_view message) const {
    throw ToolError(kExitUsage,
                    ParseError({path_, line.number, column, line.text}, message).what());
  }

  void ReadHeader(const Line& line) {
    const std::size_t colon = line.text.find(": ");
    if (colon == std::string_view::npos) {
      Fail(line, 1, "expected `NAME: VALUE`, `story:`, `trigger:` or `old:`");
    }
    const std::string name(line.text.substr(0, colon));
    const std::string value(line.text.substr(colon + 2));
    if (!headers_.emplace(name, line).second) Fail(line, 1, "this line is there twice");
    if (value.empty()) Fail(line, colon + 3, "a value is missing");
    const auto known = [&](const auto& names) {
      if (std::find(std::begin(names), std::end(names), value) != std::end(names)) return;
      const std::vector<std::string_view> all(std::begin(names), std::end(names));
      const std::string_view nearest = Nearest(value, all);
      Fail(line, colon + 3,
           fmt::format("no such {}{}", name,
                       nearest.empty() ? fmt::format("; there are: {}", fmt::join(all, " "))
                                       : "; did you mean " + Quoted(nearest) + "?"));
    };
    if (name == "id") {
      if (IsNameOfATree(value)) {
        Fail(line, colon + 3,
             Quoted(value) + " is what a tree without a bug is called; give another");
      }
      bug_.id = value;
    } else if (name == "title") {
      bug_.title = value;
    } else if (name == "class") {
      known(kBugClasses);
      bug_.bug_class = value;
    } else if (name == "file") {
      const bool is_normal = std::filesystem::path(value).lexically_normal().string() == value;
      if (value.rfind("hmap/", 0) != 0 || !is_normal) {
        Fail(line, colon + 3, "a bug is planted in a file of hmap/, as hmap/NAME");
      }
      bug_.file = value;
    } else if (name == "oracle") {
      known(OracleNames());
      bug_.oracle = value;
    } else if (name == "weight") {
      known(std::vector<std::string_view>{"subtle", "gross"});
      bug_.weight = value;
    } else if (name == "threads") {
      known(std::vector<std::string_view>{"no", "yes"});
      bug_.threads = value == "yes";
    } else if (name == "lane") {
      known(std::vector<std::string_view>{"races"});
      bug_.races = true;
    } else if (name == "canary") {
      known(std::vector<std::string_view>{"no", "yes"});
      bug_.canary = value == "yes";
    } else if (name == "alarm") {
      bug_.alarm = (std::filesystem::path(path_).parent_path() / value).lexically_normal().string();
    } else if (name == "recorded") {
      known(std::vector<std::string_view>{"no", "yes"});
      bug_.recorded = value == "yes";
    } else if (name == "types") {
      ReadTypes(line, colon + 2);
    } else if (name == "equivalent") {
      bug_.equivalent = value;
      while (Peek().rfind("  ", 0) == 0)
        bug_.equivalent += " " + std::string(Next()->text.substr(2));
    } else {
      Fail(line, 1, "no such line in a bug file");
    }
  }

  void ReadTypes(const Line& line, std::size_t at) {
    bug_.types.clear();
    while (at < line.text.size()) {
      const std::size_t end = std::min(line.text.find(' ', at), line.text.size());
      const std::string_view type = line.text.substr(at, end - at);
      const bool known = type == kCheckedType || type == kSharedType ||
                         std::find(std::begin(kKeyTypeNames), std::end(kKeyTypeNames), type) !=
                             std::end(kKeyTypeNames);
      if (!known) {
        Fail(line, at + 1,
             fmt::format("no such type; there are: {} {} {}", fmt::join(kKeyTypeNames, " "),
                         kCheckedType, kSharedType));
      }
      if (std::find(bug_.types.begin(), bug_.types.end(), type) != bug_.types.end()) {
        Fail(line, at + 1, "this type is there twice");
      }
      bug_.types.emplace_back(type);
      at = end + 1;
    }
  }

  void ReadProse(const Line& head, std::string& prose) {
    if (!prose.empty()) Fail(head, 1, "this section is there twice");
    while (Peek().rfind("  ", 0) == 0) {
      if (!prose.empty()) prose += "\n";
      prose += Next()->text.substr(2);
    }
    if (prose.empty()) Fail(head, 1, "lines indented by two spaces have to follow");
  }

  // All up to `new:`, and all behind it.
  void ReadEdit(const Line& head) {
    for (;;) {
      const std::optional<Line> line = Next();
      if (!line.has_value()) Fail(head, 1, "no `new:` follows");
      if (line->text == "new:") break;
      bug_.old_text += std::string(line->text) + "\n";
    }
    if (bug_.old_text.empty()) Fail(head, 1, "the old text is empty");
    bug_.new_text = std::string(rest_);
    if (!bug_.new_text.empty() && bug_.new_text.back() != '\n') bug_.new_text += "\n";
    if (bug_.new_text == bug_.old_text) Fail(head, 1, "old and new text are the same");
  }

  void RequireAll() const {
    for (const char* name : {"id", "title", "class", "file", "weight", "threads"}) {
      if (headers_.count(name) == 0) {
        Fail(last_, 1, fmt::format("the file lacks a line `{}:`", name));
      }
    }
    if (bug_.oracle.empty() == bug_.equivalent.empty()) {
      Fail(last_, 1,
           "the file needs a line `oracle:`, or of an edit that nobody can see "
           "`equivalent:`, but not both");
    }
    if (bug_.canary && (bug_.IsEquivalent() || !bug_.IsHuntable())) {
      Fail(headers_.at("canary"), 1,
           "no hunt finds an edit that is equivalent, wants a recording, or threads on a map that "
           "is not for them");
    }
    if (!bug_.alarm.empty() && (bug_.IsEquivalent() || (bug_.threads && !bug_.IsHuntable()))) {
      Fail(headers_.at("alarm"), 1,
           "no tape shows an edit that is equivalent or wants threads on a map that is not for "
           "them");
    }
    if (bug_.races && (!bug_.threads || bug_.canary || !bug_.alarm.empty())) {
      Fail(
          headers_.at("lane"), 1,
          "what only the thread sanitizer sees wants threads, and is no canary and no alarm, which "
          "have other builds");
    }
    if (bug_.story.empty()) Fail(last_, 1, "the file lacks a section `story:`");
    if (bug_.trigger.empty()) Fail(last_, 1, "the file lacks a section `trigger:`");
    if (bug_.old_text.empty()) Fail(last_, 1, "the file lacks the edit, `old:` and `new:`");
    if (bug_.id + ".bug" != std::filesystem::path(path_).filename().string()) {
      Fail(headers_.at("id"), 5, "the id has to be the file's name without `.bug`");
    }
  }

  std::string path_;
  std::string_view rest_;
  Line last_;
  BugFile bug_;
  std::map<std::string, Line> headers_;
};

}  // namespace

std::string_view BuiltTypeOf(const Config& config) {
  if (IsShared(config)) return kSharedType;
  if (config.policy == PolicyKind::kChecked) return kCheckedType;
  return kKeyTypeNames[static_cast<int>(config.type)];
}

bool BugFile::IsBuiltFor(std::string_view type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

BugFile ParseBugFile(std::string_view text, const std::string& path) {
  return Reader(text, path).Read();
}

std::vector<BugFile> ReadBugFiles(const std::string& folder) {
  std::vector<BugFile> bugs;
  for (const std::string& file : FilesUnder(folder)) {
    if (std::filesystem::path(file).extension() != ".bug") continue;
    bugs.push_back(ParseBugFile(ReadInput(file), file));
    for (const BugFile& other : bugs) {
      if (&other == &bugs.back() || other.id != bugs.back().id) continue;
      throw ToolError(kExitUsage, fmt::format("{}: {} has the same name; give one of them another",
                                              file, other.path));
    }
  }
  if (bugs.empty()) {
    throw ToolError(kExitUsage, folder + ": no *.bug file; give the folder that holds the bugs");
  }
  return bugs;
}

std::string NoSuchBug(const std::string& id, const std::vector<BugFile>& bugs,
                      const std::string& folder) {
  std::vector<std::string_view> ids;
  for (const BugFile& bug : bugs) ids.emplace_back(bug.id);
  // The name of its file is meant well, too.
  const std::string_view nearest = Nearest(id.substr(0, id.rfind(".bug")), ids);
  return fmt::format("{}: no such bug in {}{}", id, folder,
                     nearest.empty() ? "" : "; did you mean " + Quoted(nearest) + "?");
}

PlantedText Plant(const BugFile& bug, std::string_view source) {
  std::size_t at = 0, times = 0;
  for (std::size_t found = source.find(bug.old_text); found != std::string_view::npos;
       found = source.find(bug.old_text, found + 1)) {
    if (found != 0 && source[found - 1] != '\n') continue;  // whole lines only
    at = found;
    ++times;
  }
  if (times != 1) {
    throw ToolError(
        kExitUsage,
        fmt::format("{}: its old text is found {} in {}, and has to be once; write the "
                    "edit anew for the present source",
                    bug.path, times == 0 ? "nowhere" : Plural(times, "time"), bug.file));
  }
  const auto lines = [](std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  };
  const std::size_t first = lines(source.substr(0, at)) + 1;
  std::string text(source);
  text.replace(at, bug.old_text.size(), bug.new_text);
  return {std::move(text), {first, first + lines(bug.old_text) - 1}};
}

std::string ShortageOf(const std::vector<BugFile>& bugs, std::size_t least) {
  std::map<std::string_view, std::size_t> halves;  // a subtle one is two
  std::size_t gross = 0, subtle = 0;
  for (const BugFile& bug : bugs) {
    if (bug.IsEquivalent()) continue;
    halves[bug.bug_class] += bug.IsGross() ? 1 : 2;
    ++(bug.IsGross() ? gross : subtle);
  }
  std::string shortage;
  for (const std::string_view bug_class : kBugClasses) {
    if (halves[bug_class] >= 2 * least) continue;
    shortage += fmt::format("class {}: {} of {} bugs (a gross one counts half)\n", bug_class,
                            static_cast<double>(halves[bug_class]) / 2, least);
  }
  if (gross >= subtle) {
    shortage += fmt::format("{} subtle bugs do not outnumber {} gross ones\n", subtle, gross);
  }
  return shortage;
}

}  // namespace mapfuzz::tool

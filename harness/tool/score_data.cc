#include "harness/tool/score_data.h"

#include <fmt/format.h>

#include <cmath>
#include <set>
#include <type_traits>
#include <utility>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

// What is wrong with a value, without the place.
struct Malformed {
  std::string what;
};

constexpr std::pair<BuildState, std::string_view> kBuildStates[] = {
    {BuildState::kOk, "ok"},
    {BuildState::kFailed, "failed"},
    {BuildState::kDuplicate, "duplicate"}};

// The members of each record, once for both directions: `visit` gets their names and values.
template <class T, class Record>
concept Of = std::is_same_v<std::remove_const_t<T>, Record>;

template <Of<Trial> T, class Visit>
void EachMember(T& trial, Visit visit) {
  visit("bug", trial.bug);
  visit("number", trial.number);
  visit("seed", trial.seed);
  visit("detected", trial.detected);
  visit("oracle", trial.oracle);
  visit("property", trial.property);
  visit("target", trial.target);
  visit("operations", trial.operations);
  visit("executions", trial.executions);
  visit("seconds", trial.seconds);
  visit("reached", trial.reached);
  visit("triggered", trial.triggered);
  visit("budget_seconds", trial.budget_seconds);
}

template <Of<CorpusReplay> T, class Visit>
void EachMember(T& replay, Visit visit) {
  visit("bug", replay.bug);
  visit("detected", replay.detected);
  visit("oracle", replay.oracle);
  visit("tape", replay.tape);
  visit("seconds", replay.seconds);
  visit("reached", replay.reached);
  visit("triggered", replay.triggered);
}

template <Of<Build> T, class Visit>
void EachMember(T& build, Visit visit) {
  visit("state", build.state);
  visit("duplicate_of", build.duplicate_of);
  visit("message", build.message);
}

template <Of<BugInfo> T, class Visit>
void EachMember(T& bug, Visit visit) {
  visit("id", bug.id);
  visit("title", bug.title);
  visit("class", bug.bug_class);
  visit("weight", bug.weight);
  visit("expected_oracle", bug.expected_oracle);
  visit("equivalent", bug.equivalent);
  visit("build", bug.build);
}

template <Of<Score> T, class Visit>
void EachMember(T& score, Visit visit) {
  visit("configuration", score.configuration);
  visit("bugs", score.bugs);
  visit("trials", score.trials);
  visit("replays", score.replays);
}

Json JsonOf(const std::string& value) { return value; }
Json JsonOf(bool value) { return value; }
Json JsonOf(std::uint64_t value) { return value; }
Json JsonOf(double value) { return value; }
Json JsonOf(const std::optional<bool>& value) { return value.has_value() ? Json(*value) : Json(); }

Json JsonOf(BuildState value) {
  for (const auto& [state, name] : kBuildStates) {
    if (state == value) return name;
  }
  return {};
}

template <class Record>
Json JsonOf(const Record& record);

template <class Record>
Json JsonOf(const std::vector<Record>& records) {
  Json array = Json::array();
  for (const Record& record : records) array.push_back(JsonOf(record));
  return array;
}

template <class Record>
Json JsonOf(const Record& record) {
  Json object = Json::object();
  EachMember(record, [&](const char* name, const auto& value) { object[name] = JsonOf(value); });
  return object;
}

void Take(const Json& json, std::string& value) {
  if (!json.is_string()) throw Malformed{"is no string"};
  value = json.get<std::string>();
}

void Take(const Json& json, bool& value) {
  if (!json.is_boolean()) throw Malformed{"is neither true nor false"};
  value = json.get<bool>();
}

void Take(const Json& json, std::uint64_t& value) {
  if (!json.is_number_unsigned()) throw Malformed{"is no whole number from 0 to 2^64 - 1"};
  value = json.get<std::uint64_t>();
}

void Take(const Json& json, double& value) {
  if (!json.is_number() || std::signbit(json.get<double>())) {
    throw Malformed{"is no number from 0 up"};
  }
  value = json.get<double>();
}

void Take(const Json& json, std::optional<bool>& value) {
  if (!json.is_boolean() && !json.is_null()) throw Malformed{"is none of true, false and null"};
  value = json.is_null() ? std::nullopt : std::optional<bool>(json.get<bool>());
}

void Take(const Json& json, BuildState& value) {
  for (const auto& [state, name] : kBuildStates) {
    if (json == name) {
      value = state;
      return;
    }
  }
  throw Malformed{"is none of ok, failed and duplicate"};
}

template <class Record>
void Take(const Json& json, Record& record);

template <class Record>
void Take(const Json& json, std::vector<Record>& records) {
  if (!json.is_array()) throw Malformed{"is no array"};
  for (const Json& element : json) {
    try {
      Take(element, records.emplace_back());
    } catch (const Malformed& error) {
      throw Malformed{fmt::format("[{}]: {}", records.size() - 1, error.what)};
    }
  }
}

template <class Record>
void Take(const Json& json, Record& record) {
  if (!json.is_object()) throw Malformed{"is no object"};
  std::size_t members = 0;
  EachMember(record, [&](const char* name, auto& value) {
    const auto member = json.find(name);
    if (member == json.end()) throw Malformed{fmt::format("`{}` is missing", name)};
    try {
      Take(*member, value);
    } catch (const Malformed& error) {
      throw Malformed{fmt::format("`{}` {}", name, error.what)};
    }
    ++members;
  });
  if (json.size() != members) throw Malformed{"has members that are not known"};
}

template <class Record>
Record Parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) throw Malformed{"is not JSON"};
  Record record;
  Take(json, record);
  return record;
}

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void RequireOracle(bool detected, const std::string& oracle) {
  if (detected == oracle.empty()) {
    throw Malformed{detected ? "`detected` is true, but there is no `oracle`"
                             : "`detected` is false, but there is an `oracle`"};
  }
}

// One of each kind only: what is the same again is to be told apart from a second measurement.
class Seen {
 public:
  void Add(const Trial& trial) {
    RequireOracle(trial.detected, trial.oracle);
    if (!trials_.emplace(trial.bug, trial.number).second) {
      throw Malformed{fmt::format("trial {} of {} comes twice", trial.number, trial.bug)};
    }
  }
  void Add(const CorpusReplay& replay) {
    RequireOracle(replay.detected, replay.oracle);
    if (!replays_.insert(replay.bug).second) {
      throw Malformed{"the replay of " + replay.bug + " comes twice"};
    }
  }

 private:
  std::set<std::pair<std::string, std::uint64_t>> trials_;
  std::set<std::string> replays_;
};

template <class Record>
Log<Record> ParseLog(std::string_view content, const std::string& file) {
  Log<Record> log;
  Seen seen;
  std::size_t line = 0;
  for (std::size_t end = 0; (end = content.find('\n', log.whole_bytes)) != content.npos;) {
    ++line;
    try {
      log.records.push_back(Parse<Record>(content.substr(log.whole_bytes, end - log.whole_bytes)));
      seen.Add(log.records.back());
    } catch (const Malformed& error) {
      throw ToolError(kExitUsage,
                      fmt::format("{}:{}: {}; remove the line, and it is measured again", file,
                                  line, error.what));
    }
    log.whole_bytes = end + 1;
  }
  return log;
}

void CheckBugs(const std::vector<BugInfo>& bugs, std::set<std::string>& ids) {
  for (const BugInfo& bug : bugs) {
    if (!ids.insert(bug.id).second) throw Malformed{"two bugs have the id " + bug.id};
  }
  for (const BugInfo& bug : bugs) {
    const bool duplicate = bug.build.state == BuildState::kDuplicate;
    if (duplicate && (bug.build.duplicate_of == bug.id || !ids.contains(bug.build.duplicate_of))) {
      throw Malformed{fmt::format("{} is said to be the same as {}, which is no other bug", bug.id,
                                  bug.build.duplicate_of)};
    }
  }
}

}  // namespace

void CheckScore(const Score& score, const std::string& name) {
  std::set<std::string> ids;
  const auto require_bug = [&](const std::string& id, const char* what) {
    if (!ids.contains(id)) throw Malformed{fmt::format("a {} is of {}, which is no bug", what, id)};
  };
  try {
    CheckBugs(score.bugs, ids);
    Seen seen;
    for (const Trial& trial : score.trials) {
      require_bug(trial.bug, "trial");
      seen.Add(trial);
    }
    for (const CorpusReplay& replay : score.replays) {
      require_bug(replay.bug, "replay");
      seen.Add(replay);
    }
  } catch (const Malformed& error) {
    throw ToolError(kExitUsage, fmt::format("{}: {}; give the score as it was written, with the "
                                            "bugs that it was measured with",
                                            name, error.what));
  }
}

nlohmann::ordered_json ToJson(const Score& score) { return JsonOf(score); }

Score ParseScore(std::string_view content, const std::string& file) {
  Score score;
  try {
    score = Parse<Score>(content);
  } catch (const Malformed& error) {
    throw ToolError(kExitUsage,
                    fmt::format("{}: {}; give a score as this tool writes it", file, error.what));
  }
  CheckScore(score, file);
  return score;
}

std::string TrialLine(const Trial& trial) { return Dump(JsonOf(trial)) + "\n"; }

std::string ReplayLine(const CorpusReplay& replay) { return Dump(JsonOf(replay)) + "\n"; }

Log<Trial> ParseTrials(std::string_view content, const std::string& file) {
  return ParseLog<Trial>(content, file);
}

Log<CorpusReplay> ParseReplays(std::string_view content, const std::string& file) {
  return ParseLog<CorpusReplay>(content, file);
}

}  // namespace mapfuzz::tool

#include "harness/schedule.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mapfuzz {
namespace {

constexpr std::string_view kChances[] = {"1/2", "1/4", "1/8", "1/16", "1/32", "1/64"};

// Takes the tokens of a schedule one after the other.
class Tokens {
 public:
  Tokens(const TokenReader& line, std::size_t first) : line_(line), at_(first) {}

  bool AtEnd() const { return at_ == line_.tokens().size(); }

  std::string_view Take(std::string_view what) {
    if (AtEnd()) line_.FailBehindTokens("the " + std::string(what) + " is missing");
    return line_.tokens()[at_++];
  }

  int TakeName(std::string_view what, std::span<const std::string_view> names) {
    const std::string_view token = Take(what);
    return line_.NameAt(token, what, names);
  }

  // A word and the number behind it.
  std::uint32_t TakeNumber(std::string_view word, std::int64_t min, std::int64_t max) {
    TakeWord(word);
    const std::string_view token = Take(word);
    return static_cast<std::uint32_t>(line_.NumberAt(token, word, min, max));
  }

  void TakeWord(std::string_view word) {
    const std::string_view token = Take(word);
    if (token != word)
      line_.FailAt(token, Quoted(word) + " is expected here, not " + Quoted(token));
  }

  Switch TakeSwitch() {
    const std::string_view token = Take("switch");
    const std::size_t arrow = token.find('>');
    if (arrow == token.npos) {
      line_.FailAt(token, Quoted(token) + " is not a switch; write POINT>THREAD, as in `5>1`");
    }
    const auto point = line_.NumberAt(token.substr(0, arrow), "point", 0, kMaxPoints);
    const auto thread = line_.NumberAt(token.substr(arrow + 1), "thread", 0, kMaxThreads - 1);
    return {static_cast<std::uint32_t>(point), static_cast<std::uint8_t>(thread)};
  }

  // The token taken last is wrong.
  [[noreturn]] void Fail(std::string_view message) const {
    line_.FailAt(line_.tokens()[at_ - 1], message);
  }

  void ExpectEnd() const {
    if (!AtEnd()) line_.FailAt(line_.tokens()[at_], "nothing is expected behind the schedule");
  }

 private:
  const TokenReader& line_;
  std::size_t at_;
};

std::vector<Switch> TakeSwitches(Tokens& tokens) {
  std::vector<Switch> switches;
  while (!tokens.AtEnd()) {
    const Switch next = tokens.TakeSwitch();
    if (!switches.empty() && next.point <= switches.back().point) {
      tokens.Fail("points ascend, and this one is not behind " +
                  std::to_string(switches.back().point));
    }
    switches.push_back(next);
  }
  return switches;
}

std::vector<Switch> CanonicalSwitches(std::vector<Switch> switches) {
  for (Switch& s : switches) {
    s.point = std::min(s.point, kMaxPoints);
    s.thread %= kMaxThreads;
  }
  const auto before = [](const Switch& a, const Switch& b) {
    return std::pair(a.point, a.thread) < std::pair(b.point, b.thread);
  };
  const auto same_point = [](const Switch& a, const Switch& b) { return a.point == b.point; };
  std::sort(switches.begin(), switches.end(), before);
  switches.erase(std::unique(switches.begin(), switches.end(), same_point), switches.end());
  return switches;
}

}  // namespace

Schedule RandomSchedule(PointLevel level, std::uint32_t seed, std::uint8_t chance_log) {
  return {ScheduleKind::kRandom, level, seed, chance_log, 0, 0, {}};
}

Schedule PctSchedule(PointLevel level, std::uint32_t seed, std::uint8_t depth,
                     std::uint32_t length) {
  return {ScheduleKind::kPct, level, seed, 0, depth, length, {}};
}

Schedule ExplicitSchedule(PointLevel level, std::vector<Switch> switches) {
  return {ScheduleKind::kExplicit, level, 0, 0, 0, 0, std::move(switches)};
}

Schedule DrawSchedule(PointLevel level, Random& random) {
  const auto chance = static_cast<std::uint8_t>(random.Between(kMinChanceLog, kMaxChanceLog));
  return RandomSchedule(level, static_cast<std::uint32_t>(random.Next()), chance);
}

Schedule Canonical(Schedule schedule) {
  switch (schedule.kind) {
    case ScheduleKind::kRandom:
      return RandomSchedule(
          schedule.level, schedule.seed,
          std::clamp<std::uint8_t>(schedule.chance_log, kMinChanceLog, kMaxChanceLog));
    case ScheduleKind::kPct:
      return PctSchedule(schedule.level, schedule.seed,
                         std::clamp<std::uint8_t>(schedule.depth, 1, kMaxDepth),
                         std::clamp<std::uint32_t>(schedule.length, 1, kMaxPoints));
    case ScheduleKind::kExplicit:
      break;
  }
  return ExplicitSchedule(schedule.level, CanonicalSwitches(std::move(schedule.switches)));
}

std::string ToText(const Schedule& schedule) {
  const Schedule canonical = Canonical(schedule);
  std::string text(kScheduleKindNames[static_cast<int>(canonical.kind)]);
  text += ' ';
  text += kPointLevelNames[static_cast<int>(canonical.level)];
  if (canonical.kind != ScheduleKind::kExplicit) text += " seed " + std::to_string(canonical.seed);
  if (canonical.kind == ScheduleKind::kRandom) {
    text += " chance ";
    text += kChances[canonical.chance_log - kMinChanceLog];
  }
  if (canonical.kind == ScheduleKind::kPct) {
    text += " depth " + std::to_string(canonical.depth);
    text += " length " + std::to_string(canonical.length);
  }
  for (const Switch& s : canonical.switches) {
    text += " " + std::to_string(s.point) + ">" + std::to_string(s.thread);
  }
  return text;
}

Schedule ScheduleAt(const TokenReader& line, std::size_t first) {
  Tokens tokens(line, first);
  Schedule schedule;
  schedule.kind = static_cast<ScheduleKind>(tokens.TakeName("schedule", kScheduleKindNames));
  schedule.level = static_cast<PointLevel>(tokens.TakeName("level", kPointLevelNames));
  if (schedule.kind == ScheduleKind::kExplicit) {
    schedule.switches = TakeSwitches(tokens);
    return schedule;
  }
  schedule.seed = tokens.TakeNumber("seed", 0, std::numeric_limits<std::uint32_t>::max());
  if (schedule.kind == ScheduleKind::kRandom) {
    tokens.TakeWord("chance");
    const int chance = tokens.TakeName("chance", kChances);
    schedule.chance_log = static_cast<std::uint8_t>(kMinChanceLog + chance);
  } else {
    schedule.depth = static_cast<std::uint8_t>(tokens.TakeNumber("depth", 1, kMaxDepth));
    schedule.length = tokens.TakeNumber("length", 1, kMaxPoints);
  }
  tokens.ExpectEnd();
  return schedule;
}

Schedule ParseSchedule(std::string_view text, std::string_view file) {
  TokenReader reader(text, file);
  if (!reader.NextTokens()) reader.FailBehindLine("the schedule is missing");
  const Schedule schedule = ScheduleAt(reader, 0);
  if (reader.NextTokens()) {
    reader.FailAt(reader.tokens().front(), "a schedule is one line, and this is a second one");
  }
  return schedule;
}

}  // namespace mapfuzz

// SPDX-License-Identifier: Apache-2.0
// The check itself, and the list of its rules.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "core/base/fd.hpp"
#include "core/base/text.hpp"
#include "sdk/json/json.hpp"
#include "sdk/tools/check/case/process.hpp"
#include "sdk/tools/check/check.hpp"
#include "sdk/tools/check/host/trace.hpp"
#include "sdk/tools/check/report/rules.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"

namespace heygen::tools {
namespace {

constexpr int kFirstOwn = 100;  // descriptors of the check itself

bool is_dumb() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || std::string_view(kind) == "dumb";
}

bool may_color() {
  const char* refused = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && !is_dumb() && (refused == nullptr || *refused == '\0');
}

int seconds_of(const std::string& word) {
  char* end = nullptr;
  const long seconds = std::strtol(word.c_str(), &end, 10);
  if (*end != '\0' || seconds < 1 || seconds > 600)
    throw UsageError("invalid --limit '" + shown_word(word) + "': must be from 1 to 600 seconds");
  return static_cast<int>(seconds);
}

struct CheckWords {
  check::Options options;
  bool json = false, all = false, strict = false, trace = false;
};

/// On a terminal, the name of the case that runs.
class Progress {
 public:
  ~Progress() { clear(); }
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(const std::string& name) const { say("\r\x1b[K" + name + " ..."); }
  void clear() const { say("\r\x1b[K"); }

 private:
  void say(const std::string& text) const {
    if (shown_) std::fputs(text.c_str(), stderr);
  }
  bool shown_ = isatty(STDERR_FILENO) == 1 && !is_dumb();
};

CheckWords parse_check(const Words& words) {
  CheckWords parsed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool names_world = word == "--world" || word == "--scenario";  // the older name
    const bool takes_value = names_world || word == "--limit";
    if (takes_value && i + 1 == words.size()) throw UsageError(word + " requires a value");
    if (word == "--json") {
      parsed.json = true;
    } else if (word == "--all") {
      parsed.all = true;
    } else if (word == "--no-cage") {
      parsed.options.cage = false;
    } else if (word == "--no-memory") {
      parsed.options.memory = false;
    } else if (word == "--strict") {
      parsed.strict = true;
    } else if (word == "--trace") {
      parsed.trace = true;
    } else if (names_world) {
      parsed.options.world = words[++i];
    } else if (word == "--limit") {
      parsed.options.limit_ms = 1'000 * seconds_of(words[++i]);
    } else if (word.starts_with("--") || !parsed.options.path.empty()) {
      throw UsageError("unexpected argument '" + shown_word(word) + "'");
    } else {
      parsed.options.path = word;
    }
  }
  if (parsed.options.path.empty()) throw UsageError("a PATH is missing");
  return parsed;
}

}  // namespace

int check_task(const Words& words) {
  CheckWords parsed = parse_check(words);
  const UniqueFd traced(parsed.trace ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, kFirstOwn) : -1);
  check::Trace::to(traced.get());
  const Progress progress;
  if (!parsed.trace) parsed.options.progress = [&](const std::string& name) { progress.show(name); };
  try {
    const check::SignalsBlocked blocked;
    const check::Report report = check::check_provider(parsed.options);
    progress.clear();
    print(parsed.json ? sdk::write_json_pretty(check::to_json(report))
                      : check::to_text(report, parsed.all, may_color()));
    const bool reached = !parsed.strict || check::unchecked_rules(report) == 0;
    return report.findings.failed.empty() && reached ? 0 : 1;
  } catch (const check::Stopped& stopped) {  // nothing of the check is left; now as if it had not been held back
    progress.clear();
    std::signal(stopped.signal, SIG_DFL);
    std::raise(stopped.signal);
    return 128 + stopped.signal;
  } catch (const std::runtime_error& error) {
    if (!parsed.json) throw;
    print(sdk::write_json_pretty(
        sdk::object({{"library", printable(parsed.options.path.string())}, {"error", printable(error.what())}})));
    return 1;
  }
}

int rules_task(const Words& words) {
  const bool as_json = words == Words{"--json"};
  if (!words.empty() && !as_json) throw UsageError("`rules` has only the option --json");
  sdk::List list = sdk::list();
  std::string text;
  for (const check::Rule& rule : check::rules()) {
    list->add(sdk::object({{"rule", rule.id}, {"title", rule.title}, {"why", rule.why}, {"fix", rule.fix}}));
    text += std::string(rule.id) + "  " + std::string(rule.title) + "\n    Why:  " + std::string(rule.why) +
            "\n    Fix:  " + std::string(rule.fix) + "\n";
  }
  print(as_json ? sdk::write_json_pretty(list) : text);
  return 0;
}

int run_once_task(const Words& words) {
  if (words.size() < 2) throw UsageError("run-once requires a library and a number");
  check::Options options;
  options.path = words[0];
  const std::string& limit = words[1];
  const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), options.limit_ms);
  if (error != std::errc{} || end != limit.data() + limit.size())
    throw UsageError("'" + shown_word(limit) + "' is not a number");
  if (words.size() > 2) options.world = words[2];
  return check::run_once(options);
}

}  // namespace heygen::tools

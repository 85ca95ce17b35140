// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/check.hpp"

#include <unistd.h>

#include <csignal>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/elf_file.hpp"
#include "core/provider/library/ownership.hpp"
#include "core/provider/needs.hpp"
#include "sdk/tools/check/case/caged.hpp"
#include "sdk/tools/check/case/cases.hpp"
#include "sdk/tools/check/case/memory.hpp"
#include "sdk/tools/check/case/process.hpp"
#include "sdk/tools/check/guard/process_state.hpp"
#include "sdk/tools/check/guard/runtime_cost.hpp"
#include "sdk/tools/check/host/trace.hpp"
#include "sdk/tools/check/report/rules.hpp"

namespace heygen::check {
namespace {

namespace fs = std::filesystem;

/// A directory that goes with this object.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "heygen-check.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("could not create the directory " + name);
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

constexpr const char* kRuntime = "it declares HEYGEN_PROVIDER_RUNTIME: what it brings stays until the program ends";

class Checker {
 public:
  explicit Checker(const Options& options) : options_(options) {
    find_library();
    started_ = fs::file_time_type::clock::now();
  }

  Report run() {
    look_at_file();
    if (usable_) look_at_manifest();
    if (usable_ && choose_scenario()) run_cases();
    if (usable_ && !blocked_) check_in_cage();
    if (usable_ && !blocked_) check_memory_use();
    look_for_secrets();
    say_what_was_tried();
    close_open_rules();
    return std::move(report_);
  }

 private:
  void find_library();
  void look_at_file();
  void look_at_manifest();
  void compare_manifest();
  bool choose_scenario();
  std::optional<Findings> normal_run(Scenario& scenario);
  bool leave_out(const std::string& function);
  void run_cases();
  void check_in_cage();
  void check_memory_use();
  void look_for_secrets();
  void say_what_was_tried();
  void close_open_rules();
  /// True when the child reported all findings.
  bool run_one(const char* name, std::string_view on_crash, const Scenario& scenario,
               const std::function<void(Findings&)>& body, Findings& into, std::string* where = nullptr);
  void judge_end(const char* name, std::string_view on_crash, const Scenario& scenario, const Ended& ended,
                 Findings& into);

  const Options& options_;
  Report report_;
  Scratch scratch_;
  fs::file_time_type started_;
  fs::path manifest_file_;
  provider::Manifest manifest_;
  Scenario scenario_;
  std::size_t chosen_ = 0;
  Plan plan_;
  std::set<std::string, std::less<>> left_out_;  ///< functions that crash or hang in a normal run
  int limit_ms_ = options_.limit_ms;
  bool usable_ = true, blocked_ = false, traced_ = false;
};

void Checker::find_library() {
  std::error_code error;
  fs::path path = fs::canonical(options_.path, error);
  if (error) throw std::runtime_error(options_.path.string() + ": " + error.message());
  if (fs::is_directory(path))
    throw std::runtime_error(path.string() + " is a directory; pass the library or its manifest");
  if (path.extension() == ".json") {
    manifest_file_ = path;
    std::ifstream stream(path);
    try {
      const auto manifest = provider::parse_manifest(std::string(std::istreambuf_iterator<char>(stream), {}));
      path = fs::canonical(path.parent_path() / manifest.library, error);
      if (error) throw std::runtime_error("its library `" + manifest.library + "`: " + error.message());
    } catch (const std::runtime_error& caught) {
      throw std::runtime_error(manifest_file_.string() + ": " + caught.what());
    }
  }
  report_.library = path;
}

void Checker::look_at_file() {
  Findings& out = report_.findings;
  for (const char* rule : {"entry-exports", "file-rpath", "file-needed", "file-ownership"}) out.cover(rule);
  try {
    std::vector<std::string> names = provider::exported_symbols(report_.library);
    if (std::erase(names, "heygen_provider_entry") == 0) {
      out.fail("entry-exports", "heygen_provider_entry is not exported");
      usable_ = false;
    }
    if (!names.empty()) {
      out.fail("entry-exports", "it also exports " + names.front() +
                                    (names.size() > 1 ? " and " + std::to_string(names.size() - 1) + " more" : ""));
    }
    report_.elf = read_elf_facts(report_.library);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(report_.library.string() + ": " + error.what());
  }
  if (!report_.elf.search_path.empty()) out.fail("file-rpath", "it has the RPATH " + report_.elf.search_path);
  for (const std::string& name : report_.elf.needed) {
    const auto below = [&](const char* directory) {
      std::error_code error;
      return fs::exists(fs::path(directory) / name, error);
    };
    const std::array directories{"/lib64",
                                 "/usr/lib64",
                                 "/lib",
                                 "/usr/lib",
                                 "/lib/" HEYGEN_LIBRARY_ARCHITECTURE,
                                 "/usr/lib/" HEYGEN_LIBRARY_ARCHITECTURE};
    if (name.find('/') != std::string::npos || std::ranges::none_of(directories, below)) {
      out.fail("file-needed", "it needs " + name + ", which no system directory has");
    }
  }
  if (const auto fault = provider::find_ownership_fault(report_.library)) out.fail("file-ownership", fault->what());
}

void Checker::look_at_manifest() {
  const Scenario scenario = make_scenario({});
  Findings found;
  bool complete = true;
  const auto was_slow = [&] {
    return std::ranges::find(found.failed, "load-time", &Finding::rule) != found.failed.end();
  };
  for (int tries = 0; tries < 3 && complete && (tries == 0 || was_slow()); ++tries) {  // the machine may be busy
    found = {};
    const auto look = [&](Findings& out) { look_at_library(report_.library, out); };
    complete = run_one("loading", "process-crash", scenario, look, found);
  }
  report_.findings.merge(found);
  usable_ = complete && found.facts->has("manifest");
  if (!usable_) return;
  manifest_ = provider::parse_manifest(sdk::text_at(found.facts, "manifest"));
  manifest_.library = report_.library.filename().string();
  report_.id = manifest_.id;
  report_.version = manifest_.version;
  report_.title = manifest_.title;
  report_.cost = sdk::text_at(found.facts, "cost");
  compare_manifest();
}

void Checker::compare_manifest() {
  Findings& out = report_.findings;
  out.cover("manifest-needs");
  for (const std::string& unknown : provider::parse_needs(manifest_.needs).unknown)
    out.fail("manifest-needs", "`" + unknown + "` is not a need that this heygen knows");
  out.cover("manifest-same");
  if (manifest_file_.empty()) manifest_file_ = report_.library.parent_path() / (manifest_.id + ".provider.json");
  std::ifstream stream(manifest_file_, std::ios::binary);
  if (!stream) return out.fail("manifest-same", manifest_file_.filename().string() + " is missing beside the library");
  try {
    const auto manifest = provider::parse_manifest(std::string(std::istreambuf_iterator<char>(stream), {}));
    if (const auto difference = provider::first_difference(manifest, manifest_)) out.fail("manifest-same", *difference);
    if (manifest_file_.filename() != manifest_.id + ".provider.json") {
      out.fail("manifest-same", "it is named " + manifest_file_.filename().string());
    }
    std::error_code error;
    if (!fs::equivalent(manifest_file_.parent_path() / manifest.library, report_.library, error)) {
      out.fail("manifest-same", "its `library` is " + manifest.library);
    }
  } catch (const std::runtime_error& error) {
    out.fail("manifest-same", error.what());
  }
  if (const auto fault = provider::find_ownership_fault(manifest_file_)) out.fail("file-ownership", fault->what());
}

/// How far the check got: functions that worked, and where as many did, requests.
int progress_of(const Plan& plan) {
  constexpr int kOfFunction = 1'000;
  int score = 0;
  for (const Step step : kSteps) {
    score += (plan.works(step) ? kOfFunction : 0) + std::min(plan.of(step).requests, kOfFunction / 10);
  }
  return score;
}

/// The first scenario in which most works; what the survey found in it counts.
bool Checker::choose_scenario() {
  const Scenario given = make_scenario(options_.world);
  require_declared(options_.world, given, manifest_);
  std::vector<Scenario> scenarios = candidates(given, manifest_);
  int best = -1;
  Findings kept;
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const std::optional<Findings> found = normal_run(scenarios[i]);
    if (!found) {
      blocked_ = true;
      return false;
    }
    const Plan plan = plan_from(found->facts);
    const int score = progress_of(plan);
    if (score <= best) continue;
    best = score;
    kept = *found;
    scenario_ = scenarios[i];
    chosen_ = i;
    plan_ = plan;
  }
  scenario_.refreshes_first = plan_.refreshes_first;
  report_.findings.merge(kept);
  report_.steps = sdk::object_in(kept.facts->get("steps"));
  return true;
}

/// A function that crashes or hangs is left out, so that the others are run all the same.
std::optional<Findings> Checker::normal_run(Scenario& scenario) {
  for (;;) {
    scenario.left_out = left_out_;
    Findings found;
    std::string where;
    const auto body = [&](Findings& out) { survey(report_.library, scenario, out); };
    if (run_one("a normal run", "process-crash", scenario, body, found, &where)) return found;
    report_.findings.merge(found);
    if (!leave_out(where.substr(0, where.find("()")))) return {};
  }
}

bool Checker::leave_out(const std::string& function) {
  const auto is_step = [&](Step step) { return provider::name_of(function_of(step)) == function; };
  if (std::ranges::none_of(kSteps, is_step) || !left_out_.insert(function).second) return false;
  constexpr int kQuick = 3'000;  // it may hang in every case
  limit_ms_ = std::min(limit_ms_, kQuick);
  return true;
}

void Checker::run_cases() {
  for (const Case& one : cases()) {
    Findings found;
    run_one(
        one.name, one.on_crash, scenario_, [&](Findings& out) { one.run(report_.library, scenario_, plan_, out); },
        found);
    report_.findings.merge(found);
  }
  for (const std::string& service : plan_.services) {
    Findings found;
    run_one(("no " + service).c_str(), "growth-services", scenario_,
            [&](Findings& out) { without_service(report_.library, scenario_, service, out); }, found);
    report_.findings.merge(found);
  }
  if (plan_.services.empty()) report_.findings.not_applicable("growth-services", "it asks for no service");
}

bool Checker::run_one(const char* name, std::string_view on_crash, const Scenario& scenario,
                      const std::function<void(Findings&)>& body, Findings& into, std::string* where) {
  options_.progress(name);
  std::map<std::string, std::string> exported;
  for (const std::string& variable : manifest_.credential_env) exported[variable] = scenario.secret("env");
  const Ended ended = run_case(scenario, exported, scratch_.path(), limit_ms_, [&](Findings& out) {
    Trace(scenario).line(std::string("== ") + name);
    const ProcessState before = ProcessState::now();
    try {
      body(out);
    } catch (const std::runtime_error&) {  // not usable: found already
    }
    if (runtime_accepted()) {
      out.not_applicable("load-atexit", kRuntime);
    } else {
      out.cover("load-atexit");
      const int handlers = atexit_handlers(report_.library);
      if (handlers > 0) out.fail("load-atexit", std::to_string(handlers) + " functions are left to run at exit");
    }
    out.cover("process-unchanged");
    const std::string difference = ProcessState::now().difference(before, runtime_accepted());
    if (!difference.empty()) out.fail("process-unchanged", difference);
  });
  into = ended.findings;
  if (where != nullptr) *where = ended.where;
  judge_end(name, on_crash, scenario, ended, into);
  return ended.complete;
}

void Checker::judge_end(const char* name, std::string_view on_crash, const Scenario& scenario, const Ended& ended,
                        Findings& into) {
  const std::string where = ended.where.empty() ? std::string(name) : ended.where + " (" + name + ")";
  into.cover("process-quiet");
  into.cover("process-stdin");
  into.cover("secret-output");
  traced_ = traced_ || ended.traced;
  if (ended.traced) into.cover("secret-child");
  if (!ended.complete && left_out_.contains(ended.where.substr(0, ended.where.find("()")))) return;  // said already
  if (ended.late) {
    const bool loading = std::strcmp(name, "loading") == 0;
    into.fail(loading ? "load-time" : "cancel-prompt",
              where + ": still running after " + std::to_string(limit_ms_) + " ms");
  } else if (ended.signal == SIGXFSZ) {
    into.fail("process-quiet", where + ": it writes without end");
  } else if (ended.signal != 0) {
    const std::string_view rule = ended.touched == Kind::record     ? "memory-after"
                                  : ended.touched == Kind::text     ? "memory-views"
                                  : ended.touched == Kind::past_end ? "growth-smaller"
                                                                    : on_crash;
    const char* words = ended.signal == SIGABRT ? " (an exception that left it, or abort())" : "";
    const std::size_t line = ended.output.find_first_not_of('\n');
    std::string said = line == std::string::npos ? "" : ended.output.substr(line, ended.output.find('\n', line) - line);
    if (scenario.holds_secret(said)) said.clear();
    into.fail(rule, where + ": " + strsignal(ended.signal) + words + (said.empty() ? "" : ": " + said.substr(0, 160)));
  } else if (ended.closed) {
    into.fail("process-unchanged", where + ": it closed descriptors that are not its own");
  } else if (!ended.complete) {
    into.fail("process-crash", where + ": it ended the process");
  } else {
    into.cover("memory-after");
    into.cover("memory-views");
  }
  if (scenario.holds_secret(ended.output)) {
    into.fail("secret-output", std::string(name) + ": it was printed");
  } else if (!ended.output.empty() && ended.signal == 0) {
    into.fail("process-quiet", std::string(name) + ": it printed \"" +
                                   ended.output.substr(0, std::min<std::size_t>(ended.output.find('\n'), 80)) + "\"");
  }
  if (!ended.left_process.empty()) into.fail("thread-left", where + ": " + ended.left_process + " still runs");
  if (ended.read_stdin) into.fail("process-stdin", std::string(name) + ": it was read");
  if (!ended.leaking_child.empty()) {
    into.fail("secret-child", std::string(name) + ": " + ended.leaking_child + " got one");
  }
  if (!ended.leaking_file.empty())
    into.fail("secret-file", std::string(name) + ": it was written to " + ended.leaking_file);
  if (const auto file = leaking_file(scenario, scratch_.path(), started_, !ended.watched)) {
    into.fail("secret-file", std::string(name) + ": it is in " + file->filename().string());
    std::error_code ignored;
    if (file->string().starts_with(scratch_.path().string())) fs::remove(*file, ignored);
  }
}

/// What breaks other rules may need what it should not have.
void Checker::check_in_cage() {
  if (!options_.cage) {
    for (const char* rule : {"needs-declared", "needs-used"}) report_.findings.skip(rule, "disabled with --no-cage");
    return;
  }
  if (!report_.findings.failed.empty()) return;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  Findings found;
  const auto body = [&](Findings& out) { check_needs(program, report_.library, manifest_, scenario_, plan_, out); };
  run_one("in the cage", "process-crash", scenario_, body, found);
  report_.findings.merge(found);
}

void Checker::check_memory_use() {
  options_.progress("memory");
  if (manifest_.runtime) return report_.findings.not_applicable("memory-use", "valgrind cannot follow its runtime");
  if (!options_.memory) return report_.findings.skip("memory-use", "disabled with --no-memory");
  check_memory(report_.library, options_.world, chosen_, report_.elf, report_.findings);
}

void Checker::look_for_secrets() {
  for (const char* rule : {"secret-file", "secret-log", "secret-shown", "secret-error", "secret-url"}) {
    if (usable_ && !blocked_) report_.findings.cover(rule);
  }
  if (!traced_ && usable_)
    report_.findings.skip("secret-child", "this system does not allow child processes to be traced");
}

/// Statuses that say no more than that a provider lacks what it need not have.
bool is_expected(Step step, const Baseline& baseline, const Plan& plan, const provider::Manifest& manifest) {
  if (!baseline.reached || baseline.status == HEYGEN_OK) return true;
  if (step == Step::login && !manifest.has_login) return true;
  if (step == Step::refresh && !plan.refreshable) return true;
  return baseline.status == HEYGEN_UNSUPPORTED;
}

void Checker::say_what_was_tried() {
  for (const auto& [step, baseline] : plan_.baseline) {
    if (is_expected(step, baseline, plan_, manifest_)) continue;
    Try tried{name_of(step), status_name(baseline.status), baseline.message, baseline.last_request};
    report_.tries.push_back(std::move(tried));
  }
  if (usable_ && !blocked_) report_.world = world_for(scenario_, manifest_, report_.findings.requests);
  for (std::size_t i = 0; i < scenario_.responses.size(); ++i) {
    const bool used =
        std::ranges::find(report_.findings.used, std::to_string(i), &Finding::rule) != report_.findings.used.end();
    if (!used) report_.unmatched.push_back(scenario_.responses[i].match);
  }
}

void Checker::close_open_rules() {
  std::string why = "no case got that far";
  if (!report_.findings.failed.empty()) why += ", see " + report_.findings.failed.front().rule;
  if (!report_.tries.empty()) {
    const Try& tried = report_.tries.front();
    why = "no case got that far: " + tried.function + " ended in " + tried.status;
  }
  // Every rule needs resolve(). A rule named after another function has that function's crash as its reason.
  const auto is_of = [](std::string_view rule, const std::string& function) {
    return rule.starts_with(function + "-");
  };
  const auto reason_of = [&](std::string_view rule) {
    if (left_out_.empty()) return why;
    const bool of_working = !left_out_.contains("resolve") && std::ranges::any_of(kSteps, [&](Step step) {
      const std::string function = provider::name_of(function_of(step));
      return is_of(rule, function) && !left_out_.contains(function);
    });
    const auto own =
        std::ranges::find_if(left_out_, [&](const std::string& function) { return is_of(rule, function); });
    const std::string& culprit = own != left_out_.end() ? *own : *left_out_.begin();
    const auto& failed = report_.findings.failed;
    const auto crash = std::ranges::find_if(
        failed, [&](const Finding& finding) { return finding.detail.starts_with(culprit + "()"); });
    return (of_working ? "no case got that far, as " : "") + culprit + "() crashes or hangs, see " +
           (crash != failed.end() ? crash->rule : failed.front().rule);
  };
  for (const Rule& rule : rules()) {
    const auto has = [&](const std::vector<Finding>& list) {
      return std::ranges::find(list, rule.id, &Finding::rule) != list.end();
    };
    const Findings& all = report_.findings;
    const bool known = has(all.covered) || has(all.inapplicable) || has(all.open) || has(all.skipped);
    if (!known) report_.findings.unchecked(rule.id, reason_of(rule.id));
  }
}

}  // namespace

Report check_provider(const Options& options) {
  return Checker(options).run();
}

int run_once(const Options& options) {
  Findings findings;
  const fs::path library = fs::canonical(options.path);
  Findings ignored;
  look_at_library(library, ignored);
  const auto manifest = provider::parse_manifest(sdk::text_at(ignored.facts, "manifest"));
  const auto scenarios = candidates(make_scenario(options.world), manifest);
  const auto index = static_cast<std::size_t>(options.limit_ms);
  survey(library, scenarios.at(std::min(index, scenarios.size() - 1)), findings);
  return 0;
}

}  // namespace heygen::check

// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/case/caged.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/environment.hpp"
#include "core/base/home.hpp"
#include "core/provider/discovery/search_path.hpp"
#include "core/provider/isolated/process/attempts.hpp"
#include "core/provider/isolated/process/isolated_provider.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/service/services.hpp"
#include "core/store/provider/provider_cache.hpp"
#include "core/store/provider/provider_keys.hpp"
#include "sdk/tools/check/case/wording.hpp"
#include "sdk/tools/check/host/fakes.hpp"

namespace heygen::check {
namespace {

using provider::ProviderRequest;
using provider::ProviderResult;
using provider::Reason;
using Texts = std::vector<std::string>;

constexpr const char* kLoading = "loading";
constexpr std::string_view kNoCage = "no cage can be made for it";

/// Where requests go, by the way.
struct SeenHttp : net::Http {
  SeenHttp(Http& next_server, Texts& seen_targets) : next(next_server), targets(seen_targets) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    targets.push_back(request.route.unix_socket.empty() ? provider::host_and_port(request.url.text())
                                                        : request.route.unix_socket);
    return next.send(request, cancel);
  }
  Http& next;
  Texts& targets;
};

struct Attempt {
  std::string where, what;
};

/// What came of one life of the provider in the cage.
struct Life {
  std::vector<std::pair<Step, ProviderResult>> steps;  ///< against a server that answers
  std::vector<provider::Status> others;                ///< against others
  std::vector<Attempt> attempts;
  Texts targets;
  json::Value state = json::Object{};
  std::string refusal;  ///< it could not be loaded

  bool same_as(const Life& other) const {
    const auto status = [](const auto& step) { return std::pair(step.first, step.second.status); };
    const auto what = [](const Attempt& attempt) { return attempt.what; };
    return refusal == other.refusal && others == other.others &&
           std::ranges::equal(steps, other.steps, {}, status, status) &&
           std::ranges::equal(attempts, other.attempts, {}, what, what);
  }
};

/// A host with the fakes of the check in front of an isolated provider.
class CagedHost {
 public:
  CagedHost(std::filesystem::path runner, std::filesystem::path library, const provider::Manifest& manifest,
            Scenario scenario, const Plan& plan)
      : runner_(std::move(runner)),
        library_(std::move(library)),
        manifest_(manifest),
        scenario_(std::move(scenario)),
        plan_(plan) {
    for (const char* name : {"HOME", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"})
      scenario_.environment.try_emplace(name, system_environment().value(name));
  }

  Life live(const Texts& granted) {
    Life life;
    Findings ignored;
    const heygen_provider_1 none{};
    Fakes fakes(scenario_, manifest_, none, ignored);
    fakes.secret_variables = manifest_.credential_env;
    fakes.begin(provider::Function::load, life.state, script_, "");
    Cancel cancel;
    fakes.cancel = &cancel;
    fakes.may_ask_user = true;
    FakeClock clock(fakes);
    FakeTerminal terminal(fakes);
    FakeHttp server(fakes);
    SeenHttp http(server, life.targets);
    FakeBrowserLogin browser_login(fakes);
    const FilledEnvironment environment(*this);
    store::ProviderCache cache({}, clock);
    store::ProviderKeys keys({}, clock);
    provider::Services services{http,     clock,  fakes.random, environment,
                                terminal, cancel, "1.0.0",      "https://api.heygen.com",
                                {},       {},     browser_login};
    services.setting = [this](const std::string&, const std::string& key) -> std::optional<std::string> {
      const auto found = scenario_.settings.find(key);
      return found == scenario_.settings.end() ? std::nullopt : std::optional(found->second);
    };
    services.menu = [&](const std::string& title, const Texts& items, std::size_t suggested) {
      return terminal.choose(title, items, suggested);
    };
    services.cache = &cache;
    services.keys = &keys;
    provider::IsolatedLibrary library;
    library.runner = runner_;
    library.library = library_;
    library.granted = granted;
    where_ = kLoading;
    library.attempted = [&](const std::string& what) { life.attempts.push_back({where_, what}); };
    try {
      const auto isolated = provider::make_isolated_provider(
          std::move(library), manifest_, services, [&] { return fakes.secret_variables; }, provider::find_service);
      live_with(*isolated, fakes, life);
    } catch (const provider::Refusal& refusal) {
      life.refusal = refusal.what();
    }
    return life;
  }

 private:
  /// Credential variables are there for the steps that are about them.
  struct FilledEnvironment : Environment {
    explicit FilledEnvironment(const CagedHost& the_host) : host(the_host) {}
    std::optional<std::string> get(std::string_view name) const override {
      const auto found = host.scenario_.environment.find(name);
      if (found != host.scenario_.environment.end()) return found->second;
      const bool credential =
          std::ranges::find(host.manifest_.credential_env, name) != host.manifest_.credential_env.end();
      return credential && host.variables_ ? std::optional(host.scenario_.secret("env")) : std::nullopt;
    }
    const CagedHost& host;
  };

  static ProviderResult of_status(provider::Status status) {
    ProviderResult result;
    result.status = status;
    return result;
  }

  ProviderResult run(provider::Provider& isolated, Fakes& fakes, Step step, const json::Value& state) {
    where_ = std::string(provider::name_of(function_of(step))) + "()";
    fakes.begin(function_of(step), state, script_, "in the cage");
    ProviderRequest request;
    request.state = state;
    request.interaction = step == Step::login ? provider::Interaction::always : provider::Interaction::if_terminal;
    switch (step) {
      case Step::login:
        request.reason = Reason::login;
        return isolated.login(request);
      case Step::refresh:
      case Step::refresh_variable:
        request.reason = Reason::near_expiry;
        return isolated.refresh(request);
      case Step::revoke:
        request.reason = Reason::logout;
        return isolated.revoke(request);
      case Step::outcome:
        isolated.report_outcome(request, 401, false);
        return of_status(provider::Status::ok);
      case Step::try_login:
        request.reason = Reason::login;
        return isolated.resolve(request);
      case Step::resolve:
      case Step::resolve_variable:
        break;
    }
    request.method = script_.method;
    request.path = script_.path;
    return isolated.resolve(request);
  }

  void step(provider::Provider& isolated, Fakes& fakes, Step which, Life& life, json::Value& state) {
    if (!plan_.of(which).reached) return;
    ProviderResult result = run(isolated, fakes, which, state);
    if (result.status == provider::Status::ok && result.patch) json::merge_patch(state, *result.patch);
    if (script_.server == Server::good)
      life.steps.emplace_back(which, std::move(result));
    else
      life.others.push_back(result.status);
  }

  void live_with(provider::Provider& isolated, Fakes& fakes, Life& life) {
    const bool brings_state = !scenario_.state.as_object().empty();
    for (const Server server : {Server::good, Server::refuses400, Server::refuses401, Server::fails503}) {
      script_.server = server;
      json::Value state = server == Server::good ? json::Value(json::Object{}) : life.state;
      variables_ = false;
      step(isolated, fakes, Step::login, life, state);
      if (brings_state) state = scenario_.state;
      variables_ = state.as_object().empty() && !manifest_.has_login;
      if (scenario_.refreshes_first) step(isolated, fakes, Step::refresh, life, state);
      for (const Step which : {Step::try_login, Step::resolve, Step::outcome, Step::refresh})
        step(isolated, fakes, which, life, state);
      if (server == Server::good) life.state = state;
      step(isolated, fakes, Step::revoke, life, state);
      variables_ = true;
      json::Value nothing = json::Object{};
      step(isolated, fakes, Step::resolve_variable, life, nothing);
      step(isolated, fakes, Step::refresh_variable, life, nothing);
    }
    script_.server = Server::good;
  }

  std::filesystem::path runner_, library_;
  const provider::Manifest& manifest_;
  Scenario scenario_;
  const Plan& plan_;
  Script script_;
  std::string where_;
  bool variables_ = false;
};

/// The need that permits an attempt, as an author writes it: with the setting or "~" that its path comes from.
std::string line_for(const std::string& attempt, const Scenario& scenario) {
  std::string need = provider::need_for(attempt);
  const std::size_t slash = need.find('/');
  if (slash == std::string::npos) return need;
  const std::string path = need.substr(slash);
  for (const auto& [key, value] : scenario.settings) {
    if (value == path || value.starts_with(path + " ")) return need.substr(0, slash) + "setting:" + key;
  }
  const std::string home = home_directory(system_environment()).string();
  if (!home.empty() && path.starts_with(home + "/")) return need.substr(0, slash) + "~" + path.substr(home.size());
  return need;
}

/// Constructors of the libraries that a provider links look around (libselinux, libgcrypt), and so does the dynamic
/// linker of a program; they load all the same.
bool is_of_libraries(const Attempt& attempt) {
  if (attempt.what == "look at /etc/ld.so.preload") return true;
  const bool reads = attempt.what.starts_with("look at ") || attempt.what.ends_with(" to read");
  return attempt.where == kLoading && reads;
}

void judge_life(const Life& life, const Scenario& scenario, const Plan& plan, Findings& out) {
  Texts said;
  for (const Attempt& attempt : life.attempts) {
    if (life.refusal.empty() && is_of_libraries(attempt)) continue;
    if (std::ranges::find(said, attempt.what) != said.end()) continue;
    said.push_back(attempt.what);
    const std::string line = line_for(attempt.what, scenario);
    out.fail("needs-declared",
             scenario.shown(attempt.where + ": it tried to " + attempt.what +
                            (line.empty() ? ", which no need permits" : ": add \"" + line + "\" to `needs`")));
  }
  if (!said.empty()) return;
  if (!life.refusal.empty()) return out.fail("needs-declared", "loading: " + scenario.shown(life.refusal));
  for (const auto& [step, result] : life.steps) {
    if (!plan.works(step) || result.status == provider::Status::ok) continue;
    out.fail("needs-declared", called(step, "in the cage") + "it ended in " +
                                   status_name(static_cast<heygen_status>(result.status)) +
                                   (result.message.empty() ? "" : ": " + scenario.shown(result.message)));
  }
}

struct NeedUse {
  bool active = false, used = false;
};

NeedUse use_of(const std::string& need, CagedHost& host, const Life& whole, const provider::Manifest& manifest,
               const Scenario& scenario) {
  const auto setting = [&](const std::string& key) -> std::optional<std::string> {
    const auto found = scenario.settings.find(key);
    if (found != scenario.settings.end()) return found->second;
    const auto declared = std::ranges::find(manifest.settings, key, &provider::Setting::key);
    if (declared == manifest.settings.end() || declared->fallback.empty()) return {};
    return declared->fallback;
  };
  const auto member = [&](const std::string& name) -> std::optional<std::string> {
    const json::Value* found = whole.state.find(name);
    return found != nullptr && found->is_string() ? std::optional(found->as_string()) : std::nullopt;
  };
  const std::string home = home_directory(system_environment()).string();
  const provider::ResolvedNeeds alone = provider::resolve_needs(provider::parse_needs({need}), setting, home, member);
  const std::string_view word = provider::word_of(need);
  if (word == "hosts") {
    const auto permits = [&](const std::string& target) {
      return provider::permits_host(alone.hosts, target) ||
             std::ranges::find(alone.sockets, target) != alone.sockets.end();
    };
    const bool of_settings = need.find(':') != std::string::npos;  // which users may leave out
    // The host of a default is used unless the user sets another one.
    const bool of_default = std::ranges::any_of(manifest.settings, [&](const provider::Setting& one) {
      return one.type == provider::SettingType::url && !one.fallback.empty() &&
             provider::permits_host(alone.hosts, provider::host_and_port(one.fallback));
    });
    return {!of_settings && !of_default && !(alone.hosts.empty() && alone.sockets.empty()),
            std::ranges::any_of(whole.targets, permits)};
  }
  const bool grants = !alone.programs.empty() || !alone.read_files.empty() || !alone.write_files.empty() ||
                      alone.session_bus || alone.network || alone.threads;
  if (!grants) return {};
  Texts rest = manifest.needs;
  std::erase(rest, need);
  return {true, !host.live(rest).same_as(whole)};
}

}  // namespace

void check_needs(const std::filesystem::path& program, const std::filesystem::path& library,
                 const provider::Manifest& manifest, const Scenario& scenario, const Plan& plan, Findings& out) {
  const auto skip = [&](const std::string& why) {
    for (const char* rule : {"needs-declared", "needs-used"}) out.skip(rule, why);
  };
  const std::filesystem::path runner = provider::runner_path(program);
  if (access(runner.c_str(), X_OK) != 0) return skip(runner.string() + " is not installed");
  CagedHost host(runner, library, manifest, scenario, plan);
  const Life life = host.live(manifest.needs);
  if (life.refusal.starts_with(kNoCage)) return skip("this system has no cage: " + life.refusal);
  out.cover("needs-declared");
  judge_life(life, scenario, plan, out);
  if (manifest.needs.empty()) return out.not_applicable("needs-used", "it declares no needs");
  const bool failed = std::ranges::find(out.failed, "needs-declared", &Finding::rule) != out.failed.end();
  const auto works = [&](const auto& one) {
    return !one.second.reached || plan.works(one.first) || one.second.status == HEYGEN_UNSUPPORTED;
  };
  if (failed) return out.unchecked("needs-used", "it does not work in the cage yet, see needs-declared");
  std::string open;
  for (const std::string& need : manifest.needs) {
    const NeedUse use = use_of(need, host, life, manifest, scenario);
    if (use.used || !use.active) continue;
    if (std::ranges::all_of(plan.baseline, works))
      out.fail("needs-used", "no function used \"" + need + "\": remove it from `needs`");
    else
      open = need;
  }
  if (!open.empty()) return out.unchecked("needs-used", "no function that worked used \"" + open + "\"");
  out.cover("needs-used");
}

}  // namespace heygen::check

// SPDX-License-Identifier: Apache-2.0
#include "host/services.hpp"

#include <algorithm>
#include <utility>

#include "core/auth/login.hpp"
#include "core/auth/resolver.hpp"
#include "core/auth/session.hpp"
#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/net/client/client.hpp"
#include "core/net/redact.hpp"
#include "core/profile/choice.hpp"
#include "core/profile/profile_lock.hpp"
#include "core/provider/call/watchdog.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/policy/policy_file.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/header/client_origin.hpp"
#include "core/transport/header/request_header.hpp"
#include "core/transport/probe.hpp"
#include "core/transport/rules/retry.hpp"
#include "host/audit.hpp"
#include "host/keyring/keyring_program.hpp"
#include "host/policy_rules.hpp"
#include "host/provider_settings.hpp"
#include "host/response_limit.hpp"
#include "host/trace.hpp"

namespace heygen::host {

namespace {

/// A shell or a file of variables leaves white space.
std::string without_end_slashes(const std::string& text) {
  std::string base(trim(text));
  while (base.ends_with('/')) base.pop_back();
  return base;
}

/// Throws Error.
void check_settings(const config::Config& config, std::vector<provider::DiscoveredProvider> found) {
  std::vector<config::DeclaredKey> keys;
  for (const provider::DiscoveredProvider& one : found) {
    if (!one.is_usable()) keys.insert(keys.end(), {disabled_key(one.id), runtime_key(one.id)});
  }
  std::erase_if(found, [](const provider::DiscoveredProvider& one) { return !one.is_usable(); });
  const std::vector<config::DeclaredKey> usable = declared_keys(found);
  keys.insert(keys.end(), usable.begin(), usable.end());
  const std::vector<config::DeclaredKey> own = own_keys();
  keys.insert(keys.end(), own.begin(), own.end());
  config.check(keys);
}

/// The end of a sentence that says what became of the credential.
std::string revocation_phrase(auth::Revocation revocation) {
  switch (revocation) {
    case auth::Revocation::confirmed:
      return ", and was revoked.";
    case auth::Revocation::failed:
      return ", but the server did not confirm that it is revoked. It may work until it expires.";
    case auth::Revocation::no_provider:
      return ", but was not revoked, as its provider cannot be loaded. It may work until it expires.";
    case auth::Revocation::not_asked:
      return ", but no server was asked to revoke it. It may work until it expires.";
    case auth::Revocation::not_possible:
      break;
  }
  return ", and was dropped without asking a server.";
}

std::string resumed_notice(const auth::ResumedLogin& resumed, const std::string& account) {
  const std::string what = resumed.is_refresh
                               ? "the refreshed " + resumed.title + " credential" + account + " that could not be saved"
                               : "the login" + account + " with " + resumed.title + " that was interrupted";
  switch (resumed.outcome) {
    case auth::ResumedLogin::Outcome::stored:
      return "Note: " + what + " is now stored.";
    case auth::ResumedLogin::Outcome::stored_before:
      return "Note: " + what + " is stored. The credential that it replaced was still valid" +
             revocation_phrase(resumed.revocation);
    case auth::ResumedLogin::Outcome::rejected:
      return "Warning: " + what + " was rejected by the API" + revocation_phrase(resumed.revocation);
    case auth::ResumedLogin::Outcome::overtaken:
      return "Warning: " + what + " was overtaken by a later login" + revocation_phrase(resumed.revocation);
    case auth::ResumedLogin::Outcome::failed:
      break;
  }
  return "Warning: could not store " + what + ". " + resumed.problem;
}

}  // namespace

struct Services::Made {
  std::optional<std::filesystem::path> config_directory;
  std::unique_ptr<profile::Profiles> profiles;
  std::optional<profile::Choice> profile;
  std::optional<FileLock> alone;          ///< of the profile
  std::unique_ptr<profile::Share> share;  ///< likewise, outlives the store
  std::optional<provider::Policy> policy;
  std::unique_ptr<PermittedEnvironment> permitted;
  std::unique_ptr<AuditLog> audit;
  std::string command;                           ///< its words
  std::unique_ptr<provider::Watchdog> watchdog;  ///< outlives the providers, whose last call it watches too
  std::unique_ptr<config::Config> config;
  std::unique_ptr<KeyringProgram> keyring;  ///< outlives the store
  std::unique_ptr<store::CredentialStore> store;
  bool modes_checked = false;
  std::unique_ptr<net::Http> http, http_shown, http_of_providers, http_of_client;
  std::unique_ptr<provider::ProviderRegistry> registry;
  std::optional<Error> wrong_setting;
  std::unique_ptr<auth::Resolver> resolver;
  std::unique_ptr<auth::Session> session;
  std::unique_ptr<transport::ApiClient> client;
};

Services::Services(const Environment& the_environment, Terminal& the_terminal, Clock& the_clock, Random& the_random,
                   Cancel& the_cancel, std::filesystem::path the_executable)
    : environment(the_environment),
      terminal(the_terminal),
      clock(the_clock),
      random(the_random),
      cancel(the_cancel),
      executable(std::move(the_executable)),
      made_(std::make_unique<Made>()) {}

Services::~Services() = default;

void Services::show_waiting(const std::string& what, std::optional<std::chrono::milliseconds> left) const {
  if (on_waiting && !options.verbose) on_waiting(what, left);
}

const std::filesystem::path& Services::config_directory() {
  if (!made_->config_directory) made_->config_directory = config::config_directory(environment);
  return *made_->config_directory;
}

void Services::take_options(RequestOptions parsed) {
  const bool changes = made_->profile && parsed.profile != options.profile;
  options = std::move(parsed);
  if (!changes) return;
  made_->registry.reset();
  made_->wrong_setting.reset();
  made_->store.reset();
  made_->share.reset();
  made_->config.reset();
  made_->profile.reset();
}

profile::Profiles& Services::profiles() {
  if (!made_->profiles) made_->profiles = std::make_unique<profile::Profiles>(config_directory());
  return *made_->profiles;
}

const profile::Choice& Services::profile() {
  if (!made_->profile) made_->profile = profile::choose(options.profile, environment, profiles());
  return *made_->profile;
}

std::string Services::profile_by_option() const {
  const std::optional<profile::Choice>& choice = made_->profile;
  return choice && choice->by == profile::Choice::By::option ? choice->name : std::string{};
}

bool Services::take_profile_alone(const std::string& name) {
  made_->alone = profile::take_alone(profiles(), name);
  if (!made_->alone) return false;
  made_->profile = profile::Choice{name, profile::Choice::By::option, {}};
  made_->config.reset();
  return true;
}

std::vector<std::filesystem::path> Services::credential_directories() {
  std::vector<std::filesystem::path> directories{config_directory()};
  if (made_->profile && !made_->profile->name.empty())
    directories.push_back(profiles().directory(made_->profile->name));
  return directories;
}

profile::Share& Services::share() {
  if (!made_->share) made_->share = std::make_unique<profile::Share>(profiles(), profile().name, clock);
  return *made_->share;
}

std::shared_ptr<const void> Services::hold_profile() {
  require_profile();
  return profile().name.empty() ? nullptr : share().hold(false);
}

/// A misspelled name must not count as an account without a login.
void Services::require_profile() {
  const std::string& name = profile().name;
  if (profiles().exists(name)) return;
  throw auth_error("There is no profile `" + name + "` (chosen by " + std::string(name_of(profile().by)) + ").",
                   "Run `heygen profile list` to see the profiles, or `heygen auth login` to make this one.");
}

config::Config& Services::config() {
  if (made_->config) return *made_->config;
  std::filesystem::path own;
  try {
    if (!profile().name.empty()) own = profiles().directory(profile().name);
  } catch (const Error&) {
    // a command that needs it says why
  }
  made_->config = std::make_unique<config::Config>(config_directory(), environment, own);
  made_->config->lock_wait = {
      &cancel, [this](std::chrono::milliseconds left) {
        show_waiting(left.count() > 0 ? "Waiting for another heygen that changes config.toml" : "", left);
      }};
  if (const std::string warning = made_->config->loose_mode(); !warning.empty()) terminal.notice("Warning: " + warning);
  return *made_->config;
}

store::CredentialStore& Services::store() {
  store::CredentialStore& store = made_store();
  if (std::exchange(made_->modes_checked, true)) return store;
  for (const std::string& warning : store.loose_modes()) terminal.notice("Warning: " + warning);
  return store;
}

store::Keyring& Services::keyring() {
  if (!made_->keyring) made_->keyring = std::make_unique<KeyringProgram>(keyring_program(executable), environment);
  return *made_->keyring;
}

store::CredentialStore& Services::made_store() {
  if (made_->store) return *made_->store;
  const std::string& name = profile().name;
  store::WriteHold hold;
  if (!name.empty() && !made_->alone) {
    hold = [&own = share()](bool creates) { return own.hold(creates); };
  }
  made_->store = std::make_unique<store::CredentialStore>(profiles().directory(name), clock,
                                                          state_directories(environment), std::move(hold));
  made_->store->account = profile::suffix(name);
  made_->store->use_keyring(keyring(), random, name);
  made_->store->on_left_in_keyring = [this](const std::vector<std::string>& slots) {
    terminal.notice("Warning: what was stored as `" + join(slots, "` and `") +
                    "` could not be deleted from the keyring. Delete it with your desktop's keyring program.");
  };
  made_->store->on_lock_wait = [this](std::chrono::milliseconds left) {
    show_waiting(left.count() > 0 ? "Waiting for another heygen that changes the credential" : "", left);
  };
  made_->store->on_write_wait = [this](std::chrono::milliseconds left) {
    show_waiting(
        left.count() > 0 ? "Waiting for another heygen to write the credential (Ctrl-C counts after that)" : "", left);
  };
  return *made_->store;
}

net::Http& Services::http() {
  if (made_->http_of_providers) return *made_->http_of_providers;
  made_->http = net::make_http(environment, clock, policy().ca_file, fixed_proxy(policy()));
  // The trace says it all, and a line among its lines would be torn.
  if (show_http && !options.verbose) made_->http_shown = show_http(*made_->http);
  net::Http& http = made_->http_shown ? *made_->http_shown : *made_->http;
  const auto line = [this](const std::string& text) {
    if (options.verbose) terminal.notice(text);
  };
  made_->http_of_providers = make_traced(http, clock, TraceDetail::summary, line);
  made_->http_of_client = make_traced(http, clock, TraceDetail::headers, line);
  return *made_->http_of_providers;
}

provider::ProviderRegistry& Services::registry() {
  provider::ProviderRegistry& registry = made_registry();
  if (made_->wrong_setting) throw Error(*made_->wrong_setting);
  return registry;
}

const std::vector<provider::DiscoveredProvider>& Services::discovered() {
  return made_registry().found();
}

const std::vector<provider::UnreadableDirectory>& Services::unreadable_directories() {
  return made_registry().unreadable();
}

provider::ProviderRegistry& Services::made_registry() {
  if (made_->registry) return *made_->registry;
  constexpr int kWarning = 2;
  made_->permitted = std::make_unique<PermittedEnvironment>(environment, policy());
  provider::Services services{
      .http = http(),
      .clock = clock,
      .random = random,
      .environment = *made_->permitted,
      .terminal = terminal,
      .cancel = cancel,
      .host_version = std::string(version()),
      .api_base = chosen_base(),
      .setting = [this](const std::string& section,
                        const std::string& key) { return config().raw("providers." + section + "." + key); },
      .log =
          [this](int level, const std::string& line) {
            if (options.verbose || level >= kWarning) terminal.notice(line);
          },
      .menu = pick_item,
      .waiting = [this](const std::string& what, auto left) { show_waiting(what, left); },
      .cache = caches ? &made_store().cache : nullptr,
      .keys = &made_store().keys,
      .profile = profile().name,
      .fixed_setting = fixed_settings(policy()),
      .forbidden_host = forbidden_hosts(policy()),
      .http_rule = http_rule(policy()),
  };
  provider::Rules rules{.policy = policy()};
  if (rules.policy.audit) rules.audit = [this](const AuditEvent& event) { audit(event); };
  const ProviderSettings own = provider_settings(config());
  made_->wrong_setting = own.problem;
  rules.disabled = own.disabled;
  rules.runtimes = own.runtimes;
  rules.isolation = own.isolation;
  rules.runner = provider::runner_path(executable);
  made_->watchdog = std::make_unique<provider::Watchdog>(
      own.hang_timeout,
      [this](const std::string& where, std::chrono::milliseconds waited) {
        if (on_hang) on_hang(where, waited);
      },
      [this](const std::string& where) {
        // A line of its own, not one that is drawn again: what the provider runs may write to the terminal, too.
        if (terminal.stderr_is_terminal() && !options.verbose)
          terminal.notice("Waiting for " + where + " (Ctrl-C stops it)");
      });
  made_->registry = provider::make_registry(provider::default_search_path(environment, config_directory(), executable),
                                            std::move(services), std::move(rules));
  if (!made_->wrong_setting) made_->wrong_setting = fault_of_settings();
  return *made_->registry;
}

/// What the environment says to other providers does not matter then, and neither does what is stored: their manifests
/// and the credentials stay closed.
bool Services::only_key_counts() {
  return options.provider.empty() && environment.has(store::reserved_slots().front().environment) &&
         !config().has_any_of("providers") && !config().has_any_of("provider");
}

/// The first value in config.toml or of a variable that a provider which may be used cannot have.
std::optional<Error> Services::fault_of_settings() {
  try {
    if (only_key_counts()) return {};
    check_settings(config(), made_->registry->found());
    require_permitted_settings(policy(), made_->registry->found(), environment, config());
    return {};
  } catch (const Error& error) {
    return error;
  }
}

const provider::Policy& Services::policy() {
  if (!made_->policy) made_->policy = provider::read_policy(provider::policy_path());
  return *made_->policy;
}

void Services::require_permitted(const std::vector<std::string>& words) {
  made_->command = join(words, " ");
  require_permitted_command(policy(), words);
}

std::string Services::write_audit(const AuditEvent& event) {
  if (!policy().audit) return {};
  if (!made_->audit) made_->audit = std::make_unique<AuditLog>(clock);
  made_->audit->subject.command = made_->command;
  made_->audit->subject.profile = profile().name;
  return made_->audit->write(event);
}

namespace {

Error unrecorded(const provider::Policy& policy, const std::string& why) {
  return {
      code::kError,
      "Could not write the audit record, which the policy " + policy.rule("audit_required") + " requires: " + why + ".",
      "Ask the administrator of this machine to start its syslog service."};
}

}  // namespace

void Services::require_audit() {
  if (!policy().audit_required) return;
  if (!made_->audit) made_->audit = std::make_unique<AuditLog>(clock);
  if (const std::string why = made_->audit->open(); !why.empty()) throw unrecorded(policy(), why);
}

void Services::audit(const AuditEvent& event) {
  const std::string why = write_audit(event);
  if (!why.empty() && policy().audit_required) throw unrecorded(policy(), why);
}

void Services::audit_done(const AuditEvent& event) {
  const std::string why = write_audit(event);
  if (!why.empty() && policy().audit_required) terminal.notice("Warning: " + unrecorded(policy(), why).message());
}

auth::Resolver& Services::resolver() {
  if (made_->resolver) return *made_->resolver;
  require_profile();
  made_->resolver = std::make_unique<auth::Resolver>(registry(), store(), environment, options.provider);
  return *made_->resolver;
}

auth::Session& Services::session() {
  if (!made_->session) {
    static_cast<void>(registry());  // says first what is wrong in the settings
    require_audit();
    if (!only_key_counts()) finish_interrupted_logins();
    made_->session = std::make_unique<auth::Session>(resolver(), clock, terminal, cancel);
    if (policy().audit) {
      made_->session->on_use = [this](const AuditEvent& event) { audit(event); };
      made_->session->on_refresh = [this](const AuditEvent& event) { audit_done(event); };
    }
  }
  return *made_->session;
}

auth::LoginDependencies Services::login_dependencies() {
  const auto probe = [this](auth::CredentialSource& credential) {
    return transport::probe_credential(http(), clock, random, cancel, client_options(), credential);
  };
  return {store(), registry(), environment, clock, cancel, probe};
}

void Services::finish_refresh() {
  if (made_->session) made_->session->finish();
}

void Services::finish_interrupted_logins(bool has_later_login) {
  try {
    for (const auth::ResumedLogin& resumed : auth::resume_logins(login_dependencies(), has_later_login)) {
      terminal.notice(resumed_notice(resumed, store().account));
      if (!policy().audit) continue;
      const bool stored = resumed.outcome == auth::ResumedLogin::Outcome::stored;
      audit_done({resumed.is_refresh ? "refresh" : "login",
                  stored ? "ok" : "failed",
                  resumed.provider,
                  {{"reason", "resumed after an interruption"}}});
    }
  } catch (const store::Unreadable&) {
    // the command says so
  }
}

transport::ClientOptions Services::client_options() {
  transport::ClientOptions out;
  out.base = api_base();
  out.allow_http = environment.is_on("HEYGEN_ALLOW_HTTP") && policy().allow_http;
  out.version = std::string(version());
  out.client_origin = transport::detect_client_origin(environment);
  out.max_retries = transport::max_retries_of(environment);
  out.buffer_limit = response_limit(config(), environment);
  if (options.verbose) out.on_decision = [this](const std::string& line) { terminal.notice(line); };
  out.on_pause = [this](std::chrono::milliseconds left) {
    show_waiting(left.count() > 0 ? "Waiting to send the request again" : "", left);
  };
  return out;
}

transport::ApiClient& Services::client() {
  if (made_->client) return *made_->client;
  transport::ClientOptions of_client = client_options();
  transport::ApiClient::check_base(of_client.base, of_client.allow_http);
  (void)client_headers();
  (void)http();
  made_->client = std::make_unique<transport::ApiClient>(*made_->http_of_client, session(), clock, random, cancel,
                                                         std::move(of_client));
  return *made_->client;
}

std::vector<net::Header> Services::client_headers() const {
  std::vector<net::Header> headers;
  for (const std::string& text : options.headers) {
    net::Header header = transport::parse_client_header(text);
    std::erase_if(headers, [&](const net::Header& other) { return iequals(other.name, header.name); });
    headers.push_back(std::move(header));
  }
  return headers;
}

std::string Services::api_base() {
  std::string base = chosen_base();
  const std::string asked = without_end_slashes(environment.value("HEYGEN_API_BASE"));
  if (policy().api_base.empty() || asked.empty() || asked == base) {
    require_permitted_network(policy(), environment, base);
    return base;
  }
  const std::string rule = policy().rule("api.base");
  throw policy_refusal(
      "HEYGEN_API_BASE is " + net::shown_url(asked) + ", but the policy " + rule + " fixes the API URL to " + base,
      rule, "Unset HEYGEN_API_BASE.");
}

std::string Services::chosen_base() {
  if (!policy().api_base.empty()) return policy().api_base;
  std::string base = without_end_slashes(environment.value("HEYGEN_API_BASE"));
  return base.empty() ? "https://api.heygen.com" : base;
}

std::string_view version() {
  return HEYGEN_VERSION;
}

}  // namespace heygen::host

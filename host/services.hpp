// SPDX-License-Identifier: Apache-2.0
// What commands work with, made when first asked for: `--help` never opens a file, `config get` never a socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/audit_event.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"

namespace heygen::auth {
struct LoginDependencies;
class Resolver;
class Session;
}  // namespace heygen::auth
namespace heygen::config {
class Config;
}
namespace heygen::net {
class Http;
struct Header;
}  // namespace heygen::net
namespace heygen::profile {
class Profiles;
class Share;
struct Choice;
}  // namespace heygen::profile
namespace heygen::provider {
class ProviderRegistry;
struct DiscoveredProvider;
struct UnreadableDirectory;
struct Policy;
}  // namespace heygen::provider
namespace heygen::store {
class CredentialStore;
class Keyring;
}  // namespace heygen::store
namespace heygen::transport {
class ApiClient;
struct ClientOptions;
}  // namespace heygen::transport

namespace heygen::host {

struct FixedTexts;

/// How requests are made; of every command line.
struct RequestOptions {
  std::vector<std::string> headers{};    ///< --headers, raw; hidden
  std::string provider{};                ///< --provider ID, or ""
  std::optional<std::string> profile{};  ///< --profile NAME
  bool verbose = false;                  ///< --verbose
};

class Services {
 public:
  Services(const Environment& the_environment, Terminal& the_terminal, Clock& the_clock, Random& the_random,
           Cancel& the_cancel, std::filesystem::path the_executable);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;
  ~Services();

  const Environment& environment;
  Terminal& terminal;
  Clock& clock;
  Random& random;
  Cancel& cancel;
  const std::filesystem::path executable;
  RequestOptions options;
  /// Providers may write to their caches. Set before registry().
  bool caches = true;
  /// nullptr where the build made none: they are then made by the run.
  const FixedTexts* fixed_texts = nullptr;
  /// Called on another thread when a provider's function hangs ("resolve() of provider vault"); optional.
  std::function<void(const std::string& where, std::chrono::milliseconds waited)> on_hang;

  /// What was parsed. Whatever was made for another profile is made again.
  void take_options(RequestOptions parsed);
  profile::Profiles& profiles();
  /// The one that this command uses. Throws Error when it cannot be told: nothing that is of a profile can be used
  /// then.
  const profile::Choice& profile();
  /// Throws Error{auth_error} when the profile does not exist.
  void require_profile();
  /// For a change in the profile besides its credential: it is not renamed or removed as long as this lives. Throws
  /// Error as require_profile() does.
  std::shared_ptr<const void> hold_profile();
  /// Its name, if only --profile chose it; else "".
  std::string profile_by_option() const;
  /// From now on this one, and its lock for this process alone, for as long as this lives. False, and nothing changed:
  /// it is in use. Before anything else of it is made. Throws Error.
  bool take_profile_alone(const std::string& name);
  /// The directories that may have a credentials file: the common one, and that of the profile.
  std::vector<std::filesystem::path> credential_directories();
  /// Where the profile cannot be told, the common settings.
  config::Config& config();
  store::CredentialStore& store();
  /// Nothing is started before it is asked for something.
  store::Keyring& keyring();
  net::Http& http();
  provider::ProviderRegistry& registry();
  /// What registry() found, whatever is wrong with config.toml: to correct that, nothing else may be needed.
  const std::vector<provider::DiscoveredProvider>& discovered();
  /// Directories of providers that could not be read, likewise.
  const std::vector<provider::UnreadableDirectory>& unreadable_directories();
  /// What the administrator decided; not in effect where there is no policy. Throws Error for one that cannot be used,
  /// and so do registry(), http(), api_base() and all that need them.
  const provider::Policy& policy();
  /// Throws Error{usage_error} with the rule for a command that the policy forbids. Its words are those of the records
  /// from here on.
  void require_permitted(const std::vector<std::string>& words);
  /// Where the policy wants a record: throws Error{error} unless one can be written, if it insists on that.
  void require_audit();
  /// Writes a record, before the act; throws as require_audit() does.
  void audit(const AuditEvent& event);
  /// Writes a record after the act; warns where audit() throws.
  void audit_done(const AuditEvent& event);
  auth::Resolver& resolver();
  /// Finishes a login first that was interrupted before it was stored.
  auth::Session& session();
  auth::LoginDependencies login_dependencies();
  /// Waits for a refresh that is still under way, and stores its result: after the last request.
  void finish_refresh();
  /// Stores or revokes what earlier processes did not live to store, and says so; with a later login, revokes. Throws
  /// Error{canceled}.
  void finish_interrupted_logins(bool has_later_login = false);
  /// Checks the base URL and --headers first (usage_error).
  transport::ApiClient& client();
  /// What client() is made with.
  transport::ClientOptions client_options();
  /// --headers, checked (usage_error) and without doubles; for ApiRequest::headers of every API request.
  std::vector<net::Header> client_headers() const;
  /// The policy's base, HEYGEN_API_BASE or the default, without a final '/'; unchecked. Throws Error{usage_error} when
  /// the variable names another one than the policy.
  std::string api_base();

  /// Told about once a second what is waited for and, where that is known, how long it still may last; "" once it is
  /// over. Optional.
  std::function<void(const std::string& what, std::optional<std::chrono::milliseconds> left)> on_waiting;
  /// Makes an Http that shows for which server it waits; optional.
  std::function<std::unique_ptr<net::Http>(net::Http&)> show_http;
  /// Lets the user pick one of the items on the terminal; an index. Throws Error{canceled}. Optional.
  std::function<std::size_t(const std::string& title, const std::vector<std::string>& items, std::size_t suggested)>
      pick_item;
  /// Tells on_waiting, unless a trace tells more (--verbose).
  void show_waiting(const std::string& what, std::optional<std::chrono::milliseconds> left = {}) const;

 private:
  const std::filesystem::path& config_directory();
  provider::ProviderRegistry& made_registry();
  bool only_key_counts();
  std::optional<Error> fault_of_settings();
  std::string chosen_base();
  std::string write_audit(const AuditEvent& event);
  store::CredentialStore& made_store();
  profile::Share& share();

  struct Made;
  std::unique_ptr<Made> made_;
};

/// "1.0.0"
std::string_view version();

}  // namespace heygen::host

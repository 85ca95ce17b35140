// Everything a command may use, made when first asked for: `--help` never opens a file, `config get` never a socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/json/value.hpp"
#include "core/output/output.hpp"

namespace heygen::auth {
class Resolver;
class Session;
}  // namespace heygen::auth
namespace heygen::config {
class Config;
}
namespace heygen::filter {
class Filter;
}
namespace heygen::net {
class Http;
struct Header;
}  // namespace heygen::net
namespace heygen::provider {
class ProviderRegistry;
struct Policy;
}  // namespace heygen::provider
namespace heygen::store {
class CredentialStore;
}
namespace heygen::transport {
class ApiClient;
struct ClientOptions;
}  // namespace heygen::transport

namespace heygen::host {

/// Switches that every command has.
struct Globals {
  std::optional<bool> human;         ///< --human[=BOOL]
  std::optional<std::string> jq;     ///< --jq EXPR
  std::vector<std::string> fields;   ///< --fields a,b.c
  std::vector<std::string> headers;  ///< --headers, raw; hidden
  std::string provider;              ///< --provider ID, or ""
  bool verbose = false;              ///< --verbose
};

class Context {
 public:
  Context(const Environment& the_environment, Terminal& the_terminal, Clock& the_clock, Random& the_random,
          Cancel& the_cancel, std::filesystem::path the_executable);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  const Environment& environment;
  Terminal& terminal;
  Clock& clock;
  Random& random;
  Cancel& cancel;
  const std::filesystem::path executable;
  Globals globals;

  config::Config& config();
  store::CredentialStore& store();
  net::Http& http();
  provider::ProviderRegistry& providers();
  /// What the administrator decided; not in force where there is no policy. Throws Error for one that cannot be used,
  /// and so do providers(), http(), api_base() and all that need them.
  const provider::Policy& policy();
  auth::Resolver& resolver();
  auth::Session& session();
  /// Checks the base URL and --headers first (usage_error).
  transport::ApiClient& client();
  /// What client() is made with.
  transport::ClientOptions client_options();
  /// --headers, checked (usage_error) and without doubles; for ApiRequest::headers of every API request.
  std::vector<net::Header> client_headers() const;
  /// The policy's base, HEYGEN_API_BASE or the default, without a final '/'; unchecked. Throws Error{usage_error} when
  /// the variable names another one than the policy.
  std::string api_base();

  /// --human, JSON with --jq, HEYGEN_OUTPUT, config `output`, else JSON.
  bool human();
  /// Throws Error{usage_error} for --jq and --fields where they cannot work, and for a --jq that cannot be compiled.
  void check_output_options();
  /// Says so when --jq or --fields was given and nothing came by that it could work on.
  void note_unused_options() const;
  output::HumanStyle style();
  /// Where print() and print_text() write; standard output unless a test replaces it.
  std::function<void(std::string_view)> write;
  /// The command changed nothing, so an error in showing its result may take the result's place. Without it, a field
  /// that is nowhere is a warning, and a reply on which --jq fails goes to stderr: an id must not be lost.
  bool only_reads = false;
  /// Called on another thread when a provider's function hangs ("resolve() of provider vault"); nobody unless set.
  std::function<void(const std::string& where, std::chrono::milliseconds waited)> on_hang;
  /// How the reply to be shown tells that it goes on.
  std::optional<output::Paging> paging;
  /// The result: one line of JSON, or for people.
  void print(const json::Value& document, const std::vector<output::Column>& columns = {});
  /// For people, with --fields.
  void print_human(const json::Value& document, const std::vector<output::Column>& columns);
  /// One line of JSON, given without its end, as it is or what --jq makes of it; on a terminal with escapes for what
  /// could command it.
  void print_json(const std::string& text);
  /// Text as it is, on stdout.
  void print_text(std::string_view text) const;

 private:
  void print_filtered(const std::string& text);
  std::string chosen_base();

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// "1.0.0"
std::string_view version();

}  // namespace heygen::host

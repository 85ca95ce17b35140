// Everything a command may use, made when first asked for: `--help` never opens a file, `config get` never a socket.
#pragma once

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
namespace heygen::net {
class Http;
struct Header;
}  // namespace heygen::net
namespace heygen::provider {
class Catalogue;
}  // namespace heygen::provider
namespace heygen::store {
class CredentialStore;
}
namespace heygen::transport {
class ApiClient;
}

namespace heygen::host {

/// Switches that every command has.
struct Globals {
  std::optional<bool> human;         ///< --human[=BOOL]
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
  provider::Catalogue& providers();
  auth::Resolver& resolver();
  auth::Session& session();
  /// Checks the base URL and --headers first (usage_error).
  transport::ApiClient& client();
  /// --headers, checked (usage_error) and without doubles; for ApiRequest::headers of every API request.
  std::vector<net::Header> client_headers() const;
  /// HEYGEN_API_BASE or the default, without a final '/'; unchecked.
  std::string api_base() const;

  /// --human, HEYGEN_OUTPUT, config `output`, else JSON.
  bool human();
  output::HumanStyle style();
  /// Where print() and print_text() write; standard output unless a test replaces it.
  std::function<void(std::string_view)> write;
  /// The result: one line of JSON, or for people.
  void print(const json::Value& document, const std::vector<output::Column>& columns = {});
  /// One line of JSON, without its end, as it is; on a terminal with escapes for what could command it.
  void print_json(const std::string& text) const;
  /// Text as it is, on stdout.
  void print_text(std::string_view text) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// "1.0.0"
std::string_view version();

}  // namespace heygen::host

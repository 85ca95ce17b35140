// SPDX-License-Identifier: Apache-2.0
// Headers from a helper program of the user's choice, over the credential-helper protocol that Bazel and uv speak:
// https://github.com/EngFlow/credential-helper-spec. `HELPER get` reads {"uri": …} and writes {"headers": …, "expires":
// …}.
#include <heygen/provider.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "child.hpp"
#include "command_line.hpp"

namespace exec_provider {
namespace {

namespace sdk = heygen::sdk;

constexpr heygen_time kLifeWithoutExpiry = 300;  ///< seconds; the protocol leaves it to the client
constexpr std::int64_t kLongestTimeout = 300;

struct Config {
  std::string command;
  std::vector<std::string> argv;
  std::chrono::seconds timeout;
  std::string interactive;
};

std::optional<Config> config_of(const sdk::Call& call) {
  const sdk::Settings settings = call.settings();
  const auto command = settings.get("command");
  if (!command) return std::nullopt;
  Config config{std::string(*command), split_command(*command), {}, std::string(settings.get("interactive").value())};
  if (config.argv.empty())
    throw sdk::Fail(HEYGEN_USAGE, "providers.exec.command is not a valid command: a quote is open, or it is blank.",
                    "Such as: heygen config set providers.exec.command 'uv auth helper --protocol=bazel'.");
  config.argv.emplace_back("get");
  const auto seconds = call.parse(settings.get("timeout").value()).as_int64();
  if (!seconds || *seconds < 1 || *seconds > kLongestTimeout)
    throw sdk::Fail(HEYGEN_USAGE, "Invalid providers.exec.timeout: must be from 1 to 300 seconds.");
  config.timeout = std::chrono::seconds(*seconds);
  if (config.interactive != "never" && config.interactive != "if-available" && config.interactive != "always")
    throw sdk::Fail(HEYGEN_USAGE, "providers.exec.interactive is none of never, if-available, always.");
  return config;
}

std::string uri_of(const sdk::Call& call) {
  return std::string(call.api_base()) + "/";
}

/// Whether the helper keeps the terminal. Throws NEEDS_USER for one that cannot do without.
bool may_ask(const sdk::Call& call, const Config& config) {
  const bool may_ask = call.interaction() == HEYGEN_INTERACTION_ALWAYS ||
                       (call.interaction() == HEYGEN_INTERACTION_IF_TERMINAL && call.terminal().interactive());
  if (config.interactive == "always" && !may_ask)
    throw sdk::Fail(HEYGEN_NEEDS_USER,
                    "The helper " + config.argv[0] + " must ask the user, but this command cannot prompt.",
                    "Run the command in a terminal.");
  return may_ask && config.interactive != "never";
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

[[noreturn]] void bad_response(const Config& config, const std::string& what) {
  throw sdk::Fail(HEYGEN_BROKEN, "The answer of the helper " + config.argv[0] + " " + what + ".",
                  R"(Try it by hand: echo '{"uri":"URL"}' | )" + config.command + " get");
}

/// ["Name","value"], as it is stored: an array, since a merge patch replaces arrays as a whole.
std::string stored_header(const sdk::Call& call, const Config& config, std::string_view name, const sdk::Json& values) {
  std::string value;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values.at(i).is_string()) bad_response(config, "contains a header value that is not a string");
    value += (i == 0 ? "" : ", ") + std::string(values.at(i).as_text());  // RFC 9110 §5.3
  }
  if (!values.is_array() || values.size() == 0) bad_response(config, "contains a header without a list of values");
  if (has_control(name) || has_control(value)) bad_response(config, "contains a control character in a header");
  std::string text = "[" + std::string(call.quote(name)) + ",";
  text += call.quote(value);
  sdk::wipe(value);
  return text + "]";
}

heygen_time expiry_of(const sdk::Call& call, const Config& config, const sdk::Json& response) {
  if (response["expires"].is_null()) return call.now() + kLifeWithoutExpiry;
  const auto time = call.clock().parse(response["expires"].as_text());
  if (!time) bad_response(config, "has an `expires` that is not an RFC 3339 time");
  return *time;
}

/// Runs the helper and stores what it gave, together with the command that was approved.
void fetch(const sdk::Call& call, const Config& config) {
  const std::string uri = uri_of(call);
  const std::string request = "{\"uri\":" + std::string(call.quote(uri)) + "}";
  std::string text = run(call, {config.argv, request, config.timeout, may_ask(call, config)});
  const sdk::Json response = call.parse(text);
  sdk::wipe(text);
  const sdk::Json headers = response["headers"];
  if (!response.is_object() || !(headers.is_object() || headers.is_null()))
    bad_response(config, "is not of the protocol");
  if (headers.size() == 0)
    throw sdk::Fail(HEYGEN_BROKEN, "The helper " + config.argv[0] + " has no credential for " + uri + ".",
                    "Log in to it by its own means.");
  std::string list;
  for (std::size_t i = 0; i < headers.size(); ++i)
    list += (i == 0 ? "" : ",") + stored_header(call, config, headers.name_at(i), headers.at(i));
  std::string patch = "{\"command\":" + std::string(call.quote(config.command)) + ",\"uri\":";
  patch += call.quote(uri);
  patch += ",\"expires_at\":" + std::to_string(expiry_of(call, config, response)) + ",\"headers\":[" + list + "]}";
  call.set_state(patch);
  sdk::wipe(list);
  sdk::wipe(patch);
}

/// A line in config.toml is not enough to run a command: it must be the one that a login showed and stored.
void require_approval(const sdk::Call& call, const Config& config) {
  const sdk::Json stored = call.state()["command"];
  if (!stored.is_null() && (!stored.is_string() || has_control(stored.as_text())))
    throw sdk::Fail(HEYGEN_BROKEN, "The stored `command` is damaged.", "Log in again.");
  const std::string_view approved = stored.as_text();
  if (approved == config.command) return;
  throw sdk::Fail(HEYGEN_NEEDS_USER,
                  approved.empty() ? "The helper `" + config.command + "` is set, but not approved."
                                   : "The helper `" + config.command + "` is not the one that was approved, `" +
                                         std::string(approved) + "`.",
                  "If it is yours, approve it: `heygen auth login --exec`.");
}

bool is_header(const sdk::Json& entry) {
  return entry.is_array() && entry.size() == 2 && entry.at(0).is_string() && entry.at(1).is_string();
}

/// Whether headers for this API are there and still work. What is damaged is neither used nor
/// taken for absent.
bool has_headers(const sdk::Call& call, const sdk::Json& state) {
  const sdk::Json headers = state["headers"];
  bool sound = (headers.is_null() || (headers.is_array() && headers.size() > 0)) &&
               (state["uri"].is_null() || state["uri"].is_string()) &&
               (state["expires_at"].is_null() || state["expires_at"].is_number());
  for (std::size_t i = 0; sound && i < headers.size(); ++i) sound = is_header(headers.at(i));
  if (!sound) throw sdk::Fail(HEYGEN_BROKEN, "What is stored of the helper's answer is damaged.", "Log in again.");
  const auto expires_at = state["expires_at"].as_int64();
  return headers.size() > 0 && state["uri"].as_text() == uri_of(call) && expires_at && *expires_at > call.now();
}

void give(const sdk::Call& call, const Config& config, const sdk::Json& state) {
  const sdk::Json headers = state["headers"];
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::string_view name = headers.at(i).at(0).as_text(), value = headers.at(i).at(1).as_text();
    // Which names are refused is the host's to know; here it is the helper's fault.
    if (call.raw()->sink->set_header(call.raw(), sdk::view(name), sdk::view(value), HEYGEN_SECRET) != HEYGEN_OK)
      bad_response(config, "sets the header " + std::string(name) + ", which no credential may set");
  }
  call.set_expiry(state["expires_at"].as_int64().value());
}

class ExecProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    const auto config = config_of(call);
    if (!config) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    require_approval(call, *config);
    call.set_type("helper");
    call.set_source(call.state()["headers"].size() > 0 ? "file" : "helper");
    call.set_refreshable(true);
    // Without headers the host calls refresh() under its lock, so many processes at once ask the helper once.
    if (const sdk::Json state = call.state(); has_headers(call, state)) give(call, *config, state);
  }

  void refresh(sdk::Call& call) override {
    const auto config = config_of(call);
    if (!config) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    require_approval(call, *config);
    fetch(call, *config);
  }

  void login(sdk::Call& call) override {
    const auto config = config_of(call);
    if (!config)
      throw sdk::Fail(HEYGEN_USAGE, "No helper is set.",
                      "Such as: heygen config set providers.exec.command 'uv auth helper --protocol=bazel'.");
    call.terminal().notice("From now on this program is run for credentials: " + config->command + " get");
    fetch(call, *config);
  }
};

constexpr std::array kEnv{sdk::view("HEYGEN_EXEC_COMMAND")};
constexpr std::array<heygen_setting, 3> kSettings{
    sdk::setting("command", "string", "", "Helper program with its arguments; `get` is added", "HEYGEN_EXEC_COMMAND"),
    sdk::setting("interactive", "string", "never", "Whether it may ask on the terminal: never, if-available, always"),
    sdk::setting("timeout", "int", "30", "Seconds that it may take, 1 to 300")};

constexpr auto kNeeds = sdk::needs("exec=setting:command");

constexpr heygen_descriptor kDescriptor = sdk::Descriptor("exec", "1.0.0")
                                              .title("Helper program")
                                              .note("Asks a credential helper of yours, as Bazel and uv do")
                                              .interactions(HEYGEN_INTERACTS_TERMINAL)
                                              .env(kEnv)
                                              .settings<kSettings>()
                                              .needs(kNeeds)
                                              .build();

}  // namespace
}  // namespace exec_provider

HEYGEN_PROVIDER(exec_provider::ExecProvider, exec_provider::kDescriptor);

#include "host/context.hpp"

#include <algorithm>
#include <charconv>

#include "core/auth/resolver.hpp"
#include "core/auth/session.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/filter/filter.hpp"
#include "core/net/http.hpp"
#include "core/output/fields.hpp"
#include "core/provider/call/watchdog.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/policy/policy_file.hpp"
#include "core/store/credential_store.hpp"
#include "core/transport/api_client.hpp"
#include "host/audit.hpp"
#include "host/io.hpp"
#include "host/provider_settings.hpp"
#include "host/trace.hpp"

namespace heygen::host {

namespace {

std::string without_end_slashes(std::string base) {
  while (base.ends_with('/')) base.pop_back();
  return base;
}

/// A single step of a jq expression may never end, and libjq asks nobody meanwhile.
class ImmediateExitScope {
 public:
  ImmediateExitScope(Cancel& cancel, bool on) : cancel_(cancel) { cancel_.allow_immediate_exit(on); }
  ~ImmediateExitScope() { cancel_.allow_immediate_exit(false); }
  ImmediateExitScope(const ImmediateExitScope&) = delete;
  ImmediateExitScope& operator=(const ImmediateExitScope&) = delete;

 private:
  Cancel& cancel_;
};

}  // namespace

struct Context::Parts {
  std::optional<provider::Policy> policy;
  std::unique_ptr<provider::Watchdog> watchdog;  ///< outlives the providers, whose last call it watches too
  std::unique_ptr<config::Config> config;
  std::unique_ptr<store::CredentialStore> store;
  std::unique_ptr<net::Http> http, traced;
  std::unique_ptr<provider::ProviderRegistry> providers;
  std::unique_ptr<auth::Resolver> resolver;
  std::unique_ptr<auth::Session> session;
  std::unique_ptr<transport::ApiClient> client;
  std::unique_ptr<filter::Filter> filter;
  bool filtered = false, picked = false;
};

namespace {

/// The start of a text that may be of any length.
std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 50;
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

Error no_such_field(const json::Value& document, const std::vector<std::string>& missing) {
  constexpr std::size_t kMost = 40;
  const std::string message = (missing.size() == 1 ? "There is no field " : "There are no fields ") +
                              shortened(printable(join(missing, ", "))) + " in the reply.";
  std::vector<std::string> known = output::known_fields(document);
  const std::string near = nearest(missing.front(), known);
  std::string hint = near.empty() ? "" : "Did you mean '" + printable(near) + "'? ";
  if (known.empty()) return usage_error(message, "It holds no objects; leave --fields out.");
  const bool more = known.size() > kMost;
  known.resize(std::min(known.size(), kMost));
  return usage_error(message, hint + "There are: " + printable(join(known, ", ")) + (more ? ", …" : ""));
}

}  // namespace

Context::Context(const Environment& the_environment, Terminal& the_terminal, Clock& the_clock, Random& the_random,
                 Cancel& the_cancel, std::filesystem::path the_executable)
    : environment(the_environment),
      terminal(the_terminal),
      clock(the_clock),
      random(the_random),
      cancel(the_cancel),
      executable(std::move(the_executable)),
      write(write_stdout),
      parts_(std::make_unique<Parts>()) {}

Context::~Context() = default;

config::Config& Context::config() {
  if (!parts_->config)
    parts_->config = std::make_unique<config::Config>(config::config_directory(environment), environment);
  return *parts_->config;
}

store::CredentialStore& Context::store() {
  if (!parts_->store)
    parts_->store = std::make_unique<store::CredentialStore>(config::config_directory(environment), clock);
  return *parts_->store;
}

net::Http& Context::http() {
  if (parts_->traced) return *parts_->traced;
  parts_->http = net::make_http(environment, clock, policy().ca_file);
  const auto line = [this](const std::string& text) {
    if (globals.verbose) terminal.notice(printable(text));
  };
  parts_->traced = make_traced(*parts_->http, clock, line);
  return *parts_->traced;
}

provider::ProviderRegistry& Context::providers() {
  if (parts_->providers) return *parts_->providers;
  constexpr int kWarning = 2;
  provider::Services services{
      .http = http(),
      .clock = clock,
      .random = random,
      .environment = environment,
      .terminal = terminal,
      .cancel = cancel,
      .host_version = std::string(version()),
      .api_base = chosen_base(),
      .setting = [this](const std::string& section,
                        const std::string& key) { return config().raw("providers." + section + "." + key); },
      .log =
          [this](int level, const std::string& line) {
            if (globals.verbose || level >= kWarning) terminal.notice(printable(line));
          },
  };
  provider::Rules rules{.policy = policy()};
  if (rules.policy.audit) rules.audit = write_audit;
  const ProviderSettings own = provider_settings(config());
  rules.disabled = own.disabled;
  parts_->watchdog = std::make_unique<provider::Watchdog>(
      own.patience, [this](const std::string& where, std::chrono::milliseconds waited) {
        if (on_hang) on_hang(where, waited);
      });
  parts_->providers = provider::make_registry(
      provider::default_search_path(environment, config::config_directory(environment), executable),
      std::move(services), std::move(rules));
  return *parts_->providers;
}

const provider::Policy& Context::policy() {
  if (!parts_->policy) parts_->policy = provider::read_policy(provider::policy_path());
  return *parts_->policy;
}

auth::Resolver& Context::resolver() {
  if (!parts_->resolver)
    parts_->resolver = std::make_unique<auth::Resolver>(providers(), store(), environment, globals.provider);
  return *parts_->resolver;
}

auth::Session& Context::session() {
  if (!parts_->session) parts_->session = std::make_unique<auth::Session>(resolver(), clock, terminal, cancel);
  return *parts_->session;
}

transport::ClientOptions Context::client_options() {
  transport::ClientOptions options;
  options.base = api_base();
  options.allow_http = environment.truthy("HEYGEN_ALLOW_HTTP");
  options.version = std::string(version());
  options.client_origin = transport::detect_client_origin(environment);
  options.max_retries = transport::max_retries_of(environment);
  if (globals.verbose) options.trace = [this](const std::string& line) { terminal.notice(printable(line)); };
  return options;
}

transport::ApiClient& Context::client() {
  if (parts_->client) return *parts_->client;
  transport::ClientOptions options = client_options();
  transport::ApiClient::check_base(options.base, options.allow_http);
  (void)client_headers();
  (void)http();  // the client traces its own calls, with their headers
  parts_->client =
      std::make_unique<transport::ApiClient>(*parts_->http, session(), clock, random, cancel, std::move(options));
  return *parts_->client;
}

std::vector<net::Header> Context::client_headers() const {
  std::vector<net::Header> headers;
  for (const std::string& text : globals.headers) {
    net::Header header = transport::parse_client_header(text);
    std::erase_if(headers, [&](const net::Header& other) { return iequals(other.name, header.name); });
    headers.push_back(std::move(header));
  }
  return headers;
}

std::string Context::api_base() {
  std::string base = chosen_base();
  const std::string asked = without_end_slashes(environment.value("HEYGEN_API_BASE"));
  if (policy().api_base.empty() || asked.empty() || asked == base) return base;
  throw usage_error("HEYGEN_API_BASE is " + printable(asked) + ", but the policy " + policy().rule("api.base") +
                        " fixes the API's address to " + base + ".",
                    "Unset HEYGEN_API_BASE.");
}

std::string Context::chosen_base() {
  if (!policy().api_base.empty()) return policy().api_base;
  std::string base = without_end_slashes(environment.value("HEYGEN_API_BASE"));
  return base.empty() ? "https://api.heygen.com" : base;
}

bool Context::human() {
  if (globals.human) return *globals.human;
  if (globals.jq) return false;
  return config().output_format() == "human";
}

output::HumanStyle Context::style() {
  const bool color =
      terminal.stdout_is_terminal() && !environment.has("NO_COLOR") && environment.value("TERM") != "dumb";
  // A pipe gets all of every value; COLUMNS is for those who want otherwise.
  const std::string& wanted = environment.value("COLUMNS");
  int width = terminal.stdout_is_terminal() ? terminal.columns() : 0;
  int columns = 0;
  const auto [end, failure] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), columns);
  if (failure == std::errc{} && end == wanted.data() + wanted.size() && columns > 0) width = columns;
  return {.width = width, .color = color, .paging = paging};
}

void Context::check_output_options() {
  if (globals.jq && globals.human.value_or(false))
    throw usage_error("--jq filters JSON, and --human prints none.", "Leave one of them out.");
  if (!globals.fields.empty() && (globals.jq || !human()))
    throw usage_error("--fields picks what --human shows.", "Add --human, or filter JSON with --jq.");
  if (std::ranges::any_of(globals.fields, [](const std::string& field) { return trim(field).empty(); }))
    throw usage_error("--fields holds an empty name.", "Example: --human --fields id,status");
  if (globals.jq) parts_->filter = std::make_unique<filter::Filter>(*globals.jq);
}

void Context::note_unused_options() const {
  if (parts_->filter && !parts_->filtered) terminal.notice("Note: there was no JSON that --jq could filter.");
  if (!globals.fields.empty() && !parts_->picked) terminal.notice("Note: there was nothing that --fields could pick.");
}

void Context::print(const json::Value& document, const std::vector<output::Column>& columns) {
  if (human()) return print_human(document, columns);
  print_json(json::write(document));
}

void Context::print_human(const json::Value& document, const std::vector<output::Column>& columns) {
  if (globals.fields.empty()) return write(output::human(document, columns, style()));
  parts_->picked = true;
  if (const auto missing = output::missing_fields(document, globals.fields); !missing.empty()) {
    if (only_reads) throw no_such_field(document, missing);
    const Error error = no_such_field(document, missing);
    terminal.notice("Warning: " + error.message() + " " + error.hint);
  }
  write(output::human_fields(document, globals.fields, columns, style()));
}

void Context::print_json(const std::string& text) {
  if (parts_->filter) return print_filtered(text);
  write((terminal.stdout_is_terminal() ? output::harmless_json(text) : text) + "\n");
}

void Context::print_filtered(const std::string& text) {
  parts_->filtered = true;
  if (const auto number = filter::Filter::changed_number(text))
    terminal.notice("Warning: --jq holds numbers as doubles, so some of this document change: " +
                    shortened(number->before) + " becomes " + shortened(number->after) + ".");
  std::string out;
  const ImmediateExitScope endless(cancel, only_reads);
  try {
    for (const filter::Result& result : parts_->filter->run(text, cancel)) {
      if (!terminal.stdout_is_terminal())
        out += result.text;
      else
        out += result.is_string ? printable(result.text, true) : output::harmless_json(result.text);
      out += '\n';
    }
  } catch (const Error&) {
    if (!only_reads) terminal.notice("Without --jq the result is: " + output::harmless_json(text));
    throw;
  }
  write(out);
}

void Context::print_text(std::string_view text) const {
  write(text);
}

std::string_view version() {
  return HEYGEN_VERSION;
}

}  // namespace heygen::host

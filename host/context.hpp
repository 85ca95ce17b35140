// The two halves of what a command gets, under one name. Only host/commands/auth still uses it.
#pragma once

#include "core/base/error.hpp"
#include "core/net/http.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host {

class Context {
 public:
  Context(Services& the_services, Printer& the_printer) : services(the_services), printer(the_printer) {}

  Services& services;
  Printer& printer;
  const Environment& environment = services.environment;
  Terminal& terminal = services.terminal;
  Clock& clock = services.clock;
  Random& random = services.random;
  Cancel& cancel = services.cancel;
  RequestOptions& globals = services.options;

  config::Config& config() { return services.config(); }
  store::CredentialStore& store() { return services.store(); }
  net::Http& http() { return services.http(); }
  provider::ProviderRegistry& providers() { return services.registry(); }
  const provider::Policy& policy() { return services.policy(); }
  auth::Resolver& resolver() { return services.resolver(); }
  auth::Session& session() { return services.session(); }
  transport::ApiClient& client() { return services.client(); }
  std::vector<net::Header> client_headers() const { return services.client_headers(); }
  std::string api_base() { return services.api_base(); }

  bool human() { return printer.human(); }
  void print(const json::Value& document, const std::vector<output::Column>& columns = {}) {
    printer.print(document, columns);
  }
  void print_text(std::string_view text) { printer.print_text(text); }
};

}  // namespace heygen::host

// SPDX-License-Identifier: Apache-2.0
#include "core/auth/login.hpp"
#include "core/auth/resolver.hpp"
#include "core/auth/session.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/probe.hpp"
#include "host/commands/auth/explain.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

constexpr const char* kId = "credential";

/// Sends what there is. A refusal stays one: nothing is refreshed.
class AsItIs : public heygen::auth::CredentialSource {
 public:
  explicit AsItIs(heygen::auth::Resolver& resolver) : resolver_(resolver) {}

  heygen::auth::CredentialLease obtain(const heygen::auth::RequestInfo& request) override {
    return {resolver_.resolve(request)};
  }
  heygen::auth::CredentialLease refresh(const heygen::auth::Credential& refused,
                                        const heygen::auth::RequestInfo&) override {
    throw refused_error(refused);
  }
  void report(const heygen::auth::Credential&, const heygen::auth::RequestInfo&, int) override {}
  Error refused_error(const heygen::auth::Credential& used) override {
    return auth_error("The API rejected the credential.", resolver_.login_hint(used.provider()));
  }

 private:
  heygen::auth::Resolver& resolver_;
};

Check not_logged_in() {
  return {kId, Status::warn, "There is no credential.", "Run " + store::login_command() + "."};
}

std::string described(const heygen::auth::Credential& credential) {
  std::string out = "of provider " + credential.provider();
  if (!credential.type().empty()) out += ", " + credential.type();
  if (!credential.source().empty()) out += ", from " + credential.source();
  if (credential.expires_at()) out += ", expires " + format_time(*credential.expires_at());
  return out;
}

Check explain_offline(Services& services) {
  const heygen::auth::Explanation explanation = services.resolver().explain(services.clock.now());
  if (const auto fault = auth::fault_of(explanation)) return {kId, Status::fail, fault->message(), fault->hint};
  for (const auto& row : explanation.rows) {
    if (row.verdict != heygen::auth::Verdict::used) continue;
    return {
        kId, Status::ok,
        "Requests use provider " + row.provider + ": " + auth::found_line(row, services.store().path().string()) + "."};
  }
  return not_logged_in();
}

Check ask_api(Services& services) {
  heygen::auth::Resolver& resolver = services.resolver();
  if (resolver.first_asked().empty()) return not_logged_in();
  const heygen::auth::Credential credential = resolver.resolve(heygen::auth::who_am_i());
  const std::int64_t now = services.clock.now();
  const std::string hint = resolver.login_hint(credential.provider());
  if (credential.stale(now)) {
    if (!credential.refreshable())
      return {kId, Status::fail, "The credential has expired (" + described(credential) + ").", hint};
    return {kId, Status::skipped,
            "Not asked: the next request refreshes the credential (" + described(credential) + ")."};
  }
  using Verdict = heygen::auth::ProbeResult::Verdict;
  AsItIs source(resolver);
  const heygen::auth::ProbeResult result = heygen::transport::probe_credential(
      services.http(), services.clock, services.random, services.cancel, services.client_options(), source);
  switch (result.verdict) {
    case Verdict::accepted:
      return {kId, Status::ok, "The API accepts the credential (" + described(credential) + ")."};
    case Verdict::rejected:
      return {kId, Status::fail, "The API rejected the credential (" + described(credential) + ").", hint};
    case Verdict::unknown:
      break;
  }
  return {kId, Status::warn, "The API did not say whether it accepts the credential: " + result.problem,
          "Try again later."};
}

}  // namespace

Check check_credential(Services& services, Ask ask) {
  return guarded(kId, [&] {
    services.caches = false;
    const std::string& option = services.options.provider;
    const std::string chosen = option.empty() ? services.environment.value("HEYGEN_PROVIDER") : option;
    if (!chosen.empty()) provider::require_installed(services, chosen);
    return ask == Ask::api ? ask_api(services) : explain_offline(services);
  });
}

Check look_at_credential(Services& services, Ask ask) {
  return guarded(kId, [&] { return run_check(services, kId, {"credential", ask == Ask::api ? "api" : "offline"}); });
}

}  // namespace heygen::host::commands::doctor

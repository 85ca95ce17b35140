// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>

#include "core/base/text.hpp"
#include "core/net/client/probe.hpp"
#include "core/net/http1/message.hpp"
#include "core/net/redact.hpp"
#include "core/net/retry_after.hpp"
#include "core/net/status.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/transport/api_client.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

using net::Probe;

constexpr const char* kDefaultBase = "https://api.heygen.com";
/// Without a credential, the API refuses it.
constexpr const char* kPath = "/v3/users/me";
constexpr int kUnauthorized = 401;

/// Where requests go; where that cannot be decided, where they would go by default.
struct Target {
  net::Url url;
  std::string ca_file;
};

std::optional<Target> target_of(Services& services, Checks& checks) {
  Target target{net::Url::parse(std::string(kDefaultBase) + kPath), {}};
  try {
    const std::string base = services.api_base();
    transport::ApiClient::check_base(base, services.environment.is_on("HEYGEN_ALLOW_HTTP"));
    target.url = net::Url::parse(base + kPath);
    target.ca_file = services.policy().ca_file;
    return target;
  } catch (const std::invalid_argument& fault) {
    checks.push_back({"api", Status::fail, fault.what(), "Correct HEYGEN_API_BASE."});
  } catch (const Error& error) {
    checks.push_back({"api", Status::fail, error.message(), error.hint});
  }
  return {};
}

/// The checks that a failed step makes pointless come after it.
class Report {
 public:
  Report(const Probe& found, const net::Url& url) : found_(found), url_(url) {}

  Checks checks(std::int64_t now) const {
    return {
        at(Probe::Step::proxy, "proxy", &Report::proxy),
        at(Probe::Step::resolve, "dns", &Report::dns),
        at(Probe::Step::connect, "connection", &Report::connection),
        at(Probe::Step::tls, "tls", &Report::tls),
        at(Probe::Step::response, "api", &Report::api),
        found_.reached == Probe::Step::done ? compare_clock(net::parse_http_date(found_.date), now) : skipped("clock")};
  }

 private:
  static Check skipped(const char* id) { return {id, Status::skipped, "Not checked."}; }

  Check at(Probe::Step step, const char* id, Check (Report::*fine)() const) const {
    if (found_.reached == step && found_.failure)
      return {id, Status::fail, found_.failure->what(), found_.failure->hint};
    // A proxy fails after it was chosen, resolved and reached.
    const bool passed = found_.reached > step || (step != Probe::Step::proxy && found_.reached == Probe::Step::proxy &&
                                                  step == Probe::Step::resolve && !found_.addresses.empty());
    return passed ? (this->*fine)() : skipped(id);
  }

  Check proxy() const {
    if (!found_.proxy) return {"proxy", Status::ok, "No proxy applies to " + url_.host + "."};
    return {"proxy", Status::ok,
            "Requests go through " + found_.proxy->label() + ", " + std::string(found_.proxy->scheme()) + "."};
  }
  Check dns() const {
    const bool literal = found_.addresses.size() == 1 && found_.addresses.front() == found_.resolved_host;
    if (literal) return {"dns", Status::ok, found_.resolved_host + " is an address."};
    return {"dns", Status::ok, found_.resolved_host + " has the addresses " + join(found_.addresses, ", ") + "."};
  }
  Check connection() const {
    return {"connection", Status::ok, "Connected to " + net::authority(url_.host, url_.port) + "."};
  }
  Check tls() const {
    if (!found_.tls) return {"tls", Status::ok, "No TLS: the API URL is http."};
    const net::TlsFacts& facts = *found_.tls;
    return {"tls", Status::ok,
            facts.version + ". The certificate is issued by " + facts.issuer + ", expires " +
                format_time(facts.expires_at) + ", and is trusted by " + facts.chain.back() + " (" +
                std::to_string(facts.chain.size()) + " in the chain)."};
  }
  Check api() const {
    const std::string summary = url_.origin() + " responded in " + format_duration(found_.latency) + " with status " +
                                std::to_string(found_.status);
    if (found_.status == kUnauthorized || (found_.status >= 200 && found_.status < 300))
      return {"api", Status::ok, summary + " to a request without a credential."};
    return {"api", Status::warn, summary + ", which the API does not send to a request without a credential.",
            found_.status >= net::status::kServerFault
                ? "Try again later."
                : "Check HEYGEN_API_BASE; a proxy, a firewall or a captive portal may have responded in its place."};
  }

  const Probe& found_;
  const net::Url& url_;
};

}  // namespace

Check compare_clock(std::optional<std::int64_t> server, std::int64_t here) {
  constexpr std::int64_t kNoticed = 60, kHarmful = 300;
  if (!server) return {"clock", Status::skipped, "Not checked: the response has no Date."};
  const std::int64_t off = here - *server;
  if (std::abs(off) <= kNoticed) return {"clock", Status::ok, "The clock agrees with the server's."};
  const std::string summary = "The clock is " + format_duration(std::chrono::seconds(std::abs(off))) +
                              (off > 0 ? " ahead of" : " behind") + " the server's (" + format_time(*server) + ").";
  return {"clock", std::abs(off) > kHarmful ? Status::fail : Status::warn, summary,
          "Set the clock of this machine, e.g. with `timedatectl set-ntp true`."};
}

NetworkLook look_at_network(Services& services) {
  NetworkLook look;
  try {
    const std::optional<Target> target = target_of(services, look.checks);
    if (!target) return look;
    const Probe found =
        net::probe(target->url, services.environment, target->ca_file, services.clock, services.cancel, kCheckLimit);
    if (found.failure && found.failure->kind == net::Failure::Kind::canceled) throw canceled_error();
    look.checks = Report(found, target->url).checks(services.clock.now());
    look.reached = found.reached == Probe::Step::done;
  } catch (...) {
    look.checks.push_back(failed_check("api"));
  }
  return look;
}

}  // namespace heygen::host::commands::doctor

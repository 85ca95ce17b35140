#include "host/commands/auth/probe.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/redirect.hpp"
#include "host/commands/auth/support.hpp"

namespace heygen::host {

namespace {

constexpr std::chrono::seconds kTimeLimit{10};
constexpr std::size_t kLongestReply = std::size_t{1} << 20;
constexpr int kMostRedirects = 5;

/// Where a Location leads; empty: nowhere we follow.
std::optional<net::Url> redirect_target(const net::Url& from, const std::string& location) {
  try {
    return transport::resolve_reference(from, location);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

Probe read_reply(net::Response& response) {
  Probe probe;
  probe.verdict = Probe::Verdict::accepted;
  const std::string body = net::read_all(response, kLongestReply);
  try {
    probe.user = user_of_reply(json::parse(body));
  } catch (const json::ParseError&) {
    // Not what the API answers; the empty user below says it.
  }
  if (probe.user.as_object().empty()) probe.trouble = "The server accepted it without saying whose it is.";
  return probe;
}

Probe exchange(net::Http& http, net::Request request, const Cancel& cancel) {
  const auto trouble = [](std::string why) { return Probe{Probe::Verdict::unknown, json::Object{}, std::move(why)}; };
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    const std::unique_ptr<net::Response> response = http.send(request, cancel);
    if (response->status == 401) return {Probe::Verdict::refused, json::Object{}, {}};
    if (response->status >= 200 && response->status < 300) return read_reply(*response);
    const std::string* location = net::find_header(response->headers, "Location");
    if (!transport::is_redirect(response->status) || location == nullptr || location->empty()) {
      return trouble("The server answered with status " + std::to_string(response->status) + ".");
    }
    const std::optional<net::Url> next = redirect_target(request.url, *location);
    if (!next || !next->same_origin(request.url)) {
      return trouble("The server sent the request elsewhere, where a credential must not go.");
    }
    request.url = *next;
  }
  return trouble("The server redirected the request too often.");
}

}  // namespace

Probe probe_credential(net::Http& http, const ProbeTarget& target,
                       const std::vector<provider::CredentialHeader>& headers, const Cancel& cancel) {
  net::Request request;
  try {
    transport::ApiClient::check_base(target.base, target.allow_http);
    request.url = net::Url::parse(target.base + "/v3/users/me");
  } catch (const Error& problem) {
    return {Probe::Verdict::unknown, json::Object{}, problem.message()};
  } catch (const std::invalid_argument& problem) {
    return {Probe::Verdict::unknown, json::Object{}, problem.what()};
  }
  request.headers = {{"User-Agent", target.user_agent}, {"Accept", "application/json"}};
  for (const provider::CredentialHeader& header : headers) {
    request.headers.push_back({header.name, header.value.reveal()});
  }
  request.timeouts = {kTimeLimit, kTimeLimit, kTimeLimit};
  try {
    return exchange(http, std::move(request), cancel);
  } catch (const net::Failure& failure) {
    if (failure.kind == net::Failure::Kind::canceled) throw canceled_error();
    return {Probe::Verdict::unknown, json::Object{}, failure.what()};
  }
}

}  // namespace heygen::host

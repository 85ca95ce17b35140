// SPDX-License-Identifier: Apache-2.0
// heygen.http/1
#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/net/connect/connect.hpp"
#include "core/net/http.hpp"
#include "core/net/retry_after.hpp"
#include "core/net/tls/tls.hpp"
#include "core/provider/call/exchange.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/call/host_permission.hpp"
#include "core/provider/call/http_response.hpp"
#include "core/provider/service/services.hpp"
#include "core/provider/text_rules.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kUsualTime = 30'000;
constexpr std::uint32_t kLongestTime = 300'000;
constexpr std::size_t kMaxRequestHeaders = 64;
constexpr std::size_t kMaxHeaderText = 64 * limits::kKiB;
constexpr std::size_t kUsualBody = limits::kMiB, kLongestBody = 16 * limits::kMiB;
constexpr std::string_view kPlainHttp = "plain-http=";
constexpr milliseconds kRefreshGrace{5'000};

const HttpResponse* response_of(const heygen_http_response* response) {
  return reinterpret_cast<const HttpResponse*>(response);
}

/// Nobody else can listen to a request there: it never leaves the machine, or the manifest says that it goes to the
/// link.
bool stays_near(const HostCall& host, const net::Url& url) {
  return url.is_loopback() ||
         (url.is_link_local() &&
          std::ranges::find(host.manifest.needs, std::string(kPlainHttp) + url.host) != host.manifest.needs.end());
}

/// Why the URL is refused, if it is.
std::optional<std::string> find_url_fault(const HostCall& host, const net::Url& url, const net::Route& route) {
  if (url.scheme == "https" || route.direct || host.services.environment.is_on("HEYGEN_ALLOW_HTTP")) return {};
  return url.origin() + " is not https. Set HEYGEN_ALLOW_HTTP=1 to allow that.";
}

/// What is sent in plain text never passes a proxy, unless the user allows that.
net::Route route_of(const HostCall& host, const heygen_http_request& given, const net::Url& url) {
  net::Route route;
  route.unix_socket = abi::view(given.unix_socket);
  route.extra_ca = abi::view(given.extra_ca);
  route.client_certificate = abi::view(given.client_certificate);
  route.client_key = Secret(std::string(abi::view(given.client_key)));
  route.direct = !route.unix_socket.empty() || (url.scheme == "http" && stays_near(host, url) &&
                                                !host.services.environment.is_on("HEYGEN_ALLOW_HTTP"));
  return route;
}

/// Why the headers are refused, if they are.
std::optional<std::string> find_header_fault(const heygen_http_request& request) {
  if (request.header_count > kMaxRequestHeaders || (request.headers == nullptr && request.header_count != 0)) {
    return "the list of headers is NULL with a count, or has more than 64";
  }
  for (std::size_t i = 0; i < request.header_count; ++i) {
    const heygen_str name = request.headers[i].name, value = request.headers[i].value;
    if (!abi::is_sound(name) || !is_header_name(abi::view(name)) || is_framing_header(to_lower(abi::view(name)))) {
      return "the header \"" + std::string(abi::view(name).substr(0, 64)) + "\" cannot be sent";
    }
    if (!abi::is_sound(value) || !is_header_value(abi::view(value)) || value.size > kMaxHeaderText) {
      return "the value of the header " + std::string(abi::view(name)) + " has control characters or is too long";
    }
  }
  return {};
}

net::Headers headers_for(const HostCall& host, const heygen_http_request& request) {
  net::Headers headers;
  for (std::size_t i = 0; i < request.header_count; ++i) {
    const heygen_field& field = request.headers[i];
    headers.push_back(
        {std::string(abi::view(field.name)), std::string(abi::view(field.value)), (field.flags & HEYGEN_SECRET) != 0});
  }
  if (net::find_header(headers, "User-Agent") == nullptr) {
    headers.push_back({"User-Agent", "heygen-cli/" + host.services.host_version});
  }
  return headers;
}

net::Timeouts timeouts_for(const HostCall& host, const heygen_http_request& request) {
  const std::uint32_t asked = request.timeout_ms == 0 ? kUsualTime : std::min(request.timeout_ms, kLongestTime);
  const auto left = host.time_left();
  milliseconds total = std::min(milliseconds{asked}, left.value_or(milliseconds{asked}));
  if (host.wait_end() && net::is_idempotent(abi::view(request.method)))  // nothing is lost with its response
    total = std::min(total, *host.wait_end() - host.services.clock.monotonic());
  total = std::max(milliseconds{1}, total);
  net::Timeouts timeouts;
  timeouts.total = total;
  timeouts.idle = total;
  timeouts.connect = std::min(timeouts.connect, total);
  return timeouts;
}

heygen_status fail_for(HostCall& host, const net::Failure& failure) {
  if (failure.kind == net::Failure::Kind::canceled) return HEYGEN_CANCELED;
  return host.fail(HEYGEN_TRANSIENT, failure.what(), failure.hint);
}

/// An exchange that this call may leave under way, or that an earlier one left; nullptr for all others.
std::unique_ptr<Exchange> begin_or_resume(HostCall& host, const net::Request& request, std::string_view body,
                                          std::size_t max_body) {
  if (host.unfinished == nullptr) return nullptr;
  if (*host.unfinished && (*host.unfinished)->is_for(request, body)) return std::move(*host.unfinished);
  if (!host.wait_end() || net::is_idempotent(request.method)) return nullptr;
  return std::make_unique<Exchange>(host.services.http, request, body, max_body);
}

/// Waits as long as the call may. Empty: it is under way, or given up, and the call has failed.
std::unique_ptr<Exchange> wait_for(HostCall& host, std::unique_ptr<Exchange> exchange, const net::Url& url) {
  const WaitingScope waiting(host.services);
  const auto tick = [&] {
    if (host.services.waiting) host.services.waiting("Waiting for " + url.host, {});
  };
  const Exchange::State state = exchange->wait(host.wait_end(), host.services.clock, host.services.cancel, tick);
  if (state == Exchange::State::complete) return exchange;
  const std::string late = state == Exchange::State::under_way ? " has not responded yet." : " cannot be reached yet.";
  if (state == Exchange::State::under_way) {
    host.result.unfinished = true;
    *host.unfinished = std::move(exchange);
  }
  host.fail(HEYGEN_TRANSIENT, url.origin() + late, "The one that is stored still works, and is used.");
  return nullptr;
}

/// One rule for its forms and its repetitions: the host's. The first keeps its place.
void put_retry_after_in_seconds(net::Headers& headers, std::int64_t now) {
  const std::optional<std::int64_t> seconds = net::retry_after_of(headers, now);
  if (!seconds) return;
  const auto is_it = [](const net::Header& header) { return iequals(header.name, "Retry-After"); };
  const auto first = std::ranges::find_if(headers, is_it);
  first->value = std::to_string(*seconds);
  headers.erase(std::remove_if(std::next(first), headers.end(), is_it), headers.end());
}

std::size_t longest_body(const heygen_http_request& given) {
  return given.max_body == 0 ? kUsualBody : std::min(given.max_body, kLongestBody);
}

heygen_status exchange(HostCall& host, const heygen_http_request& given, const net::Url& url, net::Route route,
                       const heygen_http_response** response) {
  if (host.result.unfinished) return host.fail(HEYGEN_TRANSIENT, "Timed out: an earlier request is still under way.");
  const std::string_view text = abi::view(given.body);
  net::TextBody body{std::string(text)};
  net::Request request;
  request.method = abi::view(given.method);
  request.url = url;
  request.headers = headers_for(host, given);
  if (given.body.size != 0 || request.method == "POST") request.body = &body;
  request.timeouts = timeouts_for(host, given);
  request.route = std::move(route);
  const std::size_t max_body = longest_body(given);
  if (host.function == Function::refresh) request.grace = kRefreshGrace;
  host.result.sent = std::max(host.result.sent, net::is_idempotent(request.method) ? Sent::reads : Sent::changes);
  try {
    std::unique_ptr<HttpResponse> kept;
    if (std::unique_ptr<Exchange> own = begin_or_resume(host, request, text, max_body)) {
      own = wait_for(host, std::move(own), url);
      if (!own) return HEYGEN_TRANSIENT;
      kept = own->take();
    } else {
      kept = receive(host.services.http, request, max_body, host.services.cancel);
    }
    if (kept) put_retry_after_in_seconds(kept->headers, host.services.clock.now());
    if (!kept)
      return host.fail(HEYGEN_BROKEN,
                       "The response of " + url.origin() + " is larger than " +
                           (max_body % limits::kMiB == 0 ? std::to_string(max_body / limits::kMiB) + " MiB."
                                                         : std::to_string(max_body) + " bytes."));
    learn_hosts(host, url, kept->status, kept->body);
    *response = reinterpret_cast<const heygen_http_response*>(host.keep(std::move(kept)));
    return HEYGEN_OK;
  } catch (const net::Failure& failure) {
    return fail_for(host, failure);
  }
}

bool given_is_unsound(const heygen_http_request& given) {
  return !abi::is_sound(given.extra_ca) || !abi::is_sound(given.client_certificate) ||
         !abi::is_sound(given.client_key) || !abi::is_sound(given.unix_socket);
}

heygen_status HEYGEN_CALL send(const heygen_call* call, const heygen_http_request* request,
                               const heygen_http_response** response) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (request == nullptr || response == nullptr || request->struct_size < abi::kHttpRequestSize) {
      return host.refuse("http.send got NULL or a request smaller than version 1.0 had.");
    }
    *response = nullptr;
    if (!abi::is_sound(request->body) || request->body.size > kLongestBody ||
        !is_header_name(abi::view(request->method))) {
      return host.fail(HEYGEN_USAGE, "The HTTP request has no valid method, or its body is longer than 16 MiB.");
    }
    net::Url url;
    try {
      url = net::Url::parse(abi::view(request->url));
    } catch (const std::invalid_argument& error) {
      return host.fail(HEYGEN_USAGE, std::string("The URL cannot be used: ") + error.what());
    }
    if (given_is_unsound(*request)) return host.refuse("http.send got NULL with a size.");
    net::Route route = route_of(host, *request, url);
    if (const auto fault = find_host_fault(host, url, route.unix_socket))
      return host.fail(HEYGEN_USAGE, fault->message, fault->hint);
    if (const auto fault = find_url_fault(host, url, route)) return host.fail(HEYGEN_USAGE, *fault);
    if (const auto fault = net::find_fault(route))
      return host.fail(HEYGEN_USAGE, "The HTTP request was not sent: " + *fault + ".");
    if (!net::is_socket_path(route.unix_socket))
      return host.fail(HEYGEN_USAGE,
                       "The HTTP request was not sent: the path of the socket is longer than 107 bytes or has a NUL.");
    if (const auto fault = find_header_fault(*request)) {
      return host.fail(HEYGEN_USAGE, "The HTTP request was not sent: " + *fault + ".");
    }
    if (host.network_off()) return host.fail(HEYGEN_TRANSIENT, "A report does not use the network.");
    if (host.time_left() == milliseconds{0})
      return host.fail(HEYGEN_TRANSIENT, "Timed out: no time is left for this request.");
    return exchange(host, *request, url, std::move(route), response);
  });
}

std::int32_t HEYGEN_CALL status(const heygen_http_response* response) {
  return response != nullptr ? response_of(response)->status : 0;
}

heygen_str HEYGEN_CALL body(const heygen_http_response* response) {
  return response != nullptr ? abi::str(response_of(response)->body) : heygen_str{nullptr, 0};
}

heygen_str HEYGEN_CALL header(const heygen_http_response* response, heygen_str name) {
  if (response == nullptr) return {nullptr, 0};
  const HttpResponse& kept = *response_of(response);
  std::vector<std::string> values;
  for (const net::Header& field : kept.headers) {
    if (iequals(field.name, abi::view(name))) values.push_back(field.value);
  }
  if (values.empty()) return {nullptr, 0};
  return abi::str(kept.joined.emplace_back(join(values, ", ")));
}

std::size_t HEYGEN_CALL header_count(const heygen_http_response* response) {
  return response != nullptr ? response_of(response)->headers.size() : 0;
}

heygen_status HEYGEN_CALL header_at(const heygen_http_response* response, std::size_t index, heygen_field* field) {
  if (field == nullptr || index >= header_count(response)) return HEYGEN_USAGE;
  const net::Header& found = response_of(response)->headers[index];
  *field = {abi::str(found.name), abi::str(found.value), 0, 0};
  return HEYGEN_OK;
}

void HEYGEN_CALL release(const heygen_call* call, const heygen_http_response* response) {
  guarded(call, [&](HostCall& host) -> heygen_status {
    if (response != nullptr && !host.release(response_of(response)))
      return host.refuse("http.release got a response that is not this call's.");
    return HEYGEN_OK;
  });
}

heygen_str HEYGEN_CALL form_encode(const heygen_call* call, heygen_str text) {
  return guarded_value(call, heygen_str{nullptr, 0}, [&](HostCall& host) {
    std::string encoded = percent_encode(abi::view(text));
    for (std::size_t at = 0; (at = encoded.find("%20", at)) != std::string::npos;) encoded.replace(at, 3, "+");
    return host.keep(std::move(encoded));
  });
}

}  // namespace

const heygen_http_1_v& http_service() {
  static constexpr heygen_http_1_v kService{sizeof(kService), 0,         send,    status,     body, header,
                                            header_count,     header_at, release, form_encode};
  return kService;
}

}  // namespace heygen::provider

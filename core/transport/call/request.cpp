// SPDX-License-Identifier: Apache-2.0
#include "core/transport/call/request.hpp"

#include <algorithm>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::transport {

namespace {

constexpr std::chrono::milliseconds kGetTimeout{30'000};
constexpr std::chrono::milliseconds kOtherTimeout{120'000};
constexpr std::chrono::milliseconds kUploadIdle{600'000};

net::Timeouts usual_timeouts(const ApiRequest& request) {
  net::Timeouts timeouts;
  if (request.upload) {
    timeouts.idle = request.timeout.count() > 0 ? request.timeout : kUploadIdle;
    timeouts.total = std::chrono::milliseconds::zero();
    return timeouts;
  }
  timeouts.total = request.timeout.count() > 0 ? request.timeout
                   : request.method == "GET"   ? kGetTimeout
                                               : kOtherTimeout;
  timeouts.idle = timeouts.total;
  timeouts.connect = std::min(timeouts.connect, timeouts.total);
  return timeouts;
}

}  // namespace

bool changes_something(const ApiRequest& request) {
  return request.method != "GET" && request.method != "HEAD";
}

std::string_view key_of(const ApiRequest& request) {
  return request.idempotency_key ? std::string_view(*request.idempotency_key) : std::string_view{};
}

std::string request_target(const ApiRequest& request) {
  std::string out = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    out += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return out;
}

net::Timeouts request_timeouts(const ApiRequest& request, std::optional<std::chrono::milliseconds> left) {
  net::Timeouts timeouts = usual_timeouts(request);
  if (!left) return timeouts;
  const std::chrono::milliseconds most = std::max(*left, std::chrono::milliseconds(1));  // zero would mean no limit
  timeouts.total = timeouts.total.count() == 0 ? most : std::min(timeouts.total, most);
  timeouts.idle = std::min(timeouts.idle, most);
  timeouts.connect = std::min(timeouts.connect, most);
  return timeouts;
}

void set_header(net::Headers& headers, net::Header header) {
  const auto same =
      std::ranges::find_if(headers, [&](const net::Header& other) { return iequals(other.name, header.name); });
  if (same == headers.end()) {
    headers.push_back(std::move(header));
  } else {
    *same = std::move(header);
  }
}

net::Headers anonymous_headers(const ClientOptions& options) {
  return {{"User-Agent", "heygen-cli/" + options.version}, {"Accept", "application/json"}};
}

net::Headers api_headers(const ClientOptions& options, const ApiRequest& request) {
  net::Headers out = anonymous_headers(options);
  if (!options.source.empty()) set_header(out, {"X-HeyGen-Source", options.source});
  if (!options.client_origin.empty()) set_header(out, {"X-HeyGen-Client-Origin", options.client_origin});
  if (request.body != nullptr && !request.content_type.empty()) set_header(out, {"Content-Type", request.content_type});
  if (request.idempotency_key) set_header(out, {"Idempotency-Key", *request.idempotency_key});
  for (const net::Header& header : request.headers) set_header(out, header);
  return out;
}

Preview preview(const ClientOptions& options, const ApiRequest& request) {
  return {options.base + request_target(request), api_headers(options, request)};
}

}  // namespace heygen::transport

// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/redirect.hpp"

#include <algorithm>

#include "core/base/encode.hpp"

namespace heygen::transport {

namespace {

/// RFC 3986 §3.1.
bool has_scheme(std::string_view reference) {
  const std::size_t end = reference.find_first_of(":/?");
  if (end == std::string_view::npos || end == 0 || reference[end] != ':') return false;
  return std::ranges::all_of(reference.substr(0, end), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
  });
}

/// RFC 3986 §5.2.4, for a path that starts with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t next = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, next);
    path.remove_prefix(next);
    if (segment != "/." && segment != "/..") {
      out += segment;
      continue;
    }
    if (segment == "/..") out.erase(std::min(out.rfind('/'), out.size()));
    if (path.empty()) out += '/';
  }
  return out;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool may_be_redirected(const net::Request& request) {
  return (request.method == "GET" || request.method == "HEAD") && request.body == nullptr;
}

}  // namespace

net::Url resolve_reference(const net::Url& base, std::string_view reference) {
  reference = reference.substr(0, reference.find('#'));
  if (has_scheme(reference)) return net::Url::parse(reference);
  if (reference.starts_with("//")) return net::Url::parse(base.scheme + ":" + std::string(reference));
  const std::string_view base_path = std::string_view(base.target).substr(0, base.target.find('?'));
  const std::string_view path = reference.substr(0, reference.find('?'));
  const std::string_view query = reference.substr(path.size());
  if (path.empty()) {
    return net::Url::parse(base.origin() + std::string(query.empty() ? std::string_view(base.target) : base_path) +
                           std::string(query));
  }
  std::string merged(path);
  if (!path.starts_with('/')) merged.insert(0, base_path.substr(0, base_path.rfind('/') + 1));
  return net::Url::parse(base.origin() + without_dot_segments(merged) + std::string(query));
}

RedirectFollower::RedirectFollower(net::Url start, std::string fence)
    : start_(std::move(start)), fence_(std::move(fence)), url_(start_) {
  while (fence_.ends_with('/')) fence_.pop_back();
}

bool RedirectFollower::is_outside(const net::Url& url) const {
  if (fence_.empty() || !url.same_origin(start_)) return false;
  const std::string path = url.target.substr(0, url.target.find('?'));
  return has_dot_segment(path) || (path != fence_ && !path.starts_with(fence_ + "/"));
}

bool RedirectFollower::follow(const net::Request& request, const net::Response& response) {
  using Why = RefusedRedirect::Why;
  const std::string* location = net::find_header(response.headers, "Location");
  const bool redirects = is_redirect(response.status) && location != nullptr && !location->empty();
  if (!redirects || !may_be_redirected(request)) return false;
  if (followed_++ == kMaxRedirects) {
    throw RefusedRedirect(Why::too_many, "redirects more than " + std::to_string(kMaxRedirects) + " times");
  }
  if (net::contradicts_itself(response.headers, "Location"))  // RFC 9110 §10.2.2: one reference
    throw RefusedRedirect(Why::malformed, "redirects to two different URLs");
  net::Url next;
  try {
    next = resolve_reference(url_, *location);
  } catch (const std::invalid_argument& error) {
    throw RefusedRedirect(Why::malformed, std::string("redirects to a URL that is not valid: ") + error.what());
  }
  if (url_.scheme == "https" && next.scheme == "http") {
    throw RefusedRedirect(Why::unencrypted, "redirects from https to unencrypted http on " + next.host);
  }
  if (is_outside(next)) throw RefusedRedirect(Why::outside, "redirects to a path outside of " + fence_);
  trusted_ = trusted_ && next.same_origin(start_);
  url_ = std::move(next);
  return true;
}

}  // namespace heygen::transport

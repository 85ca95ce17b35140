#include "core/transport/redirect.hpp"

#include <algorithm>

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

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

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

}  // namespace heygen::transport

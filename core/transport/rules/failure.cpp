// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/failure.hpp"

#include <string>

#include "core/net/status.hpp"

namespace heygen::transport {

namespace {

std::string_view hint_for(net::Failure::Kind kind) {
  using Kind = net::Failure::Kind;
  switch (kind) {
    case Kind::resolve:
      return "Check the host name, your network connection and HEYGEN_API_BASE.";
    case Kind::connect:
      return "Check your network connection, HEYGEN_API_BASE and the proxy variables.";
    case Kind::tls:
      return "Check the system's clock and CA certificates; HEYGEN_EXTRA_CA_CERTS can name more.";
    case Kind::proxy:
      return "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY.";
    case Kind::timeout:
      return "Try again later.";
    default:
      return "Try again. If it keeps happening, check proxies and HEYGEN_API_BASE.";
  }
}

}  // namespace

Error error_of_failure(const net::Failure& failure) {
  using Kind = net::Failure::Kind;
  if (failure.kind == Kind::canceled) return canceled_error();
  const std::string hint = failure.hint.empty() ? std::string(hint_for(failure.kind)) : failure.hint;
  if (failure.kind == Kind::timeout) return {code::kTimeout, failure.what(), hint, Exit::timeout};
  return network_error(failure.what(), hint);
}

void say_that_it_may_have_taken_effect(Error& error, std::string_view look, std::string_view key) {
  const std::string check = look.empty() ? "check" : "check with `" + std::string(look) + "`";
  const std::string said = "The request may have taken effect: " + check + " before you send it again" +
                           (key.empty() ? "" : "; with --idempotency-key " + std::string(key) + " it acts only once") +
                           ".";
  // Advice to try again would contradict that.
  const bool lost = error.code == code::kCanceled || error.code == code::kTimeout || error.code == code::kNetwork ||
                    (error.http_status >= net::status::kServerFault && !error.retry_after);
  error.hint = lost || error.hint.empty() ? said : said + " " + error.hint;
  error.may_have_taken_effect = true;
  if (!error.job && !look.empty()) error.job = JobReference{{}, std::string(look)};
}

}  // namespace heygen::transport

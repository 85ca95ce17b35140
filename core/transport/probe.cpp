// SPDX-License-Identifier: Apache-2.0
#include "core/transport/probe.hpp"

#include "core/base/error.hpp"
#include "core/base/limits.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "core/transport/rules/account.hpp"
#include "core/transport/rules/response_error.hpp"

namespace heygen::transport {

namespace {

constexpr std::chrono::seconds kTimeout{10};
constexpr int kUnauthorized = 401;

/// Remembers how the API responded to the credential.
class Observed : public auth::CredentialSource {
 public:
  explicit Observed(auth::CredentialSource& inner) : inner_(inner) {}

  auth::CredentialLease obtain(const auth::RequestInfo& request) override { return inner_.obtain(request); }
  auth::CredentialLease refresh(const auth::Credential& refused, const auth::RequestInfo& request) override {
    try {
      return inner_.refresh(refused, request);
    } catch (const Error& error) {
      if (error.exit == Exit::auth) status = kUnauthorized;
      throw;
    }
  }
  void report(const auth::Credential& used, const auth::RequestInfo& request, int http_status) override {
    status = http_status;
    inner_.report(used, request, http_status);
  }
  Error refused_error(const auth::Credential& used) override { return inner_.refused_error(used); }

  int status = 0;  ///< of the last response to the credential; 0: none

 private:
  auth::CredentialSource& inner_;
};

/// Remembers the last response.
class LastResponse : public net::Http {
 public:
  explicit LastResponse(net::Http& inner) : inner_(inner) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    std::unique_ptr<net::Response> response = inner_.send(request, cancel);
    status = response->status;
    headers = response->headers;
    return response;
  }

  int status = 0;
  net::Headers headers;

 private:
  net::Http& inner_;
};

/// Who the credential belongs to according to the response; a verdict of its own when that is not JSON: a captive
/// portal, say, answered instead of the API. Throws Error as read_account() does.
auth::ProbeResult judge(const net::Headers& headers, const std::string& body) {
  using Verdict = auth::ProbeResult::Verdict;
  try {
    const json::Value response = read_account(body);
    const json::Value* data = response.find("data");
    return {Verdict::accepted, data == nullptr ? json::Value(json::Object{}) : store::user_members(*data), {}, 0};
  } catch (const json::ParseError& fault) {
    return {Verdict::unknown, json::Object{}, unreadable_response(headers, body, fault.what()).message(), 0};
  }
}

bool is_success(int status) {
  return status >= 200 && status <= 299;
}

}  // namespace

auth::ProbeResult probe_credential(net::Http& http, Clock& clock, Random& random, const Cancel& cancel,
                                   ClientOptions options, auth::CredentialSource& credential) {
  using Verdict = auth::ProbeResult::Verdict;
  options.max_retries = 0;
  options.source = options.client_origin = {};  // the check of a credential says nothing but whose it is
  Observed source(credential);
  LastResponse last(http);
  ApiRequest request;
  request.method = auth::who_am_i().method;
  request.path = auth::who_am_i().path;
  request.timeout = kTimeout;
  std::string body;
  try {
    ApiClient client(last, source, clock, random, cancel, std::move(options));
    body = client.fetch(request, limits::kAuthResponse);
  } catch (const Error& error) {
    if (error.code == code::kCanceled) throw;
    const bool of_api = last.status == source.status;  // not of a host that it redirected to
    if (of_api && refuses_credential(last.status, last.headers, error.code)) {
      return {Verdict::rejected, json::Object{}, {}, last.status};
    }
    return {Verdict::unknown, json::Object{},
            error.http_status == 0 ? error.message()
                                   : "The API responded with status " + std::to_string(error.http_status) + ".",
            0};
  }
  if (is_success(source.status)) return judge(last.headers, body);
  return {Verdict::unknown, json::Object{}, "The API redirected the request to another host.", 0};
}

}  // namespace heygen::transport

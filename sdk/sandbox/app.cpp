// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/app.hpp"

#include "sdk/sandbox/api/uploads.hpp"
#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"
#include "sdk/sandbox/oauth/pages.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::string_view kAssetPath = "/v3/assets";

bool starts_with(const std::string& text, std::string_view start) {
  return text.rfind(start, 0) == 0;
}

bool is_page(const std::string& path) {
  return path == "/" || path == "/consent" || starts_with(path, "/oauth/");
}
bool is_hook(const std::string& path) {
  return starts_with(path, "/_sandbox/");
}

}  // namespace

App::App(const std::string& authority, const Settings& settings, const std::string& log_file, const Clock& clock,
         Random& random)
    : authority_(authority),
      issuer_("http://" + authority),
      clock_(clock),
      random_(random),
      state_(settings, clock, random),
      oauth_(issuer_, state_),
      api_(issuer_, state_, clock, random),
      log_(log_file) {}

std::uint64_t App::body_limit(const std::string& path) {
  constexpr std::uint64_t kForm = std::uint64_t{64} * 1024;
  constexpr std::uint64_t kJson = std::uint64_t{8} * 1024 * 1024;
  constexpr std::uint64_t kFile =
      std::uint64_t{32} * 1024 * 1024;  // as the service; and a little for the form around it
  if (path == kAssetPath) return kFile + kForm;
  if (starts_with(path, kUploads)) return kSlotLimit;
  return starts_with(path, "/v3/") ? kJson : kForm;
}

bool App::is_upload(const Request& head) {
  return (head.path == kAssetPath && head.method == "POST") || starts_with(head.path, kUploads);
}

bool App::is_own_host(const Request& request) const {
  return Poco::icompare(request.header("host"), authority_) == 0;
}

Response App::handle(const Request& request) {
  Response response;
  try {
    response = route(request);
  } catch (const Invalid& invalid) {
    response = api_error(400, "invalid_parameter", invalid.message, invalid.param);
  }
  response.with("X-Request-Id", "req-" + random_id(random_));
  if (!is_hook(request.path)) log_.add(clock_.now(), request, response);
  return response;
}

Response App::route(const Request& request) {
  const std::string& path = request.path;
  if ((is_page(path) || is_hook(path)) && !is_own_host(request)) {
    return page_response(421, problem_page("Another name", "This page is at " + issuer_ + " and under no other name."));
  }
  if (request.body_too_large) {
    return api_error(413, "payload_too_large",
                     "The sandbox takes at most " + std::to_string(body_limit(path)) + " bytes here.");
  }
  if (path == "/") return page_response(200, index_page(issuer_));
  if (path == "/consent") {
    return page_response(
        200, problem_page("Consent", "HeyGen records the consent here. The sandbox assumes that it was given."));
  }
  if (path == "/oauth/authorize") return oauth_.authorize(request);
  if (path == "/oauth/device") return oauth_.device(request);
  if (path == "/v1/oauth/token") return oauth_.token(request);
  if (path == "/v1/oauth/revoke") return oauth_.revoke(request);
  if (path == "/v1/oauth/device_authorization") return oauth_.device_authorization(request);
  if (path == "/.well-known/oauth-authorization-server" || path == "/.well-known/openid-configuration") {
    return oauth_.metadata(request);
  }
  if (starts_with(path, "/v3/")) return api_.handle(request);
  if (starts_with(path, "/files/")) return api_.file(request);
  if (starts_with(path, kUploads)) return api_.upload(request);
  if (is_hook(path)) return hook(request);
  return api_error(404, "not_found", "The sandbox has nothing at " + printable(path) + ".");
}

Response App::hook(const Request& request) {
  const bool get = request.method == "GET";
  if (request.path == "/_sandbox/state" && get) {
    return json_response(200, object({{"state", state_.token_state(Form::decode(request.query).get("token"))}}));
  }
  if (request.path == "/_sandbox/log" && get) {
    Response response;
    response.body = log_.entries();
    return response.with("Content-Type", "application/json");
  }
  if (request.path == "/_sandbox/expire" && request.method == "POST") {
    state_.expire_access();
    return json_response(200, object({{"expired", true}}));
  }
  if (request.path == "/_sandbox/interrupt" && request.method == "POST") {
    const std::string how = Form::decode(request.query).get("response");
    if (how != "lost" && how != "error" && how != "pending") {
      throw Invalid{"response", "response is one of lost, error, pending."};
    }
    api_.interrupt(how == "lost" ? Interruption::lost : how == "error" ? Interruption::error : Interruption::pending);
    return json_response(200, object({{"interrupts", how}}));
  }
  if (request.path == "/_sandbox/reset" && request.method == "POST") {
    api_.reset();
    log_.clear();
    return json_response(200, object({{"reset", true}}));
  }
  return api_error(
      404, "not_found",
      "There is GET /_sandbox/state?token=, GET /_sandbox/log, POST /_sandbox/expire, POST /_sandbox/reset, "
      "POST /_sandbox/interrupt?response=.");
}

}  // namespace heygen::sandbox

// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/oauth/oauth.hpp"

#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"
#include "sdk/sandbox/oauth/pages.hpp"

namespace heygen::sandbox {
namespace {

constexpr const char* kDefaultScope = "openid profile email";
constexpr const char* kDeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr const char* kCookie = "heygen-sandbox";

/// RFC 8252 §7.3: an IP literal and any port; the path is the registered one.
bool is_loopback_redirect(const std::string& uri) {
  static const std::regex kPattern(R"(http://(127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?/oauth/callback)");
  return std::regex_match(uri, kPattern);
}

/// RFC 6749 §3.3
bool is_scope(const std::string& scope) {
  return std::all_of(scope.begin(), scope.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

/// The base64url of a SHA-256 (RFC 7636 §4.2)
bool is_challenge(const std::string& text) {
  return text.size() == 43 && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
         });
}

std::optional<Refusal> fault_of(const Form& query) {
  if (const std::string name = query.doubled(); !name.empty()) {
    return Refusal{"invalid_request", "A parameter came more than once: " + printable(name)};
  }
  if (query.get("response_type").empty()) return Refusal{"invalid_request", "response_type is missing: use code."};
  if (query.get("response_type") != "code") {
    return Refusal{"unsupported_response_type", "Only response_type=code is supported."};
  }
  if (query.get("code_challenge").empty()) return Refusal{"invalid_request", "PKCE is required: send code_challenge."};
  if (query.get("code_challenge_method") != "S256") {
    return Refusal{"invalid_request", "PKCE is required with code_challenge_method=S256."};
  }
  if (!is_challenge(query.get("code_challenge"))) {
    return Refusal{"invalid_request", "code_challenge must be the base64url text of a SHA-256 digest."};
  }
  if (!is_scope(query.get("scope"))) return Refusal{"invalid_scope", "scope contains an invalid character."};
  return std::nullopt;
}

std::string cookie_of(const Request& request) {
  for (const std::string& pair : split(request.header("cookie"), ';')) {
    const std::string cookie = Poco::trim(pair);
    const std::size_t equals = cookie.find('=');
    if (equals != std::string::npos && cookie.substr(0, equals) == kCookie) return cookie.substr(equals + 1);
  }
  return {};
}

Response refusal_response(const Refusal& refusal) {
  const bool unknown_client = refusal.error == "invalid_client";
  Response response = json_response(unknown_client ? 401 : 400,
                                    object({{"error", refusal.error}, {"error_description", refusal.description}}));
  response.with("Cache-Control", "no-store");
  response.error = refusal.error;
  return response;
}

/// Reads the form, and checks what all form endpoints ask for: POST, the form type, no doubled parameter, a client.
std::optional<Response> read_form(const Request& request, Form& form) {
  if (request.method != "POST") return method_not_allowed("POST");
  if (!request.is_of_type("application/x-www-form-urlencoded")) {
    return refusal_response({"invalid_request", "Send the parameters as application/x-www-form-urlencoded."});
  }
  try {
    form = Form::decode(request.body);
  } catch (const Invalid& invalid) {
    return refusal_response({"invalid_request", invalid.message});
  }
  if (const std::string name = form.doubled(); !name.empty()) {
    return refusal_response({"invalid_request", "A parameter came more than once: " + printable(name)});
  }
  if (form.get("client_id").empty()) {
    return refusal_response({"invalid_client", "A public client names itself with client_id in the form."});
  }
  return std::nullopt;
}

std::string required(const Form& form, const char* name) {
  std::string value = form.get(name);
  if (value.empty()) throw Refusal{"invalid_request", std::string(name) + " is missing."};
  return value;
}

Response token_response(const TokenSet& set) {
  Response response = json_response(200, object({{"access_token", set.access_token},
                                                 {"token_type", "Bearer"},
                                                 {"expires_in", set.expires_in},
                                                 {"refresh_token", set.refresh_token},
                                                 {"scope", set.scope}}));
  response.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  response.issued = {{"access_token", set.access_token}, {"refresh_token", set.refresh_token}};
  return response;
}

}  // namespace

Response OAuth::authorize(const Request& request) {
  if (request.method == "POST") return answer(request);
  if (request.method != "GET") return method_not_allowed("GET, POST");
  const Form query = Form::decode(request.query);
  if (query.get("client_id").empty() || query.doubles("client_id")) {
    return page_response(400,
                         problem_page("Which client?", "The address needs exactly one client_id. Any text will do."));
  }
  if (query.doubles("redirect_uri") || !is_loopback_redirect(query.get("redirect_uri"))) {
    // RFC 6749 §4.1.2.1: never redirect to an address that was not checked
    return page_response(400,
                         problem_page("Where to go back to?",
                                      "redirect_uri must be http://127.0.0.1:PORT/oauth/callback, or the same with "
                                      "[::1]. The name localhost and other paths are not accepted."));
  }
  AuthorizationRequest wanted{query.get("client_id"), query.get("redirect_uri"), query.get("scope"), query.get("state"),
                              query.get("code_challenge")};
  if (wanted.scope.empty()) wanted.scope = kDefaultScope;
  if (const auto fault = fault_of(query)) {
    Response response = send_back(wanted, {{"error", fault->error}, {"error_description", fault->description}});
    response.error = fault->error;
    return response;
  }
  return state_.settings().auto_approve ? answer_client(wanted, true) : ask(request, wanted);
}

Response OAuth::ask(const Request& request, const State::Question& question) {
  std::string browser = cookie_of(request);
  const bool is_new = browser.empty();
  if (is_new) browser = state_.new_browser();
  const std::string ticket = state_.open_ticket(question, browser);
  const auto* client = std::get_if<AuthorizationRequest>(&question);
  Response response = client != nullptr
                          ? page_response(200, consent_page(*client, ticket), client->redirect_uri)
                          : page_response(200, device_consent_page(std::get<DeviceRequest>(question), ticket));
  if (is_new) {
    response.with("Set-Cookie", std::string(kCookie) + '=' + browser + "; Path=/oauth; HttpOnly; SameSite=Strict");
  }
  return response;
}

Response OAuth::answer(const Request& request) {
  const std::string origin = request.header("origin");
  const Form form = Form::decode(request.body);
  const std::string decision = form.get("decision");
  const bool foreign = !origin.empty() && origin != issuer_;
  if (foreign || (decision != "approve" && decision != "deny")) {
    return page_response(403, problem_page("Not from this page", "Only the buttons of this sandbox's own page count."));
  }
  const auto question = state_.take_ticket(form.get("ticket"), cookie_of(request));
  if (!question) {
    return page_response(403,
                         problem_page("This page is too old",
                                      "It was answered before, it waited for more than ten minutes, or the browser "
                                      "keeps no cookies. Start again from the terminal."));
  }
  const bool approved = decision == "approve";
  if (const auto* client = std::get_if<AuthorizationRequest>(&*question)) return answer_client(*client, approved);
  if (!state_.decide_device(std::get<DeviceRequest>(*question).user_code, approved)) {
    return page_response(410, problem_page("Too late", "The code has expired. Start again from the terminal."));
  }
  return page_response(200, device_done_page(approved));
}

Response OAuth::answer_client(const AuthorizationRequest& request, bool approved) {
  if (!approved) {
    Response response =
        send_back(request, {{"error", "access_denied"}, {"error_description", "The user denied the request."}});
    response.error = "access_denied";
    return response;
  }
  const std::string code = state_.issue_code(request);
  Response response = send_back(request, {{"code", code}});
  response.issued = {{"code", code}};
  return response;
}

Response OAuth::send_back(const AuthorizationRequest& request,
                          std::vector<std::pair<std::string, std::string>> params) const {
  if (!request.state.empty()) params.emplace_back("state", request.state);
  params.emplace_back("iss", issuer_);  // RFC 9207 §2: in errors too
  Response response;
  response.status = 303;  // not 307, which would carry the form along (RFC 9700 §4.12)
  Poco::URI target(request.redirect_uri);
  for (const auto& [name, value] : params) target.addQueryParameter(name, value);
  response.with("Location", target.toString()).with("Cache-Control", "no-store");
  return response;
}

Response OAuth::token(const Request& request) {
  Form form;
  if (auto fault = read_form(request, form)) return *fault;
  const std::string client = form.get("client_id");
  try {
    const std::string grant = required(form, "grant_type");
    if (grant == "authorization_code") {
      return token_response(state_.redeem_code(required(form, "code"), client, required(form, "redirect_uri"),
                                               required(form, "code_verifier")));
    }
    if (grant == "refresh_token") {
      return token_response(state_.refresh(required(form, "refresh_token"), client, form.get("scope")));
    }
    if (grant == kDeviceGrant) return token_response(state_.poll_device(required(form, "device_code"), client));
    throw Refusal{"unsupported_grant_type",
                  std::string("This sandbox knows authorization_code, refresh_token and ") + kDeviceGrant + '.'};
  } catch (const Refusal& refusal) {
    return refusal_response(refusal);
  }
}

Response OAuth::revoke(const Request& request) {
  Form form;
  if (auto fault = read_form(request, form)) return *fault;
  try {
    state_.revoke(required(form, "token"), form.get("client_id"));
  } catch (const Refusal& refusal) {
    return refusal_response(refusal);
  }
  Response response;
  response.with("Cache-Control", "no-store");
  return response;
}

Response OAuth::device_authorization(const Request& request) {
  Form form;
  if (auto fault = read_form(request, form)) return *fault;
  if (!is_scope(form.get("scope"))) {
    return refusal_response({"invalid_scope", "scope contains an invalid character."});
  }
  const std::string scope = form.get("scope");
  const DeviceGrant grant = state_.issue_device(form.get("client_id"), scope.empty() ? kDefaultScope : scope);
  const std::string page = issuer_ + "/oauth/device";
  Response response = json_response(200, object({{"device_code", grant.device_code},
                                                 {"user_code", grant.user_code},
                                                 {"verification_uri", page},
                                                 {"verification_uri_complete", page + "?user_code=" + grant.user_code},
                                                 {"expires_in", state_.settings().device_ttl},
                                                 {"interval", state_.settings().interval}}));
  response.with("Cache-Control", "no-store");
  response.issued = {{"device_code", grant.device_code}};
  return response;
}

Response OAuth::device(const Request& request) {
  if (request.method == "POST") return answer(request);
  if (request.method != "GET") return method_not_allowed("GET, POST");
  const std::string typed = Form::decode(request.query).get("user_code");
  if (typed.empty()) return page_response(200, device_code_page({}, false));
  const auto found = state_.find_device(typed);
  return found ? ask(request, *found) : page_response(404, device_code_page(typed, true));
}

Response OAuth::metadata(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
  const List none = list({"none"});
  return json_response(
      200, object({{"issuer", issuer_},
                   {"authorization_endpoint", issuer_ + "/oauth/authorize"},
                   {"token_endpoint", issuer_ + "/v1/oauth/token"},
                   {"revocation_endpoint", issuer_ + "/v1/oauth/revoke"},
                   {"device_authorization_endpoint", issuer_ + "/v1/oauth/device_authorization"},
                   {"response_types_supported", list({"code"})},
                   {"response_modes_supported", list({"query"})},
                   {"grant_types_supported", list({Var("authorization_code"), Var("refresh_token"), kDeviceGrant})},
                   {"scopes_supported", list({"openid", "profile", "email"})},
                   {"code_challenge_methods_supported", list({Var("S256")})},
                   {"token_endpoint_auth_methods_supported", none},
                   {"revocation_endpoint_auth_methods_supported", none},
                   {"authorization_response_iss_parameter_supported", true}}));
}

}  // namespace heygen::sandbox

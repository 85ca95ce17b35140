#include "sdk/sandbox/oauth/oauth.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <regex>

#include "core/base/text.hpp"
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
    return Refusal{"unsupported_response_type", "This sandbox knows response_type=code alone."};
  }
  if (query.get("code_challenge").empty()) return Refusal{"invalid_request", "PKCE is required: send code_challenge."};
  if (query.get("code_challenge_method") != "S256") {
    return Refusal{"invalid_request", "PKCE is required with code_challenge_method=S256."};
  }
  if (!is_challenge(query.get("code_challenge"))) {
    return Refusal{"invalid_request", "code_challenge must be the base64url text of a SHA-256 digest."};
  }
  if (!is_scope(query.get("scope"))) return Refusal{"invalid_scope", "scope holds a character that none may."};
  return std::nullopt;
}

std::string cookie_of(const Request& request) {
  for (const std::string& pair : split(request.header("cookie"), ';')) {
    const std::string_view view = trim(pair);
    const std::size_t equals = view.find('=');
    if (view.substr(0, equals) == kCookie && equals != std::string_view::npos) {
      return std::string(view.substr(equals + 1));
    }
  }
  return {};
}

Reply refusal_reply(const Refusal& refusal) {
  const bool unknown_client = refusal.error == "invalid_client";
  Reply reply = json_reply(unknown_client ? 401 : 400,
                           json::Object{{"error", refusal.error}, {"error_description", refusal.description}});
  reply.with("Cache-Control", "no-store");
  reply.error = refusal.error;
  return reply;
}

/// Checks what all form endpoints ask for: POST, the form type, no doubled parameter, a client.
std::optional<Reply> form_fault(const Request& request, const Form& form) {
  if (request.method != "POST") return method_not_allowed("POST");
  if (!request.is_of_type("application/x-www-form-urlencoded")) {
    return refusal_reply({"invalid_request", "Send the parameters as application/x-www-form-urlencoded."});
  }
  if (const std::string name = form.doubled(); !name.empty()) {
    return refusal_reply({"invalid_request", "A parameter came more than once: " + printable(name)});
  }
  if (form.get("client_id").empty()) {
    return refusal_reply({"invalid_client", "A public client names itself with client_id in the form."});
  }
  return std::nullopt;
}

std::string required(const Form& form, const char* name) {
  std::string value = form.get(name);
  if (value.empty()) throw Refusal{"invalid_request", std::string(name) + " is missing."};
  return value;
}

Reply token_reply(const TokenSet& set) {
  Reply reply = json_reply(200, json::Object{{"access_token", set.access_token},
                                             {"token_type", "Bearer"},
                                             {"expires_in", set.expires_in},
                                             {"refresh_token", set.refresh_token},
                                             {"scope", set.scope}});
  reply.with("Cache-Control", "no-store").with("Pragma", "no-cache");
  reply.issued = {{"access_token", set.access_token}, {"refresh_token", set.refresh_token}};
  return reply;
}

}  // namespace

Reply OAuth::authorize(const Request& request) {
  if (request.method == "POST") return answer(request);
  if (request.method != "GET") return method_not_allowed("GET, POST");
  const Form query = Form::decode(request.query);
  if (query.get("client_id").empty() || query.doubles("client_id")) {
    return page_reply(400, problem_page("Which client?", "The address needs exactly one client_id. Any text will do."));
  }
  if (query.doubles("redirect_uri") || !is_loopback_redirect(query.get("redirect_uri"))) {
    // RFC 6749 §4.1.2.1: never redirect to an address that was not checked
    return page_reply(400, problem_page("Where to go back to?",
                                        "redirect_uri must be http://127.0.0.1:PORT/oauth/callback, or the same with "
                                        "[::1]. The name localhost and other paths are not accepted."));
  }
  AuthorizationRequest wanted{query.get("client_id"), query.get("redirect_uri"), query.get("scope"), query.get("state"),
                              query.get("code_challenge")};
  if (wanted.scope.empty()) wanted.scope = kDefaultScope;
  if (const auto fault = fault_of(query)) {
    Reply reply = send_back(wanted, {{"error", fault->error}, {"error_description", fault->description}});
    reply.error = fault->error;
    return reply;
  }
  return state_.settings().auto_approve ? answer_client(wanted, true) : ask(request, wanted);
}

Reply OAuth::ask(const Request& request, const State::Question& question) {
  std::string browser = cookie_of(request);
  const bool is_new = browser.empty();
  if (is_new) browser = state_.new_browser();
  const std::string ticket = state_.open_ticket(question, browser);
  const auto* client = std::get_if<AuthorizationRequest>(&question);
  Reply reply = client != nullptr ? page_reply(200, consent_page(*client, ticket), client->redirect_uri)
                                  : page_reply(200, device_consent_page(std::get<DeviceRequest>(question), ticket));
  if (is_new) {
    reply.with("Set-Cookie", std::string(kCookie) + '=' + browser + "; Path=/oauth; HttpOnly; SameSite=Strict");
  }
  return reply;
}

Reply OAuth::answer(const Request& request) {
  const std::string origin = request.header("origin");
  const Form form = Form::decode(request.body);
  const std::string decision = form.get("decision");
  const bool foreign = !origin.empty() && origin != issuer_;
  if (foreign || (decision != "approve" && decision != "deny")) {
    return page_reply(403, problem_page("Not from this page", "Only the buttons of this sandbox's own page count."));
  }
  const auto question = state_.take_ticket(form.get("ticket"), cookie_of(request));
  if (!question) {
    return page_reply(403, problem_page("This page is too old",
                                        "It was answered before, it waited for more than ten minutes, or the browser "
                                        "keeps no cookies. Start again from the terminal."));
  }
  const bool approved = decision == "approve";
  if (const auto* client = std::get_if<AuthorizationRequest>(&*question)) return answer_client(*client, approved);
  if (!state_.decide_device(std::get<DeviceRequest>(*question).user_code, approved)) {
    return page_reply(410, problem_page("Too late", "The code has expired. Start again from the terminal."));
  }
  return page_reply(200, device_done_page(approved));
}

Reply OAuth::answer_client(const AuthorizationRequest& request, bool approved) {
  if (!approved) {
    Reply reply = send_back(request, {{"error", "access_denied"}, {"error_description", "The person said no."}});
    reply.error = "access_denied";
    return reply;
  }
  const std::string code = state_.issue_code(request);
  Reply reply = send_back(request, {{"code", code}});
  reply.issued = {{"code", code}};
  return reply;
}

Reply OAuth::send_back(const AuthorizationRequest& request,
                       std::vector<std::pair<std::string, std::string>> params) const {
  if (!request.state.empty()) params.emplace_back("state", request.state);
  params.emplace_back("iss", issuer_);  // RFC 9207 §2: in errors too
  Reply reply;
  reply.status = 303;  // not 307, which would carry the form along (RFC 9700 §4.12)
  reply.with("Location", request.redirect_uri + '?' + encode_query(params)).with("Cache-Control", "no-store");
  return reply;
}

Reply OAuth::token(const Request& request) {
  const Form form = Form::decode(request.body);
  if (auto fault = form_fault(request, form)) return *fault;
  const std::string client = form.get("client_id");
  try {
    const std::string grant = required(form, "grant_type");
    if (grant == "authorization_code") {
      return token_reply(state_.redeem_code(required(form, "code"), client, required(form, "redirect_uri"),
                                            required(form, "code_verifier")));
    }
    if (grant == "refresh_token") {
      return token_reply(state_.refresh(required(form, "refresh_token"), client, form.get("scope")));
    }
    if (grant == kDeviceGrant) return token_reply(state_.poll_device(required(form, "device_code"), client));
    throw Refusal{"unsupported_grant_type",
                  std::string("This sandbox knows authorization_code, refresh_token and ") + kDeviceGrant + '.'};
  } catch (const Refusal& refusal) {
    return refusal_reply(refusal);
  }
}

Reply OAuth::revoke(const Request& request) {
  const Form form = Form::decode(request.body);
  if (auto fault = form_fault(request, form)) return *fault;
  try {
    state_.revoke(required(form, "token"), form.get("client_id"));
  } catch (const Refusal& refusal) {
    return refusal_reply(refusal);
  }
  Reply reply;
  reply.with("Cache-Control", "no-store");
  return reply;
}

Reply OAuth::device_authorization(const Request& request) {
  const Form form = Form::decode(request.body);
  if (auto fault = form_fault(request, form)) return *fault;
  if (!is_scope(form.get("scope"))) {
    return refusal_reply({"invalid_scope", "scope holds a character that none may."});
  }
  const std::string scope = form.get("scope");
  const DeviceGrant grant = state_.issue_device(form.get("client_id"), scope.empty() ? kDefaultScope : scope);
  const std::string page = issuer_ + "/oauth/device";
  Reply reply = json_reply(200, json::Object{{"device_code", grant.device_code},
                                             {"user_code", grant.user_code},
                                             {"verification_uri", page},
                                             {"verification_uri_complete", page + "?user_code=" + grant.user_code},
                                             {"expires_in", state_.settings().device_ttl},
                                             {"interval", state_.settings().interval}});
  reply.with("Cache-Control", "no-store");
  reply.issued = {{"device_code", grant.device_code}};
  return reply;
}

Reply OAuth::device(const Request& request) {
  if (request.method == "POST") return answer(request);
  if (request.method != "GET") return method_not_allowed("GET, POST");
  const std::string typed = Form::decode(request.query).get("user_code");
  if (typed.empty()) return page_reply(200, device_code_page({}, false));
  const auto found = state_.find_device(typed);
  return found ? ask(request, *found) : page_reply(404, device_code_page(typed, true));
}

Reply OAuth::metadata(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return method_not_allowed("GET, HEAD");
  const json::Array none{json::Value("none")};
  return json_reply(
      200, json::Object{
               {"issuer", issuer_},
               {"authorization_endpoint", issuer_ + "/oauth/authorize"},
               {"token_endpoint", issuer_ + "/v1/oauth/token"},
               {"revocation_endpoint", issuer_ + "/v1/oauth/revoke"},
               {"device_authorization_endpoint", issuer_ + "/v1/oauth/device_authorization"},
               {"response_types_supported", json::Array{json::Value("code")}},
               {"response_modes_supported", json::Array{json::Value("query")}},
               {"grant_types_supported", json::Array{json::Value("authorization_code"), json::Value("refresh_token"),
                                                     json::Value(kDeviceGrant)}},
               {"scopes_supported", json::Array{json::Value("openid"), json::Value("profile"), json::Value("email")}},
               {"code_challenge_methods_supported", json::Array{json::Value("S256")}},
               {"token_endpoint_auth_methods_supported", none},
               {"revocation_endpoint_auth_methods_supported", none},
               {"authorization_response_iss_parameter_supported", true}});
}

}  // namespace heygen::sandbox

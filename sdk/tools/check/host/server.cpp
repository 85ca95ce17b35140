// SPDX-License-Identifier: Apache-2.0
// The fake server: what the world file says, and else the usual members, as an authorization server gives them.
#include <map>

#include "core/base/encode.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/service/services.hpp"
#include "sdk/json/json.hpp"
#include "sdk/tools/check/host/fakes.hpp"

namespace heygen::check {
namespace {

constexpr std::string_view kMetadata = "/.well-known/";
const net::Headers& json_headers() {
  static const net::Headers kHeaders{{"Content-Type", "application/json"}};
  return kHeaders;
}

std::string body_of(const net::Request& request) {
  std::string text;
  if (request.body == nullptr) return text;
  std::array<char, 4096> part{};
  while (const std::size_t size = request.body->read(part)) text.append(part.data(), size);
  request.body->rewind();
  return text;
}

std::map<std::string, std::string> form_in(const std::string& body) {
  std::map<std::string, std::string> form;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = std::min(body.find('&', at), body.size());
    const std::string pair = body.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), Plus::space);
    const auto value = percent_decode(pair.substr(std::min(equals + 1, pair.size())), Plus::space);
    if (name && value) form[*name] = *value;
    at = end + 1;
  }
  return form;
}

std::string challenge_of(const std::string& verifier) {
  std::array<std::uint8_t, 32> digest{};
  provider::hash_service().sha256(provider::abi::str(verifier), digest.data());
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

CannedResponse Fakes::serve(const net::Request& request) {
  const std::string body = body_of(request);
  for (const net::Header& header : request.headers) result.sent += header.name + ": " + header.value + "\n";
  result.sent += body + "\n";
  CannedResponse response = choose(request);
  const std::string url = scenario.shown(request.url.text());
  const std::string said = std::to_string(response.status) + " " + scenario.shown(response.body, 200);
  result.last_request = request.method + " " + url + ", to which the check responded " + said;
  findings.saw_request(request.method + " " + url, said);
  judge_code(body);
  read_metadata(request.url, response.body);
  return response;
}

CannedResponse Fakes::choose(const net::Request& request) {
  constexpr const char* kRefusal = R"({"error":"invalid_grant","error_description":"refused by the check"})";
  const net::Url& url = request.url;
  const bool describes = url.text().find(kMetadata) != std::string::npos;
  const Server mood = script->server;
  switch (describes && (mood == Server::refuses400 || mood == Server::refuses401) ? Server::good : mood) {
    case Server::refuses400:
      return {{}, {}, 400, json_headers(), kRefusal};
    case Server::refuses401:
      return {{}, {}, 401, json_headers(), kRefusal};
    case Server::fails500:
      return {{}, {}, 500, {}, "trouble"};
    case Server::fails503:
      return {{}, {}, 503, {{"Retry-After", "7"}}, ""};
    default:
      break;
  }
  for (std::size_t i = 0; i < scenario.responses.size(); ++i) {
    const CannedResponse& response = scenario.responses[i];
    if (url.text().find(response.match) == std::string::npos) continue;
    if (!response.method.empty() && response.method != request.method) continue;
    findings.used_response(i);
    result.canned = true;
    return with_turn(response);
  }
  return baseline(url);
}

/// A refresh token of the world file is another one in each turn, as one of the check's own is.
CannedResponse Fakes::with_turn(CannedResponse response) const {
  const auto member = [](const std::string& token) { return "\"refresh_token\":\"" + token + "\""; };
  const std::string given = member(scenario.secret("given"));
  const std::size_t at = response.body.find(given);
  if (at == std::string::npos) return response;
  response.body.replace(at, given.size(), member(scenario.secret("refresh_token" + std::to_string(script->turn))));
  return response;
}

CannedResponse Fakes::metadata(const std::string& of) const {
  sdk::Object body = sdk::object({{"issuer", of}, {"authorization_response_iss_parameter_supported", true}});
  for (const char* name : {"authorization", "token", "revocation", "device_authorization", "userinfo"}) {
    body->set(std::string(name) + "_endpoint", of + "/" + name);
  }
  body->set("jwks_uri", of + "/jwks");
  body->set("code_challenge_methods_supported", sdk::list({std::string("S256")}));
  return {{}, {}, 200, json_headers(), sdk::write_json(body)};
}

CannedResponse Fakes::baseline(const net::Url& url) {
  if (const std::size_t at = url.text().find(kMetadata); at != std::string::npos) {
    return metadata(url.text().substr(0, at));
  }
  const bool bare = script->server == Server::bare;
  const std::string turn = std::to_string(bare ? script->turn + 1 : script->turn);
  sdk::Object body = sdk::object();
  for (const char* name : {"access_token", "token", "key", "api_key", "secret", "device_code", "id_token"}) {
    body->set(name, scenario.secret(name + turn));
  }
  body->set("issued_token_type", std::string("urn:ietf:params:oauth:token-type:access_token"));
  body->set("token_type", std::string("Bearer"));
  body->set("user_code", std::string("CHCK-0001"));
  body->set("verification_uri", std::string("https://heygen-check.invalid/device"));
  body->set("interval", 1);
  if (!bare) {
    body->set("refresh_token", scenario.secret("refresh_token" + turn));
    body->set("expires_in", 3600);
    body->set("scope", std::string("check"));
  }
  return {{}, {}, 200, json_headers(), sdk::write_json(body)};
}

void Fakes::read_metadata(const net::Url& url, const std::string& body) {
  if (url.text().find(kMetadata) == std::string::npos) return;
  try {
    const sdk::Object members = sdk::object_in(sdk::parse_json(body));
    issuer = sdk::text_at(members, "issuer");
    result.issuer_promised = sdk::flag_at(members, "authorization_response_iss_parameter_supported");
  } catch (const std::exception&) {  // what the world file says is not metadata
  }
}

/// The request that redeems a code, as the server sees it that gave the code (RFC 7636 §4.6, RFC 6749 §4.1.3).
void Fakes::judge_code(const std::string& body) {
  const auto form = form_in(body);
  const auto value = [&](const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  if (!result.redirected || value("grant_type") != "authorization_code") return;
  result.verifier = value("code_verifier");
  findings.cover("login-pkce");
  findings.cover("login-redirect");
  if (page.challenge.empty() || page.method != "S256") {
    fail("login-pkce", "the authorization request has no code_challenge with the method S256");
  } else if (page.challenge != challenge_of(result.verifier)) {
    fail("login-pkce", "the code_challenge is not the hash of the code_verifier");
  }
  if (page.redirect_uri != value("redirect_uri")) {
    fail("login-redirect",
         "redirect_uri is \"" + page.redirect_uri + "\" first, and then \"" + value("redirect_uri") + "\"");
  }
}

}  // namespace heygen::check

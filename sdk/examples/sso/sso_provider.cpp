// SPDX-License-Identifier: Apache-2.0
// A company's single sign-on: OpenID discovery, a browser login with PKCE (RFC 7636, RFC 8252) at the company's
// identity provider, and a token exchange (RFC 8693) of what it gave for a token of the API.
#include <heygen/provider.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sso {
namespace {

namespace sdk = heygen::sdk;

constexpr std::string_view kExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
constexpr std::string_view kAccessToken = "urn:ietf:params:oauth:token-type:access_token";
constexpr std::chrono::minutes kLoginTimeout{5};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string printable(std::string_view text) {
  std::string out(text.substr(0, 200));
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return has_control({&c, 1});
      },
      '?');
  return out;
}

/// Where a login's tokens come from and may go to; stored with them, so that a changed setting never sends them
/// elsewhere.
struct Issuer {
  std::string issuer, client_id, audience;
  std::string authorize_url, token_url, exchange_url, revoke_url;
  bool names_itself = false;  ///< its redirects have `iss` (RFC 9207 §3)
};

std::string required(const sdk::Call& call, std::string_view key) {
  const auto value = call.settings().get(key);
  if (!value)
    throw sdk::Fail(
        HEYGEN_USAGE, "providers.sso." + std::string(key) + " is not set.",
        "Ask your administrator for it, then: heygen config set providers.sso." + std::string(key) + " VALUE");
  return std::string(*value);
}

/// The response says nothing about the request, which may succeed later.
bool is_passing(int status) {
  return status == 408 || status == 429 || status >= 500;
}

/// OpenID Connect Discovery 1.0 §4; the issuer must name itself, character by character (§4.3).
Issuer discover(const sdk::Call& call) {
  Issuer found;
  found.issuer = required(call, "issuer");
  found.client_id = required(call, "client_id");
  found.audience = std::string(call.settings().get("audience").value_or(call.api_base()));
  sdk::HttpRequest request;
  request.url = found.issuer + (found.issuer.back() == '/' ? "" : "/") + ".well-known/openid-configuration";
  const sdk::HttpResponse response = call.http().send(request);
  if (is_passing(response.status()))
    throw sdk::Fail(HEYGEN_TRANSIENT, found.issuer + " is in trouble.", "Try again later.");
  if (response.status() == 401 || response.status() == 403 || response.status() == 400)
    throw sdk::Fail(HEYGEN_REJECTED, found.issuer + " accepts no login.", "Ask your administrator.");
  const sdk::Json metadata = call.parse(response.body());
  if (response.status() != 200 || metadata["issuer"].as_text() != found.issuer)
    throw sdk::Fail(HEYGEN_BROKEN, found.issuer + " is not an OpenID issuer of that name.",
                    "Check providers.sso.issuer.");
  found.authorize_url = std::string(metadata["authorization_endpoint"].as_text());
  found.token_url = std::string(metadata["token_endpoint"].as_text());
  found.revoke_url = std::string(metadata["revocation_endpoint"].as_text());
  found.names_itself = metadata["authorization_response_iss_parameter_supported"].as_text() == "true";
  found.exchange_url = std::string(call.settings().get("exchange_url").value_or(found.token_url));
  if (found.authorize_url.empty() || found.token_url.empty())
    throw sdk::Fail(HEYGEN_BROKEN, "The metadata of " + found.issuer + " names no endpoints.");
  return found;
}

/// A member of the state as text; "" when it is absent. Damage is an error: it is neither used nor taken for absent.
std::string_view stored(const sdk::Json& state, std::string_view name) {
  const sdk::Json member = state[name];
  if (member.is_null()) return {};
  if (!member.is_string() || has_control(member.as_text()))
    throw sdk::Fail(HEYGEN_BROKEN, "The stored `" + std::string(name) + "` is damaged.", "Log in again.");
  return member.as_text();
}

Issuer stored_issuer(const sdk::Call& call) {
  const sdk::Json state = call.state();
  const auto text = [&](std::string_view name) { return std::string(stored(state, name)); };
  Issuer issuer;
  issuer.issuer = text("issuer");
  issuer.client_id = text("client_id");
  issuer.audience = text("audience");
  issuer.token_url = text("token_url");
  issuer.exchange_url = text("exchange_url");
  issuer.revoke_url = text("revoke_url");
  return issuer;
}

/// A token endpoint's answer: 200 or a Fail that tells the server's refusal from its trouble.
sdk::Json post(const sdk::Call& call, const std::string& url, const sdk::Form& form) {
  sdk::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  request.body = form.str();
  const sdk::HttpResponse response = call.http().send(request);
  const sdk::Json answer = call.parse(response.body());
  if (response.status() == 200 && answer.is_object()) return answer;
  const std::string code = printable(answer["error"].as_text());
  if (is_passing(response.status()) || code == "temporarily_unavailable")
    throw sdk::Fail(HEYGEN_TRANSIENT, url + " answered HTTP " + std::to_string(response.status()) + ".",
                    "Try again in a moment.");
  if (response.status() < 400)
    throw sdk::Fail(HEYGEN_BROKEN, "The answer of " + url + " cannot be used.", "Check the settings of providers.sso.");
  throw sdk::Fail(HEYGEN_REJECTED, url + " refused the login" + (code.empty() ? "." : ": " + code + "."),
                  "Log in again: `heygen auth login --sso`.")
      .with_code(code);
}

sdk::Secret token(const sdk::Json& answer, std::string_view member) {
  const std::string_view text = answer[member].as_text();
  if (has_control(text)) throw sdk::Fail(HEYGEN_BROKEN, "A token contains a control character.");
  return sdk::Secret(text);
}

/// RFC 8693 §2.1. Sets access_token and expires_at of the patch.
void exchange(const sdk::Call& call, const Issuer& issuer, const sdk::Secret& subject, sdk::Patch& patch) {
  sdk::Form form(call.http());
  form.add("grant_type", kExchange)
      .add("client_id", issuer.client_id)
      .add("subject_token", subject.reveal())
      .add("subject_token_type", kAccessToken)
      .add("audience", issuer.audience);
  const sdk::Json answer = post(call, issuer.exchange_url, form);
  const sdk::Secret access = token(answer, "access_token");
  if (access.empty()) throw sdk::Fail(HEYGEN_BROKEN, "The exchange at " + issuer.exchange_url + " gave no token.");
  patch.set_text("access_token", access.reveal());
  const auto lifetime = answer["expires_in"].as_int64();
  if (lifetime && *lifetime >= 0 && *lifetime < std::int64_t{100} * 366 * 86400)
    patch.set_number("expires_at", call.now() + *lifetime);
  else
    patch.remove("expires_at");
  patch.remove("exchange_failed_at");
}

/// One browser login: the authorization code, for this run only.
struct Grant {
  sdk::Secret code, verifier;
  std::string redirect_uri;
};

sdk::Secret random_text(const sdk::Call& call, std::size_t bytes) {
  std::string text = call.hash().base64url(call.random_bytes(bytes).reveal());
  sdk::Secret secret(text);
  sdk::wipe(text);
  return secret;
}

void open_browser(const sdk::Call& call, const std::string& url) {
  call.terminal().notice("Log in to your company in the browser. If none opens, open this URL:");
  call.terminal().notice(url);
  if (call.browser().allowed() && !call.browser().open(url))
    call.terminal().notice("No browser could be opened: open the URL above by hand.");
}

Grant authorize(const sdk::Call& call, const Issuer& issuer, sdk::Loopback& listener) {
  Grant grant{{}, random_text(call, 64), listener.redirect_uri()};
  const sdk::Secret state = random_text(call, 32);
  const auto scope = call.settings().get("scope").value();
  sdk::Form query(call.http());
  query.add("response_type", "code")
      .add("client_id", issuer.client_id)
      .add("redirect_uri", grant.redirect_uri)
      .add("scope", scope)
      .add("state", state.reveal())
      .add("code_challenge", call.hash().base64url(call.hash().sha256(grant.verifier.reveal())))
      .add("code_challenge_method", "S256");
  const char joint = issuer.authorize_url.find('?') == std::string::npos ? '?' : '&';
  open_browser(call, issuer.authorize_url + joint + query.str());
  if (listener.wait(kLoginTimeout) != HEYGEN_OK)
    throw sdk::Fail(HEYGEN_REJECTED, "The login in the browser was not finished.", "Log in again.");
  if (!call.hash().equal(listener.param("state").value_or(""), state.reveal()))
    throw sdk::Fail(HEYGEN_BROKEN, "The browser came back with the answer to another login.", "Log in again.");
  const auto iss = listener.param("iss");
  if (iss ? *iss != issuer.issuer : issuer.names_itself)  // RFC 9207 §2.4
    throw sdk::Fail(HEYGEN_BROKEN, "The answer of the login comes from another issuer.", "Log in again.");
  if (const auto error = listener.param("error"))
    throw sdk::Fail(HEYGEN_REJECTED, "The login was refused: " + printable(*error) + ".", "Log in again.");
  grant.code = sdk::Secret(listener.param("code").value_or(""));
  return grant;
}

/// True right after a refresh that refreshed the login but got no API token: the login is saved, and the user hears
/// why.
bool exchange_just_failed(const sdk::Call& call) {
  const auto at = call.state()["exchange_failed_at"].as_int64();
  return at && call.now() - *at >= 0 && call.now() - *at <= 2;
}

class SsoProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    const sdk::Json state = call.state();
    const std::string_view access = stored(state, "access_token"), refresh = stored(state, "refresh_token");
    if (refresh.empty() && access.empty()) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    if (exchange_just_failed(call) && call.canceled()) throw sdk::Fail(HEYGEN_CANCELED);
    if (exchange_just_failed(call))
      throw sdk::Fail(
          HEYGEN_TRANSIENT,
          "Your login was refreshed, but " + std::string(stored(state, "exchange_url")) + " gave no API token for it.",
          "Try again in a moment.");
    call.set_type("sso");
    call.set_refreshable(!refresh.empty());
    if (access.empty()) return;  // a refresh comes first
    std::string value = "Bearer " + std::string(access);
    call.set_header("Authorization", value);
    sdk::wipe(value);
    if (const auto expires_at = state["expires_at"].as_int64()) call.set_expiry(*expires_at);
  }

  void refresh(sdk::Call& call) override {
    const Issuer issuer = stored_issuer(call);
    if (issuer.token_url.empty() || issuer.exchange_url.empty() || stored(call.state(), "refresh_token").empty())
      throw sdk::Fail(HEYGEN_BROKEN, "The stored login lacks a part.", "Log in again.");
    sdk::Form form(call.http());
    form.add("grant_type", "refresh_token")
        .add("client_id", issuer.client_id)
        .add("refresh_token", stored(call.state(), "refresh_token"));
    const sdk::Json answer = post(call, issuer.token_url, form);
    sdk::Patch patch(call);
    if (const sdk::Secret next = token(answer, "refresh_token"); !next.empty())
      patch.set_text("refresh_token", next.reveal());
    exchange_or_keep(call, issuer, token(answer, "access_token"), patch);
    call.set_state(patch.str());
  }

  void login(sdk::Call& call) override {
    if (call.interaction() == HEYGEN_INTERACTION_NEVER) throw sdk::Fail(HEYGEN_NEEDS_USER);
    if (!call.terminal().interactive() && !call.browser().allowed())
      throw sdk::Fail(HEYGEN_USAGE, "A browser login needs a browser or a terminal, and there is neither.");
    const Issuer issuer = discover(call);
    sdk::Loopback listener = call.listen({"/oauth/callback"});
    const Grant grant = authorize(call, issuer, listener);
    sdk::Form form(call.http());
    form.add("grant_type", "authorization_code")
        .add("client_id", issuer.client_id)
        .add("code", grant.code.reveal())
        .add("redirect_uri", grant.redirect_uri)
        .add("code_verifier", grant.verifier.reveal());
    const sdk::Json answer = post(call, issuer.token_url, form);
    sdk::Patch patch(call);
    patch.set_text("issuer", issuer.issuer)
        .set_text("client_id", issuer.client_id)
        .set_text("audience", issuer.audience)
        .set_text("token_url", issuer.token_url)
        .set_text("exchange_url", issuer.exchange_url)
        .set_text("revoke_url", issuer.revoke_url);
    if (const sdk::Secret next = token(answer, "refresh_token"); next.empty())
      patch.remove("refresh_token");
    else
      patch.set_text("refresh_token", next.reveal());
    exchange(call, issuer, token(answer, "access_token"), patch);
    call.set_state(patch.str());
    listener.respond(true, {});
  }

  void revoke(sdk::Call& call) override {
    const Issuer issuer = stored_issuer(call);
    if (issuer.revoke_url.empty()) throw sdk::Fail(HEYGEN_UNSUPPORTED);
    const bool whole = !stored(call.state(), "refresh_token").empty();
    sdk::Form form(call.http());  // RFC 7009 §2.1
    form.add("client_id", issuer.client_id)
        .add("token", stored(call.state(), whole ? "refresh_token" : "access_token"))
        .add("token_type_hint", whole ? "refresh_token" : "access_token");
    sdk::HttpRequest request;
    request.method = "POST";
    request.url = issuer.revoke_url;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    request.body = form.str();
    request.timeout = std::chrono::seconds(5);
    const int status = call.http().send(request).status();
    if (status >= 400) throw sdk::Fail(is_passing(status) ? HEYGEN_TRANSIENT : HEYGEN_REJECTED);
  }

 private:
  /// The rotated refresh token must be saved even when the exchange fails: the old one is spent, and the host saves
  /// nothing after an error. So the failure is noted in the state, and resolve() reports it.
  static void exchange_or_keep(const sdk::Call& call, const Issuer& issuer, const sdk::Secret& subject,
                               sdk::Patch& patch) {
    try {
      exchange(call, issuer, subject, patch);
    } catch (const sdk::Fail&) {
      patch.remove("access_token").remove("expires_at").set_number("exchange_failed_at", call.now());
    }
  }
};

constexpr std::array kEnv{sdk::view("HEYGEN_SSO_ISSUER"), sdk::view("HEYGEN_SSO_CLIENT_ID")};
constexpr std::array<heygen_setting, 5> kSettings{
    sdk::setting("issuer", "url", "", "OpenID issuer of your company", "HEYGEN_SSO_ISSUER", true),
    sdk::setting("client_id", "string", "", "Client id of heygen there, a public client", "HEYGEN_SSO_CLIENT_ID", true),
    sdk::setting("scope", "string", "openid offline_access", "Scope to ask for"),
    sdk::setting("audience", "string", "", "Audience of the exchanged token; the API's base unless set"),
    sdk::setting("exchange_url", "url", "", "Where tokens are exchanged; the issuer's token endpoint unless set")};

constexpr auto kNeeds = sdk::needs("hosts=metadata:setting:issuer", "hosts=setting:exchange_url",
                                   "hosts=state:token_url", "hosts=state:exchange_url", "hosts=state:revoke_url");

constexpr heygen_descriptor kDescriptor = sdk::Descriptor("sso", "1.0.0")
                                              .title("Company login")
                                              .note("Single sign-on of your company, in the browser")
                                              .order(100)
                                              .interactions(HEYGEN_INTERACTS_BROWSER)
                                              .env(kEnv)
                                              .settings<kSettings>()
                                              .needs(kNeeds)
                                              .build();

}  // namespace
}  // namespace sso

HEYGEN_PROVIDER(sso::SsoProvider, sso::kDescriptor);

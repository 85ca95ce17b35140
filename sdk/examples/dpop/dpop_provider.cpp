// SPDX-License-Identifier: Apache-2.0
// dpop: a browser login whose tokens work only with a key that the host keeps (RFC 9449). A token that is stolen is
// worth nothing without a proof, and each request gets a proof of its own.
#include <algorithm>
#include <array>
#include <heygen/provider.hpp>

namespace dpop {
namespace {

namespace sdk = heygen::sdk;

constexpr std::string_view kKey = "dpop", kApiNonce = "nonce.api", kServerNonce = "nonce.server";
constexpr heygen_time kNonceLife = 600;

std::string encode(const sdk::Call& call, std::string_view bytes) {
  return call.hash().base64url(bytes);
}

/// RFC 9449 §4.2. `access`: the token that it goes with, or "".
std::string proof(const sdk::Call& call, std::string_view method, std::string_view url, std::string_view nonce,
                  std::string_view access) {
  sdk::Patch claims(call);
  claims.set_text("jti", encode(call, call.random_bytes(16).reveal()))
      .set_text("htm", method)
      .set_text("htu", url.substr(0, url.find_first_of("?#")))
      .set_number("iat", call.clock().now());
  if (!access.empty()) claims.set_text("ath", encode(call, call.hash().sha256(access)));
  if (!nonce.empty()) claims.set_text("nonce", nonce);
  const std::string header =
      R"({"typ":"dpop+jwt","alg":"ES256","jwk":)" + std::string(call.keys().public_jwk(kKey)) + "}";
  const std::string signed_part = encode(call, header) + "." + encode(call, claims.str());
  return signed_part + "." + encode(call, call.keys().sign(kKey, signed_part));
}

/// A nonce serves until the server says another one (§8.2); to lose it costs a round trip.
std::string known_nonce(const sdk::Call& call, std::string_view name, std::optional<std::string_view> next) {
  if (next) call.cache().put(name, *next, call.clock().now() + kNonceLife);
  const auto cached = call.cache().get(name);
  return std::string(next ? *next : cached ? cached->value.reveal() : std::string_view{});
}

/// The token endpoint's answer; a nonce that it demands is taken once (§8).
sdk::Json ask_for_token(const sdk::Call& call, const std::string& url, const sdk::Form& form) {
  std::string nonce = known_nonce(call, kServerNonce, {});
  for (bool again = false;; again = true) {
    sdk::HttpRequest request{"POST", url, {{"Content-Type", "application/x-www-form-urlencoded"}}, form.str()};
    request.headers.emplace_back("DPoP", proof(call, "POST", url, nonce, {}));
    const sdk::HttpResponse response = call.http().send(request);
    nonce = known_nonce(call, kServerNonce, response.header("DPoP-Nonce"));
    const sdk::Json answer = call.parse(response.body());
    const std::string code(answer["error"].as_text());
    if (code == "use_dpop_nonce" && !again) continue;
    if (response.status() >= 500) throw sdk::Fail(HEYGEN_TRANSIENT, url + " is in trouble.", "Try again later.");
    if (response.status() != 200)
      throw sdk::Fail(HEYGEN_REJECTED, url + " refused the login.", "Log in again.").with_code(code);
    if (answer["token_type"].as_text() == "DPoP") return answer;
    throw sdk::Fail(HEYGEN_BROKEN, url + " gave a token that is bound to no key.");
  }
}

/// A member of the state as text, or "". What is there but no text is damaged, not absent.
std::string_view stored(const sdk::Json& state, std::string_view name) {
  const std::string_view text = state[name].as_text();
  if (state[name].is_null()) return "";
  if (state[name].is_string() && text.find_first_of("\r\n") == std::string_view::npos) return text;
  throw sdk::Fail(HEYGEN_BROKEN, "The stored `" + std::string(name) + "` is damaged.", "Log in again.");
}

void store(const sdk::Call& call, const sdk::Json& answer, sdk::Patch& patch) {
  patch.set_text("access_token", answer["access_token"].as_text());
  if (const auto next = answer["refresh_token"].as_text(); !next.empty()) patch.set_text("refresh_token", next);
  const auto life = answer["expires_in"].as_int64();
  life ? patch.set_number("expires_at", call.clock().now() + *life) : patch.remove("expires_at");
  call.set_state(patch.str());
}

class DpopProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    const sdk::Json state = call.state();
    const std::string_view access = stored(state, "access_token");
    if (access.empty()) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    call.set_type("dpop");
    call.set_reach(HEYGEN_REACH_THIS_REQUEST);
    call.set_refreshable(!stored(state, "refresh_token").empty());
    if (const auto expires_at = state["expires_at"].as_int64()) call.set_expiry(*expires_at);
    std::string value = "DPoP " + std::string(access);
    call.set_header("Authorization", value);
    sdk::wipe(value);
    const sdk::Request request = call.request();
    const std::string nonce = known_nonce(call, kApiNonce, request.refusal_header("DPoP-Nonce"));
    call.set_header("DPoP", proof(call, request.method(), request.url(), nonce, access));
  }

  void refresh(sdk::Call& call) override {
    if (call.www_authenticate().find("use_dpop_nonce") != std::string_view::npos) return;  // nothing to refresh
    const sdk::Json state = call.state();
    sdk::Form form(call.http());
    form.add("grant_type", "refresh_token").add("client_id", stored(state, "client_id"));
    form.add("refresh_token", stored(state, "refresh_token"));
    sdk::Patch patch(call);
    store(call, ask_for_token(call, std::string(stored(state, "token_url")), form), patch);
  }

  void login(sdk::Call& call) override {
    if (call.interaction() == HEYGEN_INTERACTION_NEVER) throw sdk::Fail(HEYGEN_NEEDS_USER);
    const auto setting = [&](std::string_view key) { return std::string(call.settings().get(key).value_or("")); };
    const std::string client = setting("client_id"), token_url = setting("token_url");
    call.keys().create(kKey, "ES256");
    sdk::Loopback listener = call.listen({"/oauth/callback"});
    const std::string verifier = encode(call, call.random_bytes(64).reveal());
    const std::string state = encode(call, call.random_bytes(32).reveal());
    sdk::Form query(call.http());
    query.add("response_type", "code").add("client_id", client).add("redirect_uri", listener.redirect_uri());
    query.add("scope", setting("scope")).add("state", state).add("code_challenge_method", "S256");
    query.add("code_challenge", encode(call, call.hash().sha256(verifier)))
        .add("dpop_jkt", call.keys().thumbprint(kKey));
    const std::string url = setting("authorize_url") + "?" + query.str();
    call.terminal().notice("Log in in the browser. If none opens, open this URL: " + url);
    if (call.browser().allowed()) call.browser().open(url);
    if (listener.wait(std::chrono::minutes(5)) != HEYGEN_OK || !listener.param("code") ||
        !call.hash().equal(listener.param("state").value_or(""), state))
      throw sdk::Fail(HEYGEN_REJECTED, "The login in the browser was not finished.", "Log in again.");
    sdk::Form form(call.http());
    form.add("grant_type", "authorization_code").add("client_id", client).add("code_verifier", verifier);
    form.add("code", *listener.param("code")).add("redirect_uri", listener.redirect_uri());
    sdk::Patch patch(call);
    patch.set_text("client_id", client).set_text("token_url", token_url).remove("refresh_token");
    store(call, ask_for_token(call, token_url, form), patch);
    listener.respond(true, {});
  }
};

constexpr std::array<heygen_setting, 4> kSettings{
    sdk::setting("authorize_url", "url", "", "Where the user logs in", {}, true),
    sdk::setting("token_url", "url", "", "Where tokens come from", {}, true),
    sdk::setting("client_id", "string", "", "A public client there", {}, true),
    sdk::setting("scope", "string", "openid offline_access", "Scope to ask for")};
constexpr auto kNeeds = sdk::needs("hosts=setting:token_url", "hosts=state:token_url");

constexpr heygen_descriptor kDescriptor = sdk::Descriptor("dpop", "1.0.0")
                                              .title("Bound login")
                                              .interactions(HEYGEN_INTERACTS_BROWSER)
                                              .settings<kSettings>()
                                              .needs(kNeeds)
                                              .build();

}  // namespace
}  // namespace dpop

HEYGEN_PROVIDER(dpop::DpopProvider, dpop::kDescriptor);

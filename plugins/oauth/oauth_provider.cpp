// SPDX-License-Identifier: Apache-2.0
#include "plugins/oauth/oauth_provider.hpp"

#include <string>
#include <string_view>

#include "plugins/shared/server.hpp"
#include "plugins/shared/stored.hpp"
#include "plugins/shared/text.hpp"
#include "plugins/shared/token.hpp"
#include "plugins/shared/url.hpp"

namespace heygen::plugins {
namespace {

/// Values that bind the redirect to this run.
struct Attempt {
  sdk::Secret verifier, state;
  std::string challenge;
};

Attempt new_attempt(const sdk::Call& call) {
  const sdk::Hash hash = call.hash();
  const auto random_text = [&](std::size_t bytes) {
    std::string text = hash.base64url(call.random_bytes(bytes).reveal());
    sdk::Secret secret{text};
    sdk::wipe(text);
    return secret;
  };
  Attempt attempt;
  attempt.verifier = random_text(64);
  attempt.state = random_text(32);
  attempt.challenge = hash.base64url(hash.sha256(attempt.verifier.reveal()));  // RFC 7636 §4.2
  return attempt;
}

std::string authorization_url(const sdk::Call& call, const OauthEndpoints& server, const std::string& scope,
                              const Attempt& attempt, const std::string& redirect_uri) {
  sdk::Form query(call.http());
  query.add("response_type", "code")
      .add("client_id", server.client_id)
      .add("redirect_uri", redirect_uri)
      .add("scope", scope)
      .add("state", attempt.state.reveal())
      .add("code_challenge", attempt.challenge)
      .add("code_challenge_method", "S256");
  return with_query(server.authorize_url, query.str());
}

/// The URL has a line of its own and is printed before a browser starts, so that it can always be copied.
void show(const sdk::Call& call, const std::string& url) {
  const sdk::Terminal terminal = call.terminal();
  const sdk::Browser browser = call.browser();
  if (!browser.allowed()) {
    terminal.notice("Open this URL in a browser to log in:");
    terminal.notice(url);
    return;
  }
  terminal.notice("Opening your browser to log in to HeyGen. If it does not open, open this URL:");
  terminal.notice(url);
  if (!browser.open(url)) terminal.notice("Open the URL above yourself.");
}

void await(sdk::Loopback& listener) {
  switch (listener.wait(OauthProvider::kBrowserTimeout)) {
    case HEYGEN_OK:
      return;
    case HEYGEN_BROKEN:
      throw sdk::Fail(HEYGEN_BROKEN, "The login redirect has a parameter twice, so it is not trusted.",
                      "Run `heygen auth login --oauth` again.");
    default:
      // Not TRANSIENT: the network did not fail, the user did not finish the login.
      throw sdk::Fail(HEYGEN_REJECTED, "Timed out after 5 minutes waiting for the browser login.",
                      "Run `heygen auth login --oauth` again.");
  }
}

/// Checks that the redirect belongs to this run and comes from this server before anything in it is used, errors
/// included (RFC 9207 §2.4).
void check_sender(const sdk::Call& call, const sdk::Loopback& listener, const OauthEndpoints& server,
                  const Attempt& attempt) {
  const auto state = listener.param("state");
  if (!state || !call.hash().equal(*state, attempt.state.reveal())) {
    throw sdk::Fail(HEYGEN_BROKEN, "The login redirect belongs to another login (its state differs).",
                    "Run `heygen auth login --oauth` again and open the URL that it prints.");
  }
  if (server.issuer.empty()) return;
  const auto iss = listener.param("iss");
  if (!iss && server.promises_iss) {
    throw sdk::Fail(
        HEYGEN_BROKEN, "The login redirect does not name its issuer, although " + server.issuer + " promises that.",
        "Run `heygen auth login --oauth` again. If it keeps happening, tell the operator of the authorization server.");
  }
  if (iss && *iss != server.issuer) {
    throw sdk::Fail(HEYGEN_BROKEN, "The login redirect comes from another issuer than " + server.issuer + ".",
                    "Check HEYGEN_OAUTH_ISSUER, then run `heygen auth login --oauth` again.");
  }
}

void check_error(const sdk::Loopback& listener) {
  const auto error = listener.param("error");
  if (!error) return;
  const std::string code = readable(*error, 64);
  const std::string words = readable(listener.param("error_description").value_or(""), 200);
  const std::string said = code + (words.empty() ? "" : " (" + words + ")") + ".";
  if (code == "access_denied") {
    throw sdk::Fail(HEYGEN_REJECTED, "Login denied: " + said,
                    "Run `heygen auth login --oauth` again and approve the request.")
        .with_code(code);
  }
  if (code == "temporarily_unavailable" || code == "server_error") {
    throw sdk::Fail(HEYGEN_TRANSIENT, "The authorization server could not log you in: " + said, "Try again later.")
        .with_code(code);
  }
  throw sdk::Fail(HEYGEN_REJECTED, "The authorization server refused the login: " + said,
                  "Check the OAuth settings, then run `heygen auth login --oauth` again.")
      .with_code(code);
}

Tokens exchange(const sdk::Call& call, const OauthEndpoints& server, const sdk::Loopback& listener,
                const Attempt& attempt, const std::string& redirect_uri) {
  const std::string_view code = listener.param("code").value_or("");
  if (code.empty() || has_control(code)) {
    throw sdk::Fail(HEYGEN_BROKEN, "The login redirect has no valid authorization code.",
                    "Run `heygen auth login --oauth` again.");
  }
  sdk::Form form(call.http());
  form.add("grant_type", "authorization_code")
      .add("code", code)
      .add("redirect_uri", redirect_uri)
      .add("client_id", server.client_id)
      .add("code_verifier", attempt.verifier.reveal());
  return request_tokens(call, server, form, {code, attempt.verifier.reveal()});
}

/// It is stored without a refresh token and without a server: it is not known where it comes from.
Tokens given_token(const sdk::Call& call) {
  constexpr const char* kHint = "Pipe the token only, such as `heygen auth login --with-access-token < token.txt`.";
  const std::string_view token = trim(call.terminal().secret("HeyGen access token (hidden): "));
  if (token.empty()) throw sdk::Fail(HEYGEN_USAGE, "No access token was given.", kHint);
  if (const std::string problem = token_problem(token); !problem.empty())
    throw sdk::Fail(HEYGEN_USAGE, "Not a valid access token: it " + problem + ".", kHint);
  Tokens tokens;
  tokens.access = sdk::Secret(token);
  tokens.token_type = "Bearer";
  return tokens;
}

}  // namespace

void OauthProvider::login(sdk::Call& call) {
  if (call.interaction() == HEYGEN_INTERACTION_NEVER) throw sdk::Fail(HEYGEN_NEEDS_USER);
  if (call.settings().get("token_from_stdin").value_or("") == "true")
    return keep_login(call, given_token(call), OauthEndpoints{}, {});
  if (!call.terminal().interactive() && !call.browser().allowed()) {
    throw sdk::Fail(
        HEYGEN_USAGE, "A browser login needs a browser or a terminal, and there is neither.",
        "Run `heygen auth login --oauth` in a terminal, or log in in two steps with `heygen auth login --oauth "
        "--start`, or allow the browser (HEYGEN_NO_BROWSER, BROWSER), or use an API key: `heygen auth login "
        "--api-key`.");
  }
  const OauthSettings settings = load_settings(call);
  const OauthEndpoints server = configured_server(call, settings, Budget(call, kTokenTimeout));
  require_url(server.authorize_url, "authorization endpoint", server.allow_http);
  const Attempt attempt = new_attempt(call);
  sdk::Loopback listener = call.listen({"/oauth/callback"});
  const std::string redirect_uri = listener.redirect_uri();
  show(call, authorization_url(call, server, settings.scope, attempt, redirect_uri));
  await(listener);
  check_sender(call, listener, server, attempt);
  check_error(listener);
  keep_login(call, exchange(call, server, listener, attempt, redirect_uri), server, settings.scope);
  listener.respond(true, {});  // the page sends the user back to the terminal
}

}  // namespace heygen::plugins

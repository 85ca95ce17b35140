// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/oauth/pages.hpp"

#include <Poco/Net/Net.h>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --paper: #f4f3f0; --card: #fff; --ink: #22262b; --soft: #5d646c; --line: #dcdad4; --edge: #8f8c85;
  --accent: #2b6a5b; --accent-ink: #fff; --accent-over: #225548; --tint: #eef3f0; --mark: #7a5200; --mark-tint: #fbf1dc; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16191c; --card: #1f2327; --ink: #e8e6e1; --soft: #a3aab1; --line: #363c42; --edge: #737b83; --accent: #7fc4b0;
    --accent-ink: #0f201b; --accent-over: #98d3c1; --tint: #262c2f; --mark: #f0cd87; --mark-tint: #37301f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { width: 100%; max-width: 29rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 28px 32px 24px; }
.badge { display: inline-block; margin: 0 0 18px; padding: 3px 11px; border-radius: 99px; background: var(--mark-tint);
  color: var(--mark); font-size: 13px; font-weight: 600; }
h1 { margin: 0 0 8px; font-size: 23px; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; }
p { margin: 0 0 16px; }
.soft { color: var(--soft); }
dl { margin: 20px 0; border: 1px solid var(--line); border-radius: 10px; }
dl div { padding: 11px 16px; }
dl div + div { border-top: 1px solid var(--line); }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 2px 0 0; overflow-wrap: anywhere; }
dd ul { margin: 2px 0 0; padding: 0; list-style: none; }
code { font: 14px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
dd .soft { font-size: 15px; }
dd li code { display: inline-block; min-width: 4.9rem; }
.code { font-size: 27px; letter-spacing: .08em; }
.row { display: flex; gap: 12px; margin-top: 22px; }
button { flex: 1; padding: 11px 18px; border-radius: 9px; border: 1px solid var(--edge); background: none;
  color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
button:hover { background: var(--tint); }
button.yes { border-color: transparent; background: var(--accent); color: var(--accent-ink); }
button.yes:hover { background: var(--accent-over); }
label { display: block; margin-bottom: 6px; font-weight: 600; }
input { width: 100%; padding: 11px 14px; border: 1px solid var(--edge); border-radius: 9px; background: var(--paper);
  color: var(--ink); font: 24px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  letter-spacing: .08em; text-transform: uppercase; }
input::placeholder { color: var(--soft); opacity: .55; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
.problem { padding: 10px 14px; border-radius: 9px; background: var(--mark-tint); color: var(--mark); }
footer { margin-top: 24px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
)";

std::string layout(const std::string& title, const std::string& content) {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         Poco::Net::htmlize(title) + " - sandbox</title>\n<style>" + std::string(kStyle) +
         "</style>\n</head>\n<body>\n<main>\n<p class=\"badge\">Sandbox</p>\n<h1>" + Poco::Net::htmlize(title) +
         "</h1>\n" + content +
         "<footer>A local sandbox. No account, no credits, and nothing here reaches "
         "HeyGen.</footer>\n</main>\n</body>\n</html>\n";
}

std::string shortened(const std::string& text) {
  const std::string shown = printable(text);
  return Poco::Net::htmlize(shown.size() > 300 ? printable(shown.substr(0, 300)) + "..." : shown);
}

std::string row(const std::string& label, const std::string& html) {
  return "<div><dt>" + label + "</dt><dd>" + html + "</dd></div>\n";
}

std::string meaning(const std::string& scope) {
  if (scope == "openid") return " which account this is";
  if (scope == "profile") return " the name";
  if (scope == "email") return " the e-mail address";
  return {};
}

std::string scope_list(const std::string& scope) {
  std::string html = "<ul>";
  for (const std::string& word : split(scope, ' ')) {
    if (word.empty()) continue;
    html += "<li><code>" + shortened(word) + "</code><span class=\"soft\">" + meaning(word) + "</span></li>";
  }
  return html + "</ul>";
}

std::string decision_form(const std::string& action, const std::string& ticket) {
  return R"(<form method="post" action=")" + action + R"(" autocomplete="off">
<input type="hidden" name="ticket" value=")" +
         Poco::Net::htmlize(ticket) +
         R"(">
<div class="row"><button name="decision" value="deny">Deny</button>)"
         R"(<button class="yes" name="decision" value="approve">Approve</button></div>
</form>
)";
}

/// The sources of form-action. Browsers hold redirects after a form to it too; the grammar has no IPv6 literals.
std::string form_targets(const std::string& redirect_uri) {
  if (redirect_uri.empty()) return "'self'";
  const std::string origin = redirect_uri.substr(0, redirect_uri.find('/', 7));
  return "'self' " + (origin.find('[') == std::string::npos ? origin : "http:");
}

}  // namespace

std::string consent_page(const AuthorizationRequest& request, const std::string& ticket) {
  return layout("Let this program in?",
                "<p class=\"soft\">A program asks to act for the sandbox account.</p>\n<dl>\n" +
                    row("Program", "<code>" + shortened(request.client_id) + "</code>") +
                    row("May learn", scope_list(request.scope)) +
                    row("Goes back to", "<code>" + shortened(request.redirect_uri) + "</code>") + "</dl>\n" +
                    decision_form("/oauth/authorize", ticket));
}

std::string device_code_page(const std::string& typed, bool not_found) {
  const std::string problem =
      not_found ? "<p class=\"problem\" role=\"alert\">No program waits with this code. It may be mistyped, answered "
                  "already, or expired.</p>\n"
                : "";
  return layout("Connect a device",
                "<p class=\"soft\">Type the code that the program on your device shows.</p>\n" + problem +
                    "<form method=\"get\" action=\"/oauth/device\" autocomplete=\"off\">\n<label for=\"user_code\">Code"
                    "</label>\n<input id=\"user_code\" name=\"user_code\" value=\"" +
                    shortened(typed) +
                    "\" placeholder=\"XXXX-XXXX\" maxlength=\"20\" autocapitalize=\"characters\" spellcheck=\"false\" "
                    "autofocus required>\n<div class=\"row\"><button class=\"yes\">Continue</button></div>\n</form>\n");
}

std::string device_consent_page(const DeviceRequest& request, const std::string& ticket) {
  return layout("Is this your code?",
                "<p class=\"soft\">Approve only if your own device shows the same code right now.</p>\n<dl>\n" +
                    row("Code", "<code class=\"code\">" + shortened(request.user_code) + "</code>") +
                    row("Program", "<code>" + shortened(request.client_id) + "</code>") +
                    row("May learn", scope_list(request.scope)) + "</dl>\n" + decision_form("/oauth/device", ticket));
}

std::string device_done_page(bool approved) {
  return approved ? layout("Device connected", "<p>You can close this page and go back to your device.</p>\n")
                  : layout("Request denied", "<p>Nothing was connected. You can close this page.</p>\n");
}

std::string problem_page(const std::string& title, const std::string& text) {
  return layout(title, "<p>" + Poco::Net::htmlize(text) + "</p>\n");
}

std::string index_page(const std::string& issuer) {
  return layout("The sandbox is running",
                "<p>Programs use the API and the login here. Your browser needs one page:</p>\n<p><a "
                "href=\"/oauth/device\">Connect a device with a code</a></p>\n<dl>\n" +
                    row("API", "<code>" + Poco::Net::htmlize(issuer) + "/v3</code>") +
                    row("OAuth metadata",
                        "<code>" + Poco::Net::htmlize(issuer) + "/.well-known/oauth-authorization-server</code>") +
                    row("An API key that works", "<code>sandbox-key</code>") + "</dl>\n");
}

Response page_response(int status, const std::string& page, const std::string& redirect_uri) {
  static const std::string kStyleHash = "'sha256-" + base64(sha256(kStyle)) + "'";
  Response response;
  response.status = status;
  response.body = page;
  response.with("Content-Type", "text/html; charset=utf-8")
      .with("Content-Security-Policy", "default-src 'none'; style-src " + kStyleHash +
                                           "; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action " +
                                           form_targets(redirect_uri))
      .with("Cache-Control", "no-store")
      .with("X-Frame-Options", "DENY")
      .with("X-Content-Type-Options", "nosniff")
      // not no-referrer: with it browsers send "Origin: null" along with this page's own form
      .with("Referrer-Policy", "same-origin");
  return response;
}

}  // namespace heygen::sandbox

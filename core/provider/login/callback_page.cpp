// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/callback_page.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"

namespace heygen::provider {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --ground: #f7f7f8; --card: #ffffff; --line: #e2e3e6;
        --good: #1a7f5a; --bad: #b3402f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #edeef0; --soft: #a5a9b1; --ground: #121315; --card: #1b1d20; --line: #2e3135; --good: #4cc38a; --bad: #f08a76; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
       color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2.25rem 2rem; background: var(--card); border: 1px solid var(--line);
       border-radius: 14px; text-align: center; }
svg { width: 44px; height: 44px; fill: none; stroke: var(--good); stroke-width: 2.5; stroke-linecap: round;
      stroke-linejoin: round; }
.bad svg { stroke: var(--bad); }
h1 { margin: .75rem 0 .5rem; font-size: 1.3rem; line-height: 1.3; font-weight: 600; }
p { margin: .4rem 0 0; overflow-wrap: anywhere; }
.next { color: var(--soft); }
)";

constexpr std::string_view kScript = "history.replaceState(null, '', location.pathname);";

/// 'sha256-…' as a Content-Security-Policy source (CSP Level 3 §2.3.1).
std::string csp_source(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return "'sha256-" + base64_encode({reinterpret_cast<const char*>(digest.data()), size}) + "'";
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string page(bool success, std::string_view message) {
  // What is left, the check by the API and the storing, may still fail.
  const std::string heading = success ? "Your approval has arrived" : "The login did not work";
  const std::string next = success ? "You can close this tab; the terminal shows whether you are logged in."
                                   : "Close this tab; the terminal says what to do next.";
  const std::string mark = success ? R"(<path d="M14 25l7 7 14-16"/>)" : R"(<path d="M24 13v14M24 34v.5"/>)";
  std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  out += "<title>" + heading + " \xC2\xB7 heygen</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>";
  out += kStyle;
  out += "</style>\n<script>";
  out += kScript;
  out += "</script>\n</head>\n<body>\n<main class=\"";
  out += success ? "good" : "bad";
  out += "\">\n<svg viewBox=\"0 0 48 48\" aria-hidden=\"true\"><circle cx=\"24\" cy=\"24\" r=\"20\"/>" + mark +
         "</svg>\n<h1>";
  out += heading + "</h1>\n";
  if (!message.empty()) out += "<p>" + escape_html(printable(message)) + "</p>\n";
  out += "<p class=\"next\">" + next + "</p>\n</main>\n</body>\n</html>\n";
  return out;
}

}  // namespace

std::string callback_response(bool success, std::string_view message) {
  const std::string body = page(success, message);
  std::string out = success ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 400 Bad Request\r\n";
  out += "Content-Type: text/html; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  out += "Content-Security-Policy: default-src 'none'; img-src data:; style-src " + csp_source(kStyle) +
         "; script-src " + csp_source(kScript) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";
  out += "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n";
  out += "Connection: close\r\n\r\n";
  return out + body;
}

std::string error_response(int status, std::string_view reason, std::string_view extra, bool with_body) {
  const std::string body = std::string(reason) + "\n";
  std::string out = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) + "\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  out += extra;
  out += "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n";
  out += "Connection: close\r\n\r\n";
  return with_body ? out + body : out;
}

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/response_error.hpp"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/rules/error_body.hpp"

namespace heygen::transport {

namespace {

constexpr std::string_view kServerError = "unclassified_server_error";
constexpr const char* kSendRequestId = " If it keeps happening, send the request ID to HeyGen support.";

struct Hint {
  std::string_view code, text;
};

constexpr std::array<Hint, 20> kHints{{
    {"avatar_not_found", "`heygen avatar list` shows the avatars that you can use."},
    {"video_not_found", "`heygen video list` shows your videos; a new one may take a moment to appear."},
    {"voice_not_found", "`heygen voice list` shows the voices that you can use."},
    {"insufficient_credit", "Add credits or change your plan on https://app.heygen.com, then try again."},
    {"invalid_parameter", "Compare what you sent with the command's --help and --request-schema."},
    {"rate_limit_exceeded", "Wait a minute and send fewer requests at once; HEYGEN_MAX_RETRIES allows more retries."},
    {"quota_exceeded", "Wait until your quota resets, or raise it on https://app.heygen.com."},
    {"resource_not_found", "Check the ID; the matching `list` command shows what exists."},
    {"not_found", "Check the ID and the path; the matching `list` command shows what exists."},
    {"asset_not_available", "Wait until the resource is complete, then try again."},
    {"timeout", "The API took too long. Try again later."},
    {"forbidden", "This account is not allowed to do that. Run {login} to use another account."},
    {"resource_access_denied", "The resource belongs to another account. Run {login} to use that account."},
    {"ai_vendor_access_restricted",
     "Your workspace does not allow this AI vendor: ask its administrator, or use another "
     "account with {login}."},
    {"voice_not_usable", "Choose another voice: `heygen voice list` shows the voices that you can use."},
    {"payload_too_large", "Send less at once: a smaller file or fewer items."},
    {"conflict", "Check the current state of the resource before you try again."},
    {kServerError, "The API failed. Try again later."},
    {"unauthorized", "Run {login}."},
    {"error", "Check HEYGEN_API_BASE: the response is not one of the API."},
}};

/// The hint for this code, otherwise for this status, with the login command in place of "{login}"; "" when there is
/// none.
std::string hint_for(std::string_view code, int status) {
  const auto of = [](std::string_view wanted) { return std::ranges::find(kHints, wanted, &Hint::code); };
  const auto* hint = of(code);
  if (hint == kHints.end() && status == 401) hint = of("unauthorized");
  if (hint == kHints.end() && status == 403) hint = of("forbidden");
  if (hint == kHints.end()) return {};
  std::string text(hint->text);
  constexpr std::string_view kLogin = "{login}";
  if (const std::size_t at = text.find(kLogin); at != std::string::npos) {
    text.replace(at, kLogin.size(), store::login_command());
  }
  return text;
}

std::string_view code_by_status(int status) {
  switch (status) {
    case 400:
      return "validation_error";
    case 401:
      return "unauthorized";
    case 402:
      return "insufficient_credit";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 413:
      return "payload_too_large";
    case 429:
      return "rate_limit_exceeded";
    default:
      return status >= 500 ? kServerError : status >= 400 ? "unclassified_client_error" : code::kError;
  }
}

std::string message_by_status(int status, const std::string& said, bool empty) {
  const std::string& reason =
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
  const std::string name = reason.starts_with('?') ? std::string{} : " (" + reason + ")";
  const std::string start = "The API responded with " + std::to_string(status) + name;
  if (status < 400) return start + " instead of a result.";
  if (!said.empty()) return start + ": " + said + (std::string_view(".!?").find(said.back()) < 3 ? "" : ".");
  return start + (empty ? " and an empty body." : " without saying why.");
}

/// The `error` parameter of a challenge (RFC 6750 §3), or "".
std::string challenge_error(std::string_view challenge) {
  constexpr std::string_view kName = "error", kSpace = " \t";
  const std::string text = to_lower(challenge);
  for (std::size_t at = text.find(kName); at != std::string::npos; at = text.find(kName, at + 1)) {
    if (at > 0 && text[at - 1] != ' ' && text[at - 1] != ',' && text[at - 1] != '\t') continue;
    // RFC 9110 §11.2: bad white space around the sign is to be read.
    const std::size_t sign = text.find_first_not_of(kSpace, at + kName.size());
    if (sign == std::string::npos || text[sign] != '=') continue;
    std::string value = text.substr(std::min(text.find_first_not_of(kSpace, sign + 1), text.size()));
    if (value.starts_with('"')) value.erase(0, 1);
    return value.substr(0, value.find_first_of("\", \t"));
  }
  return {};
}

}  // namespace

Error unreadable_response(const net::Headers& headers, std::string_view start, const std::string& why) {
  const std::string_view kind = foreign_kind(headers, start);
  if (!kind.empty())
    return {code::kResponseParse, "The response is not JSON but " + std::string(kind) + ".",
            "Check HEYGEN_API_BASE, and any proxy or captive portal in between."};
  const std::string what = trim(start).empty() ? "empty, though it should be JSON" : "not valid JSON: " + why;
  return {code::kResponseParse, "The response is " + what + ".", "If it keeps happening, check HEYGEN_API_BASE."};
}

Error error_of_response(int status, const net::Headers& headers, const std::string& body) {
  const ErrorBody served = read_error(headers, body);
  std::string code = served.code;
  if (code.empty() || code == code::kError) code = code_by_status(status);
  const std::string message =
      served.message.empty() ? message_by_status(status, served.said, body.empty()) : served.message;
  const bool refused = status == 401 || status == 403;
  Error error(code, message, hint_for(code, status), refused ? Exit::auth : Exit::failure);
  if (refused && error.hint.find(store::kLoginCommand) == std::string::npos) {
    error.hint += " Run " + store::login_command() + " to use another account.";
  }
  error.http_status = status;
  error.param = served.param;
  error.doc_url = served.doc_url;
  const std::string* id = net::find_header(headers, "X-Request-Id");
  error.request_id = id != nullptr ? *id : served.request_id;
  if (!error.request_id.empty() && code == kServerError) error.hint += kSendRequestId;
  return error;
}

std::string with_list_command(const std::string& hint, const std::string& list_command) {
  constexpr std::string_view kPhrase = "; the matching `list` command shows what exists";
  const std::size_t at = hint.find(kPhrase);
  if (at == std::string::npos) return hint;
  std::string out = hint;
  return out.replace(at, kPhrase.size(), list_command.empty() ? "" : "; `" + list_command + "` shows what exists");
}

Error too_large_error(std::size_t limit, bool is_setting) {
  const std::string size =
      limit % limits::kMiB == 0 ? std::to_string(limit / limits::kMiB) + " MiB" : std::to_string(limit) + " bytes";
  if (!is_setting) {
    return {code::kResponseParse, "The response is larger than " + size + ", which this command expects at most.",
            "Check that HEYGEN_API_BASE names the HeyGen API."};
  }
  return {
      code::kResponseParse, "The response is larger than " + size + ", the limit for one that is held in memory.",
      "Print JSON to a file or a pipe, without --human, --jq and --wait, or raise the limit with `heygen config set "
      "response.limit " +
          std::to_string(2 * std::max<std::size_t>(1, limit / limits::kMiB)) + "` (MiB)."};
}

bool refuses_credential(int status, const net::Headers& headers, const std::string& error_code) {
  if (status == 401) return true;
  if (status != 403) return false;
  if (is_refusal_code(error_code)) return true;
  return std::ranges::any_of(headers, [](const net::Header& header) {
    return iequals(header.name, "WWW-Authenticate") && is_refusal_code(challenge_error(header.value));
  });
}

}  // namespace heygen::transport

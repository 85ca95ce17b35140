// SPDX-License-Identifier: Apache-2.0
#include "plugins/apikey/api_key_provider.hpp"

#include <string>
#include <string_view>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

constexpr const char* kWhereKeysAre = "Copy the key from the HeyGen web app (Settings, API) and paste it.";

/// Why a text cannot be an API key, as the end of a sentence; empty when it can. Keys are pasted: what comes along with
/// one from a web page, a shell or a header is named rather than sent.
std::string key_problem(std::string_view key) {
  const auto is_quote = [](char c) { return c == '"' || c == '\'' || c == '`'; };
  if (has_control(key)) return "contains a line end or another control character";
  if (key.front() == '{' || key.front() == '[') return "begins like JSON";
  if (is_quote(key.front()) || is_quote(key.back())) return "is in quotes";
  if (key.size() > 7 && iequals(key.substr(0, 7), "Bearer ")) return "begins with 'Bearer '";
  for (const std::string_view blank : {"\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\xAF",
                                       "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xE3\x80\x80"}) {
    if (key.find(blank) != std::string_view::npos) return "contains a no-break or zero-width space";
  }
  return {};
}

void give(const sdk::Call& call, std::string_view key, std::string_view source) {
  call.set_type("api_key");
  call.set_source(source);
  call.set_header("x-api-key", key);
}

}  // namespace

void ApiKeyProvider::resolve(sdk::Call& call) {
  // After a login the host verifies the stored key, so the environment does not count.
  const bool just_stored = call.reason() == HEYGEN_REASON_LOGIN;
  if (const auto given = call.settings().env("HEYGEN_API_KEY"); given && !just_stored) {
    const std::string_view key = trim(*given);
    if (!key.empty()) {
      if (const std::string problem = key_problem(key); !problem.empty()) {
        throw sdk::Fail(HEYGEN_BROKEN, "HEYGEN_API_KEY is not a valid API key: it " + problem + ".",
                        "Set HEYGEN_API_KEY to the key only, or unset it.");
      }
      return give(call, key, "env");
    }
  }
  const sdk::Json stored = call.state()["api_key"];
  if (stored.is_null() || (stored.is_string() && stored.as_text().empty())) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  if (!stored.is_string()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key is not a string.",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  if (const std::string problem = key_problem(stored.as_text()); !problem.empty()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key is not valid: it " + problem + ".",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  give(call, stored.as_text(), "file");
}

void ApiKeyProvider::refresh(sdk::Call&) {
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "An API key cannot be refreshed.",
                  "Run `heygen auth login --api-key` with another key.");
}

void ApiKeyProvider::login(sdk::Call& call) {
  std::string_view key = call.terminal().secret("HeyGen API key (hidden): ");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // what some editors put before a file's text
  if (key.starts_with(kByteOrderMark)) key.remove_prefix(kByteOrderMark.size());
  key = trim(key);
  if (key.empty()) throw sdk::Fail(HEYGEN_USAGE, "No API key was given.", kWhereKeysAre);
  if (const std::string problem = key_problem(key); !problem.empty()) {
    throw sdk::Fail(HEYGEN_USAGE, "Not a valid API key: it " + problem + ".", kWhereKeysAre);
  }
  sdk::Patch patch(call);
  patch.set_text("api_key", key);
  call.set_state(patch.str());
  call.set_type("api_key");
}

void ApiKeyProvider::revoke(sdk::Call&) {
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "An API key cannot be revoked from here.",
                  "Delete it in the HeyGen web app (Settings, API) if nothing else uses it.");
}

}  // namespace heygen::plugins

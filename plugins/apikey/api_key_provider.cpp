// SPDX-License-Identifier: Apache-2.0
#include "plugins/apikey/api_key_provider.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

constexpr const char* kWhereKeysAre = "Copy the key from the HeyGen web app (Settings, API) and paste it.";

constexpr std::array<std::string_view, 9> kQuotes{
    "\"", "'", "`", "\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xC2\xAB", "\xC2\xBB"};
constexpr std::array<std::string_view, 8> kBlanks{"\xC2\xA0",     "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D",
                                                  "\xE2\x80\xAF", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xE3\x80\x80"};

template <typename Marks>
bool contains_any(std::string_view text, const Marks& marks) {
  return std::any_of(marks.begin(), marks.end(),
                     [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

/// A key without the byte order mark and the white space around it, as it is in a file or a variable.
std::string_view bare_key(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  text = trim(text);
  while (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  return trim(text);
}

constexpr std::array<std::string_view, 8> kCommands{"Bearer", "Basic",  "Token", "export",
                                                    "set",    "setenv", "-H",    "--header"};
constexpr std::array<std::string_view, 13> kNames{"Authorization",
                                                  "Proxy-Authorization",
                                                  "x-api-key",
                                                  "HEYGEN_API_KEY",
                                                  "HYPERFRAMES_API_KEY",
                                                  "HEYGEN_ACCESS_TOKEN",
                                                  "$env:HEYGEN_API_KEY",
                                                  "api_key",
                                                  "api-key",
                                                  "apikey",
                                                  "Bearer",
                                                  "token",
                                                  "key"};

/// The length of the white space at the start of `text`, of no-break spaces too.
std::size_t leading_blank(std::string_view text) {
  const std::size_t before = text.size();
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\v\f"), text.size()));
    const auto leads = [&](std::string_view mark) { return text.substr(0, mark.size()) == mark; };
    const auto* mark = std::find_if(kBlanks.begin(), kBlanks.end(), leads);
    if (mark == kBlanks.end()) return before - text.size();
    text.remove_prefix(mark->size());
  }
}

/// The start of a header or of a command that sets a variable, as it is shown; "" when the text begins with neither.
std::string foreign_start(std::string_view text) {
  const auto rest_after = [&](std::string_view word) {
    return iequals(text.substr(0, word.size()), word) ? text.substr(word.size()) : std::string_view{};
  };
  for (const std::string_view word : kCommands) {
    if (leading_blank(rest_after(word)) > 0) return std::string(word) + " ";
  }
  for (const std::string_view name : kNames) {
    std::string_view rest = rest_after(name);
    rest.remove_prefix(leading_blank(rest));
    if (!rest.empty() && (rest.front() == ':' || rest.front() == '=')) return std::string(name) + rest.front();
  }
  return {};
}

/// Why a text cannot be an API key, as the end of a sentence; empty when it can. Keys are pasted: what comes along with
/// one from a web page, a shell or a header is named rather than sent.
std::string key_problem(std::string_view key) {
  if (const std::string start = foreign_start(key); !start.empty()) return "begins with '" + start + "'";
  if (has_control(key)) return "contains a line end or another control character";
  if (key.front() == '{' || key.front() == '[') return "begins like JSON";
  if (contains_any(key, kQuotes)) return "is in quotes";
  if (key.front() == '<' || key.back() == '>') return "is in angle brackets";
  if (contains_any(key, kBlanks)) return "contains a no-break or zero-width space";
  if (key.find(' ') != std::string_view::npos) return "contains a space";
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (!std::all_of(key.begin(), key.end(), is_ascii)) return "contains a character that is not ASCII";
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
  for (const heygen_str& variable : kApiKeyEnv) {
    const std::string name(variable.data, variable.size);
    const auto given = call.settings().env(name);
    const std::string_view key = bare_key(given.value_or(std::string_view{}));
    if (key.empty() || just_stored) continue;
    if (const std::string problem = key_problem(key); !problem.empty()) {
      throw sdk::Fail(HEYGEN_BROKEN, name + " is not a valid API key: it " + problem + ".",
                      "Set " + name + " to the key only, or unset it.");
    }
    return give(call, key, "env");
  }
  const sdk::Json stored = call.state()["api_key"];
  if (stored.is_null() || (stored.is_string() && stored.as_text().empty())) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  if (!stored.is_string()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key is not a string.",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  const std::string_view key = bare_key(stored.as_text());
  if (key.empty()) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  if (const std::string problem = key_problem(key); !problem.empty()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key is not valid: it " + problem + ".",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  give(call, key, "file");
}

void ApiKeyProvider::refresh(sdk::Call&) {
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "An API key cannot be refreshed.",
                  "Run `heygen auth login --api-key` with another key.");
}

void ApiKeyProvider::login(sdk::Call& call) {
  const std::string_view key = bare_key(call.terminal().secret("HeyGen API key (hidden): "));
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

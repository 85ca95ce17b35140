// SPDX-License-Identifier: Apache-2.0
#include "plugins/apikey/api_key_provider.hpp"

#include <string_view>

#include "plugins/shared/text.hpp"

namespace heygen::plugins {
namespace {

constexpr const char* kWhereKeysAre = "Copy the key from the HeyGen web app (Settings, API) and paste it.";

void give(const sdk::Call& call, std::string_view key, std::string_view source) {
  call.set_type("api_key");
  call.set_source(source);
  call.set_header("x-api-key", key);
}

}  // namespace

void ApiKeyProvider::resolve(sdk::Call& call) {
  // After a login the host verifies the stored key, so the environment does not count.
  const bool just_stored = call.reason() == HEYGEN_REASON_LOGIN;
  if (const auto key = call.settings().env("HEYGEN_API_KEY"); key && !just_stored) {
    if (has_control(*key)) {
      throw sdk::Fail(HEYGEN_BROKEN, "HEYGEN_API_KEY has a control character, so it is not a valid API key.",
                      "Set it to only the key, without a line end, or unset it.");
    }
    return give(call, *key, "env");
  }
  const sdk::Json stored = call.state()["api_key"];
  if (stored.is_null() || (stored.is_string() && stored.as_text().empty())) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  if (!stored.is_string()) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key is not a string.",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  if (has_control(stored.as_text())) {
    throw sdk::Fail(HEYGEN_BROKEN, "The stored API key has a control character.",
                    "Run `heygen auth login --api-key` to replace it.");
  }
  give(call, stored.as_text(), "file");
}

void ApiKeyProvider::refresh(sdk::Call&) {
  throw sdk::Fail(HEYGEN_UNSUPPORTED, "An API key cannot be refreshed.",
                  "Run `heygen auth login --api-key` with another key.");
}

void ApiKeyProvider::login(sdk::Call& call) {
  const std::string_view key = trim(call.terminal().secret("HeyGen API key (hidden): "));
  if (key.empty()) throw sdk::Fail(HEYGEN_USAGE, "No API key was given.", kWhereKeysAre);
  if (has_control(key)) {
    throw sdk::Fail(HEYGEN_USAGE, "Not a valid API key: it has a line end or another control character.",
                    kWhereKeysAre);
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

// SPDX-License-Identifier: Apache-2.0
// The secrets that this process knows, and the one rule that keeps them, and words that look like one, out of whatever
// it shows: errors, traces, notices, dry runs. All functions may be called from any thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace heygen {

/// From now on, hide_secrets() hides the value: an API key, or a token. Of the value of a credential header, the last
/// word. What has fewer than 6 bytes is not hidden: it may be a part of any word.
void remember_secret(std::string_view value);

/// Called once, by the first hide_secrets(): it remembers what is looked up only when something is shown. It must not
/// throw.
void set_secret_source(std::function<void()> source);

/// The text with "***" for each known secret, as it is or percent-encoded, and in base64 that contains it, and for each
/// word that looks like an API key of HeyGen or a JWT. ASCII letters count in either case.
std::string hide_secrets(std::string_view text);

/// Only these values, by the same rule.
std::string hide_values(std::string text, std::span<const std::string_view> values);

}  // namespace heygen

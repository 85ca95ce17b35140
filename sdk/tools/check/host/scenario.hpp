// SPDX-License-Identifier: Apache-2.0
// What the provider under test is given: settings, environment variables, answers of the user, responses of a server.
// All secrets contain one mark, by which they are found where they must not be.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"
#include "core/net/http.hpp"
#include "core/provider/manifest.hpp"
#include "sdk/json/json.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

struct CannedResponse {
  std::string match;   ///< part of the URL; the first that fits is sent
  std::string method;  ///< "" fits every method
  int status = 200;
  net::Headers headers;
  std::string body;
};

struct Scenario {
  std::string mark;  ///< part of every secret, new in each run
  std::map<std::string, std::string, std::less<>> settings, environment;
  std::set<std::string, std::less<>> unquoted;  ///< the settings that the world file has as a number or a boolean
  json::Value state = json::Object{};           ///< what is stored at the start; empty: a login makes it
  std::vector<std::string> answers;             ///< to questions, in turn
  std::vector<CannedResponse> responses;
  bool refreshes_first = false;                 ///< what a login stores gives no header before a refresh
  std::size_t secret_size = 0;                  ///< at least
  std::set<std::string, std::less<>> left_out;  ///< functions that crash or hang

  std::string secret(std::string_view name) const;
  /// The same with secrets of at least `size` bytes, those of the world file included.
  Scenario with_long_secrets(std::size_t size) const;
  bool holds_secret(std::string_view text) const { return text.find(mark) != std::string_view::npos; }
  /// With "<secret NAME>" in place of each secret, and cut to `most` bytes.
  std::string shown(std::string_view text, std::size_t most = std::string::npos) const;
};

/// With a mark of its own, and what the world file says, if one is given: a JSON object of settings, env, state,
/// answers and responses ({"match", "method", "status", "headers", "body"}), in which "$SECRET" is a secret. Throws
/// std::runtime_error, which names the member that is not valid.
Scenario make_scenario(const std::filesystem::path& file);

/// Throws std::runtime_error for a setting or variable of the world file that the provider does not declare, and for a
/// setting of another type than the declared one.
void require_declared(const std::filesystem::path& file, const Scenario& given, const provider::Manifest& manifest);

/// Scenarios that may let a login through, plainest first: what is required is set; then also addresses; then also
/// texts.
std::vector<Scenario> candidates(const Scenario& given, const provider::Manifest& manifest);

/// A world file to start from: what the check used, and the requests that it saw ("POST https://…"), each with the
/// response that it got or a placeholder.
sdk::Object world_for(const Scenario& scenario, const provider::Manifest& manifest,
                      const std::vector<Finding>& requests);

}  // namespace heygen::check

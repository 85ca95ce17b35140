// SPDX-License-Identifier: Apache-2.0
// What the provider under test is given: settings, environment variables, answers of the user, responses of a server.
// All secrets contain one mark, by which they are found where they must not be.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"
#include "core/net/http.hpp"
#include "core/provider/manifest.hpp"

namespace heygen::check {

struct CannedResponse {
  std::string match;  ///< part of the URL; the first that fits serves
  int status = 200;
  net::Headers headers;
  std::string body;
};

struct Scenario {
  std::string mark;  ///< part of every secret, new in each run
  std::map<std::string, std::string, std::less<>> settings, environment;
  json::Value state = json::Object{};  ///< what is stored at the start; empty: a login makes it
  std::vector<std::string> answers;    ///< to questions, in turn
  std::vector<CannedResponse> responses;

  std::string secret(std::string_view name) const { return mark + "-" + std::string(name); }
  bool holds_secret(std::string_view text) const { return text.find(mark) != std::string_view::npos; }
};

/// With a mark of its own, and what FILE says, if one is given: a JSON object of settings, env, state, answers and
/// responses ({"match", "status", "headers", "body"}), in which "$SECRET" stands for a secret. Throws
/// std::runtime_error.
Scenario make_scenario(const std::filesystem::path& file);

/// Scenarios that may let a login through, plainest first: what is required is set; then also addresses; then also
/// texts.
std::vector<Scenario> candidates(const Scenario& given, const provider::Manifest& manifest);

}  // namespace heygen::check

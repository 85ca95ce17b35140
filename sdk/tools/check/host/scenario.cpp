// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/scenario.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include <Poco/Exception.h>

#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "sdk/json/json.hpp"

namespace heygen::check {
namespace {

std::string new_mark() {
  std::array<unsigned, 2> number{};
  system_random().fill(std::as_writable_bytes(std::span(number)));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "hgc%08x%08x", number[0], number[1]);
  return text.data();
}

std::string with_secrets(std::string text, const Scenario& scenario) {
  constexpr std::string_view kName = "$SECRET";
  for (std::size_t at = 0; (at = text.find(kName, at)) != std::string::npos;) {
    text.replace(at, kName.size(), scenario.secret("given"));
  }
  return text;
}

std::string text_of(const sdk::Var& value) {
  return value.isString() ? sdk::text_in(value) : sdk::write_json(value);
}

void read_texts(const sdk::Var& from, std::map<std::string, std::string, std::less<>>& into) {
  const sdk::Object texts = sdk::object_in(from);
  for (const auto& [name, value] : *texts) into[name] = text_of(value);
}

CannedResponse read_response(const sdk::Object& item) {
  CannedResponse response;
  response.match = sdk::text_at(item, "match");
  response.status = static_cast<int>(sdk::number_at(item, "status", response.status));
  const sdk::Object headers = sdk::object_in(item->get("headers"));
  for (const std::string& name : headers->getNames()) response.headers.push_back({name, text_of(headers->get(name))});
  if (item->has("body")) response.body = text_of(item->get("body"));
  return response;
}

void read_file(const std::filesystem::path& file, Scenario& scenario) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("could not read " + file.string());
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  sdk::Object root;
  try {
    root = sdk::object_in(sdk::parse_json(with_secrets(std::string(written_text(text)), scenario)));
  } catch (const Poco::Exception& error) {
    throw std::runtime_error(file.string() + " is not valid JSON: " + error.message());
  }
  read_texts(root->get("settings"), scenario.settings);
  read_texts(root->get("env"), scenario.environment);
  if (const sdk::Var state = root->get("state"); sdk::is_object(state)) {
    scenario.state = json::parse(sdk::write_json(state));
  }
  for (const sdk::Var& answer : sdk::items_in(root->get("answers"))) scenario.answers.push_back(text_of(answer));
  for (const sdk::Var& response : sdk::items_in(root->get("responses"))) {
    scenario.responses.push_back(read_response(sdk::object_in(response)));
  }
}

/// A setting that sounds like a secret is one.
bool is_secret_key(std::string_view key) {
  return std::ranges::any_of(
      std::array<std::string_view, 3>{"secret", "password", "token"},
      [&](std::string_view word) { return key == word || key.ends_with("_" + std::string(word)); });
}

std::string value_for(const provider::Setting& setting, const Scenario& scenario) {
  if (setting.type == provider::SettingType::boolean) return "true";
  if (setting.type == provider::SettingType::integer) return "1";
  if (setting.type == provider::SettingType::url) return "https://heygen-check.invalid/" + setting.key;
  return is_secret_key(setting.key) ? scenario.secret(setting.key) : "check-" + setting.key;
}

template <class NewOptions>
Scenario filled(Scenario scenario, const provider::Manifest& manifest, NewOptions options) {
  for (const provider::Setting& setting : manifest.settings) {
    if (scenario.settings.find(setting.key) == scenario.settings.end() && options(setting)) {
      scenario.settings[setting.key] = value_for(setting, scenario);
    }
  }
  return scenario;
}

}  // namespace

Scenario make_scenario(const std::filesystem::path& file) {
  Scenario scenario;
  scenario.mark = new_mark();
  if (!file.empty()) read_file(file, scenario);
  return scenario;
}

std::vector<Scenario> candidates(const Scenario& given, const provider::Manifest& manifest) {
  using provider::Setting;
  const auto needed = [&](const Setting& setting) {
    const bool enables = std::ranges::find(manifest.enabled_by, setting.key) != manifest.enabled_by.end();
    return setting.fallback.empty() && (setting.required || enables);
  };
  const auto address = [&](const Setting& setting) {
    return setting.fallback.empty() && setting.type == provider::SettingType::url;
  };
  const auto text = [&](const Setting& setting) {
    return setting.fallback.empty() && setting.type == provider::SettingType::string;
  };
  std::vector<Scenario> scenarios{filled(given, manifest, needed)};
  for (Scenario next : {filled(scenarios.front(), manifest, address),
                        filled(filled(scenarios.front(), manifest, address), manifest, text)}) {
    if (next.settings != scenarios.back().settings) scenarios.push_back(std::move(next));
  }
  return scenarios;
}

}  // namespace heygen::check

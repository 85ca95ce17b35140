#include "sdk/tools/check/host/scenario.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::check {
namespace {

std::string new_mark() {
  std::random_device device;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "hgc%08x%08x", device(), device());
  return text.data();
}

json::Value with_secrets(const json::Value& value, const Scenario& scenario) {
  if (value.is_string()) {
    std::string text = value.as_string();
    constexpr std::string_view kName = "$SECRET";
    for (std::size_t at = 0; (at = text.find(kName, at)) != std::string::npos;) {
      text.replace(at, kName.size(), scenario.secret("given"));
    }
    return text;
  }
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.as_array()) items.push_back(with_secrets(item, scenario));
    return items;
  }
  if (!value.is_object()) return value;
  json::Object members;
  for (const auto& [name, member] : value.as_object()) members.emplace_back(name, with_secrets(member, scenario));
  return members;
}

std::string text_of(const json::Value& value) {
  return value.is_string() ? value.as_string() : json::write(value);
}

void read_texts(const json::Value* from, std::map<std::string, std::string, std::less<>>& into) {
  if (from == nullptr || !from->is_object()) return;
  for (const auto& [name, value] : from->as_object()) into[name] = text_of(value);
}

CannedResponse read_response(const json::Value& item) {
  CannedResponse response;
  response.match = item.string_at("match");
  if (const json::Value* status = item.find("status"))
    response.status = static_cast<int>(status->to_int64().value_or(200));
  if (const json::Value* headers = item.find("headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, value] : headers->as_object()) response.headers.push_back({name, text_of(value)});
  }
  if (const json::Value* body = item.find("body")) response.body = text_of(*body);
  return response;
}

void read_file(const std::filesystem::path& file, Scenario& scenario) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("could not read " + file.string());
  json::Value root;
  try {
    root = with_secrets(json::parse(std::string(std::istreambuf_iterator<char>(stream), {})), scenario);
  } catch (const json::ParseError& error) {
    throw std::runtime_error(file.string() + " is not valid JSON: " + error.what());
  }
  read_texts(root.find("settings"), scenario.settings);
  read_texts(root.find("env"), scenario.environment);
  if (const json::Value* state = root.find("state"); state != nullptr && state->is_object()) scenario.state = *state;
  if (const json::Value* answers = root.find("answers"); answers != nullptr && answers->is_array()) {
    for (const json::Value& answer : answers->as_array()) scenario.answers.push_back(text_of(answer));
  }
  if (const json::Value* responses = root.find("responses"); responses != nullptr && responses->is_array()) {
    for (const json::Value& response : responses->as_array()) scenario.responses.push_back(read_response(response));
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

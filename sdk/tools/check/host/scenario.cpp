#include "sdk/tools/check/host/scenario.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "core/base/text.hpp"

namespace heygen::check {
namespace {

std::string new_mark() {
  std::random_device device;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "hgc%08x%08x", device(), device());
  return text.data();
}

json::Value with_secrets(const json::Value& value, const World& world) {
  if (value.is_string()) {
    std::string text = value.as_string();
    constexpr std::string_view kName = "$SECRET";
    for (std::size_t at = 0; (at = text.find(kName, at)) != std::string::npos;) {
      text.replace(at, kName.size(), world.secret("given"));
    }
    return text;
  }
  if (value.is_array()) {
    json::Array items;
    for (const json::Value& item : value.as_array()) items.push_back(with_secrets(item, world));
    return items;
  }
  if (!value.is_object()) return value;
  json::Object members;
  for (const auto& [name, member] : value.as_object()) members.emplace_back(name, with_secrets(member, world));
  return members;
}

std::string text_of(const json::Value& value) {
  return value.is_string() ? value.as_string() : json::write(value);
}

void read_texts(const json::Value* from, std::map<std::string, std::string, std::less<>>& into) {
  if (from == nullptr || !from->is_object()) return;
  for (const auto& [name, value] : from->as_object()) into[name] = text_of(value);
}

Reply read_reply(const json::Value& item) {
  Reply reply;
  reply.match = item.string_at("match");
  if (const json::Value* status = item.find("status"))
    reply.status = static_cast<int>(status->to_int64().value_or(200));
  if (const json::Value* headers = item.find("headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, value] : headers->as_object()) reply.headers.push_back({name, text_of(value)});
  }
  if (const json::Value* body = item.find("body")) reply.body = text_of(*body);
  return reply;
}

void read_file(const std::filesystem::path& file, World& world) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + " cannot be read");
  json::Value root;
  try {
    root = with_secrets(json::parse(std::string(std::istreambuf_iterator<char>(stream), {})), world);
  } catch (const json::ParseError& error) {
    throw std::runtime_error(file.string() + " is no JSON: " + error.what());
  }
  read_texts(root.find("settings"), world.settings);
  read_texts(root.find("env"), world.environment);
  if (const json::Value* state = root.find("state"); state != nullptr && state->is_object()) world.state = *state;
  if (const json::Value* answers = root.find("answers"); answers != nullptr && answers->is_array()) {
    for (const json::Value& answer : answers->as_array()) world.answers.push_back(text_of(answer));
  }
  if (const json::Value* replies = root.find("replies"); replies != nullptr && replies->is_array()) {
    for (const json::Value& reply : replies->as_array()) world.replies.push_back(read_reply(reply));
  }
}

/// A setting that sounds like a secret is one.
bool is_secret_key(std::string_view key) {
  return std::ranges::any_of(
      std::array<std::string_view, 3>{"secret", "password", "token"},
      [&](std::string_view word) { return key == word || key.ends_with("_" + std::string(word)); });
}

std::string value_for(const provider::Setting& setting, const World& world) {
  if (setting.type == "bool") return "true";
  if (setting.type == "int") return "1";
  if (setting.type == "url") return "https://heygen-check.invalid/" + setting.key;
  return is_secret_key(setting.key) ? world.secret(setting.key) : "check-" + setting.key;
}

template <class Wanted>
World filled(World world, const provider::Manifest& manifest, Wanted wanted) {
  for (const provider::Setting& setting : manifest.settings) {
    if (world.settings.find(setting.key) == world.settings.end() && wanted(setting)) {
      world.settings[setting.key] = value_for(setting, world);
    }
  }
  return world;
}

}  // namespace

World make_world(const std::filesystem::path& file) {
  World world;
  world.mark = new_mark();
  if (!file.empty()) read_file(file, world);
  return world;
}

std::vector<World> candidates(const World& given, const provider::Manifest& manifest) {
  using provider::Setting;
  const auto needed = [&](const Setting& setting) {
    const bool enables = std::ranges::find(manifest.enabled_by, setting.key) != manifest.enabled_by.end();
    return setting.fallback.empty() && (setting.required || enables);
  };
  const auto address = [&](const Setting& setting) { return setting.fallback.empty() && setting.type == "url"; };
  const auto text = [&](const Setting& setting) { return setting.fallback.empty() && setting.type == "string"; };
  std::vector<World> worlds{filled(given, manifest, needed)};
  for (World next :
       {filled(worlds.front(), manifest, address), filled(filled(worlds.front(), manifest, address), manifest, text)}) {
    if (next.settings != worlds.back().settings) worlds.push_back(std::move(next));
  }
  return worlds;
}

}  // namespace heygen::check

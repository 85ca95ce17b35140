// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/scenario.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <stdexcept>

#include <Poco/Exception.h>

#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"
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

std::string replaced(std::string text, std::string_view old, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += with.size()) {
    text.replace(at, old.size(), with);
  }
  return text;
}

std::string with_secrets(std::string text, const Scenario& scenario) {
  return replaced(std::move(text), "$SECRET", scenario.secret("given"));
}

std::string text_of(const sdk::Var& value) {
  return value.isString() ? sdk::text_in(value) : sdk::write_json(value);
}

/// One value of the world file, which knows its place there.
class Part {
 public:
  Part(sdk::Var value, std::string place) : value_(std::move(value)), place_(std::move(place)) {}

  [[noreturn]] void refuse(const std::string& why) const { throw std::runtime_error(place_ + " " + why); }
  const sdk::Var& value() const { return value_; }
  bool is_text() const { return value_.isString(); }
  bool is_plain() const { return is_text() || value_.isBoolean() || sdk::is_number(value_); }

  /// The members, each of which must be known where `known` is not empty.
  std::vector<std::pair<std::string, Part>> members(std::initializer_list<std::string_view> known = {}) const {
    if (!sdk::is_object(value_)) refuse("must be an object");
    const sdk::Object object = sdk::object_in(value_);
    std::vector<std::pair<std::string, Part>> parts;
    for (const std::string& name : object->getNames()) {
      if (known.size() > 0 && std::ranges::find(known, name) == known.end()) {
        refuse("has the unknown member `" + name + "`; known are " +
               join(std::vector<std::string>(known.begin(), known.end()), ", "));
      }
      parts.emplace_back(name, Part(object->get(name), place_ == kRoot ? "`" + name + "`" : inside("." + name)));
    }
    return parts;
  }
  std::vector<Part> items() const {
    if (!sdk::is_list(value_)) refuse("must be a list");
    std::vector<Part> parts;
    for (const sdk::Var& item : sdk::items_in(value_)) {
      parts.emplace_back(item, inside("[" + std::to_string(parts.size()) + "]"));
    }
    return parts;
  }
  std::string text() const {
    if (!is_text()) refuse("must be a string");
    return sdk::text_in(value_);
  }
  /// A string, a number or a boolean, as a setting has it.
  std::string plain() const {
    if (!is_plain()) refuse("must be a string, a number or a boolean");
    return text_of(value_);
  }

  static constexpr const char* kRoot = "the file";

 private:
  std::string inside(const std::string& step) const { return place_.substr(0, place_.size() - 1) + step + "`"; }

  sdk::Var value_;
  std::string place_;
};

int status_in(const Part& part) {
  constexpr int kFirst = 200, kLast = 599;
  const double status = sdk::is_number(part.value()) ? part.value().convert<double>() : 0;
  if (status < kFirst || status > kLast || status != static_cast<int>(status)) part.refuse("must be from 200 to 599");
  return static_cast<int>(status);
}

CannedResponse read_response(const Part& item) {
  CannedResponse response;
  for (const auto& [name, part] : item.members({"match", "method", "status", "headers", "body"})) {
    if (name == "match") response.match = part.text();
    if (name == "method") response.method = part.text();
    if (name == "status") response.status = status_in(part);
    if (name == "body") response.body = text_of(part.value());
    if (name != "headers") continue;
    for (const auto& [header, value] : part.members()) response.headers.push_back({header, value.text()});
  }
  if (response.match.empty()) item.refuse("has no `match`, a part of the URL");
  return response;
}

void read_world(const Part& root, Scenario& scenario) {
  for (const auto& [name, part] : root.members({"settings", "env", "state", "answers", "responses"})) {
    if (name == "settings") {
      for (const auto& [key, value] : part.members()) {
        scenario.settings[key] = value.plain();
        if (!value.is_text()) scenario.unquoted.insert(key);
      }
    } else if (name == "env") {
      for (const auto& [variable, value] : part.members()) scenario.environment[variable] = value.text();
    } else if (name == "state") {
      static_cast<void>(part.members());
      scenario.state = json::parse(sdk::write_json(part.value()));
    } else if (name == "answers") {
      for (const Part& answer : part.items()) scenario.answers.push_back(answer.text());
    } else {
      for (const Part& response : part.items()) scenario.responses.push_back(read_response(response));
    }
  }
}

void read_file(const std::filesystem::path& file, Scenario& scenario) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw std::runtime_error("could not read " + file.string());
  sdk::Var root;
  std::string repeated;
  try {
    const std::string json = with_secrets(std::string(written_text(text)), scenario);
    root = sdk::parse_json(json);
    repeated = sdk::find_repeated_member(json);
  } catch (const Poco::Exception& error) {
    throw std::runtime_error(file.string() + " is not valid JSON: " + error.message());
  }
  if (!repeated.empty()) throw std::runtime_error(file.string() + ": `" + repeated + "` is there twice");
  try {
    read_world(Part(root, Part::kRoot), scenario);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
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

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// What a setting of this type must be where `text`, which the world file has without quotes or with them, is not;
/// "" when it is.
std::string find_type_fault(provider::SettingType type, const std::string& text, bool unquoted) {
  using provider::SettingType;
  const bool is_flag = text == "true" || text == "false";
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, fault] = std::from_chars(text.data(), last, number);
  const bool is_integer = fault == std::errc{} && end == last;
  if (type == SettingType::boolean) return is_flag ? "" : "a boolean";
  if (type == SettingType::integer) return is_integer ? "" : "an integer";
  return unquoted ? "a string" : "";
}

}  // namespace

std::string Scenario::secret(std::string_view name) const {
  std::string text = mark + "-" + std::string(name);
  if (text.size() < secret_size) text += "-" + std::string(secret_size - text.size() - 1, 'x');
  return text;
}

Scenario Scenario::with_long_secrets(std::size_t size) const {
  Scenario changed = *this;
  changed.secret_size = size;
  const std::string old = secret("given"), with = changed.secret("given");
  const auto lengthen = [&](std::string& text) { text = replaced(std::move(text), old, with); };
  for (auto* texts : {&changed.settings, &changed.environment}) {
    for (auto& [name, value] : *texts) lengthen(value);
  }
  for (std::string& answer : changed.answers) lengthen(answer);
  for (CannedResponse& response : changed.responses) lengthen(response.body);
  changed.state = json::parse(replaced(json::write(state), old, with));
  return changed;
}

std::string Scenario::shown(std::string_view text, std::size_t most) const {
  std::string out(text);
  for (std::size_t at = 0; (at = out.find(mark, at)) != std::string::npos;) {
    std::size_t end = at + mark.size();
    const std::size_t begin = std::min(end + 1, out.size());
    while (end < out.size() && is_name(out[end])) ++end;
    const std::string name = out.substr(begin, end - begin);
    const std::string words = "<secret " + name.substr(0, name.find("-x")) + ">";
    out.replace(at, end - at, words);
    at += words.size();
  }
  if (out.size() > most) out = out.substr(0, most) + "… (" + std::to_string(out.size()) + " bytes)";
  return out;
}

Scenario make_scenario(const std::filesystem::path& file) {
  Scenario scenario;
  scenario.mark = new_mark();
  if (!file.empty()) read_file(file, scenario);
  return scenario;
}

void require_declared(const std::filesystem::path& file, const Scenario& given, const provider::Manifest& manifest) {
  const auto refuse = [&](const std::string& what, const std::vector<std::string>& declared) {
    throw std::runtime_error(file.string() + ": " + what + " is not declared by the provider" +
                             (declared.empty() ? "" : "; declared are " + join(declared, ", ")));
  };
  std::vector<std::string> keys;
  for (const provider::Setting& setting : manifest.settings) keys.push_back(setting.key);
  for (const auto& [key, value] : given.settings) {
    const auto found = std::ranges::find(manifest.settings, key, &provider::Setting::key);
    if (found == manifest.settings.end()) refuse("`settings." + key + "`", keys);
    const std::string type = find_type_fault(found->type, value, given.unquoted.contains(key));
    if (!type.empty())
      throw std::runtime_error(file.string() + ": `settings." + key + "` must be " + type +
                               ", as the provider declares");
  }
  for (const auto& [name, value] : given.environment) {
    const bool of_host = name.starts_with("HEYGEN_");
    if (!of_host && std::ranges::find(manifest.env, name) == manifest.env.end())
      refuse("`env." + name + "`", manifest.env);
  }
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

namespace {

constexpr const char* kSecret = "$SECRET";

/// The text as a world file has it.
std::string as_given(const Scenario& scenario, const std::string& text) {
  std::string out = scenario.shown(text);
  for (std::size_t at = 0; (at = out.find("<secret ", at)) != std::string::npos;) {
    out.replace(at, out.find('>', at) + 1 - at, kSecret);
  }
  return out;
}

sdk::Var body_given(const Scenario& scenario, const CannedResponse& response) {
  const std::string text = as_given(scenario, response.body);
  try {
    return sdk::parse_json(text);
  } catch (const Poco::Exception&) {
    return text;
  }
}

sdk::Object response_to(const Scenario& scenario, const std::string& method, const std::string& url) {
  for (const CannedResponse& response : scenario.responses) {
    if (url.find(response.match) == std::string::npos) continue;
    if (!response.method.empty() && response.method != method) continue;
    return sdk::object({{"match", as_given(scenario, response.match)},
                        {"method", method},
                        {"status", response.status},
                        {"body", body_given(scenario, response)}});
  }
  const sdk::Object body = sdk::object({{"access_token", kSecret}, {"expires_in", 3600}});
  return sdk::object({{"match", as_given(scenario, url.substr(0, url.find('?')))},
                      {"method", method},
                      {"status", 200},
                      {"body", body}});
}

}  // namespace

sdk::Object world_for(const Scenario& scenario, const provider::Manifest& manifest,
                      const std::vector<Finding>& requests) {
  sdk::Object settings = sdk::object(), env = sdk::object();
  for (const auto& [key, value] : scenario.settings) settings->set(key, as_given(scenario, value));
  for (const auto& [name, value] : scenario.environment) env->set(name, as_given(scenario, value));
  for (const std::string& name : manifest.credential_env) env->set(name, std::string(kSecret));
  sdk::List answers = sdk::list(), responses = sdk::list();
  for (const std::string& answer : scenario.answers) answers->add(as_given(scenario, answer));
  if (scenario.answers.empty() && manifest.interacts_terminal) answers->add(std::string(kSecret));
  std::set<std::string> seen;
  for (const Finding& request : requests) {
    const std::size_t space = request.rule.find(' ');
    const std::string method = request.rule.substr(0, space), url = request.rule.substr(space + 1);
    if (url.find("/.well-known/") != std::string::npos) continue;
    if (seen.insert(method + url.substr(0, url.find('?'))).second) {
      responses->add(response_to(scenario, method, url));
    }
  }
  return sdk::object({{"settings", settings}, {"env", env}, {"answers", answers}, {"responses", responses}});
}

}  // namespace heygen::check

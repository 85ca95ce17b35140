#include "sdk/sandbox/orders.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace heygen::sandbox {
namespace {

constexpr double kSecondsPerWord = 0.4;
constexpr std::string_view kCursorPrefix = "page-";

const json::Value* member(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string required_text(const json::Value& body, const std::string& name) {
  const json::Value* value = member(body, name);
  if (value == nullptr) throw Invalid{name, name + " is missing."};
  if (!value->is_string() || value->as_string().empty()) throw Invalid{name, name + " must be a text."};
  return value->as_string();
}

std::string optional_text(const json::Value& body, const std::string& name) {
  const json::Value* value = member(body, name);
  if (value == nullptr) return {};
  if (!value->is_string()) throw Invalid{name, name + " must be a text."};
  return value->as_string();
}

double optional_number(const json::Value& body, const std::string& name, double low, double high, double otherwise) {
  const json::Value* value = member(body, name);
  if (value == nullptr) return otherwise;
  if (value->is_number()) {
    const double found = std::strtod(value->as_number().text.c_str(), nullptr);
    if (found >= low && found <= high) return found;
  }
  std::ostringstream range;
  range << low << " to " << high;
  throw Invalid{name, name + " must be a number from " + range.str() + '.'};
}

std::size_t required_items(const json::Value& body, const std::string& name, std::size_t most) {
  const json::Value* value = member(body, name);
  if (value == nullptr) throw Invalid{name, name + " is missing."};
  if (!value->is_array() || value->as_array().empty() || value->as_array().size() > most) {
    throw Invalid{name, name + " must be a list of 1 to " + std::to_string(most) + " items."};
  }
  return value->as_array().size();
}

void check_asset(const json::Value& body, const std::string& name) {
  const json::Value* value = member(body, name);
  if (value == nullptr) throw Invalid{name, name + " is missing."};
  const std::string type = value->string_at("type");
  const auto needs = [&](const char* part) {
    if (value->string_at(part).empty()) throw Invalid{name + '.' + part, name + '.' + part + " is missing."};
  };
  if (type == "url" || type == "asset_id") return needs(type.c_str());
  if (type != "base64") throw Invalid{name + ".type", name + ".type is one of url, asset_id, base64."};
  needs("media_type");
  needs("data");
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// A script, a recording, or neither.
double spoken_duration(const json::Value& body) {
  int sources = 0;
  for (const char* name : {"script", "audio_url", "audio_asset_id"})
    sources += optional_text(body, name).empty() ? 0 : 1;
  if (sources > 1) throw Invalid{"script", "Give one of script, audio_url, audio_asset_id."};
  const double words = static_cast<double>(words_of(optional_text(body, "script")).size());
  return std::max(1.0, words * kSecondsPerWord);
}

void read_avatar(const json::Value& body, NewVideo& order) {
  required_text(body, "avatar_id");
  order.duration = spoken_duration(body);
}

void read_image(const json::Value& body, NewVideo& order) {
  check_asset(body, "image");
  order.duration = spoken_duration(body);
  if (!optional_text(body, "script").empty()) required_text(body, "voice_id");
}

void read_cinematic(const json::Value& body, NewVideo& order) {
  required_text(body, "prompt");
  required_items(body, "avatar_id", 3);
  order.duration = optional_number(body, "duration", 4, 15, 10);
}

void read_studio(const json::Value& body, NewVideo& order) {
  const std::size_t scenes = required_items(body, "scenes", 50);
  for (std::size_t i = 0; i < scenes; ++i) {
    const std::string type = body.find("scenes")->as_array()[i].string_at("type");
    if (type != "avatar_video" && type != "image" && type != "video") {
      const std::string where = "scenes." + std::to_string(i) + ".type";
      throw Invalid{where, where + " is one of avatar_video, image, video."};
    }
  }
  order.duration = 5.0 * static_cast<double>(scenes);
}

}  // namespace

json::Value read_object(const Request& request) {
  if (!request.is_of_type("application/json")) throw Invalid{"", "Send the body as application/json."};
  try {
    json::Value body = json::parse(request.body);
    if (!body.is_object()) throw Invalid{"", "The body must be a JSON object."};
    return body;
  } catch (const json::ParseError& error) {
    throw Invalid{"", std::string("The body is no JSON: ") + error.what()};
  }
}

NewVideo read_video_order(const json::Value& body) {
  struct Kind {
    std::string_view type;
    void (*read)(const json::Value&, NewVideo&);
  };
  constexpr std::array<Kind, 4> kKinds{
      {{"avatar", read_avatar}, {"image", read_image}, {"cinematic_avatar", read_cinematic}, {"studio", read_studio}}};
  const std::string type = required_text(body, "type");
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.type == type; });
  if (kind == kKinds.end()) throw Invalid{"type", "type is one of avatar, image, cinematic_avatar, studio."};
  NewVideo order;
  kind->read(body, order);
  if (const std::string title = optional_text(body, "title"); !title.empty()) order.title = title;
  if (const std::string format = optional_text(body, "output_format"); !format.empty()) order.output_format = format;
  if (order.output_format != "mp4" && order.output_format != "webm") {
    throw Invalid{"output_format", "output_format is mp4 or webm."};
  }
  order.captioned = member(body, "caption") != nullptr;
  order.fails = order.title && order.title->rfind("sandbox-fail", 0) == 0;
  return order;
}

SpeechOrder read_speech_order(const json::Value& body) {
  SpeechOrder order;
  order.words = words_of(required_text(body, "text"));
  order.voice_id = required_text(body, "voice_id");
  order.seconds_per_word = kSecondsPerWord / optional_number(body, "speed", 0.5, 2, 1);
  const std::string input_type = optional_text(body, "input_type");
  if (!input_type.empty() && input_type != "text" && input_type != "ssml") {
    throw Invalid{"input_type", "input_type is text or ssml."};
  }
  return order;
}

std::string write_cursor(std::uint64_t after) {
  return std::string(kCursorPrefix) + std::to_string(after);
}

std::uint64_t read_cursor(const std::string& token) {
  const auto invalid = [] { return Invalid{"token", "token is none that this sandbox gave out."}; };
  if (token.rfind(kCursorPrefix, 0) != 0) throw invalid();
  const std::string digits = token.substr(kCursorPrefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number == 0) throw invalid();
  return number;
}

json::Value number(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  std::string out = text.data();
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return json::Number{out};
}

}  // namespace heygen::sandbox

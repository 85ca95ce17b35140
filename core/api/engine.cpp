// SPDX-License-Identifier: Apache-2.0
#include "core/api/engine.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

namespace heygen::api {
namespace {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <class Number>
std::string shortest(Number value) {
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

/// RFC 8259 §6.
bool is_json_number(std::string_view text) {
  const auto digits = [&text] {
    const auto count = static_cast<std::size_t>(
        std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; }) - text.begin());
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool zero = text.starts_with('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::string name_of(const Option& option) {
  return "--" + std::string(option.name);
}

std::string joined(std::span<const std::string_view> words, std::string_view separator = ", ") {
  std::string out;
  for (const std::string_view word : words) (out += out.empty() ? "" : separator) += word;
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& letter : out)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return out;
}

void check_choice(const Option& option, const std::string& value) {
  if (option.choices.empty() || std::ranges::find(option.choices, value) != option.choices.end()) return;
  const std::string near = nearest(value, {option.choices.begin(), option.choices.end()});
  throw usage_error(
      "Invalid " + name_of(option) + " '" + shown_word(value) + "'.",
      (near.empty() ? "" : "Did you mean '" + near + "'? ") + "Use one of: " + joined(option.choices) + ".");
}

void check_bounds(const Option& option, double value, const std::string& typed) {
  if ((!option.min || value >= *option.min) && (!option.max || value <= *option.max)) return;
  std::string range = "at least " + shortest(option.min.value_or(0));
  if (!option.min) range = "at most " + shortest(*option.max);
  if (option.min && option.max) range = "from " + shortest(*option.min) + " to " + shortest(*option.max);
  const double nearest_allowed = option.min && value < *option.min ? *option.min : *option.max;
  throw usage_error("Invalid " + name_of(option) + " '" + shown_word(typed) + "': must be " + range + ".",
                    "Example: " + name_of(option) + " " + shortest(nearest_allowed));
}

Error type_error(const Option& option, const std::string& value) {
  const char* wanted = option.type == OptionType::integer  ? "a whole number"
                       : option.type == OptionType::number ? "a number"
                                                           : "true or false";
  const char* example = option.type == OptionType::integer  ? " 20"
                        : option.type == OptionType::number ? " 1.5"
                                                            : "=true";
  return usage_error("Invalid " + name_of(option) + " '" + shown_word(value) + "': must be " + wanted + ".",
                     "Example: " + name_of(option) + example);
}

std::string query_value(const Option& option, const std::vector<std::string>& values) {
  const json::Value value = json_value(option, values);
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return option.type == OptionType::integer ? value.as_number().text : shortest(*parse_number(value.as_number().text));
}

/// RFC 9110 §5.5: what would end the header, or begin another one, is refused; the rest is for the service to judge.
std::string header_value(const Option& option, const std::vector<std::string>& values) {
  std::string value = query_value(option, values);
  if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    throw usage_error("Invalid " + name_of(option) + " '" + shown_word(value) + "': it contains a control character.",
                      "Use letters, digits, and the characters _ : . -");
  return value;
}

void check_required(const Command& command, const CommandInput& given) {
  std::vector<std::string> missing;
  for (const Option& option : command.options) {
    const bool excused = option.place == Place::json && given.data.has_value();
    if (option.required && !excused && !given.options.contains(option.name)) missing.push_back(name_of(option));
  }
  if (missing.empty()) return;
  throw usage_error(std::string(missing.size() == 1 ? "A required option is" : "Required options are") +
                        " missing: " + join(missing, ", ") + ".",
                    "Example: " + std::string(command.example));
}

json::Value parse_data(const std::string& text) {
  json::Value body;
  try {
    body = json::parse(text);
  } catch (const json::ParseError& fault) {
    throw invalid_data(fault);
  }
  if (!body.is_object())
    throw usage_error("--data must be a JSON object.", R"(Put the fields in braces: --data '{"name":"value"}')");
  return body;
}

Error missing_body(const Command& command) {
  std::string hint = "Use --data with a JSON object, a file, or - for stdin";
  if (!command.options.empty()) hint += ", or one of the options that --help lists";
  if (!command.request_schema.empty()) hint += "; --request-schema shows the fields";
  return usage_error("`heygen " + joined(command.words, " ") + "` requires a request body.", hint + ".");
}

void add_body(const Command& command, const CommandInput& given, Prepared& prepared) {
  json::Value body = given.data ? parse_data(*given.data) : json::Value(json::Object{});
  bool any = given.data.has_value();
  for (const Option& option : command.options) {
    const auto at = given.options.find(option.name);
    if (option.place != Place::json || at == given.options.end()) continue;
    body.set(option.target, json_value(option, at->second));
    any = true;
  }
  if (any)
    prepared.body = json::write(body);
  else if (!command.body_optional)
    throw missing_body(command);
}

}  // namespace

Error invalid_data(const json::ParseError& fault) {
  return usage_error("--data is not valid JSON: " + std::string(fault.what()) + ".",
                     "Check the quoting, or use --data FILE.");
}

bool is_of_type(OptionType type, std::string_view text) {
  switch (type) {
    case OptionType::integer:
      return parse_integer(text).has_value();
    case OptionType::number:
      return parse_number(text).has_value();
    case OptionType::boolean:
      return text == "true" || text == "false";
    case OptionType::text:
    case OptionType::text_list:
      return true;
  }
  return false;
}

json::Value json_value(const Option& option, const std::vector<std::string>& values) {
  if (option.type == OptionType::text_list) {
    json::Array items;
    for (const std::string& value : values) {
      check_choice(option, value);
      items.emplace_back(value);
    }
    return items;
  }
  const std::string typed = values.empty() ? std::string{} : values.back();
  if (!is_of_type(option.type, typed)) throw type_error(option, typed);
  switch (option.type) {
    case OptionType::integer: {
      const std::int64_t value = *parse_integer(typed);
      check_bounds(option, static_cast<double>(value), typed);
      return value;
    }
    case OptionType::number: {
      const double value = *parse_number(typed);
      check_bounds(option, value, typed);
      return json::Number{is_json_number(typed) ? typed : shortest(value)};
    }
    case OptionType::boolean:
      return typed == "true";
    default:
      check_choice(option, typed);
      return typed;
  }
}

std::string fill_path(const Command& command, const std::vector<std::string>& arguments) {
  std::string path;
  std::string_view rest = command.endpoint;
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    const std::size_t close = rest.find('}', open);
    const std::string_view param = rest.substr(open + 1, close - open - 1);
    const auto argument = std::ranges::find(command.arguments, param, &Argument::param);
    const std::string& id = arguments.at(static_cast<std::size_t>(argument - command.arguments.begin()));
    if (id.empty() || has_dot_segment(id))
      throw usage_error(
          "Invalid " + upper(argument->name) + " '" + shown_word(id) + "': it would change the request path.",
          "Example: " + std::string(command.example));
    (path += rest.substr(0, open)) += percent_encode(id);
    rest.remove_prefix(close + 1);
  }
  return path += rest;
}

Prepared prepare(const Command& command, const CommandInput& given) {
  Prepared prepared;
  prepared.path = fill_path(command, given.arguments);
  check_required(command, given);
  if (command.body == BodyKind::json) add_body(command, given, prepared);
  for (const Option& option : command.options) {
    const auto at = given.options.find(option.name);
    if (at == given.options.end()) continue;
    if (option.place == Place::query) prepared.query.emplace_back(option.target, query_value(option, at->second));
    if (option.place == Place::header) prepared.headers.emplace_back(option.target, header_value(option, at->second));
    if (option.place == Place::multipart) prepared.upload = at->second.back();
  }
  return prepared;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double count = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
    if (fault != std::errc{} || !(count >= 0)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::string_view unit = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
    const double scale = unit == "ms" ? 1 : unit == "s" ? 1e3 : unit == "m" ? 6e4 : unit == "h" ? 3.6e6 : 0;
    if (scale == 0) return std::nullopt;
    total += count * scale;
    text.remove_prefix(unit.size());
  }
  constexpr double kLongest = 1e12;  // about 30 years
  if (total < 1 || total > kLongest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

}  // namespace heygen::api

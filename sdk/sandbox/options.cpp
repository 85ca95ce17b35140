// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/options.hpp"

#include <Poco/Net/IPAddress.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>

#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/base/text.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::int64_t kLongest = 10LL * 365 * 86400;

struct Option {
  std::string name;
  bool takes_value;
  std::function<void(Options&, const std::string&)> set;
};

std::int64_t whole(const std::string& name, const std::string& text, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
    throw usage_error("Invalid --" + name + " '" + shown_word(text) + "': must be a whole number from " +
                      std::to_string(low) + " to " + std::to_string(high) + '.');
  }
  return number;
}

std::chrono::milliseconds seconds(const std::string& name, const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0 || number > 86400) {
    throw usage_error("Invalid --" + name + " '" + shown_word(text) +
                      "': must be from 0 to 86400 seconds, such as 0.5.");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(number * 1000));
}

std::string loopback(const std::string& text) {
  Poco::Net::IPAddress address;
  if (!Poco::Net::IPAddress::tryParse(text, address) || !address.isLoopback()) {
    throw usage_error("Invalid --host '" + shown_word(text) +
                          "': the sandbox accepts any login, so it listens only on loopback addresses.",
                      "Use an address of 127.0.0.0/8, or ::1.");
  }
  return address.toString();
}

const std::vector<Option>& known_options() {
  static const std::vector<Option> kOptions = {
      {"host", true, [](Options& o, const std::string& v) { o.host = loopback(v); }},
      {"port", true,
       [](Options& o, const std::string& v) { o.port = static_cast<std::uint16_t>(whole("port", v, 0, 65535)); }},
      {"log", true,
       [](Options& o, const std::string& v) {
         if (v.empty()) throw usage_error("Invalid --log '': must be the name of a file.");
         o.log_file = v;
       }},
      {"config-dir", true,
       [](Options& o, const std::string& v) {
         if (v.empty()) throw usage_error("Invalid --config-dir '': must be the name of a directory.");
         o.config_directory = std::filesystem::absolute(v).string();
       }},
      {"auto-approve", false, [](Options& o, const std::string&) { o.settings.auto_approve = true; }},
      {"access-ttl", true,
       [](Options& o, const std::string& v) { o.settings.access_ttl = whole("access-ttl", v, 1, kLongest); }},
      {"refresh-ttl", true,
       [](Options& o, const std::string& v) { o.settings.refresh_ttl = whole("refresh-ttl", v, 1, kLongest); }},
      {"device-ttl", true,
       [](Options& o, const std::string& v) { o.settings.device_ttl = whole("device-ttl", v, 1, kLongest); }},
      {"interval", true, [](Options& o, const std::string& v) { o.settings.interval = whole("interval", v, 0, 3600); }},
      {"job-delay", true, [](Options& o, const std::string& v) { o.settings.job_delay = seconds("job-delay", v); }},
      // its name when videos were the only jobs
      {"video-delay", true, [](Options& o, const std::string& v) { o.settings.job_delay = seconds("video-delay", v); }},
      {"empty", false, [](Options& o, const std::string&) { o.settings.empty = true; }},
  };
  return kOptions;
}

const Option& option_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Option& option : known_options()) {
    if (option.name == name) return option;
    names.push_back("--" + option.name);
  }
  const std::string near = nearest("--" + name, names);
  if (near.empty()) throw usage_error("Unknown option --" + shown_word(name) + '.');
  throw usage_error("Unknown option --" + shown_word(name) + '.', "Did you mean " + near + "?");
}

Options help_about(const std::string& about) {
  Options options;
  options.help_about = about;
  return options;
}

Options::Command command_named(const std::string& word) {
  if (word == "serve") return Options::Command::serve;
  if (word == "run") return Options::Command::run;
  const std::string near = nearest(word, {"serve", "run", "help"});
  throw usage_error(
      "Unknown command '" + shown_word(word) + "'.",
      near.empty() ? "Use `heygen-sandbox serve` or `heygen-sandbox run -- COMMAND`." : "Did you mean " + near + "?");
}

/// Options of `command` from args[1] on; the index of the first argument that is none, after "--" if there is one.
std::size_t read_options(const std::vector<std::string>& args, Options& options) {
  std::size_t i = 1;
  for (; i < args.size() && args[i].size() > 1 && args[i][0] == '-'; ++i) {
    if (args[i] == "--") return i + 1;
    if (args[i] == "--help" || args[i] == "-h") {
      options = help_about(args[0]);
      return args.size();
    }
    if (args[i].rfind("--", 0) != 0) throw usage_error("Unknown option -" + shown_word(args[i].substr(1)) + '.');
    const std::size_t equals = args[i].find('=');
    const Option& option = option_named(args[i].substr(2, equals == std::string::npos ? equals : equals - 2));
    std::optional<std::string> value;
    if (equals != std::string::npos) value = args[i].substr(equals + 1);
    if (!option.takes_value && value) throw usage_error("--" + option.name + " takes no value.");
    if (option.takes_value && !value) {
      if (i + 1 == args.size()) throw usage_error("--" + option.name + " requires a value.");
      value = args[++i];
    }
    option.set(options, value.value_or(""));
  }
  return i;
}

}  // namespace

Options parse_options(const std::vector<std::string>& args) {
  if (args.empty()) {
    throw usage_error("A command is missing.", "Use `heygen-sandbox serve` or `heygen-sandbox run -- COMMAND`.");
  }
  if (args[0] == "--help" || args[0] == "-h") return help_about("");
  if (args[0] == "help") {
    if (args.size() > 1) command_named(args[1]);
    return help_about(args.size() > 1 ? args[1] : "");
  }
  Options options;
  if (args[0] == "--version") {
    options.command = Options::Command::version;
    return options;
  }
  options.command = command_named(args[0]);
  const std::size_t rest = read_options(args, options);
  if (options.command == Options::Command::run) {
    options.program.assign(args.begin() + static_cast<std::ptrdiff_t>(rest), args.end());
    if (options.program.empty()) {
      throw usage_error("`heygen-sandbox run` requires a COMMAND.", "Example: heygen-sandbox run -- heygen video list");
    }
  } else if (options.command == Options::Command::serve && rest < args.size()) {
    throw usage_error("`heygen-sandbox serve` takes no argument; unexpected argument '" + shown_word(args[rest]) +
                      "'.");
  }
  return options;
}

}  // namespace heygen::sandbox

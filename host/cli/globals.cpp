// SPDX-License-Identifier: Apache-2.0
#include "host/cli/globals.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace heygen::host::cli {

std::vector<Option> global_options() {
  return {
      {.name = "human", .doc = "Print human-readable output instead of JSON"},
      {.name = "fields",
       .value = "NAMES",
       .doc = "With --human, show only these fields: id,owner.name",
       .repeatable = true,
       .comma_split = true},
      {.name = "jq",
       .value = "EXPR",
       .doc = "Filter the JSON with a jq expression; strings are printed without quotes"},
      {.name = "provider",
       .value = "ID",
       .doc = "Use this credential provider; `heygen provider list` shows them",
       .fill = Fill::provider},
      {.name = "profile",
       .value = "NAME",
       .doc = "Use this profile, a login of its own; `heygen profile list` shows them",
       .fill = Fill::profile},
      {.name = "verbose", .doc = "Log requests and responses to stderr (secrets redacted)"},
      {.name = "headers", .value = "NAME:VALUE", .doc = "Add a request header", .repeatable = true, .hidden = true},
      {.name = "help", .shorthand = 'h', .doc = "Show this help"},
  };
}

std::vector<Option> root_options() {
  std::vector<Option> options = global_options();
  options.push_back({.name = "version", .shorthand = 'v', .doc = "Show the version"});
  return options;
}

std::vector<Option> with_globals(std::vector<Option> options) {
  std::vector<Option> globals = global_options();
  std::erase_if(options,
                [&](const Option& option) { return std::ranges::count(globals, option.name, &Option::name) > 0; });
  options.insert(options.end(), globals.begin(), globals.end());
  return options;
}

std::optional<std::string> profile_ahead(const std::vector<std::string>& arguments) {
  constexpr std::string_view kOption = "--profile";
  std::optional<std::string> found;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    if (argument == kOption && i + 1 < arguments.size())
      found = arguments[++i];
    else if (argument.starts_with(kOption) && argument.size() > kOption.size() && argument[kOption.size()] == '=')
      found = argument.substr(kOption.size() + 1);
  }
  return found;
}

Globals globals_of(const Parsed& parsed) {
  Globals globals;
  if (parsed.given("human")) globals.output.human = parsed.is_on("human");
  if (parsed.given("jq")) globals.output.jq = parsed.value("jq");
  for (const std::string& field : parsed.values("fields")) globals.output.fields.emplace_back(trim(field));
  globals.request.headers = parsed.values("headers");
  globals.request.provider = parsed.value("provider");
  if (parsed.given("profile")) globals.request.profile = parsed.value("profile");
  globals.request.verbose = parsed.is_on("verbose");
  return globals;
}

}  // namespace heygen::host::cli

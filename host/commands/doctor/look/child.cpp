// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "host/child_process.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

/// The error that the process ended with, where it found out why: it names the provider's function.
std::optional<Check> parse_error(const std::string& line) {
  try {
    const json::Value document = json::parse(line);
    const json::Value* error = document.find("error");
    if (error == nullptr || error->string_at("message").empty()) return {};
    return Check{{}, Status::fail, error->string_at("message"), error->string_at("hint")};
  } catch (const json::ParseError&) {
    return {};
  }
}

/// Its notices come on other lines.
std::optional<Check> check_in(const std::string& output) {
  std::optional<Check> found;
  for (const std::string& line : split(output, '\n')) {
    if (!line.starts_with('{')) continue;
    std::optional<Check> check = parse_check(line);
    if (!check) check = parse_error(line);
    if (check) found = std::move(check);
  }
  return found;
}

}  // namespace

Check run_check(const Services& services, const std::string& id, const std::vector<std::string>& words,
                std::chrono::seconds limit) {
  if (services.executable.empty())
    return {id, Status::skipped, "Not checked: without /proc heygen cannot find itself."};
  std::vector<std::string> command{services.executable.string(), std::string(kCheckCommand)};
  command.insert(command.end(), words.begin(), words.end());
  if (!services.options.provider.empty()) command.insert(command.end(), {"--provider", services.options.provider});
  if (services.options.profile) command.insert(command.end(), {"--profile", *services.options.profile});
  const auto on_wait = [&](std::chrono::milliseconds left) {
    services.show_waiting(left.count() > 0 ? "Checking " + id : "", left);
  };
  const ChildEnd end = run_program(command, limit, services.cancel, on_wait, ChildEnvironment::own);
  if (std::optional<Check> found = check_in(end.output)) return {id, found->status, found->summary, found->next};
  if (end.timed_out)
    return {id, Status::fail, "No response within " + std::to_string(limit.count()) + "s: it hangs.",
            "Run the command that hangs with `--verbose`."};
  const std::string how =
      end.code < 0 ? "signal " + std::to_string(-end.code) : "exit code " + std::to_string(end.code);
  return {id, Status::fail, "The check ended with " + how + ": a provider crashed or ended the process.",
          "Disable the provider with `heygen provider disable ID`."};
}

}  // namespace heygen::host::commands::doctor

// SPDX-License-Identifier: Apache-2.0
// heygen-provider-check: checks a provider against the rules of the interface, and helps to write one.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>

#include "core/base/privilege.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"

namespace {

constexpr std::string_view kHelp = R"(Usage: heygen-provider-check PATH [OPTIONS]
       heygen-provider-check rules [--json]
       heygen-provider-check manifest LIBRARY [--output FILE] [--library NAME]
       heygen-provider-check pin PATH...
       heygen-provider-check sign PATH... --key FILE
       heygen-provider-check new NAME --lang c|cpp|rust|go

PATH is a provider's library or its manifest. The check loads and runs it, so check
only what you would run.

Options:
  --all              Also list rules that passed
  --json             Print the results as JSON
  --strict           Fail, too, if a rule could not be exercised
  --trace            Write each call across the boundary to stderr, without secrets
  --world FILE       Settings, environment variables, answers and responses for the
                     check to use: {"settings":{}, "env":{}, "state":{}, "answers":[],
                     "responses":[{"match":"/token", "status":200, "body":{}}]};
                     $SECRET is a secret
  --no-cage          Do not run it isolated: for a provider that only runs in process
  --no-memory        Do not run valgrind
  --limit SECONDS    Time limit of each case (default: 30)
  -h, --help         Show this help
  --version          Show the version

Commands:
  rules              List the rules; docs/provider-rules.md explains them
  manifest           Write <id>.provider.json beside the library
    --output FILE    Write to FILE instead; - is stdout
    --library NAME   File name of the library in the manifest (default: its own)
  pin                Print the lines for policy.toml that allow only these files to load
  sign               Write LIBRARY.minisig and MANIFEST.minisig
    --key FILE       A secret key of minisign; its password is asked, or read from stdin
  new                Create the directory NAME: a small project that builds, passes
                     the check and logs in

Exit codes:
  0                  No rule failed
  1                  A rule failed, or with --strict was not exercised, or there is
                     nothing to check
  2                  Invalid options or arguments
)";

/// What is loaded would have them, too, and `heygen` itself does not run with them either.
constexpr const char* kOtherRights =
    "heygen-provider-check: does not run with the rights of another user or group, or with capabilities of its file. "
    "Remove them with `chmod ug-s FILE` and `setcap -r FILE`.\n";

int run(const heygen::tools::Words& words) {
  using namespace heygen::tools;
  static const std::map<std::string_view, int (*)(const Words&)> kTasks{
      {"rules", rules_task}, {"manifest", manifest_task}, {"pin", pin_task},
      {"sign", sign_task},   {"new", new_task},           {"run-once", run_once_task}};
  if (words.empty()) throw UsageError("a PATH or a command is missing");
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (std::ranges::any_of(words, asks_help)) return print(kHelp), 0;
  if (words.front() == "--version") return print("heygen-provider-check version " HEYGEN_VERSION "\n"), 0;
  const auto task = kTasks.find(words.front());
  if (task == kTasks.end()) return check_task(words);
  return task->second(Words(words.begin() + 1, words.end()));
}

}  // namespace

int main(int argc, char** argv) {
  const bool asks_for_version = argc == 2 && std::string_view(argv[1]) == "--version";
  if (!asks_for_version && heygen::has_elevated_privilege()) {
    std::fputs(kOtherRights, stderr);
    return 1;
  }
  std::signal(SIGCHLD, SIG_DFL);  // if it were inherited as ignored, no case could be waited for
  try {
    return run({argv + 1, argv + argc});
  } catch (const heygen::tools::UsageError& error) {
    std::fprintf(stderr, "heygen-provider-check: %s\n\n%s", error.what(), kHelp.data());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heygen-provider-check: %s\n", error.what());
    return 1;
  }
}

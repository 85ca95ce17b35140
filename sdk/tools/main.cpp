// heygen-provider-check: holds a provider to the rules of the interface, and helps to make one.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string_view>

#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"

namespace {

constexpr std::string_view kHelp =
    "Usage: heygen-provider-check PATH [--json | --all] [--world FILE] [--no-memory] [--limit SECONDS]\n"
    "       heygen-provider-check rules [--json]\n"
    "       heygen-provider-check manifest LIBRARY [--output FILE] [--library NAME]\n"
    "       heygen-provider-check pin PATH...\n"
    "       heygen-provider-check new NAME --lang c|cpp|rust\n"
    "       heygen-provider-check --help | --version\n"
    "\n"
    "PATH is a provider's library or its manifest. It is loaded and run, so check only what\n"
    "you would run. Exit 0: no rule is broken; 1: one is, or there is\n"
    "nothing to check; 2: wrong usage.\n"
    "\n"
    "  --all            the rules that are kept too\n"
    "  --json           the results for programs\n"
    "  --world FILE     settings, variables, answers and replies for the check to use:\n"
    "                   {\"settings\":{}, \"env\":{}, \"state\":{}, \"answers\":[], \"replies\":[\n"
    "                   {\"match\":\"/token\", \"status\":200, \"body\":{}}]}; $SECRET is a secret\n"
    "  --no-memory      without valgrind\n"
    "  --limit SECONDS  for each case (default 30)\n"
    "\n"
    "rules     lists the rules; docs/provider-rules.md explains them\n"
    "manifest  writes <id>.provider.json beside the library\n"
    "  --output FILE    write there instead; - is stdout\n"
    "  --library NAME   file name to put into the manifest (default: the library's own)\n"
    "pin       prints the lines for policy.toml that let these files load and no others\n"
    "new       writes the directory NAME: a small project that builds, passes and logs in\n";

int run(const heygen::tools::Words& words) {
  using namespace heygen::tools;
  static const std::map<std::string_view, int (*)(const Words&)> kTasks{{"rules", rules_task},
                                                                        {"manifest", manifest_task},
                                                                        {"pin", pin_task},
                                                                        {"new", new_task},
                                                                        {"live-once", live_once_task}};
  if (words.empty()) throw UsageError("a path or a task is missing");
  const auto asks_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (std::ranges::any_of(words, asks_help)) return print(kHelp), 0;
  if (words.front() == "--version") return print("heygen-provider-check version " HEYGEN_VERSION "\n"), 0;
  const auto task = kTasks.find(words.front());
  if (task == kTasks.end()) return check_task(words);
  return task->second(Words(words.begin() + 1, words.end()));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGCHLD, SIG_DFL);  // inherited as ignored, no case could be waited for
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

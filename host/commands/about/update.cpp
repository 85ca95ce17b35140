// SPDX-License-Identifier: Apache-2.0
#include "host/commands/about/update.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <system_error>

#include "core/json/value.hpp"
#include "host/child_process.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::about {

namespace {

struct Installation {
  std::string method, command, message;
};

bool is_of_package(const Services& services) {
  constexpr const char* kQuery = "/usr/bin/dpkg-query";
  constexpr std::chrono::seconds kLimit{10};
  if (access(kQuery, X_OK) != 0) return false;
  const auto on_wait = [&](std::chrono::milliseconds left) {
    services.show_waiting(left.count() > 0 ? "Waiting for dpkg-query" : "", left);
  };
  return run_program({kQuery, "--search", services.executable.string()}, kLimit, services.cancel, on_wait).code == 0;
}

Installation installation_of(const Services& services) {
  const std::filesystem::path& executable = services.executable;
  if (executable.empty())
    return {"unknown", "", "Without /proc heygen cannot find its own file, nor how it was installed."};
  if (is_of_package(services))
    return {"apt", "sudo apt-get update && sudo apt-get install --only-upgrade heygen",
            "heygen was installed as a Debian package."};
  const std::filesystem::path build = executable.parent_path().parent_path();
  std::error_code fault;
  if (std::filesystem::exists(build / "CMakeCache.txt", fault))
    return {"source", "git pull && cmake --build " + build.string(), "heygen runs from the directory it was built in."};
  return {"copy", "cmake --install BUILD-DIRECTORY --prefix " + build.string(),
          "heygen was copied here by hand: build or download the new version and copy it over this one."};
}

void run_update(Services& services, Printer& printer, const Parsed&) {
  const Installation found = installation_of(services);
  printer.print(json::Object{{"current", std::string(version())},
                             {"executable", services.executable.string()},
                             {"method", found.method},
                             {"command", found.command},
                             {"message", found.message + " Nothing was changed."}});
}

}  // namespace

Command update_command() {
  Command command;
  command.words = {"update"};
  command.summary = "Show how to update this installation; changes nothing";
  command.examples = {"heygen update"};
  command.ignores_policy = true;
  command.run = run_update;
  return command;
}

}  // namespace heygen::host::commands::about

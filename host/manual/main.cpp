// SPDX-License-Identifier: Apache-2.0
// heygen-pages: writes man pages and completion scripts for the installation, docs/commands, or the texts that a
// release has ready. Part of the build.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/help.hpp"
#include "host/cli/surface.hpp"
#include "host/commands/all.hpp"
#include "host/manual/manual.hpp"

namespace {

using namespace heygen;
using namespace heygen::host;
using namespace heygen::host::cli;
using namespace heygen::host::manual;
namespace fs = std::filesystem;

/// Nothing of the build environment may show in the pages.
class NoEnvironment : public Environment {
 public:
  std::optional<std::string> get(std::string_view name) const override {
    if (name == "HEYGEN_CONFIG_DIR") return "/nonexistent";
    return std::nullopt;
  }
};

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void write_share(const fs::path& directory, Services& services, const std::string& date) {
  const CommandTable table = commands::all_commands();
  for (const auto& [name, text] : man_pages(table, services, date)) write_file(directory / "man/man1" / name, text);
  write_file(directory / "bash-completion/completions/heygen", completion_script("bash", table, services));
  write_file(directory / "zsh/vendor-completions/_heygen", completion_script("zsh", table, services));
  write_file(directory / "fish/vendor_completions.d/heygen.fish", completion_script("fish", table, services));
}

/// The files that become host/fixed_texts.hpp's texts.
void write_fixed(const fs::path& directory, Services& services) {
  const CommandTable table = commands::all_commands();
  write_file(directory / "commands.json", marked_surface(services, table));
  write_file(directory / "help", root_help(table, kDefaultColumns));
  for (const char* shell : {"bash", "zsh", "fish", "powershell"})
    write_file(directory / shell, completion_script(shell, table, services, Live::marked));
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() < 3) {
    std::cerr
        << "Usage: heygen-pages share DIRECTORY HEYGEN DATE | markdown DIRECTORY HEYGEN | fixed DIRECTORY HEYGEN\n"
           "HEYGEN is the program whose providers count; DATE is YYYY-MM-DD.\n";
    return 2;
  }
  NoEnvironment environment;
  Cancel cancel;
  Services services(environment, system_terminal(), system_clock(), system_random(), cancel,
                    fs::absolute(arguments[2]));
  if (arguments[0] == "markdown") {
    for (const auto& [name, text] : markdown_pages(commands::all_commands(), services))
      write_file(fs::path(arguments[1]) / name, text);
  } else if (arguments[0] == "fixed") {
    write_fixed(arguments[1], services);
  } else {
    write_share(arguments[1], services, arguments.size() > 3 ? arguments[3] : "");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& fault) {
    std::cerr << "heygen-pages: " << fault.what() << "\n";
    return 1;
  }
}

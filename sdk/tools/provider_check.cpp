// heygen-provider-check: looks at a provider's library the way heygen will.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/provider/loader.hpp"

namespace {

constexpr int kUsage = 2;
constexpr std::string_view kHelp =
    "Usage: heygen-provider-check manifest LIBRARY [--output FILE] [--library NAME]\n"
    "\n"
    "Loads a provider's library and writes its manifest, by default <id>.provider.json\n"
    "beside the library.\n"
    "\n"
    "  --output FILE   write there instead; - is stdout\n"
    "  --library NAME  file name to put into the manifest (default: the library's own)\n";

struct Options {
  std::filesystem::path library;
  std::string output, name;
};

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

Options parse(const std::vector<std::string>& words) {
  if (words.empty() || words.front() != "manifest") throw UsageError("the only task is `manifest`");
  Options options;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool takes_value = words[i] == "--output" || words[i] == "--library";
    if (takes_value && i + 1 == words.size()) throw UsageError(words[i] + " needs a value");
    if (words[i] == "--output") {
      options.output = words[++i];
    } else if (words[i] == "--library") {
      options.name = words[++i];
    } else if (words[i].starts_with("--") || !options.library.empty()) {
      throw UsageError("`" + words[i] + "` is unexpected");
    } else {
      options.library = words[i];
    }
  }
  if (options.library.empty()) throw UsageError("the library is missing");
  return options;
}

std::runtime_error system_failure(const std::filesystem::path& path) {
  return std::runtime_error(path.string() + ": " + std::generic_category().message(errno));
}

void write_all(int file, const std::filesystem::path& path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_failure(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A build that is stopped half-way leaves the old manifest or the new one, never a part.
void replace_file(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const int file = mkstemp(temporary.data());
  if (file < 0) throw system_failure(path);
  try {
    write_all(file, temporary, text);
    constexpr mode_t kReadable = 0644;
    if (fchmod(file, kReadable) != 0 || fsync(file) != 0) throw system_failure(temporary);
    if (std::rename(temporary.c_str(), path.c_str()) != 0) throw system_failure(path);
    close(file);
  } catch (...) {
    close(file);
    unlink(temporary.c_str());
    throw;
  }
}

void make_manifest(const Options& options) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(options.library, error);
  if (error) throw std::runtime_error(options.library.string() + ": " + error.message());
  heygen::provider::Manifest manifest;
  try {
    const heygen::provider::Library library(file, "0.0.0");
    manifest = library.described();
    if (!options.name.empty()) manifest.library = options.name;
    heygen::provider::check_manifest(manifest);
  } catch (const std::runtime_error& refusal) {
    throw std::runtime_error(options.library.string() + " would be refused: " + refusal.what());
  }
  const std::string text = heygen::json::write_pretty(heygen::provider::to_json(manifest));
  if (options.output == "-") {
    write_all(STDOUT_FILENO, "stdout", text);
  } else if (options.output.empty()) {
    replace_file(file.parent_path() / (manifest.id + ".provider.json"), text);
  } else {
    replace_file(options.output, text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (!words.empty() && (words.front() == "--help" || words.front() == "-h")) {
      write_all(STDOUT_FILENO, "stdout", kHelp);
      return 0;
    }
    make_manifest(parse(words));
    return 0;
  } catch (const UsageError& error) {
    std::fprintf(stderr, "heygen-provider-check: %s\n\n%s", error.what(), kHelp.data());
    return kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heygen-provider-check: %s\n", error.what());
    return 1;
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "core/base/directory.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/config/file.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/library/ownership.hpp"
#include "core/provider/library/pin.hpp"
#include "host/child_process.hpp"
#include "host/commands/provider/load.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".provider.json";
constexpr const char* kChecker = "heygen-provider-check";
constexpr const char* kNameOne = "Name a provider's library or manifest.";
constexpr int kUsage = 2;
constexpr std::chrono::seconds kLoadLimit{30}, kCheckLimit{600};

Error failed(const std::string& what, const fs::path& path, const std::error_code& error) {
  return {code::kFileIo, what + " " + path.string() + ": " + describe_errno(error.value()) + ".",
          "Check the directory's permissions and free space."};
}

std::optional<heygen::provider::Manifest> manifest_at(const fs::path& path, std::string* text = nullptr) {
  try {
    const std::string content = heygen::config::read_file(path).value_or(std::string{});
    heygen::provider::Manifest manifest = heygen::provider::parse_manifest(content);
    if (text != nullptr) *text = content;
    return manifest;
  } catch (const std::exception&) {
    return {};
  }
}

bool is_library(const fs::path& file) {
  std::array<char, 4> start{};
  std::ifstream(file, std::ios::binary).read(start.data(), start.size());
  return std::string_view(start.data(), start.size()) ==
         "\x7f"
         "ELF";
}

/// Manifests of that directory which name this library.
std::vector<fs::path> manifests_of(const fs::path& directory, const std::string& library) {
  std::vector<fs::path> paths;
  visit_names(directory, [&](std::string_view name) {
    if (!name.ends_with(kSuffix)) return true;
    const fs::path path = directory / name;
    const auto manifest = manifest_at(path);
    if (manifest && manifest->library == library) paths.push_back(path);
    return true;
  });
  std::ranges::sort(paths);
  return paths;
}

/// Throws Error{cli_file_io_error} for anything but a regular file that can be read.
void require_file(const fs::path& file, const std::string& shown) {
  const UniqueFd opened = open_file(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat about {};
  std::string why;
  if (!opened || fstat(opened.get(), &about) != 0)
    why = describe_errno(errno);
  else if (S_ISDIR(about.st_mode))
    why = "is a directory";
  else if (!S_ISREG(about.st_mode))
    why = "not a regular file";
  if (!why.empty()) throw Error(code::kFileIo, "Could not read " + shown + ": " + why + ".", kNameOne);
}

ProviderFiles read_files(const fs::path& manifest_path) {
  ProviderFiles files;
  files.manifest_path = manifest_path;
  const std::optional<std::string> text = heygen::config::read_file(manifest_path);
  if (!text) throw Error(code::kFileIo, "There is no file " + manifest_path.string() + ".", kNameOne);
  try {
    files.manifest = heygen::provider::parse_manifest(*text);
  } catch (const heygen::provider::Refusal& error) {
    throw usage_error(manifest_path.string() + " is not a valid manifest: " + error.what() + ".",
                      "Run `heygen-provider-check manifest LIBRARY` to write one.");
  }
  files.manifest_text = *text;
  files.library = manifest_path.parent_path() / files.manifest.library;
  require_file(files.library, "the library " + files.library.string() + ", which the manifest names");
  return files;
}

/// Where the two files wait until they are found good; goes away with all that is still in it.
class Staging {
 public:
  explicit Staging(const fs::path& directory) {
    std::string name = (directory / ".install-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw failed("Cannot create", name, {errno, std::generic_category()});
    path_ = name;
  }
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void make_directory(const fs::path& directory) {
  make_private_directory(directory);
  if (const auto fault = heygen::provider::find_ownership_fault(directory)) {
    throw Error(code::kError, "No provider would load from " + directory.string() + ": " + fault->what() + ".",
                "Make it, and every directory above it, writable only by you.");
  }
}

void copy_in(const ProviderFiles& files, const fs::path& directory) {
  const fs::path library = directory / files.manifest.library;
  const fs::path manifest = directory / manifest_name(files.manifest.id);
  std::error_code error;
  fs::copy_file(files.library, library, error);
  if (error) throw failed("Cannot copy to", library, error);
  const bool written = (std::ofstream(manifest, std::ios::binary) << files.manifest_text).flush().good();
  if (!written || chmod(library.c_str(), 0755) != 0 || chmod(manifest.c_str(), 0644) != 0) {
    throw failed("Cannot write to", directory, {errno, std::generic_category()});
  }
}

/// This program as it runs, replaced or not.
std::string own_program(const fs::path& executable) {
  constexpr const char* kSelf = "/proc/self/exe";
  return access(kSelf, X_OK) == 0 ? kSelf : executable.string();
}

std::string check(const InstallDependencies& needs, const ProviderFiles& files, const fs::path& library) {
  const fs::path checker = needs.executable.parent_path() / kChecker;
  std::string by = "loading it";
  ChildEnd end;
  end.code = kUsage;
  if (checker.is_absolute() && access(checker.c_str(), X_OK) == 0) {
    by = kChecker;
    std::vector<std::string> words{checker.string(), library.string(), "--strict"};
    if (!needs.world.empty()) words.insert(words.end(), {"--world", fs::absolute(needs.world).string()});
    end = run_program(words, kCheckLimit, needs.cancel, needs.on_wait);
  }
  if (end.code == kUsage) {  // no checker, or one that knows less than this program
    by = "loading it";
    const fs::path manifest = library.parent_path() / manifest_name(files.manifest.id);
    end = run_program({own_program(needs.executable), std::string(kLoadCommand), "--human", "--", library.string(),
                       manifest.string()},
                      kLoadLimit, needs.cancel, needs.on_wait);
  }
  if (end.code == 0) return by;
  needs.terminal.notice(trim(end.output));
  const std::string why = end.timed_out ? "it timed out" : end.code < 0 ? "it crashed" : "see above";
  throw Error(
      code::kError,
      "The provider `" + files.manifest.id + "` did not pass the check by " + by + " (" + why +
          "), so it was not installed.",
      "Run `heygen-provider-check " + files.library.string() +
          " --strict` to see each rule. If the check did not get through the provider, describe what it needs in a "
          "file for --world.");
}

void require_free(const fs::path& directory, const ProviderFiles& files, bool replace) {
  const std::string& id = files.manifest.id;
  for (const fs::path& owner : manifests_of(directory, files.manifest.library)) {
    if (owner.filename() == manifest_name(id)) continue;
    throw Error(code::kFileExists,
                "The library " + (directory / files.manifest.library).string() + " belongs to " +
                    owner.filename().string() + ".",
                "Give the library of `" + id + "` another name.");
  }
  if (replace) return;
  for (const fs::path& path : {directory / manifest_name(id), directory / files.manifest.library}) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(path, ignored))) continue;
    throw Error(code::kFileExists, path.string() + " exists.", "Use --force to replace it.");
  }
}

void move_in(const ProviderFiles& files, const fs::path& from, const fs::path& to) {
  const auto before = manifest_at(to / manifest_name(files.manifest.id));
  // The manifest last: it is what makes the library count.
  for (const std::string& name : {files.manifest.library, manifest_name(files.manifest.id)}) {
    std::error_code error;
    fs::rename(from / name, to / name, error);
    if (error) throw failed("Cannot write", to / name, error);
  }
  if (before && before->library != files.manifest.library && manifests_of(to, before->library).empty()) {
    std::error_code ignored;
    fs::remove(to / before->library, ignored);
  }
}

}  // namespace

std::string manifest_name(const std::string& id) {
  return id + std::string(kSuffix);
}

ProviderFiles find_provider_files(const fs::path& file) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  require_file(whole, "'" + shown_path(file.string()) + "'");
  if (whole.filename().string().ends_with(kSuffix)) return read_files(whole);
  const std::vector<fs::path> manifests = manifests_of(whole.parent_path(), whole.filename().string());
  if (manifests.size() == 1) return read_files(manifests.front());
  if (manifests.empty() && !is_library(whole))
    throw usage_error(file.string() + " is neither a library nor a manifest.", kNameOne);
  throw usage_error(manifests.empty() ? "There is no manifest beside " + whole.string() + " that names it."
                                      : "More than one manifest names " + whole.string() + ".",
                    manifests.empty() ? "Run `heygen-provider-check manifest " + file.string() + "` to write one."
                                      : "Name the manifest.");
}

void require_permitted(const heygen::provider::Policy& policy, const ProviderFiles& files) {
  const std::string& id = files.manifest.id;
  heygen::provider::Ruling ruling = heygen::provider::may_load(policy, id, heygen::provider::Origin::user);
  if (ruling.permitted) {
    heygen::provider::Ruling needs = heygen::provider::may_need(policy, files.manifest.needs);
    if (!needs.permitted) ruling = std::move(needs);
  }
  std::string why = ruling.why;
  if (const heygen::provider::Pin* pin = policy.pin_of(id); why.empty() && pin != nullptr) {
    try {
      heygen::provider::require_pin(heygen::provider::sha256_hex(files.manifest_text), pin->manifest, "the manifest");
      heygen::provider::require_pin(heygen::provider::file_digest(files.library), pin->library, "the library");
    } catch (const heygen::provider::Refusal& error) {
      why = std::string(error.what()) + " (" + ruling.rule + ")";
    }
  }
  if (why.empty()) return;
  throw usage_error("The provider `" + id + "` was not installed: " + why + ".",
                    "`heygen policy show` shows what the administrator of this machine permits.");
}

std::string install_provider(const InstallDependencies& needs, const ProviderFiles& files, const fs::path& directory,
                             bool replace) {
  make_directory(directory);
  require_free(directory, files, replace);
  const Staging staging(directory);
  copy_in(files, staging.path());
  std::string by = check(needs, files, staging.path() / files.manifest.library);
  move_in(files, staging.path(), directory);
  return by;
}

std::vector<fs::path> remove_provider(const fs::path& manifest) {
  const auto content = manifest_at(manifest);
  std::vector<fs::path> removed;
  const auto remove = [&](const fs::path& path) {
    std::error_code error;
    if (fs::remove(path, error)) removed.push_back(path);
    if (error) throw failed("Cannot remove", path, error);
  };
  remove(manifest);
  const fs::path directory = manifest.parent_path();
  if (content && manifests_of(directory, content->library).empty()) remove(directory / content->library);
  return removed;
}

}  // namespace heygen::host::commands::provider

// SPDX-License-Identifier: Apache-2.0
// `new`: a small project that builds, passes the check and logs in at once.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>

#include "core/base/text.hpp"
#include "core/provider/manifest.hpp"
#include "core/store/reserved_slots.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"
#include "sdk/tools/templates.hpp"

namespace heygen::tools {
namespace {

namespace fs = std::filesystem;

struct File {
  const char* path;
  const std::string_view& text;
};

struct Project {
  const char* builder;  ///< the program that builds it
  const char* needs;
  std::vector<File> files;
};

const std::map<std::string, Project>& projects() {
  static const std::map<std::string, Project> kProjects{
      {"c", {"cmake", "CMake and a C compiler", {{"CMakeLists.txt", kTemplateCBuild}, {"@ID@.c", kTemplateC}}}},
      {"cpp",
       {"cmake", "CMake and a C++17 compiler", {{"CMakeLists.txt", kTemplateCppBuild}, {"@ID@.cpp", kTemplateCpp}}}},
      {"rust",
       {"cargo",
        "Rust 1.63 or newer, and no network",
        {{"Cargo.toml", kTemplateRustManifest},
         {"Cargo.lock", kTemplateRustLock},
         {"build.sh", kTemplateRustBuild},
         {"src/lib.rs", kTemplateRust},
         {"heygen-provider/Cargo.toml", kCrateManifest},
         {"heygen-provider/src/abi.rs", kCrateAbi},
         {"heygen-provider/src/call.rs", kCrateCall},
         {"heygen-provider/src/describe.rs", kCrateDescribe},
         {"heygen-provider/src/http.rs", kCrateHttp},
         {"heygen-provider/src/json.rs", kCrateJson},
         {"heygen-provider/src/lib.rs", kCrateLib},
         {"heygen-provider/src/secret.rs", kCrateSecret},
         {"heygen-provider/src/text.rs", kCrateText}}}},
      {"go",
       {"go",
        "Go 1.18 or newer with a C compiler, and no network",
        {{"go.mod", kTemplateGoModule},
         {"build.sh", kTemplateGoBuild},
         {"provider.map", kVersionScript},
         {"main.go", kTemplateGo},
         {"heygenprovider/provider.go", kPackageProvider},
         {"heygenprovider/call.go", kPackageCall},
         {"heygenprovider/entry.c", kPackageEntry},
         {"heygenprovider/bridge.h", kPackageBridge}}}}};
  return kProjects;
}

/// "my-vault" with each first letter large: "MyVault", or "My vault".
std::string spelled(const std::string& id, bool as_class) {
  std::string out;
  bool first = true;
  for (const char c : id) {
    if (c == '-') {
      first = as_class;
      if (!as_class) out += ' ';
      continue;
    }
    out += first && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    first = false;
  }
  return out;
}

/// Cargo sorts the packages of a lock file by name.
std::string locked_packages(const std::string& id) {
  const std::string crate = "[[package]]\nname = \"heygen-provider\"\nversion = \"1.0.0\"";
  const std::string own =
      "[[package]]\nname = \"" + id + "\"\nversion = \"0.1.0\"\ndependencies = [\n \"heygen-provider\",\n]";
  return id < "heygen-provider" ? own + "\n\n" + crate : crate + "\n\n" + own;
}

std::vector<std::pair<std::string, std::string>> words_for(const std::string& id, const std::string& language) {
  std::string snake = id, upper = id;
  std::ranges::replace(snake, '-', '_');
  std::ranges::transform(snake, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const bool cmake = std::string_view(projects().at(language).builder) == "cmake";
  const std::string consent = provider::consent_command(id);
  constexpr const char* kPrefix =
      "\nIf the SDK is not in a system directory, name its prefix: `cmake -B build -DCMAKE_PREFIX_PATH=PREFIX`.\n";
  const std::string runtime =
      "\nThe runtime of Go brings threads and signal handlers that stay in the program, which the check reports as a "
      "cost. "
      "heygen loads\nthe provider only after `" +
      consent + "`.\n";
  const bool go = language == "go";
  return {{"@BUILD@", cmake ? "cmake -B build && cmake --build build" : "sh build.sh"},
          {"@CONSENT@", go ? consent + " && " : ""},
          {"@MORE@", go      ? runtime
                     : cmake ? kPrefix
                             : ""},
          {"@NEEDS@", projects().at(language).needs},
          {"@PACKAGES@", locked_packages(id)},
          {"@CLASS@", spelled(id, true)},
          {"@TITLE@", spelled(id, false)},
          {"@CRATE@", snake},
          {"@ENV@", upper + "_KEY"},
          {"@LOGIN@", store::login_flag_of(id)},
          {"@ID@", id}};
}

std::string filled(std::string_view text, const std::vector<std::pair<std::string, std::string>>& words) {
  std::string out(text);
  for (const auto& [mark, word] : words) {
    for (std::size_t at = 0; (at = out.find(mark, at)) != std::string::npos; at += word.size()) {
      out.replace(at, mark.size(), word);
    }
  }
  return out;
}

struct NewOptions {
  std::string id, language;
};

NewOptions parse_new(const Words& words) {
  NewOptions options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--lang") {
      if (i + 1 == words.size()) throw UsageError("--lang requires a value");
      options.language = words[++i];
    } else if (words[i].starts_with("--") || !options.id.empty()) {
      throw UsageError("unexpected argument '" + shown_word(words[i]) + "'");
    } else {
      options.id = words[i];
    }
  }
  if (options.id.empty()) throw UsageError("`new` requires the NAME of a provider");
  if (!provider::is_valid_id(options.id)) {
    throw UsageError("`" + options.id + "` is not a valid provider id ([a-z][a-z0-9-]{1,31}, and not `api-key`)");
  }
  constexpr std::array kReservedByBuilds{"all", "clean", "install", "depend", "self", "heygen-provider"};
  if (std::ranges::find(kReservedByBuilds, options.id) != kReservedByBuilds.end()) {
    throw UsageError("`" + options.id + "` is reserved by CMake or Cargo; choose another name");
  }
  if (store::reserved_slot_of(options.id) != nullptr) {
    throw UsageError("`" + options.id + "` is a built-in provider of heygen; choose another name");
  }
  if (!projects().contains(options.language)) throw UsageError("invalid --lang: must be c, cpp, rust or go");
  return options;
}

bool is_installed(const std::string& program) {
  const char* directories = std::getenv("PATH");
  std::istringstream path(directories == nullptr ? "" : directories);
  for (std::string directory; std::getline(path, directory, ':');) {
    if (!directory.empty() && access((fs::path(directory) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

int new_task(const Words& words) {
  const NewOptions options = parse_new(words);
  const fs::path directory = options.id;
  std::error_code error;
  if (!fs::create_directory(directory, error)) {
    throw std::runtime_error(options.id + (error ? ": " + error.message() : " exists; nothing was written"));
  }
  const auto filling = words_for(options.id, options.language);
  const Project& project = projects().at(options.language);
  std::vector<File> files = project.files;
  files.push_back({"README.md", kTemplateReadme});
  for (const File& file : files) {
    const fs::path path = directory / filled(file.path, filling);
    fs::create_directories(path.parent_path());
    replace_file(path, filled(file.text, filling));
  }
  replace_file(directory / ".gitignore", "/build/\n/target/\n");
  print("Wrote " + options.id + "/. Its README.md has the three commands that build it, check it and log in.\n");
  if (!is_installed(project.builder)) {
    std::fprintf(stderr, "Note: `%s` is not installed; building the project requires %s.\n", project.builder,
                 project.needs);
  }
  return 0;
}

}  // namespace heygen::tools

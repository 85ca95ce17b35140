// SPDX-License-Identifier: Apache-2.0
// `manifest`: writes what the descriptor says to the file beside the library.
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "core/provider/library/loader.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"

namespace heygen::tools {
namespace {

struct Options {
  std::filesystem::path library;
  std::string output, name;
};

Options parse_manifest_words(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool takes_value = words[i] == "--output" || words[i] == "--library";
    if (takes_value && i + 1 == words.size()) throw UsageError(words[i] + " requires a value");
    if (words[i] == "--output") {
      options.output = words[++i];
    } else if (words[i] == "--library") {
      options.name = words[++i];
    } else if (words[i].starts_with("--") || !options.library.empty()) {
      throw UsageError("unexpected argument '" + shown_word(words[i]) + "'");
    } else {
      options.library = words[i];
    }
  }
  if (options.library.empty()) throw UsageError("a LIBRARY is missing");
  return options;
}

/// A file named after another id would be refused wherever it is installed.
void check_name(const std::string& output, const std::string& id) {
  const std::string file = std::filesystem::path(output).filename().string();
  if (!file.ends_with(".provider.json") || file == id + ".provider.json") return;
  throw std::runtime_error("the library says that its id is `" + id + "`, so its manifest is " + id +
                           ".provider.json and not " + file);
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
  check_name(options.output, manifest.id);
  const std::string text = heygen::json::write_pretty(heygen::provider::to_json(manifest));
  if (options.output == "-") {
    print(text);
  } else if (options.output.empty()) {
    replace_file(file.parent_path() / (manifest.id + ".provider.json"), text);
  } else {
    replace_file(options.output, text);
  }
}

}  // namespace

int manifest_task(const Words& words) {
  make_manifest(parse_manifest_words(words));
  return 0;
}

}  // namespace heygen::tools

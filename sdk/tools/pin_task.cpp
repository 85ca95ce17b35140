// SPDX-License-Identifier: Apache-2.0
// `pin`: lines for policy.toml.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/provider/library/pin.hpp"
#include "core/provider/manifest.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/manifest_of.hpp"
#include "sdk/tools/tasks.hpp"

namespace heygen::tools {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || fs::is_directory(file)) throw std::runtime_error("could not read " + file.string());
  return text;
}

std::string lines_for(const fs::path& path) {
  const fs::path file = manifest_for(path);
  const std::string text = read(file);
  provider::Manifest manifest;
  try {
    manifest = provider::parse_manifest(text);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(file.string() + ": " + error.what());
  }
  return "[pins." + manifest.id +
         "]\nlibrary = \"sha256:" + provider::file_digest(file.parent_path() / manifest.library) +
         "\"\nmanifest = \"sha256:" + provider::sha256_hex(text) + "\"\n";
}

}  // namespace

int pin_task(const Words& words) {
  if (words.empty()) throw UsageError("`pin` requires a PATH: a library or a manifest");
  std::string text;
  std::set<std::string> written;
  for (const std::string& word : words) {
    const std::string lines = lines_for(word);
    if (written.insert(lines).second) text += (text.empty() ? "" : "\n") + lines;  // a library and its manifest: once
  }
  print(text);
  return 0;
}

}  // namespace heygen::tools

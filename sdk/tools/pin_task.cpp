// `pin`: lines for an administrator's policy.toml.
#include <openssl/sha.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/provider/manifest.hpp"
#include "sdk/tools/files.hpp"
#include "sdk/tools/tasks.hpp"

namespace heygen::tools {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream || fs::is_directory(file)) throw std::runtime_error(file.string() + " cannot be read");
  return text;
}

std::string sha256(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string out = "sha256:";
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const unsigned char byte : digest) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

/// The manifest that stands for a path: itself, or the one in its directory that names the library.
fs::path manifest_for(const fs::path& path) {
  if (path.extension() == ".json") return path;
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (!entry.path().filename().string().ends_with(".provider.json")) continue;
    try {
      if (directory / provider::parse_manifest(read(entry.path())).library == directory / path.filename())
        return entry.path();
    } catch (const std::runtime_error&) {  // of another provider
    }
  }
  throw std::runtime_error("no manifest beside " + path.string() + " names it; write one with `manifest`");
}

std::string lines_for(const fs::path& path) {
  const fs::path file = manifest_for(path);
  const std::string text = read(file);
  provider::Manifest manifest;
  try {
    manifest = provider::parse_manifest(text);
  } catch (const std::runtime_error& fault) {
    throw std::runtime_error(file.string() + ": " + fault.what());
  }
  return "[pins." + manifest.id + "]\nlibrary = \"" + sha256(read(file.parent_path() / manifest.library)) +
         "\"\nmanifest = \"" + sha256(text) + "\"\n";
}

}  // namespace

int pin_task(const Words& words) {
  if (words.empty()) throw UsageError("pin takes libraries or manifests");
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

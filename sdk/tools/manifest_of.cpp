// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/manifest_of.hpp"

#include <stdexcept>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/provider/manifest.hpp"

namespace heygen::tools {

namespace fs = std::filesystem;

fs::path manifest_for(const fs::path& path) {
  if (path.extension() == ".json") return path;
  const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (!entry.path().filename().string().ends_with(".provider.json")) continue;
    try {
      const auto text = read_regular_file(entry.path(), limits::kManifest);
      if (text && directory / provider::parse_manifest(*text).library == directory / path.filename())
        return entry.path();
    } catch (const std::runtime_error&) {  // of another provider, or none
    }
  }
  throw std::runtime_error("no manifest beside " + path.string() + " names it; write one with `manifest`");
}

}  // namespace heygen::tools

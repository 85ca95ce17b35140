// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/source.hpp"

#include "core/base/directory.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "host/commands/provider/files.hpp"
#include "host/package/fetch.hpp"
#include "host/package/unpack.hpp"

namespace heygen::host::commands::provider {
namespace {

namespace fs = std::filesystem;

bool is_archive(const std::string& file) {
  const std::string lower = to_lower(file);
  return lower.ends_with(".tar.gz") || lower.ends_with(".tgz");
}

}  // namespace

Source open_source(Services& services, const std::string& file_or_url, const fs::path& directory) {
  const bool from_network = package::is_url(file_or_url);
  if (!from_network && !is_archive(file_or_url)) return {.file = file_or_url};
  if (!from_network) require_file(file_or_url, "'" + shown_path(file_or_url) + "'");
  make_directory(directory);
  Source source{.file = {}, .from_network = from_network};
  source.unpacked = std::make_unique<package::PrivateDirectory>(directory);
  fs::path archive = file_or_url;
  if (from_network) {
    archive = source.unpacked->path() / "archive";
    package::fetch({services.http(), services.cancel, "heygen-cli/" + std::string(version())}, file_or_url, archive);
  }
  const fs::path content = source.unpacked->path() / "content";
  make_private_directory(content);
  source.file = package::unpack_provider(archive, content);
  return source;
}

}  // namespace heygen::host::commands::provider

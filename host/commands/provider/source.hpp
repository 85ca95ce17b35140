// SPDX-License-Identifier: Apache-2.0
// What `provider install` was given: a file, an archive, or the URL of one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "host/package/private_directory.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::provider {

struct Source {
  std::filesystem::path file;  ///< a library or a manifest
  bool from_network = false;
  std::unique_ptr<package::PrivateDirectory> unpacked{};  ///< where `file` is, until this goes; nullptr: the user's own
};

/// Fetches and unpacks what has to be, into a private directory in `directory`, which is created 0700. Throws Error.
Source open_source(Services& services, const std::string& file_or_url, const std::filesystem::path& directory);

}  // namespace heygen::host::commands::provider

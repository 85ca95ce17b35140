// SPDX-License-Identifier: Apache-2.0
// A provider's archive from a web server.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/cancel.hpp"
#include "core/base/limits.hpp"
#include "core/net/http.hpp"

namespace heygen::host::package {

struct FetchDependencies {
  net::Http& http;
  const Cancel& cancel;
  std::string user_agent;
};

inline constexpr std::size_t kMaxArchive = limits::kLibrary;

/// True for what can only be meant as a URL: "https://…", "http://…".
bool is_url(const std::string& text);

/// Writes what the https URL gives to the new file `target`, at most `limit` bytes, in at most 15 minutes. Sends no
/// credential; follows up to 10 redirects, never to http. Throws Error: usage_error for a URL that is not https or not
/// valid, network_error, timeout, canceled, cli_download_failed, cli_file_io_error.
void fetch(const FetchDependencies& needs, const std::string& url, const std::filesystem::path& target,
           std::size_t limit = kMaxArchive);

}  // namespace heygen::host::package

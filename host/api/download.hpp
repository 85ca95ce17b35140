// A file from the network to disk, whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "host/context.hpp"

namespace heygen::host {

/// Fetches `url` without any credential, following up to 10 redirects, into a temporary file beside `target`, and
/// renames it. An existing target is replaced only with `replace`. Memory does not grow with the size. Throws Error:
/// cli_response_parse_error for a malformed URL, network_error, cli_download_url_expired (403, 404),
/// cli_download_failed, cli_download_interrupted, cli_file_io_error, file_exists, canceled.
void download(Context& context, const std::string& url, const std::filesystem::path& target, bool replace);

}  // namespace heygen::host

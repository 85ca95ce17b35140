// SPDX-License-Identifier: Apache-2.0
// A file from the network to disk, complete or not at all; an interrupted download resumes where that is safe.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/random.hpp"
#include "core/net/http.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::transfer {

/// What a download needs.
struct DownloadDependencies {
  net::Http& http;
  ProgressDependencies progress;
  Random& random;
  const Cancel& cancel;
};

struct Source {
  std::string url;       ///< may be signed: it is neither shown nor stored
  std::string asset;     ///< says what the file is when another link to it is given to a later run
  std::string name;      ///< for messages
  bool is_text = false;  ///< it may be plain text, also an empty one: subtitles
};

/// Fetches the source without any credential, following up to 10 redirects, into a temporary file beside `target`, and
/// renames it. An existing target is replaced only with `replace`. Memory does not grow with the size.
/// Where the server offers ranges, a length and a strong validator, a transfer that is interrupted (reset, early end,
/// stall) is resumed up to 3 times, and after that, or a cancellation, its partial file is kept for the next run of the
/// same asset; otherwise nothing is left behind. What does not fit together is fetched from the start: the same
/// version, or another one that names itself with a strong validator of its own; what cannot be told to be either is an
/// error. A document (HTML, JSON, XML) is not the file. Throws Error:
/// cli_response_parse_error for a malformed URL, network_error, cli_download_url_expired (403, 404),
/// cli_download_failed, cli_download_interrupted, timeout, cli_file_io_error, file_exists, canceled.
void download(const DownloadDependencies& needs, const Source& source, const std::filesystem::path& target,
              bool replace);

/// The same to stdout, by `write`. What was written stays written, so that a file which changes meanwhile is
/// an error.
void download_to_stdout(const DownloadDependencies& needs, const Source& source,
                        const std::function<void(std::string_view)>& write);

}  // namespace heygen::host::transfer

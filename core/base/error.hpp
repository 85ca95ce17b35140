// SPDX-License-Identifier: Apache-2.0
// The one error type of heygen: thrown anywhere, rendered once, in main.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace heygen {

/// Process exit codes. Part of the command line contract; never renumbered.
enum class Exit : int {
  success = 0,
  failure = 1,
  usage = 2,
  auth = 3,
  timeout = 4,
};

/// Machine codes of the program's own errors. Codes in an API response pass through as text.
namespace code {
inline constexpr std::string_view kError = "error";
inline constexpr std::string_view kUsage = "usage_error";
inline constexpr std::string_view kAuth = "auth_error";
inline constexpr std::string_view kTimeout = "timeout";
inline constexpr std::string_view kCanceled = "canceled";
inline constexpr std::string_view kNetwork = "network_error";
inline constexpr std::string_view kConfirmationRequired = "confirmation_required";
inline constexpr std::string_view kFileExists = "file_exists";
inline constexpr std::string_view kBatchNotSupported = "batch_not_supported";
inline constexpr std::string_view kVideoFailed = "video_failed";
inline constexpr std::string_view kVideoNotReady = "video_not_ready";
inline constexpr std::string_view kAssetNotAvailable = "asset_not_available";
inline constexpr std::string_view kResponseParse = "cli_response_parse_error";
inline constexpr std::string_view kResponseEncode = "cli_response_encode_error";
inline constexpr std::string_view kDownloadUrlExpired = "cli_download_url_expired";
inline constexpr std::string_view kDownloadFailed = "cli_download_failed";
inline constexpr std::string_view kDownloadInterrupted = "cli_download_interrupted";
inline constexpr std::string_view kFileIo = "cli_file_io_error";
}  // namespace code

/// What a request has started, or may have started.
struct JobReference {
  std::vector<std::string> ids;  ///< all that the response named; empty: none is known
  std::string show;              ///< the command that shows it, as it is typed
};

/// What happened, to which thing (message), and what to do next (hint). No member ever contains a secret. Text from
/// outside needs no escaping here: whatever shows an Error escapes it.
class Error : public std::runtime_error {
 public:
  Error(std::string_view error_code, const std::string& message, std::string user_hint = {},
        Exit status = Exit::failure)
      : std::runtime_error(message), code(error_code), hint(std::move(user_hint)), exit(status) {}

  std::string code;
  std::string hint;  ///< empty: none
  Exit exit;
  // Set only for errors that an API response described.
  std::string param;
  std::string doc_url;
  std::string request_id;
  int http_status = 0;
  std::optional<std::int64_t> retry_after;  ///< seconds that the server asks to wait
  /// The request changes something, and it is not known whether it was carried out.
  bool may_have_taken_effect = false;
  std::optional<JobReference> job;
  std::string rule;  ///< of the administrator's policy that refused this, or ""

  std::string message() const { return what(); }
};

inline Error usage_error(const std::string& message, std::string hint = {}) {
  return {code::kUsage, message, std::move(hint), Exit::usage};
}
inline Error auth_error(const std::string& message, std::string hint) {
  return {code::kAuth, message, std::move(hint), Exit::auth};
}
inline Error network_error(const std::string& message, std::string hint) {
  return {code::kNetwork, message, std::move(hint), Exit::failure};
}
inline Error canceled_error(const std::string& message = "Canceled.") {
  return {code::kCanceled, message, {}, Exit::failure};
}

}  // namespace heygen

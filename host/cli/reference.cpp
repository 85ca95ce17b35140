// SPDX-License-Identifier: Apache-2.0
#include "host/cli/reference.hpp"

#include <array>

namespace heygen::host::cli {
namespace {

constexpr std::array<ExitCode, 5> kExitCodes{{
    {Exit::success, "success", "Success"},
    {Exit::failure, "failure", "Failed: the network, the API, a file or a video; or canceled"},
    {Exit::usage, "usage", "Invalid options, arguments or settings; nothing was sent"},
    {Exit::auth, "auth", "No usable credential, or the API rejected it (401, 403)"},
    {Exit::timeout, "timeout", "Timed out"},
}};

constexpr std::array<ErrorCode, 30> kErrorCodes{{
    {code::kError, "Something else failed; the message says what", Exit::failure},
    {code::kUsage, "Invalid options, arguments or settings; nothing was sent", Exit::usage},
    {code::kAuth, "No usable credential; log in", Exit::auth},
    {code::kTimeout, "Timed out, on the network or after --timeout", Exit::timeout},
    {code::kCanceled, "Canceled (Ctrl-C)", Exit::failure},
    {code::kNetwork, "Could not reach the server, or the connection was lost", Exit::failure},
    {code::kConfirmationRequired, "It cannot be undone and there is no terminal to ask on; use --force", Exit::failure},
    {code::kFileExists, "The file exists; use --force or another name", Exit::failure},
    {code::kBatchNotSupported, "--wait follows one job, and the request made several", Exit::failure},
    {code::kVideoFailed, "The video failed", Exit::failure},
    {"video_translate_failed", "The translation failed", Exit::failure},
    {"lipsync_failed", "The lipsync failed", Exit::failure},
    {code::kVideoNotReady, "The video is not finished; try again later", Exit::failure},
    {code::kAssetNotAvailable, "The video has no file of that kind", Exit::failure},
    {code::kResponseParse, "The response of the API is not as expected", Exit::failure},
    {code::kResponseEncode, "The response cannot be written in the requested form", Exit::failure},
    {code::kDownloadUrlExpired, "The link to the file is no longer valid; run the command again", Exit::failure},
    {code::kDownloadFailed, "Could not download the file", Exit::failure},
    {code::kDownloadInterrupted, "The download was interrupted; run the command again", Exit::failure},
    {code::kFileIo, "Could not read or write a local file", Exit::failure},
    {"validation_error", "The API rejected a value; `param` says which", Exit::failure, 400},
    {"unauthorized", "The API rejected the credential", Exit::auth, 401},
    {"insufficient_credit", "The account has too little credit left", Exit::failure, 402},
    {"forbidden", "This account is not allowed to do that", Exit::auth, 403},
    {"not_found", "No resource with that ID or path", Exit::failure, 404},
    {"conflict", "The state of the resource does not allow it", Exit::failure, 409},
    {"payload_too_large", "The file or the request is too large", Exit::failure, 413},
    {"rate_limit_exceeded", "Too many requests; wait a minute", Exit::failure, 429},
    {"unclassified_client_error", "Another status from 400 to 499", Exit::failure, 499},
    {"unclassified_server_error", "A status from 500 to 599; try again later", Exit::failure, 500},
}};

constexpr std::array<Variable, 29> kVariables{{
    {"HEYGEN_API_KEY", "API key; takes precedence over stored credentials", true},
    {"HEYGEN_PROVIDER", "Credential provider to use, unless HEYGEN_API_KEY is set", true},
    {"HEYGEN_OUTPUT", "json or human; overrides the `output` setting", true},
    {"HEYGEN_CONFIG_DIR", "Directory of settings and credentials (default: ~/.heygen)", true},
    {"HEYGEN_MAX_RETRIES", "Retries of a failed request, 0 to 100 (default: 2)", true},
    {"HEYGEN_RESPONSE_LIMIT", "MiB of a response kept in memory (default: 256)", true},
    {"HEYGEN_PROVIDER_PATH", "Directories of providers to search first, separated by colons"},
    {"XDG_CONFIG_HOME", "Its directory heygen is used if it exists and ~/.heygen does not"},
    {"HEYGEN_API_BASE", "URL of the API (default: https://api.heygen.com)"},
    {"HEYGEN_ALLOW_HTTP", "Allow http:// URLs, for servers on your own machine"},
    {"HEYGEN_NONINTERACTIVE", "Never prompt"},
    {"CI", "Likewise; set by build servers"},
    {"HEYGEN_NO_BROWSER", "Print the login URL instead of opening a browser"},
    {"BROWSER", "Command that opens the login page (%s is the URL), or none"},
    {"HEYGEN_OAUTH_ISSUER", "Issuer whose metadata names all OAuth endpoints (RFC 8414)"},
    {"HEYGEN_OAUTH_AUTHORIZE_URL", "OAuth login page (instead of HEYGEN_OAUTH_ISSUER)"},
    {"HEYGEN_OAUTH_TOKEN_URL", "OAuth token endpoint (instead of HEYGEN_OAUTH_ISSUER)"},
    {"HEYGEN_OAUTH_REVOKE_URL", "OAuth revocation endpoint (instead of HEYGEN_OAUTH_ISSUER)"},
    {"HEYGEN_OAUTH_DEVICE_URL", "Device authorization endpoint; enables the device code login"},
    {"HEYGEN_OAUTH_CLIENT_ID", "OAuth client ID"},
    {"HEYGEN_OAUTH_SCOPE", "OAuth scopes, e.g. \"openid email\""},
    {"HTTPS_PROXY", "Proxy for https: http, https, socks5 or socks5h; or lower case"},
    {"HTTP_PROXY", "Proxy for http; also in lower case"},
    {"ALL_PROXY", "Proxy for both; also in lower case"},
    {"NO_PROXY", "Hosts to reach without a proxy, separated by commas; also in lower case"},
    {"HEYGEN_EXTRA_CA_CERTS", "File of CA certificates to trust in addition"},
    {"SSL_CERT_FILE", "File of CA certificates to trust instead of the system's"},
    {"SSL_CERT_DIR", "Directory of CA certificates to trust instead of the system's"},
    {"NO_COLOR", "No colors, when set"},
}};

constexpr std::array<File, 5> kFiles{{
    {"~/.heygen/config.toml", "Settings; `heygen config` shows and changes them"},
    {"~/.heygen/credentials", "Stored credential (mode 0600)"},
    {"~/.heygen/providers", "Your own providers"},
    {"PREFIX/lib/heygen/providers", "Providers installed with heygen; PREFIX is the directory above the program's bin"},
    {"/etc/heygen/policy.toml", "Policy of the administrator; the path is fixed when heygen is built"},
}};

}  // namespace

std::span<const ExitCode> exit_codes() {
  return kExitCodes;
}
std::span<const ErrorCode> error_codes() {
  return kErrorCodes;
}
std::span<const Variable> variables() {
  return kVariables;
}
std::span<const File> files() {
  return kFiles;
}

}  // namespace heygen::host::cli

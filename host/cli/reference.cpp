#include "host/cli/reference.hpp"

#include <array>

namespace heygen::host {
namespace {

constexpr std::array<ExitCode, 5> kExitCodes{{
    {Exit::success, "success", "It worked"},
    {Exit::failure, "failure", "It failed: the network, the service, a file, a video that failed, or you stopped it"},
    {Exit::usage, "usage", "Wrong use: options, arguments, settings; nothing was sent"},
    {Exit::auth, "auth", "No usable credential, or the service refused it (401, 403)"},
    {Exit::timeout, "timeout", "It took too long"},
}};

constexpr std::array<ErrorCode, 28> kErrorCodes{{
    {code::kError, "Something else failed; the message says what", Exit::failure},
    {code::kUsage, "Options, arguments or settings are wrong; nothing was sent", Exit::usage},
    {code::kAuth, "No usable credential; log in", Exit::auth},
    {code::kTimeout, "It took too long, or --timeout was over", Exit::timeout},
    {code::kCanceled, "You stopped it (Ctrl-C)", Exit::failure},
    {code::kNetwork, "The service cannot be reached, or the connection broke", Exit::failure},
    {code::kConfirmationRequired, "It cannot be undone and nobody can be asked; add --force", Exit::failure},
    {code::kFileExists, "The file exists; add --force or choose another name", Exit::failure},
    {code::kBatchNotSupported, "--wait follows one job, and the request made several", Exit::failure},
    {code::kVideoFailed, "The video failed; there is no file", Exit::failure},
    {code::kVideoNotReady, "The video is not finished; try again later", Exit::failure},
    {code::kAssetNotAvailable, "The video has no file of that kind", Exit::failure},
    {code::kResponseParse, "The service answered with something other than expected", Exit::failure},
    {code::kResponseEncode, "The answer cannot be written as asked", Exit::failure},
    {code::kDownloadUrlExpired, "The link to the file is no longer valid; run the command again", Exit::failure},
    {code::kDownloadFailed, "The file could not be fetched", Exit::failure},
    {code::kDownloadInterrupted, "The download broke off; run the command again", Exit::failure},
    {code::kFileIo, "A file on this computer could not be read or written", Exit::failure},
    {"validation_error", "The service found a value wrong; param names it", Exit::failure, 400},
    {"unauthorized", "The service refused the credential", Exit::auth, 401},
    {"insufficient_credit", "The account has too little credit left", Exit::failure, 402},
    {"forbidden", "This account may not do that", Exit::auth, 403},
    {"not_found", "There is nothing under that id or path", Exit::failure, 404},
    {"conflict", "The resource is in a state that forbids it", Exit::failure, 409},
    {"payload_too_large", "The file or the request is too large", Exit::failure, 413},
    {"rate_limit_exceeded", "Too many requests; wait a minute", Exit::failure, 429},
    {"unclassified_client_error", "Another status from 400 to 499", Exit::failure, 499},
    {"unclassified_server_error", "A status from 500 to 599; try again later", Exit::failure, 500},
}};

constexpr std::array<Variable, 26> kVariables{{
    {"HEYGEN_API_KEY", "API key; comes before every stored credential", true},
    {"HEYGEN_PROVIDER", "Provider to take the credential from, unless HEYGEN_API_KEY is set", true},
    {"HEYGEN_OUTPUT", "json or human; outranks the setting `output`", true},
    {"HEYGEN_CONFIG_DIR", "Directory of settings and credentials; ~/.heygen without it", true},
    {"HEYGEN_MAX_RETRIES", "How often a failed request is sent again, such as 0; 2 without it", true},
    {"HEYGEN_PROVIDER_PATH", "More directories of providers, separated by colons, before all others"},
    {"HEYGEN_API_BASE", "Address of the API; https://api.heygen.com without it"},
    {"HEYGEN_ALLOW_HTTP", "When 1: allow http:// addresses, for servers on your own machine"},
    {"HEYGEN_NONINTERACTIVE", "When 1: ask nobody anything"},
    {"CI", "When set, as build servers do: ask nobody anything"},
    {"HEYGEN_NO_BROWSER", "When 1: open no browser, print the address only"},
    {"BROWSER", "Command that opens the login page (%s in it is the address), or none"},
    {"HEYGEN_OAUTH_ISSUER", "Issuer whose metadata names all OAuth endpoints (RFC 8414)"},
    {"HEYGEN_OAUTH_AUTHORIZE_URL", "Address of the OAuth login page, in place of an issuer"},
    {"HEYGEN_OAUTH_TOKEN_URL", "Address that gives OAuth tokens, in place of an issuer"},
    {"HEYGEN_OAUTH_REVOKE_URL", "Address that revokes OAuth tokens, in place of an issuer"},
    {"HEYGEN_OAUTH_DEVICE_URL", "Address that gives device codes; switches that login on"},
    {"HEYGEN_OAUTH_CLIENT_ID", "Client that OAuth logins are made for"},
    {"HEYGEN_OAUTH_SCOPE", "What OAuth logins ask for, such as \"openid email\""},
    {"HTTPS_PROXY", "Proxy for https, such as http://proxy.example:3128; also in lower case"},
    {"HTTP_PROXY", "Proxy for http; also in lower case"},
    {"ALL_PROXY", "Proxy for both; also in lower case"},
    {"NO_PROXY", "Hosts to reach without a proxy, separated by commas; also in lower case"},
    {"SSL_CERT_FILE", "File of CA certificates to trust in place of the system's"},
    {"SSL_CERT_DIR", "Directory of CA certificates to trust in place of the system's"},
    {"NO_COLOR", "When set: no colors"},
}};

constexpr std::array<File, 5> kFiles{{
    {"~/.heygen/config.toml", "Settings; `heygen config` shows and changes them"},
    {"~/.heygen/credentials", "The stored login, for your eyes only (mode 0600)"},
    {"~/.heygen/providers", "Providers of your own"},
    {"PREFIX/lib/heygen/providers", "Providers that came with heygen; PREFIX is the directory above the program's bin"},
    {"/etc/heygen/policy.toml", "What an administrator allows; the path is fixed when heygen is built"},
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

}  // namespace heygen::host

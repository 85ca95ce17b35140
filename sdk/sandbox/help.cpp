// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/help.hpp"

namespace heygen::sandbox {
namespace {

constexpr const char* kOptionHelp = R"(
Options:
  --port N           Port to listen on (default: 0, a free one)
  --host ADDRESS     Loopback address to listen on (default: 127.0.0.1)
  --auto-approve     Approve every login without a page to click on; a device
                     code is approved at the first poll after one interval
  --access-ttl S     Lifetime of an access token in seconds (default: 3600)
  --refresh-ttl S    Lifetime of a refresh token (default: 2592000)
  --device-ttl S     Lifetime of a device code (default: 600)
  --interval S       Seconds between polls of a device code (default: 5)
  --job-delay S      Seconds until a job ends, such as 0.5 (default: 2)
  --empty            Start without the videos, assets and other examples of
                     heygen's help
  --log FILE         Append one JSON line per request; credentials are shown as
                     the first 8 hex digits of their SHA-256
  --config-dir DIR   HEYGEN_CONFIG_DIR to use and keep (default: a new, private
                     one that is removed at the end)
  -h, --help         Show this help
)";

constexpr const char* kGeneral = R"(heygen-sandbox: a local server of the HeyGen API.

Accepts any login, implements the whole API, and keeps data in memory until it
exits. Use it to try heygen, to test, and to write credential providers without
an account.

Usage:
  heygen-sandbox serve [OPTIONS]
  heygen-sandbox run [OPTIONS] -- COMMAND [ARGUMENT...]
  heygen-sandbox help [serve|run]
  heygen-sandbox --version

Commands:
  serve    Run until stopped; print the environment that points heygen here
  run      Run while one command runs, which gets that environment

Examples:
  heygen-sandbox run -- sh -c 'echo sandbox-key | heygen auth login && heygen video list'
  heygen-sandbox run --auto-approve -- bash
)";

constexpr const char* kServe = R"(heygen-sandbox serve: run the sandbox until it is stopped.

Usage:
  heygen-sandbox serve [OPTIONS]

Prints one "export NAME=value" line for each environment variable that heygen
needs, one "unset" line for those that would lead past the sandbox, such as
HEYGEN_API_KEY, and "# ready" once it responds. Among them is a HEYGEN_CONFIG_DIR
of its own, so that your real login stays as it is. Paste the lines into another
shell, or:

  heygen-sandbox serve > sandbox.env &
  until grep -q ready sandbox.env; do sleep 0.1; done
  . ./sandbox.env
)";

constexpr const char* kRun = R"(heygen-sandbox run: run the sandbox while one command runs.

Usage:
  heygen-sandbox run [OPTIONS] -- COMMAND [ARGUMENT...]

COMMAND gets the environment that points heygen here, with a new, private
HEYGEN_CONFIG_DIR that is removed afterwards; HEYGEN_API_KEY and other variables
that would lead elsewhere are removed. Signals are passed on. The exit status is
that of COMMAND; 128 plus the signal's number if a signal ended it; 126 or 127 if
it could not be started.
)";

constexpr const char* kReference = R"(
Behavior:
  API keys           Every key that starts with "sandbox-" is valid
  OAuth              Any client ID; redirects to 127.0.0.1 or [::1], any port,
                     path /oauth/callback; PKCE with S256; rotating refresh tokens
  Device codes       At /oauth/device
  API                Every command of heygen, under /v3. The account has video_123,
                     asset_123 and the other IDs of the examples. Jobs end by
                     themselves; one whose title, name or prompt starts with
                     "sandbox-fail" fails. Webhook events are listed, not sent
  Idempotency-Key    A request that comes again with its key within 24 hours gets the
                     first response, where the API takes keys
  Files              Uploads up to 32 MiB, direct uploads up to 1 GiB, kept in the
                     temporary directory; URLs support Range and ETag
  For tests          GET /_sandbox/state?token=T   active, consumed, expired,
                                                   revoked or unknown
                     GET /_sandbox/log             the requests so far
                     POST /_sandbox/expire         expire all access tokens
                     POST /_sandbox/reset          restore the account, clear the log
                     POST /_sandbox/interrupt?response=R   the next request with an
                                                   idempotency key acts, but its
                                                   response is lost, an error, or
                                                   pending
)";

}  // namespace

std::string help_text(const std::string& about) {
  const std::string head = about == "serve" ? kServe : about == "run" ? kRun : kGeneral;
  return head + kOptionHelp + kReference;
}

std::string version_text() {
  return "heygen-sandbox version " HEYGEN_VERSION "\n";
}

}  // namespace heygen::sandbox

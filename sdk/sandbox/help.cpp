#include "sdk/sandbox/options.hpp"

namespace heygen::sandbox {
namespace {

constexpr const char* kOptions = R"(
Options
  --port N           port to listen on; 0, the default, takes a free one
  --host ADDRESS     loopback address to listen on (127.0.0.1)
  --auto-approve     say yes to every login, without a page to click on; a device
                     code is approved at the first poll after one interval
  --access-ttl S     seconds that an access token works (3600)
  --refresh-ttl S    seconds that a refresh token works (2592000)
  --device-ttl S     seconds that a device code can be answered (600)
  --interval S       seconds that a client must wait between polls (5)
  --job-delay S      seconds until a new video, translation or other job ends (2);
                     fractions count
  --empty            start without the videos, assets and so on that stand in the
                     examples of heygen's help
  --log FILE         append one JSON line for every request; credentials show as
                     the first 8 hex digits of their SHA-256
  -h, --help         this text
)";

constexpr const char* kGeneral = R"(heygen-sandbox: a stand-in for the HeyGen service, on this computer only.

It logs in anybody, answers the whole API, keeps what is made and forgets all at the end: for
trying heygen out, for testing, and for writing credential providers without an
account.

Usage
  heygen-sandbox serve [options]
  heygen-sandbox run [options] -- COMMAND [ARGUMENT...]
  heygen-sandbox help [serve|run]
  heygen-sandbox --version

Commands
  serve    run until stopped; print the environment that points heygen here
  run      run for the time of one command, which gets that environment

Examples
  heygen-sandbox run -- sh -c 'echo sandbox-key | heygen auth login && heygen video list'
  heygen-sandbox run --auto-approve -- bash
)";

constexpr const char* kServe = R"(heygen-sandbox serve: run the sandbox until it is stopped.

Usage
  heygen-sandbox serve [options]

Prints one "export NAME=value" line for each variable that heygen needs, and
"# ready" once it answers. Paste the lines into another shell, or:

  heygen-sandbox serve > sandbox.env &
  until grep -q ready sandbox.env; do sleep 0.1; done
  . ./sandbox.env
)";

constexpr const char* kRun = R"(heygen-sandbox run: run the sandbox for the time of one command.

Usage
  heygen-sandbox run [options] -- COMMAND [ARGUMENT...]

COMMAND gets the environment that points heygen here, with a new, private
HEYGEN_CONFIG_DIR that is removed afterwards; HEYGEN_API_KEY and other settings
that would lead elsewhere are taken out. Signals are passed on. The exit status
is that of COMMAND; 128 and the signal's number if a signal ended it; 126 or 127
if it could not be started.
)";

constexpr const char* kFacts = R"(
What it answers
  API keys           every key that starts with "sandbox-"
  OAuth              any client id; redirects to 127.0.0.1 or [::1], any port,
                     path /oauth/callback; PKCE with S256; rotating refresh tokens
  Device codes       at /oauth/device
  API                every command of heygen, under /v3. The account holds video_123,
                     asset_123 and what else the examples name. Jobs end by
                     themselves; one whose title, name or prompt starts with
                     "sandbox-fail" fails. Webhook events are listed, not sent
  Files              uploads up to 32 MiB, direct uploads up to 1 GiB, kept in the
                     temporary directory; links are served with Range and ETag
  For tests          GET /_sandbox/state?token=T   active, consumed, expired,
                                                   revoked or unknown
                     GET /_sandbox/log             the requests so far
                     POST /_sandbox/expire         end all access tokens
                     POST /_sandbox/reset          forget what was made, and the log
)";

}  // namespace

std::string help_text(const std::string& about) {
  const std::string head = about == "serve" ? kServe : about == "run" ? kRun : kGeneral;
  return head + kOptions + kFacts;
}

}  // namespace heygen::sandbox

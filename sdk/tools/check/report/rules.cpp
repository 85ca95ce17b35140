// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/report/rules.hpp"

#include <algorithm>
#include <array>

namespace heygen::check {
namespace {

constexpr auto kRules = std::to_array<Rule>({
    // 1: the entry
    {"R2.1-exports", "The library exports heygen_provider_entry and nothing else.",
     "Any further symbol can bind to, or be bound by, the host and other providers.",
     "Compile with -fvisibility=hidden and link with the version script provider.map (heygen_add_provider does both)."},
    {"R2.1-entry", "heygen_provider_entry is a constant with init, deinit and get_api set.",
     "The host reads it before any code of the provider runs.",
     "Define it once as a const heygen_provider_entry_v with all three functions, and link with -z relro."},
    {"R2.1-versions", "min_major to max_major is a range that contains version 1 of the interface.",
     "The host takes the highest version that both know, and refuses a provider without one.",
     "Set both to 1, or to the range of versions that get_api() knows."},
    {"R2.1-get-api", "get_api() returns the API of each version in its range and returns NULL for every other.",
     "A host of another version would take one struct for another.",
     "Compare `major` with the versions that you have, and return NULL otherwise."},
    {"R2.1-init", "init() succeeds, and succeeds again after deinit().",
     "A library stays mapped after deinit(), and a host may start it anew.",
     "Set everything up in init() and take it down in deinit(), without once-only flags."},
    // 2: growth
    {"R2.2-sizes", "Each struct states a struct_size of at least version 1.0.",
     "The host reads no more than that, so later members would be ignored.",
     "Set struct_size to sizeof the struct, in settings too."},
    {"R2.2-slots", "resolve, refresh, login and revoke are set.", "The host calls them without a check.",
     "Return HEYGEN_UNSUPPORTED from a function that has nothing to do."},
    {"R2.2-smaller", "A struct smaller than version 1.0 had is refused, and nothing past its end is read.",
     "What follows the end belongs to other data.",
     "Compare struct_size of host, call, sink and outcome with sizeof before anything else; end in HEYGEN_INTERNAL."},
    {"R2.2-larger", "Structs that are larger than this version knows change nothing.",
     "A later host has more members, and its providers of today must keep working.",
     "Test struct_size with `<`, never with `!=`, and ignore the rest."},
    {"R2.2-services", "A service that this host lacks causes an error, not a crash.",
     "get_extension() returns NULL for what a host does not know.",
     "Test what get_extension() returns; end in HEYGEN_UNSUPPORTED."},
    {"R2.2-extensions", "get_extension() returns NULL for ids that the provider does not know.",
     "The host would call through any other value.", "Compare the complete ID, and return NULL otherwise."},
    // 3: text, answers, secrets
    {"R2.3-views", "No string is read after the call that provided it.",
     "What a function receives is valid until it returns; the host then wipes it.",
     "Copy what must outlive the call, or ask again."},
    {"R2.3-headers", "set_header gets only valid headers.",
     "At most 16 headers; no line ends; Host, Content-*, hop-by-hop and X-HeyGen-* are the host's; Authorization and "
     "x-api-key exclude each other.",
     "Check values from the state, a server or the user before they become a header, and check what set_header "
     "returns."},
    {"R2.3-state", "set_state gets a JSON object of at most 1 MiB.", "The host merges it into the stored state.",
     "Quote strings with heygen.json/1, and write an object."},
    {"R2.3-answers", "type, source, scope, reach and error texts are valid.",
     "They are shown to the user and read by scripts.",
     "Type and source are words like `api_key`; no string is NULL with a size."},
    {"R2.3-login-replaces", "A login leaves nothing of the previous login.",
     "An old refresh token beside a new access token would refresh the wrong account.",
     "Set each member that you know, and null those without a value."},
    {"R2.3-foreign", "Members of the state that the provider does not know survive.",
     "The file is shared with other programs and later versions.", "Name only your own members in the patch."},
    {"R2.3-marked", "A header that carries a secret is marked HEYGEN_SECRET.",
     "The mark keeps it out of logs and has it wiped.", "Pass HEYGEN_SECRET as the flags of set_header."},
    {"R2.3-secret-output", "No secret is written to stdout or stderr.", "Both end up in files and build logs.",
     "Remove the output; heygen.log/1 is for lines that help, without secrets."},
    {"R2.3-secret-log", "No secret is passed to heygen.log/1.", "Logs are attached to bug reports.",
     "Log that there is a token, or its length, never the token."},
    {"R2.3-secret-error", "No secret is in the arguments of fail().", "Errors are shown, kept and searched.",
     "Name the thing that is wrong, not its value; remove secrets from a server's message."},
    {"R2.3-secret-shown", "No secret is in a notice, a question, a browser's URL, a type, source or scope.",
     "The user's screen, the browser's history and argument vectors are read by others.",
     "Keep secrets in headers, bodies of requests and the state."},
    {"R2.3-secret-child", "No child process gets a secret in its environment or arguments.",
     "Both are readable by other processes of the user, and inherited further.",
     "Start children with an environment of their own, without the variables of credential_env, and pass secrets "
     "through a pipe."},
    {"R2.3-secret-file", "No secret is written to a file.",
     "Only the host stores credentials: atomically, 0600, under a lock.", "Use set_state instead."},
    {"R2.3-memory", "Memory is used only while it is valid, and is not leaked (valgrind, or a sanitizer's build).",
     "Neither side frees memory of the other, and the host continues after each call.",
     "Run it under valgrind, or build with -fsanitize=address, and fix what is reported."},
    // 4: the boundary
    {"R2.4-boundary", "No exception, signal or longjmp leaves the provider.", "Any of them ends the program.",
     "Catch everything in each entry, or derive from heygen::sdk::Provider, which does."},
    {"R2.4-process",
     "Signals, limits, locale, directory, umask, descriptors and environment of the process stay as they were.",
     "They belong to the program, whose Ctrl-C, numbers and paths depend on them.",
     "Use what works without them: poll heygen.cancel/1, openat(), and functions that take a locale."},
    // 5: status
    {"R2.5-status", "Each function returns a status of the header.",
     "Any other value is reported as a bug in the provider.", "Return one of HEYGEN_OK to HEYGEN_INTERNAL."},
    {"R2.5-ok", "HEYGEN_OK from resolve() comes with a header, or with set_refreshable(1).",
     "A request without a credential would be sent.", "Return HEYGEN_NOT_CONFIGURED when there is no credential."},
    {"R2.5-absent", "With nothing configured, resolve() ends in HEYGEN_NOT_CONFIGURED.",
     "Only then is the next provider asked.", "Distinguish absent from broken, and test for absent first."},
    {"R2.5-garbage", "Damaged state is neither used nor treated as absent: HEYGEN_BROKEN.",
     "Skipping it would send a request as another user; using it would send garbage.",
     "Check type and characters of each member; end in HEYGEN_BROKEN with the member's name."},
    {"R2.5-refused", "A server that refuses the credential ends in HEYGEN_REJECTED.",
     "The user must log in again, and is told so.", "Map the refusals of your server (400 invalid_grant, 401) to it."},
    {"R2.5-transient", "A failing server, or no response, ends in HEYGEN_TRANSIENT.",
     "A user who is told to log in again because a server is down loses a valid login.",
     "Map 5xx and what http.send returned to it; decide before reading the body."},
    {"R2.5-internal", "No normal call ends in HEYGEN_INTERNAL.", "It reports a bug in the provider.",
     "Find the bug; use the other statuses for what can happen."},
    // 6: functions
    {"R2.6-never-asks", "A function that may not ask the user succeeds without asking, or ends in HEYGEN_NEEDS_USER.",
     "Builds and scripts have no user to ask.", "Look at call->interaction, and pass HEYGEN_NEEDS_USER on."},
    {"R2.6-explain", "resolve() with HEYGEN_REASON_EXPLAIN uses no network and asks no user.",
     "It is a report: no request follows.", "Use what is known; the header may have any value."},
    {"R2.6-login-alone", "resolve() with HEYGEN_REASON_LOGIN uses only the state.",
     "It tests what a login has just stored; an environment variable would hide a failure.",
     "Read variables with heygen.settings/1, never with getenv()."},
    {"R2.6-round-trip", "resolve works with what login and refresh store, in any order of members.",
     "The host writes the state to a file and reads it again.",
     "Read members by name with heygen.json/1, and ignore the rest."},
    {"R2.6-refresh", "What says set_refreshable(1) can be refreshed, and the refresh changes the state.",
     "The host saves the new state and resolves again; without it nothing changes.",
     "Call set_state in refresh(), or leave set_refreshable out."},
    {"R2.6-expiry", "The expiry is that of the credential, not a time from now.",
     "A credential that always seems fresh is never refreshed.", "Store the time at login, and pass it to set_expiry."},
    {"R2.6-clock", "A clock at 1970 or in 9999 changes no outcome but expiry.",
     "Machines start with a wrong clock, and tests set it.",
     "Compute with heygen_time (64 bits) and without subtraction below 0."},
    {"R2.6-outcome", "report_outcome() accepts every outcome.", "It is called after each request, whatever the result.",
     "Ignore what you do not know."},
    {"R2.6-no-login", "A provider sets HEYGEN_PROVIDER_NO_LOGIN exactly when login() returns HEYGEN_UNSUPPORTED.",
     "The host offers a login for all other providers.", "Set the flag, or write the login."},
    {"R2.6-revoke", "revoke() returns HEYGEN_OK only when the issuer confirmed.",
     "The user is told that the credential is revoked.", "Return what went wrong otherwise, or HEYGEN_UNSUPPORTED."},
    // 7: services
    {"R2.7-quiet", "Nothing is written to stdout or stderr.",
     "stdout is the result that scripts parse; stderr is the host's.",
     "Use heygen.terminal/1 (notice) and heygen.log/1."},
    {"R2.7-stdin", "stdin is not read without the host.", "It may contain the body of the request.",
     "Ask with heygen.terminal/1."},
    {"R2.7-cancel",
     "Once the user canceled it, each function ends within 200 ms, in HEYGEN_CANCELED; a refresh may save what it "
     "got.",
     "A user whose Ctrl-C does not work uses kill -9.",
     "Pass HEYGEN_CANCELED on, wait with heygen.clock/1, poll heygen.cancel/1 in loops of your own."},
    {"R2.7-declared", "Only declared settings and variables are asked for.",
     "The manifest tells users and administrators what a provider reads.", "Declare it in the descriptor."},
    {"R2.7-requests", "Services get valid arguments: URLs, headers, paths, listeners.",
     "The host refuses the rest, and the call fails as a bug in the provider.",
     "See the service's comment in provider.h."},
    // 8: threads
    {"R2.8-thread", "[call] functions are called on the call's thread.", "The host is not thread-safe.",
     "Use only log and canceled from other threads."},
    {"R2.8-after", "Call, sink and services are not used after the call.", "They no longer exist.",
     "Keep no heygen_call pointer."},
    {"R2.8-left", "No thread or process is left when a function has returned, init() included.",
     "It would continue in a host that does something else.",
     "Join the threads and await the children that you start."},
    // 9: loading
    {"R2.9-load", "The system loads it with RTLD_NOW | RTLD_LOCAL.",
     "A symbol that is missing must show at once, not in the middle of a login.",
     "Link with -Wl,--no-undefined, and against every library that you use."},
    {"R2.9-init-time", "Loading, init() and get_api() take at most a second together (the best of three).",
     "Each command that needs the provider waits for it.", "Do the work at the first call."},
    {"R2.9-atexit", "Nothing is left to run at the program's exit.",
     "Libraries are never unloaded, and the host may end at any moment, with its services gone.",
     "Free in deinit(); in C++ keep long-lived objects in what deinit() deletes, not in statics with destructors."},
    // 10: manifest
    {"R2.10-descriptor", "The descriptor is valid: id, texts, lists, settings.", "Help, picker and completion show it.",
     "See the comments of heygen_descriptor in provider.h."},
    {"R2.10-manifest", "The manifest is beside the library and says the same.",
     "The host lists and chooses by manifests only, and refuses one that contradicts its library.",
     "Run `heygen-provider-check manifest LIBRARY` after each change of the descriptor."},
    {"R2.10-interactions", "How the login involves the user is declared.",
     "The host decides by it what it can offer without a terminal or browser.",
     "Set interactions to the HEYGEN_INTERACTS_* that login() uses."},
    // 12, 13: what may load
    {"R2.12-ownership", "No other user can write to the library, the manifest or a directory above them.",
     "A user who can write there runs code as the user of heygen.", "chmod go-w, and chown to root or the user."},
    {"R2.13-rpath", "The library has no RPATH or RUNPATH.",
     "A pinned library would load others from a directory that is not pinned.",
     "Link without -rpath (CMake: BUILD_WITH_INSTALL_RPATH)."},
    {"R2.13-needed", "It needs libraries of the system directories only.", "A pin covers only the library itself.",
     "Link the rest statically."},
});

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

const Rule* find_rule(std::string_view id) {
  const auto* const found = std::ranges::find(kRules, id, &Rule::id);
  return found == kRules.end() ? nullptr : found;
}

}  // namespace heygen::check

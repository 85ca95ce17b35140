// SPDX-License-Identifier: Apache-2.0
#include "core/transport/header/client_origin.hpp"

#include <array>

#include "core/base/environment.hpp"
#include "core/base/text.hpp"

namespace heygen::transport {

namespace {

struct Rule {
  std::string_view origin;
  bool (*matches)(const Environment&);
};

template <class... Names>
bool any(const Environment& environment, Names... names) {
  return (environment.has(names) || ...);
}

constexpr std::array<Rule, 12> kRules{{
    {"claude_code", [](const Environment& e) { return any(e, "CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT"); }},
    {"codex",
     [](const Environment& e) { return any(e, "CODEX_THREAD_ID", "CODEX_CI", "CODEX_SANDBOX_NETWORK_DISABLED"); }},
    {"cursor", [](const Environment& e) { return e.value("TERM_PROGRAM") == "cursor"; }},
    {"windsurf", [](const Environment& e) { return iequals(e.value("TERM_PROGRAM"), "windsurf"); }},
    {"copilot_agent",
     [](const Environment& e) {
       return e.value("GITHUB_ACTIONS") == "true" && (e.has("COPILOT_AGENT_ID") || e.value("RUNNER_NAME") == "Copilot");
     }},
    {"replit", [](const Environment& e) { return any(e, "REPL_ID", "REPLIT_USER"); }},
    {"hermes", [](const Environment& e) { return any(e, "HERMES_QUIET"); }},
    {"openclaw", [](const Environment& e) { return any(e, "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH"); }},
    {"pi", [](const Environment& e) { return any(e, "PI_CODING_AGENT"); }},
    {"cline", [](const Environment& e) { return any(e, "CLINE_ACTIVE"); }},
    {"gemini_cli", [](const Environment& e) { return any(e, "GEMINI_CLI"); }},
    {"crush", [](const Environment& e) { return any(e, "CRUSH"); }},
}};

}  // namespace

std::string detect_client_origin(const Environment& environment) {
  for (const Rule& rule : kRules) {
    if (rule.matches(environment)) return std::string(rule.origin);
  }
  return {};
}

}  // namespace heygen::transport

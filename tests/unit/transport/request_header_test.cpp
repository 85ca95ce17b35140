// SPDX-License-Identifier: Apache-2.0
// What the transport reads from the environment and from header options.
#include <boost/test/unit_test.hpp>
#include <map>

#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/header/client_origin.hpp"
#include "core/transport/header/request_header.hpp"
#include "core/transport/rules/retry.hpp"
#include "tests/support/error.hpp"

using heygen::Error;
using heygen::Exit;
using heygen::MapEnvironment;
using heygen::test::error_of;
using heygen::transport::detect_client_origin;
using heygen::transport::max_retries_of;
using heygen::transport::parse_client_header;
using heygen::transport::parse_free_header;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

template <typename Action>
bool is_usage(const Action& action) {
  const Error error = error_of(action);
  return error.code == "usage_error" && error.exit == Exit::usage && !error.hint.empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_origin)

BOOST_AUTO_TEST_CASE(each_agent_is_known_by_its_variables) {
  const std::vector<std::pair<Variables, std::string>> cases{
      {{}, ""},
      {{{"CLAUDECODE", "1"}}, "claude_code"},
      {{{"CLAUDE_CODE_ENTRYPOINT", "cli"}}, "claude_code"},
      {{{"CODEX_THREAD_ID", "t"}}, "codex"},
      {{{"CODEX_CI", "1"}}, "codex"},
      {{{"CODEX_SANDBOX_NETWORK_DISABLED", "1"}}, "codex"},
      {{{"TERM_PROGRAM", "cursor"}}, "cursor"},
      {{{"TERM_PROGRAM", "Cursor"}}, ""},
      {{{"TERM_PROGRAM", "WindSurf"}}, "windsurf"},
      {{{"TERM_PROGRAM", "iTerm.app"}}, ""},
      {{{"GITHUB_ACTIONS", "true"}, {"COPILOT_AGENT_ID", "x"}}, "copilot_agent"},
      {{{"GITHUB_ACTIONS", "true"}, {"RUNNER_NAME", "Copilot"}}, "copilot_agent"},
      {{{"GITHUB_ACTIONS", "true"}, {"RUNNER_NAME", "ubuntu-1"}}, ""},
      {{{"GITHUB_ACTIONS", "true"}}, ""},
      {{{"COPILOT_AGENT_ID", "x"}}, ""},
      {{{"REPL_ID", "r"}}, "replit"},
      {{{"REPLIT_USER", "u"}}, "replit"},
      {{{"HERMES_QUIET", "1"}}, "hermes"},
      {{{"OPENCLAW_STATE_DIR", "/s"}}, "openclaw"},
      {{{"OPENCLAW_CONFIG_PATH", "/c"}}, "openclaw"},
      {{{"PI_CODING_AGENT", "1"}}, "pi"},
      {{{"CLINE_ACTIVE", "1"}}, "cline"},
      {{{"GEMINI_CLI", "1"}}, "gemini_cli"},
      {{{"CRUSH", "1"}}, "crush"},
      {{{"CLAUDECODE", ""}, {"CRUSH", "0"}}, "crush"},
      {{{"CLAUDECODE", "1"}, {"CODEX_CI", "1"}, {"CRUSH", "1"}}, "claude_code"},
      {{{"TERM_PROGRAM", "cursor"}, {"GEMINI_CLI", "1"}}, "cursor"},
  };
  for (const auto& [variables, origin] : cases) BOOST_TEST(detect_client_origin(MapEnvironment(variables)) == origin);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(retry_count)

BOOST_AUTO_TEST_CASE(retries_are_a_whole_number_to_a_hundred_and_two_without_the_variable) {
  const auto retries = [](const std::string& text) {
    return max_retries_of(MapEnvironment(Variables{{"HEYGEN_MAX_RETRIES", text}}));
  };
  const std::vector<std::pair<std::string, int>> cases{{"0", 0}, {"1", 1}, {"100", 100}, {" 3", 3}, {"", 2}, {" ", 2}};
  for (const auto& [text, wanted] : cases) BOOST_TEST(retries(text) == wanted, text);
  BOOST_TEST(max_retries_of(MapEnvironment(Variables{})) == 2);
  for (const char* text : {"lots", "-1", "1.5", "3x", "+3", "101"}) {
    BOOST_CHECK_EXCEPTION(retries(text), heygen::Error, [&](const heygen::Error& error) {
      return error.code == "usage_error" && error.message().find(std::string("'") + text + "'") != std::string::npos;
    });
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(header_options)

BOOST_AUTO_TEST_CASE(headers_option_accepts_only_the_client_source) {
  for (const char* text : {"X-HeyGen-Client-Source: media-use", "x-heygen-client-source:media-use"}) {
    BOOST_TEST(parse_client_header(text).name == "X-HeyGen-Client-Source");
    BOOST_TEST(parse_client_header(text).value == "media-use");
  }
  for (const char* text : {"nonsense", "", ":", ": x", "X-HeyGen-Client-Source:", "X-HeyGen-Client-Source: ",
                           "X-HeyGen-Client-Source: a b", "X-HeyGen-Client-Source: a\r\nx-api-key: k", "X-Trace: 1",
                           "x-api-key: stolen", "User-Agent: me", "Authorization: Bearer x", "X-HeyGen-Source: me"}) {
    BOOST_TEST(is_usage([&] { parse_client_header(text); }), text);
  }
}

BOOST_AUTO_TEST_CASE(header_option_accepts_other_names) {
  const auto header = parse_free_header("  X-Trace :  a: b \t");
  BOOST_TEST(header.name == "X-Trace");
  BOOST_TEST(header.value == "a: b");
  BOOST_TEST(parse_free_header("Content-Type: text/plain").value == "text/plain");
  BOOST_TEST(parse_free_header("X-Empty:").value.empty());
  for (const char* name : {"Authorization", "X-API-KEY", "Cookie", "Proxy-Authorization", "Connection",
                           "Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host",
                           "Content-Length", "Expect", "user-agent", "X-HeyGen-Source", "x-heygen-anything"}) {
    BOOST_TEST(is_usage([&] { parse_free_header(std::string(name) + ": x"); }), name);
  }
  for (const char* text : {"nonsense", ": x", "a b: x", "X: a\nY: b", "X: a\x01", "(x): 1", "\xC3\xA9: 1"}) {
    BOOST_TEST(is_usage([&] { parse_free_header(text); }), text);
  }
}

BOOST_AUTO_TEST_CASE(refused_header_does_not_repeat_its_value) {
  const Error error = error_of([] { parse_free_header("Authorization: Bearer sekret"); });
  BOOST_TEST((error.message() + error.hint).find("sekret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

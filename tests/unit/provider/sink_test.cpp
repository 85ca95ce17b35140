// SPDX-License-Identifier: Apache-2.0
// What heygen_sink takes and refuses, and what the host makes of a provider's answer.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/call/merge.hpp"
#include "core/provider/status.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

using Lines = std::vector<std::string>;

const json::Value& patch_of(const ProviderResult& answer) {
  static const json::Value none;
  return answer.patch ? *answer.patch : none;
}

/// Members in the order of their names: the order that a merge leaves is unspecified.
json::Value sorted(json::Value value) {
  if (!value.is_object()) return value;
  std::ranges::sort(value.as_object(), {}, &json::Member::first);
  for (json::Member& member : value.as_object()) member.second = sorted(member.second);
  return value;
}

/// The host refused `line`, blames the provider for an OK, and says so.
void refused(const std::string& line, const std::string& reason, Function function = Function::resolve) {
  BOOST_TEST_CONTEXT(line) {
    Probe probe;
    const std::string script = "header X-Key good\n" + line;
    const ProviderResult answer = function == Function::login     ? probe.login(script)
                                  : function == Function::refresh ? probe.refresh(script)
                                                                  : probe.resolve(script);
    BOOST_TEST(probe.said().back() == "6");
    BOOST_TEST((answer.status == Status::internal));
    BOOST_TEST_CONTEXT(answer.message) {
      BOOST_TEST((answer.message.find(reason) != std::string::npos));
    }
    BOOST_TEST(answer.headers.empty());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_sink)

BOOST_AUTO_TEST_CASE(result_has_everything_the_provider_set) {
  Probe probe;
  const ProviderResult answer = probe.resolve(
      "header Authorization Bearer abc\nheader X-Other 1\ntype oauth\nsource env\nscope openid email\nexpiry "
      "2000000000\n"
      "refreshable\nreach 1");
  BOOST_TEST((answer.status == Status::ok));
  BOOST_TEST(answer.headers.size() == 2U);
  BOOST_TEST(answer.headers.at(0).name == "Authorization");
  BOOST_TEST(answer.headers.at(0).value.reveal() == "Bearer abc");
  BOOST_TEST(answer.type == "oauth");
  BOOST_TEST(answer.source == "env");
  BOOST_TEST(answer.scope == "openid email");
  BOOST_TEST(answer.expires_at.value() == 2'000'000'000);
  BOOST_TEST(answer.refreshable);
  BOOST_TEST(answer.this_request_only);
  BOOST_TEST(!answer.patch.has_value());
  BOOST_TEST(answer.message == "");
}

BOOST_AUTO_TEST_CASE(unset_members_have_documented_defaults) {
  Probe probe;
  const ProviderResult answer = probe.resolve("header X-Api-Key k");
  BOOST_TEST(answer.source == "file");
  BOOST_TEST(!answer.expires_at.has_value());
  BOOST_TEST(!answer.refreshable);
  BOOST_TEST(!answer.this_request_only);
}

BOOST_AUTO_TEST_CASE(repeated_header_replaces_the_first) {
  Probe probe;
  const ProviderResult answer = probe.resolve("header X-Key one\nheader x-key two");
  BOOST_TEST(answer.headers.size() == 1U);
  BOOST_TEST(answer.headers.at(0).value.reveal() == "two");
}

BOOST_AUTO_TEST_CASE(more_than_16_headers_are_refused) {
  Probe fits;
  BOOST_TEST(fits.resolve("headers 16").headers.size() == 16U);
  Probe over;
  const ProviderResult answer = over.resolve("headers 17");
  BOOST_TEST(over.said().back() == "6");
  BOOST_TEST((answer.status == Status::internal));
  Probe replacing;
  BOOST_TEST((replacing.resolve("headers 16\nheader X-3 new").status == Status::ok));
}

BOOST_AUTO_TEST_CASE(invalid_or_reserved_header_names_are_refused) {
  refused("header  value", "name");
  refused("header X\\nY v", "name");
  refused("header X\\rY v", "name");
  refused("header X\\0Y v", "name");
  refused("header X:Y v", "name");
  refused("unsound", "NULL");
  for (const char* name : {"Host", "host", "Content-Length", "Content-Type", "content-anything", "Connection",
                           "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE",
                           "Trailer", "Transfer-Encoding", "Upgrade", "X-HeyGen-Source", "x-heygen-client-origin"}) {
    refused(std::string("header ") + name + " v", name);
  }
}

BOOST_AUTO_TEST_CASE(header_values_with_control_characters_are_refused) {
  for (const char* value : {"a\\nb", "a\\rb", "a\\0b",
                            "a\x01"
                            "b",
                            "a\x7f"}) {
    refused(std::string("header X-Key ") + value, "control");
  }
}

BOOST_AUTO_TEST_CASE(authorization_and_api_key_exclude_each_other) {
  refused("header Authorization Bearer a\nheader X-API-Key b", "both");
  refused("header x-api-key a\nheader authorization b", "both");
}

BOOST_AUTO_TEST_CASE(state_must_be_a_json_object_of_at_most_1_mib) {
  refused("state {", "not valid JSON", Function::login);
  refused("state []", "not an object", Function::login);
  refused("state null", "not an object", Function::login);
  refused("big-state", "1 MiB", Function::login);
}

BOOST_AUTO_TEST_CASE(state_that_no_login_brings_is_refused) {
  refused(R"(state {"token":"x"})", "set_state was called in resolve()");
  refused(R"(state {"token":"x"})", "refresh() without a stored login", Function::refresh);
  Probe probe;
  ProviderRequest ask;
  ask.state = json::parse(R"({"token":"old"})");
  BOOST_TEST((probe.refresh(R"(state {"token":"new"})", ask).status == Status::ok));
}

BOOST_AUTO_TEST_CASE(refusal_that_no_caller_asks_about_is_a_warning) {
  for (const bool reports : {false, true}) {
    Probe probe;
    ProviderRequest ask;
    ask.path = R"(state {"token":"x"})";
    if (reports) {
      probe.load().report_outcome(ask, 200, true);
    } else {
      BOOST_TEST((probe.load().revoke(ask).status == Status::internal));
    }
    const std::string function = reports ? "report_outcome()" : "revoke()";
    BOOST_TEST(probe.log.back().starts_with("probe: Bug in the provider: set_state was called in " + function));
  }
}

BOOST_AUTO_TEST_CASE(type_and_source_must_be_words) {
  refused("type", "set_type");
  refused("type OAuth", "set_type");
  refused("type 1x", "set_type");
  refused("type abcdefghijklmnopqrstuvwxyz0123456", "set_type");
  refused("source two words", "set_source");
  refused("scope a\\nb", "set_scope");
  refused("scope \x80\x81", "set_scope");
  refused("scope \xC0\xAF", "set_scope");
  refused("scope \xED\xA0\x80", "set_scope");
}

BOOST_AUTO_TEST_CASE(unknown_reach_is_that_of_one_request) {
  Probe probe;
  BOOST_TEST(probe.resolve("header - A b\nreach 2").this_request_only);
}

BOOST_AUTO_TEST_CASE(refused_argument_does_not_hide_the_error_of_the_provider) {
  Probe probe;
  const ProviderResult answer =
      probe.resolve("header Host evil\nfail invalid_grant|It is used up.|Ask for a new one.|7\nreturn 3");
  BOOST_TEST((answer.status == Status::rejected));
  BOOST_TEST(answer.code == "invalid_grant");
  BOOST_TEST(answer.message == "It is used up.");
  BOOST_TEST(answer.hint == "Ask for a new one.");
  BOOST_TEST(answer.retry_after == 7);
}

BOOST_AUTO_TEST_CASE(ok_needs_a_header_or_refreshable) {
  Probe empty;
  BOOST_TEST((empty.resolve("type oauth").status == Status::broken));
  Probe refreshable;
  const ProviderResult answer = refreshable.resolve("refreshable");
  BOOST_TEST((answer.status == Status::ok));
  BOOST_TEST(answer.headers.empty());
}

BOOST_AUTO_TEST_CASE(unknown_status_is_a_bug_in_the_provider) {
  Probe probe;
  for (int status = 1; status <= 9; ++status) {
    BOOST_TEST(static_cast<int>(probe.resolve("header X-Key v\nreturn " + std::to_string(status)).status) == status);
  }
  for (const char* status : {"10", "-1", "1000000"}) {
    const ProviderResult answer = probe.resolve(std::string("header X-Key v\nreturn ") + status);
    BOOST_TEST((answer.status == Status::internal));
    BOOST_TEST((answer.message.find(status) != std::string::npos));
  }
}

BOOST_AUTO_TEST_CASE(failed_call_keeps_no_headers_or_state) {
  Probe probe;
  const ProviderResult answer = probe.login(R"(state {"token":"x"})"
                                            "\nheader X-Key v\nreturn 5");
  BOOST_TEST(!answer.patch.has_value());
  BOOST_TEST(answer.headers.empty());
}

BOOST_AUTO_TEST_CASE(state_patches_add_up_and_keep_nulls_and_digits) {
  Probe probe;
  const ProviderResult answer = probe.login(
      "state {\"a\":1.0,\"gone\":null,\"deep\":{\"x\":18446744073709551616}}\nstate "
      "{\"b\":2,\"deep\":{\"y\":null}}\nstate "
      "{\"a\":null}");
  BOOST_TEST((answer.status == Status::ok));
  BOOST_TEST(json::write(patch_of(answer)) ==
             R"({"a":null,"gone":null,"deep":{"x":18446744073709551616,"y":null},"b":2})");
}

BOOST_AUTO_TEST_CASE(object_set_after_null_inherits_no_old_members) {
  Probe probe;
  ProviderRequest ask;
  ask.state = json::parse(R"({"tokens":{"access":"old","refresh":"old"},"keep":1})");
  const ProviderResult answer = probe.refresh("state {\"tokens\":null}\nstate {\"tokens\":{\"access\":\"new\"}}", ask);
  json::Value state = ask.state;
  json::merge_patch(state, patch_of(answer));
  BOOST_TEST(json::write(state) == R"({"tokens":{"access":"new"},"keep":1})");
}

BOOST_AUTO_TEST_CASE(composed_patch_equals_patches_in_sequence) {
  const char* targets[] = {R"({})", R"({"a":{"x":1,"y":{"z":2}},"b":[1]})", R"({"a":5})"};
  const char* patches[] = {R"({"a":null})",          R"({"a":{"x":null}})", R"({"a":{"y":{"q":1}}})",
                           R"({"a":7,"b":{"k":1}})", R"({"b":null,"c":3})", R"({"a":{"y":null}})"};
  for (const char* target : targets) {
    for (const char* first : patches) {
      for (const char* second : patches) {
        BOOST_TEST_CONTEXT(target << first << second) {
          json::Value in_turn = json::parse(target), at_once = json::parse(target);
          json::merge_patch(in_turn, json::parse(first));
          json::merge_patch(in_turn, json::parse(second));
          json::Value both = json::parse(first);
          const json::Value before = json::parse(target);
          compose_patch(both, json::parse(second), &before);
          json::merge_patch(at_once, both);
          BOOST_TEST(json::write(sorted(at_once)) == json::write(sorted(in_turn)));
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(sink_from_another_thread_is_a_bug_in_the_provider) {
  Probe probe;
  const ProviderResult answer = probe.resolve("header X-Key v\nthread");
  BOOST_TEST((answer.status == Status::internal));
  BOOST_TEST((answer.message.find("thread") != std::string::npos));
  const Lines wanted{"0", "9", "0"};  // header; sink refused; canceled() works from any thread
  BOOST_TEST(probe.said() == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(call_carries_the_documented_members) {
  Probe probe;
  ProviderRequest ask;
  ask.reason = Reason::refused;
  ask.interaction = Interaction::if_terminal;
  ask.method = "POST";
  ask.www_authenticate = "Bearer error=\"invalid_token\"";
  ask.state = json::parse(R"({"n":1.50})");
  probe.resolve("context\nreturn 1", ask);
  BOOST_TEST(probe.said().at(0) ==
             "1.0.0 https://api.example POST 31 1700000000 Bearer error=\"invalid_token\" {\"n\":1.50}");
}

BOOST_AUTO_TEST_CASE(profile_of_the_services_reaches_the_provider) {
  Probe probe;
  probe.resolve("profile\nreturn 1");
  BOOST_TEST(probe.said().at(0) == "0 ");
  Probe work;
  work.profile = "work";
  work.resolve("profile\nreturn 1");
  BOOST_TEST(work.said().at(0) == "0 work");
}

BOOST_AUTO_TEST_CASE(outcome_reaches_the_provider) {
  Probe probe;
  probe.load().report_outcome({}, 401, false);
  BOOST_TEST(probe.said().back() == "401 0");
}

BOOST_AUTO_TEST_CASE(breadcrumb_names_the_running_function_and_provider) {
  Probe probe;
  std::string crumb;
  probe.terminal.on_notice = [&](const std::string&) { crumb = breadcrumb(); };
  BOOST_TEST(std::string(breadcrumb()) == "");
  probe.refresh("notice x");
  BOOST_TEST(crumb == "refresh() of provider probe");
  BOOST_TEST(std::string(breadcrumb()) == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_errors)

namespace {

constexpr const char* kHow = "Run `heygen auth login --probe`.";

Manifest manifest() {
  Manifest out;
  out.id = "probe";
  out.title = "Probe";
  out.version = "1.0.0";
  return out;
}

Error error_of(Status status, const std::string& message = {}, const std::string& hint = {}, int retry_after = 0) {
  ProviderResult answer;
  answer.status = status;
  answer.message = message;
  answer.hint = hint;
  answer.retry_after = retry_after;
  return to_error(answer, manifest(), kHow);
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_status_maps_to_its_error) {
  struct Row {
    Status status;
    std::string_view code;
    Exit exit;
    bool login;
  };
  const Row rows[] = {
      {Status::not_configured, code::kAuth, Exit::auth, true},
      {Status::broken, code::kAuth, Exit::auth, true},
      {Status::rejected, code::kAuth, Exit::auth, true},
      {Status::needs_user, code::kAuth, Exit::auth, true},
      {Status::transient, code::kNetwork, Exit::failure, false},
      {Status::usage, code::kUsage, Exit::usage, false},
      {Status::unsupported, code::kUsage, Exit::usage, false},
      {Status::canceled, code::kCanceled, Exit::failure, false},
      {Status::internal, code::kError, Exit::failure, false},
      {static_cast<Status>(77), code::kError, Exit::failure, false},
  };
  for (const Row& row : rows) {
    BOOST_TEST_CONTEXT("status " << static_cast<int>(row.status)) {
      const Error bare = error_of(row.status);
      BOOST_TEST(bare.code == row.code);
      BOOST_TEST((bare.exit == row.exit));
      BOOST_TEST(!bare.message().empty());
      if (row.login) BOOST_TEST(bare.hint == kHow);
      const Error worded = error_of(row.status, "The moon is full.", "Wait a night.");
      BOOST_TEST((worded.message().find("Probe") != std::string::npos));
      BOOST_TEST((worded.message().find("The moon is full.") != std::string::npos));
      if (row.status != Status::canceled) BOOST_TEST((worded.hint.find("Wait a night.") == 0));
      if (row.status == Status::rejected) BOOST_TEST((worded.message().find("login required") != std::string::npos));
      if (row.login) BOOST_TEST((worded.hint.find(kHow) != std::string::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(transient_error_never_suggests_a_login) {
  const Error error = error_of(Status::transient, "No answer.", "", 9);
  BOOST_TEST((error.hint.find("login") == std::string::npos));
  BOOST_TEST((error.hint.find("9 s") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(internal_error_names_provider_id_and_version) {
  const Error error = error_of(Status::internal, "It broke.");
  BOOST_TEST((error.message().find("`probe` 1.0.0") != std::string::npos));
}

BOOST_AUTO_TEST_CASE(hint_with_a_login_command_is_kept) {
  BOOST_TEST(error_of(Status::rejected, "", "Run `heygen auth login --probe --again`.").hint ==
             "Run `heygen auth login --probe --again`.");
}

BOOST_AUTO_TEST_CASE(provider_text_has_control_characters_escaped) {
  ProviderResult answer;
  answer.status = Status::rejected;
  answer.code = "bad\x1b[2J";
  answer.message = "red \x1b[31m text\nsecond line";
  answer.hint = "\x07 bell";
  const Error error = to_error(answer, manifest(), kHow);
  BOOST_TEST(!has_control(error.message()));
  BOOST_TEST(!has_control(error.hint));
  BOOST_TEST((error.message().find("(bad") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/explain.hpp"

#include <boost/test/unit_test.hpp>

#include "core/json/value.hpp"

namespace {

namespace commands = heygen::host::commands::auth;
namespace json = heygen::json;
using heygen::auth::ExplainRow;
using heygen::auth::Verdict;

ExplainRow row(const std::string& id, Verdict verdict) {
  ExplainRow out;
  out.provider = id;
  out.verdict = verdict;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_explain)

BOOST_AUTO_TEST_CASE(explain_names_what_is_used_or_nothing) {
  using heygen::auth::Choice;
  const heygen::auth::Explanation some{
      {row("a", Verdict::absent), row("b", Verdict::used), row("c", Verdict::shadowed)}, {}, {}};
  const json::Value shown = commands::explain_document(some, "/c/credentials");
  BOOST_TEST(shown.string_at("used") == "b");
  BOOST_TEST(shown.find("providers")->as_array().size() == 3U);
  BOOST_TEST(shown.find("providers")->as_array()[2].string_at("verdict") == "shadowed");
  BOOST_TEST(shown.find("chosen_by") == nullptr);
  const heygen::auth::Explanation none{{row("a", Verdict::absent)}, {"a", Choice::By::option}, {}};
  const json::Value empty = commands::explain_document(none, "/c/credentials");
  BOOST_TEST(empty.find("used")->is_null());
  BOOST_TEST(empty.string_at("chosen_by") == "--provider");
}

BOOST_AUTO_TEST_CASE(explain_says_where_a_credential_was_found_as_far_as_it_is_told) {
  using commands::found_line;
  ExplainRow own = row("probe", Verdict::used);
  BOOST_TEST(found_line(own, "/c/credentials") == "nothing");
  own.source = "file";  // the default
  BOOST_TEST(found_line(own, "/c/credentials") == "by the provider itself");
  own.variable = "PROBE_KEY";
  BOOST_TEST(found_line(own, "/c/credentials") == "variable PROBE_KEY");
  own.type = "api_key";
  BOOST_TEST(found_line(own, "/c/credentials") == "variable PROBE_KEY, api_key");
  own.source = "env";
  BOOST_TEST(found_line(own, "/c/credentials") == "variable PROBE_KEY, api_key from env");
  own.type.clear();
  BOOST_TEST(found_line(own, "/c/credentials") == "variable PROBE_KEY, from env");
  ExplainRow stored = row("probe", Verdict::used);
  stored.stored = true;
  stored.slot = "probe";
  stored.source = "file";
  stored.type = "oauth";
  BOOST_TEST(found_line(stored, "/c") == "`probe` in /c, oauth from file");
}

BOOST_AUTO_TEST_CASE(explain_concludes_with_what_the_next_request_meets) {
  using commands::explain_conclusion;
  BOOST_TEST(explain_conclusion({{row("b", Verdict::used)}, {}, {}}) == "Requests use b.");
  BOOST_TEST(explain_conclusion({{row("b", Verdict::absent)}, {}, {}}) ==
             "No credential found. Run `heygen auth login`.");
  BOOST_TEST(explain_conclusion({{row("b", Verdict::absent)}, {}, "The file is empty."}) ==
             "Requests will fail (exit 3): The file is empty.");
  ExplainRow broken = row("b", Verdict::broken);
  broken.why = heygen::auth::Why::error;
  broken.detail = "Its provider is not installed.";
  BOOST_TEST(explain_conclusion({{broken}, {}, {}}) == "Requests will fail (exit 3): Its provider is not installed.");
}

BOOST_AUTO_TEST_CASE(explanation_ends_as_the_next_request_would_where_the_file_is_broken) {
  using commands::fault_of;
  heygen::auth::Explanation explanation{{row("b", Verdict::absent)}, {}, "The file is empty."};
  explanation.file_hint = "Log in.";
  const auto fault = fault_of(explanation);
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST((fault->exit == heygen::Exit::auth));
  BOOST_TEST(fault->message() == "Requests will fail: The file is empty.");
  BOOST_TEST(fault->hint == "Log in.");
  BOOST_TEST(!fault_of({{row("b", Verdict::used)}, {}, "The file is empty."}).has_value());
  BOOST_TEST(!fault_of({{row("b", Verdict::absent)}, {}, {}}).has_value());
}

BOOST_AUTO_TEST_CASE(explanation_ends_with_the_exit_code_that_it_tells) {
  for (const Verdict verdict : {Verdict::broken, Verdict::refused}) {
    for (const heygen::Exit exit : {heygen::Exit::auth, heygen::Exit::failure}) {
      ExplainRow failing = row("b", verdict);
      failing.why = heygen::auth::Why::error;
      failing.detail = "The key has a space.";
      failing.error.emplace("some_code", failing.detail, "Correct it.", exit);
      const auto fault = commands::fault_of({{failing}, {}, {}});
      BOOST_REQUIRE(fault.has_value());
      BOOST_TEST((fault->exit == exit));
      BOOST_TEST(fault->code == "some_code");
      BOOST_TEST(fault->hint == "Correct it.");
      BOOST_TEST(commands::explain_conclusion({{failing}, {}, {}}) ==
                 "Requests will fail (exit " + std::to_string(static_cast<int>(exit)) + "): The key has a space.");
      BOOST_TEST(!commands::fault_of({{row("a", Verdict::used), failing}, {}, {}}).has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

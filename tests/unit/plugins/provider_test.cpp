// SPDX-License-Identifier: Apache-2.0
// heygen/provider.hpp: nothing that a provider class does reaches the host as anything but a status.
#include <stdexcept>

#include "core/json/parse.hpp"
#include "core/json/write.hpp"
#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

/// Does what the state asks for.
class Odd : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    const std::string what(call.state()["do"].as_text());
    if (what == "exception") throw std::runtime_error("disk on fire");
    if (what == "int") throw 42;
    if (what == "fail") {
      throw sdk::Fail(HEYGEN_TRANSIENT, "Later.", "Wait.").with_code("busy").with_retry_after(7);
    }
    if (what == "silent fail") throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    if (what == "fail with OK") throw sdk::Fail(HEYGEN_OK);
    if (what == "undeclared") call.settings().env("PATH");
    if (what == "state") call.set_state("{}");
    if (what == "request") {
      BOOST_TEST(call.request().method().empty());
      BOOST_TEST(call.request().url().empty());
      BOOST_TEST(!call.request().body_sha256().has_value());
      BOOST_TEST(!call.request().refusal_header("DPoP-Nonce").has_value());
    }
    if (what == "json") walk(call);
    if (what == "random") BOOST_TEST(call.random_bytes(3).reveal() == std::string("\x00\x01\x02", 3));
    call.set_header("x-odd", "1");
  }
  void refresh(sdk::Call& call) override {
    if (call.state()["do"].as_text() != "patch") return sdk::Provider::refresh(call);
    sdk::Patch patch(call);
    BOOST_TEST(patch.str() == "{}");
    patch.set_text("te\"xt", "a\n\xC3\xA9").set_number("n", -5).set_flag("f", true).remove("gone");
    call.set_state(patch.str());
  }
  void report_outcome(sdk::Call&, const heygen_outcome& outcome) override { reported = outcome.http_status; }
  const void* extension(std::string_view id) override { return id == "odd/1" ? &reported : throw 1; }

  static inline int reported = 0;

 private:
  static void walk(sdk::Call& call) {
    const sdk::Json doc = call.parse(R"({"a":[1,"2",null,true],"b":{"c":12345678901234567890}})");
    BOOST_TEST(doc.is_object());
    BOOST_TEST(doc.size() == 2U);
    BOOST_TEST(doc.name_at(1) == "b");
    BOOST_TEST(doc["a"].at(0).as_int64().value() == 1);
    BOOST_TEST(doc["a"].at(1).as_int64().value() == 2);
    BOOST_TEST(doc["a"].at(2).is_null());
    BOOST_TEST(doc["a"].at(2).exists());
    BOOST_TEST(doc["a"].at(3).as_bool());
    BOOST_TEST(!doc["a"].at(4).exists());
    BOOST_TEST(doc["b"]["c"].as_text() == "12345678901234567890");
    BOOST_TEST(!doc["b"]["c"].as_int64().has_value());
    BOOST_TEST(doc["x"]["y"].at(3)["z"].as_text().empty());
    BOOST_TEST(!call.parse("{").exists());
  }
};

inline constexpr heygen_descriptor kOdd = sdk::Descriptor("odd", "1.0.0").build();
using OddEntry = sdk::Exported<Odd, kOdd>;

struct Fixture : FakeHost {
  Fixture() : FakeHost(OddEntry::entry()) {}
  Said doing(const char* what) {
    state = json::Object{{"do", what}};
    return resolve();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(wrapper, Fixture)

BOOST_AUTO_TEST_CASE(returning_is_success) {
  const Said said = doing("nothing");
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(said.headers.at("x-odd") == "1");
  BOOST_TEST(said.message.empty());
}

BOOST_AUTO_TEST_CASE(a_standard_exception_becomes_internal_with_its_text) {
  const Said said = doing("exception");
  BOOST_TEST(said.status == HEYGEN_INTERNAL);
  BOOST_TEST(said.message == "disk on fire");
}

BOOST_AUTO_TEST_CASE(anything_else_thrown_becomes_internal_too) {
  const Said said = doing("int");
  BOOST_TEST(said.status == HEYGEN_INTERNAL);
  BOOST_TEST(!said.message.empty());
}

BOOST_AUTO_TEST_CASE(fail_carries_all_it_was_given) {
  const Said said = doing("fail");
  BOOST_TEST(said.status == HEYGEN_TRANSIENT);
  BOOST_TEST(said.code == "busy");
  BOOST_TEST(said.message == "Later.");
  BOOST_TEST(said.hint == "Wait.");
  BOOST_TEST(said.retry_after == 7);
}

BOOST_AUTO_TEST_CASE(fail_without_a_message_leaves_the_wording_to_the_host) {
  const Said said = doing("silent fail");
  BOOST_TEST(said.status == HEYGEN_NOT_CONFIGURED);
  BOOST_TEST(said.message.empty());
}

BOOST_AUTO_TEST_CASE(fail_with_ok_is_a_bug_and_not_a_success) {
  BOOST_TEST(doing("fail with OK").status == HEYGEN_INTERNAL);
}

BOOST_AUTO_TEST_CASE(undeclared_variable_is_reported_in_the_words_of_the_host) {
  const Said said = doing("undeclared");
  BOOST_TEST(said.status == HEYGEN_INTERNAL);
  BOOST_TEST(said.message.find("settings.env") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(state_that_no_login_brings_is_a_bug_in_the_provider) {
  const Said said = doing("state");
  BOOST_TEST(said.status == HEYGEN_INTERNAL);
  BOOST_TEST(said.message.find("state") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(request_that_is_absent_is_empty) {
  BOOST_TEST(doing("request").status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(a_patch_is_json_whatever_its_values) {
  state = json::Object{{"do", "patch"}};
  const Said said = refresh();
  BOOST_TEST(said.status == HEYGEN_OK);
  BOOST_TEST(json::write(*said.patch) ==
             json::write(json::parse("{\"te\\\"xt\":\"a\\n\xC3\xA9\",\"n\":-5,\"f\":true,\"gone\":null}")));
}

BOOST_AUTO_TEST_CASE(json_answers_every_question_even_about_nothing) {
  BOOST_TEST(doing("json").status == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(random_bytes_come_from_the_host) {
  BOOST_TEST(doing("random").status == HEYGEN_OK);
  BOOST_TEST(random_sizes == std::vector<std::size_t>{3});
}

BOOST_AUTO_TEST_CASE(a_host_without_a_service_ends_in_unsupported) {
  missing_service = HEYGEN_SETTINGS_1;
  const Said said = doing("undeclared");
  BOOST_TEST(said.status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(said.message.find(HEYGEN_SETTINGS_1) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_not_overridden_is_unsupported) {
  BOOST_TEST(refresh().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(login().status == HEYGEN_UNSUPPORTED);
  BOOST_TEST(revoke().status == HEYGEN_UNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(structs_smaller_than_version_1_are_refused) {
  with_call(provider::Function::resolve, provider::Reason::first_use, [&](heygen_call call) -> heygen_status {
    call.struct_size = sizeof call - 1;
    BOOST_TEST(api().resolve(&call) == HEYGEN_INTERNAL);
    BOOST_TEST(api().resolve(nullptr) == HEYGEN_INTERNAL);
    call.struct_size = sizeof call;
    heygen_sink sink = *call.sink;
    sink.struct_size = 8;
    call.sink = &sink;
    BOOST_TEST(api().resolve(&call) == HEYGEN_INTERNAL);
    return HEYGEN_INTERNAL;
  });
}

BOOST_AUTO_TEST_CASE(the_outcome_is_handed_on) {
  with_call(provider::Function::report_outcome, provider::Reason::first_use, [&](const heygen_call& call) {
    const heygen_outcome outcome{sizeof outcome, 401, 0, 0};
    BOOST_TEST(api().report_outcome(&call, &outcome) == HEYGEN_OK);
    BOOST_TEST(Odd::reported == 401);
    BOOST_TEST(api().report_outcome(&call, nullptr) == HEYGEN_INTERNAL);
    return heygen_status{HEYGEN_OK};
  });
}

BOOST_AUTO_TEST_CASE(an_extension_that_throws_is_one_that_is_not_there) {
  BOOST_TEST(api().get_extension(sdk::view("odd/1")) == &Odd::reported);
  BOOST_TEST(api().get_extension(sdk::view("odd/2")) == nullptr);
}

BOOST_AUTO_TEST_CASE(only_the_known_major_version_is_offered) {
  const heygen_provider_entry_v entry = OddEntry::entry();
  BOOST_TEST(entry.get_api(1) != nullptr);
  BOOST_TEST(entry.get_api(0) == nullptr);
  BOOST_TEST(entry.get_api(2) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_call_before_init_is_refused) {
  const heygen_provider_entry_v entry = OddEntry::entry();
  entry.deinit();
  BOOST_TEST(doing("nothing").status == HEYGEN_INTERNAL);
  BOOST_TEST(entry.init(nullptr) == HEYGEN_OK);
}

BOOST_AUTO_TEST_CASE(a_secret_is_wiped_when_it_goes) {
  std::string text = "hunter2 and some more, so that it is on the heap";
  const char* bytes = text.data();
  sdk::wipe(text);
  BOOST_TEST(text.empty());
  BOOST_TEST(std::string_view(bytes, 7) == std::string_view("\0\0\0\0\0\0\0", 7));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test

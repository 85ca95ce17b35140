// SPDX-License-Identifier: Apache-2.0
#include "core/store/credentials_document.hpp"
#include "core/json/parse.hpp"
#include "core/json/write.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

namespace {

namespace json = heygen::json;
using heygen::store::CredentialsDocument;
using heygen::store::FilledSlot;
using Names = std::vector<std::string>;

CredentialsDocument document(const char* text) {
  return CredentialsDocument::parse(text);
}

Names filled(const char* text) {
  Names names;
  for (const FilledSlot& slot : document(text).filled_slots()) names.push_back(slot.slot);
  return names;
}

std::string after_clearing(const char* text, const std::string& except = {}) {
  CredentialsDocument edited = document(text);
  edited.clear_slots(except);
  return json::write(edited.root());
}

std::string after_user(const char* text, const char* user) {
  CredentialsDocument edited = document(text);
  edited.set_user(json::parse(user));
  return json::write(edited.root());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials_document)

BOOST_AUTO_TEST_CASE(parse_tells_blank_plain_and_json_apart) {
  BOOST_TEST((document(" \n").shape() == CredentialsDocument::Shape::blank));
  BOOST_TEST((document("hg_key\n").shape() == CredentialsDocument::Shape::plain_key));
  BOOST_TEST(document(" hg_key\n").root().string_at("api_key") == "hg_key");
  BOOST_TEST((document("{}").shape() == CredentialsDocument::Shape::json));
  for (const char* bad : {"{x", "[1]", "\"k\"", "two\nlines"}) BOOST_CHECK_THROW(document(bad), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(byte_order_mark_and_blank_lines_do_not_count_in_the_file) {
  BOOST_TEST(document("\xEF\xBB\xBF{\"api_key\":\"k\"}\r\n\r\n").root().string_at("api_key") == "k");
  BOOST_TEST(document("\r\n\xEF\xBB\xBFhg_key\r\n").root().string_at("api_key") == "hg_key");
  BOOST_TEST((document("\xEF\xBB\xBF\r\n").shape() == CredentialsDocument::Shape::blank));
}

BOOST_AUTO_TEST_CASE(line_of_another_format_is_never_a_key) {
  for (const char* text : {"api_key: x", "api_key:x", "x-api-key:x", "API_KEY=x", "token = x",
                           "export HEYGEN_API_KEY=x", "two words", "Bearer x"})
    BOOST_CHECK_THROW(document(text), std::runtime_error);
  for (const char* key : {"hg_key", "c2VjcmV0", "c2VjcmV0cw=", "c2VjcmV0cw==", "id:secret", "a.b-c_d/e+f"})
    BOOST_TEST((document(key).shape() == CredentialsDocument::Shape::plain_key), key);
}

BOOST_AUTO_TEST_CASE(what_begins_like_json_is_never_a_key) {
  for (const char* text :
       {"\xEF\xBB\xBF{\"api_key\":", "\xC2\xA0{}", "\xE2\x80\x8B \xE2\x81\xA0[", "\"hg_key", "null", "true"})
    BOOST_CHECK_THROW(document(text), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(json_after_any_odd_character_is_never_a_key) {
  using namespace std::string_literals;
  for (const std::string& odd : {"\u200e"s, "\u00ad"s, "\u3000"s, "\u2028"s, "\u2002"s, "\u0085"s, "\ufe0f"s, "\0"s,
                                 "\x1b"s, "\x80"s, "\xff"s, "\u200e \u00ad\t"s, "x"s, "api_key = "s})
    for (const std::string text : {R"({"api_key":"k"})", R"("hg_key")", "{"})
      BOOST_CHECK_THROW(CredentialsDocument::parse(odd + text), std::runtime_error);
  for (const std::string text : {"[1]", "null"})
    BOOST_CHECK_THROW(CredentialsDocument::parse("\u200e" + text), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(key_that_is_not_utf8_is_named_as_that) {
  BOOST_CHECK_EXCEPTION(document("hg_key\xA0\n"), std::runtime_error, [](const std::runtime_error& error) {
    return std::string(error.what()).find("not UTF-8") != std::string::npos;
  });
  BOOST_TEST(document("hg_k\xC3\xA9y\n").root().string_at("api_key") == "hg_k\xC3\xA9y");
}

BOOST_AUTO_TEST_CASE(key_in_quotes_is_named_as_that) {
  BOOST_CHECK_EXCEPTION(document("\"hg_key\"\n"), std::runtime_error, [](const std::runtime_error& error) {
    return std::string(error.what()).find("in quotes") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(reserved_slots_come_first_and_others_in_the_order_of_the_file) {
  BOOST_TEST(filled(R"({"providers":{"vault":{"t":1},"sso":{"t":1}},"oauth":{"access_token":"a"},"api_key":"k"})") ==
                 (Names{"api_key", "oauth", "providers.vault", "providers.sso"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(null_and_empty_values_fill_no_slot) {
  BOOST_TEST(
      filled(R"({"api_key":"","oauth":{"access_token":"","scope":null},"providers":{"a":{},"b":null}})").empty());
  BOOST_TEST(filled(R"({"api_key":null,"oauth":null,"providers":[]})").empty());
  BOOST_TEST(filled(R"({"providers":{"vault":{"t":"","list":[{}]}}})").empty());
  BOOST_TEST(filled("{}").empty());
}

BOOST_AUTO_TEST_CASE(one_rule_tells_what_is_filled_for_every_question) {
  for (const char* text : {R"({"providers":{"vault":{"t":""}}})", R"({"providers":{"vault":{"t":"x"}}})",
                           R"({"providers":{"vault":7}})", R"({"providers":{"vault":[]}})", "{}"}) {
    const CredentialsDocument some = document(text);
    BOOST_TEST(some.is_filled("vault") == !some.filled_slots().empty(), text);
    if (some.is_malformed("vault")) BOOST_TEST(some.is_filled("vault"), text);
  }
}

BOOST_AUTO_TEST_CASE(slot_of_the_wrong_type_is_filled_and_malformed) {
  const CredentialsDocument some = document(R"({"api_key":5,"oauth":"text","providers":{"vault":[1]}})");
  BOOST_TEST(some.filled_slots().size() == 3U);
  BOOST_TEST(some.is_malformed("oauth"));
  BOOST_TEST(some.is_malformed("device-code"));
  BOOST_TEST(some.is_malformed("vault"));
  BOOST_TEST(!some.is_malformed("apikey"));  // its provider judges
  BOOST_TEST(filled(R"({"api_key":{},"oauth":[],"providers":{"vault":""}})").size() == 3U);
  BOOST_TEST(json::write(some.state("apikey")) == R"({"api_key":5})");
  BOOST_TEST(json::write(some.state("oauth")) == "{}");
}

BOOST_AUTO_TEST_CASE(entry_of_a_reserved_provider_under_providers_is_never_read) {
  const CredentialsDocument some = document(R"({"oauth":{"a":1},"providers":{"oauth":{"b":2}}})");
  const std::vector<FilledSlot> slots = some.filled_slots();
  BOOST_REQUIRE(slots.size() == 2U);
  BOOST_TEST(slots[0].readable);
  BOOST_TEST(!slots[1].readable);
  BOOST_TEST(json::write(some.state(slots[1])) == "{}");
}

BOOST_AUTO_TEST_CASE(states_of_reserved_slots_are_at_the_top_and_others_under_providers) {
  const CredentialsDocument some = document(R"({"api_key":"k","oauth":{"a":1},"providers":{"acme":{"b":2}}})");
  BOOST_TEST(json::write(some.state("apikey")) == R"({"api_key":"k"})");
  BOOST_TEST(json::write(some.state("oauth")) == R"({"a":1})");
  BOOST_TEST(json::write(some.state("device-code")) == R"({"a":1})");
  BOOST_TEST(json::write(some.state("acme")) == R"({"b":2})");
  BOOST_TEST(json::write(some.state("none")) == "{}");
}

BOOST_AUTO_TEST_CASE(empty_state_removes_the_slot_and_an_empty_providers_object) {
  CredentialsDocument some = document(R"({"api_key":"k","oauth":{"a":1},"x":1,"providers":{"acme":{"b":2}}})");
  for (const char* id : {"apikey", "oauth", "acme"}) some.set_state(id, json::Object{});
  BOOST_TEST(json::write(some.root()) == R"({"x":1})");
  some.set_state("apikey", json::Object{{"api_key", "n"}});
  some.set_state("acme", json::Object{{"t", "n"}});
  BOOST_TEST(json::write(some.root()) == R"({"x":1,"api_key":"n","providers":{"acme":{"t":"n"}}})");
}

BOOST_AUTO_TEST_CASE(login_of_a_shared_slot_is_remembered_outside_of_the_state) {
  CredentialsDocument edited = document(R"({"oauth":{"access_token":"a","n":1.0}})");
  BOOST_TEST(edited.login_of("oauth").empty());
  edited.set_login("device-code");
  BOOST_TEST(json::write(edited.root()) == R"({"oauth":{"access_token":"a","n":1.0,"provider":"device-code"}})");
  for (const char* reader : {"oauth", "device-code"}) {
    BOOST_TEST(edited.login_of(reader) == "device-code");
    BOOST_TEST(json::write(edited.state(reader)) == R"({"access_token":"a","n":1.0})");
  }
  edited.set_state("oauth", json::parse(R"({"access_token":"b"})"));
  BOOST_TEST(json::write(edited.root()) == R"({"oauth":{"access_token":"b","provider":"device-code"}})");
  edited.set_login("oauth");
  BOOST_TEST(json::write(edited.root()) == R"({"oauth":{"access_token":"b","provider":"oauth"}})");
}

BOOST_AUTO_TEST_CASE(login_that_is_remembered_alone_is_not_a_credential) {
  CredentialsDocument edited = document(R"({"oauth":{"provider":"device-code"}})");
  BOOST_TEST(!edited.is_filled("oauth"));
  edited.set_state("oauth", json::parse("{}"));
  BOOST_TEST(json::write(edited.root()) == "{}");
}

BOOST_AUTO_TEST_CASE(member_of_another_program_that_names_no_reader_of_the_slot_is_left_alone) {
  const char* text = R"({"oauth":{"provider":"google","access_token":"a"},"providers":{"acme":{"provider":"oauth"}}})";
  CredentialsDocument edited = document(text);
  BOOST_TEST(edited.login_of("oauth").empty());
  BOOST_TEST(edited.login_of("acme").empty());
  BOOST_TEST(edited.state("oauth").string_at("provider") == "google");
  BOOST_TEST(edited.state("acme").string_at("provider") == "oauth");
  edited.set_login("acme");
  BOOST_TEST(json::write(edited.root()) == text);
}

BOOST_AUTO_TEST_CASE(clearing_keeps_foreign_members_to_the_last_digit) {
  BOOST_TEST(
      after_clearing(R"({"n":18446744073709551616,"api_key":"k","oauth":{},"providers":{"x":{"t":1}},"z":[1.0]})") ==
      R"({"n":18446744073709551616,"z":[1.0]})");
}

BOOST_AUTO_TEST_CASE(clearing_spares_the_slot_it_is_told_to) {
  BOOST_TEST(after_clearing(R"({"api_key":"k","oauth":{"a":1}})", "oauth") == R"({"oauth":{"a":1}})");
  BOOST_TEST(after_clearing(R"({"api_key":"k","providers":{"x":{"t":1},"y":{"t":2}}})", "providers.y") ==
             R"({"providers":{"y":{"t":2}}})");
}

BOOST_AUTO_TEST_CASE(clearing_leaves_a_foreign_providers_value_as_it_is) {
  BOOST_TEST(after_clearing(R"({"providers":[1]})") == R"({"providers":[1]})");
}

BOOST_AUTO_TEST_CASE(user_has_only_the_non_empty_strings) {
  const auto user = [](const char* text) { return json::write(heygen::store::user_members(json::parse(text))); };
  BOOST_TEST(user(R"({"username":"ada","email":"a@b.c","first_name":"","last_name":null,"plan":"pro"})") ==
             R"({"email":"a@b.c","username":"ada"})");
  for (const char* other : {"null", "[1]", "{}", R"({"email":7})", R"({"name":""})"}) BOOST_TEST(user(other) == "{}");
}

BOOST_AUTO_TEST_CASE(user_known_only_by_name_keeps_it) {
  const auto user = [](const char* text) { return json::write(heygen::store::user_members(json::parse(text))); };
  BOOST_TEST(user(R"({"email":null,"name":"Ada L"})") == R"({"first_name":"Ada L"})");
  BOOST_TEST(user(R"({"email":"a@b.c","name":"Ada L"})") == R"({"email":"a@b.c"})");
}

BOOST_AUTO_TEST_CASE(new_user_replaces_the_old_one_and_keeps_foreign_members) {
  BOOST_TEST(after_user(R"({"user":{"email":"old","theme":"dark"},"x":1})", R"({"username":"new"})") ==
             R"({"user":{"theme":"dark","username":"new"},"x":1})");
}

BOOST_AUTO_TEST_CASE(unknown_user_removes_the_old_one) {
  BOOST_TEST(after_user(R"({"user":{"email":"old"},"x":1})", "{}") == R"({"x":1})");
  BOOST_TEST(after_user(R"({"user":"text"})", "{}") == "{}");
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/base/known_secrets.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <initializer_list>

#include "core/base/encode.hpp"

using heygen::hide_secrets;
using heygen::hide_values;

namespace {

constexpr std::array<std::string_view, 2> kValues{"canary/key+1=of mine", "Bearer t0ken-of-canary"};

std::string hidden(std::string text) {
  return hide_values(std::move(text), kValues);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base_known_secrets)

BOOST_AUTO_TEST_CASE(value_is_hidden_as_it_is_and_percent_encoded) {
  constexpr std::array<std::string_view, 1> kKey{"canary/key+1="};
  for (const char* spelled :
       {"canary/key+1=", "canary%2Fkey%2B1%3D", "canary%2fkey+1%3d", "%63anary/key%2B1=", "CANARY/KEY+1="})
    BOOST_TEST(hide_values("x" + std::string(spelled) + "y", kKey) == "x***y", spelled);
  for (const char* other : {"canary/key+1", "canary%2", "canary/key%zz1=", ""})
    BOOST_TEST(hide_values(other, kKey) == other);
  BOOST_TEST(hidden("a t0ken-of-canary, t0ken-of-canary") == "a ***, ***");
}

BOOST_AUTO_TEST_CASE(value_is_hidden_in_base64_at_any_place_and_in_both_alphabets) {
  constexpr std::array<std::string_view, 1> kKey{"canary-key-of-mine~~~&&&"};
  for (const char* before : {"", "a", "ab", "abc", "user:"}) {
    for (const char* after : {"", ":", ":x", "zzz"}) {
      const std::string whole = before + std::string(kKey[0]) + after;
      for (const std::string& encoded : {heygen::base64_encode(whole), heygen::base64url_encode(whole)}) {
        const std::string shown = hide_values("Basic " + encoded, kKey);
        BOOST_TEST(shown.find("***") != std::string::npos, encoded);
        BOOST_TEST(shown.size() < encoded.size() - kKey[0].size() + 16, shown);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(short_value_stays) {
  constexpr std::array<std::string_view, 2> kShort{"", "12345"};
  BOOST_TEST(hide_values("abc 12345", kShort) == "abc 12345");
}

BOOST_AUTO_TEST_CASE(word_that_looks_like_a_key_is_hidden_without_being_known) {
  const std::string old = heygen::base64_encode("0123456789abcdef0123456789abcdef-1700000000");
  for (const std::string& word : {std::string("sk_V2_hgu_kAbCdEfGh01234"), std::string("sk-0123456789abcdef"), old,
                                  std::string("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl")})
    BOOST_TEST(hide_secrets("'" + word + "', " + word) == "'***', ***", word);
}

BOOST_AUTO_TEST_CASE(ids_cursors_and_sentences_are_shown) {
  for (const char* text :
       {"video 0123456789abcdef0123456789abcdef", "cursor eyJwYWdlIjoyfQ", "v1.eyJ.x", "risk_of_something_long",
        "sk_short", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm", ""})
    BOOST_TEST(hide_secrets(text) == text);
}

BOOST_AUTO_TEST_CASE(remembered_secret_is_hidden_and_its_source_asked_only_once) {
  int asked = 0;
  heygen::set_secret_source([&] {
    ++asked;
    heygen::remember_secret("known-to-the-source");
  });
  BOOST_TEST(hide_secrets("known-to-the-source") == "***");
  heygen::remember_secret("Bearer known-a-little-later");
  BOOST_TEST(hide_secrets("known-a-little-later, known-to-the-source") == "***, ***");
  BOOST_TEST(asked == 1);
}

BOOST_AUTO_TEST_SUITE_END()

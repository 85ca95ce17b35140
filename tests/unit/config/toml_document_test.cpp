// SPDX-License-Identifier: Apache-2.0
#include "core/config/toml_document.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <string_view>

using heygen::config::TomlDocument;
using heygen::config::TomlError;

namespace {

unsigned line_of_error(const std::string& text) {
  try {
    const TomlDocument document(text);
  } catch (const TomlError& error) {
    BOOST_TEST(!std::string(error.what()).empty());
    return error.line;
  }
  return 0;
}

std::string random_text(std::mt19937& random) {
  constexpr std::string_view kWhole =
      "base = \"https://a.example\"\n[providers.sso]\nscopes = ['a', \"b\"]\nport = 0x1F\n"
      "[[rule]]\nid = { name = 'x', at = 1979-05-27T07:32:00Z }\nlast = 1e3\n";
  constexpr std::string_view kParts = "[]{}=.,#\"'\\\n\r\t !@-+_:019abxTZe\x01\x7F\xC3\xA9\xE2\x80\xA8\xFF";
  constexpr std::array<std::string_view, 8> kRuns = {"\"\"\"", "\\\n", "'''", "é", "§", "\u2028", "語", "😀"};
  std::string text(random() % 2 == 0 ? kWhole : kWhole.substr(0, random() % 12));
  for (auto edits = random() % 8 + 1; edits > 0; --edits) {
    const std::size_t at = random() % (text.size() + 1);
    const char part = kParts[random() % kParts.size()];
    if (random() % 4 == 0) {
      text.insert(at, kRuns[random() % kRuns.size()]);
    } else if (at < text.size() && random() % 3 == 0) {
      text[at] = part;
    } else if (at < text.size() && random() % 3 == 0) {
      text.erase(at, random() % 4);
    } else {
      text.insert(at, 1, part);
    }
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(toml_document)

BOOST_AUTO_TEST_CASE(a_table_without_a_name_is_an_error_at_its_line) {
  BOOST_TEST(line_of_error("[!]") == 1U);
  BOOST_TEST(line_of_error("a = 1\n\n[b]\n[c.]\nd = 2\n") == 4U);
  BOOST_TEST(line_of_error("a = 1\n[[ ~ ]]\n[b]\n") == 2U);
}

BOOST_AUTO_TEST_CASE(dots_count_in_keys_only_and_through_what_they_are_in) {
  std::string numbers, key = "a";
  const std::string dots(300, '.');
  for (int i = 0; i < 300; ++i) numbers += "1.0, ";
  for (int i = 0; i < 150; ++i) key += ".a";
  for (const std::string& text :
       {"# " + dots, "a = \"" + dots + "\" # \"", "a = '" + dots + "'", "a = \"\"\"\n\\\"" + dots + "\n\"\"\"\"",
        "a = '''\n'" + dots + "'''", "a = [" + numbers + "]", key + " = 1\n[b]\n" + key + " = [{ a.b = 1 }, 2]"})
    BOOST_TEST(line_of_error(text + "\n") == 0U, text);
  BOOST_TEST(line_of_error("x = [\n1]\n" + key + " = { " + key + " = 1 }\n") == 3U);
}

BOOST_AUTO_TEST_CASE(a_letter_outside_ascii_is_text_in_a_string_and_an_error_in_a_bare_key) {
  BOOST_TEST(line_of_error("a = 1\né = 2\n") == 2U);
  BOOST_TEST(line_of_error("a = §\n") == 1U);
  const TomlDocument document("first = \"\"\"\\\n§5\"\"\" # é\nsecond = '語 é'\n\"é\" = 'key'\n");
  BOOST_TEST(document.text_of({"first"}).value_or("") == "§5");
  BOOST_TEST(document.text_of({"second"}).value_or("") == "語 é");
  BOOST_TEST(document.text_of({"é"}).value_or("") == "key");
}

BOOST_AUTO_TEST_CASE(no_text_ends_the_program) {
  std::mt19937 random(20261124);
  int whole = 0;
  int broken = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_text(random);
    try {
      const TomlDocument document(text);
      ++whole;
      const TomlDocument changed(document.with({"output", "format"}, std::string("human")));
      BOOST_TEST(changed.text_of({"output", "format"}).value_or("") == "human", text);
    } catch (const TomlError& error) {
      ++broken;
      BOOST_TEST((error.line >= 1U && error.line <= 1U + static_cast<unsigned>(text.size())), text);
    }
  }
  BOOST_TEST(whole > 500);
  BOOST_TEST(broken > 500);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/utf16.hpp"

using namespace heygen;

BOOST_AUTO_TEST_SUITE(base_text)

BOOST_AUTO_TEST_CASE(printable_lets_nothing_move_the_cursor) {
  BOOST_TEST(printable("a\x1b]0;pwn\x07"
                       "b") == "a<U+001B>]0;pwn<U+0007>b");
  BOOST_TEST(printable("\xc2\x9b"
                       "31m") == "<U+009B>31m");
  BOOST_TEST(printable("\xe2\x80\xae"
                       "gpj.exe") == "<U+202E>gpj.exe");
  BOOST_TEST(printable("a\nb\r\nc\td") == "a b  c d");
  BOOST_TEST(printable("a\nb\td", true) == "a\nb\td");
  BOOST_TEST(printable("日本 🎬 é") == "日本 🎬 é");
  BOOST_TEST(printable("\xff\xc0\x80z") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

BOOST_AUTO_TEST_CASE(printable_is_idempotent) {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) text += static_cast<char>(byte);
  text += "\xc2\x9b \xe2\x80\xae \xef\xbf\xbd \xf3\xa0\x80\x81 日本 🎬 a\r\nb\tc";
  for (const bool keep_lines : {false, true}) {
    const std::string once = printable(text, keep_lines);
    BOOST_TEST(printable(once, keep_lines) == once);
    BOOST_TEST(printable(once, true) == once);
  }
}

BOOST_AUTO_TEST_CASE(typo_is_shown_and_what_could_be_a_key_is_cut) {
  for (const char* whole : {"vidoe", "", "-5", "1000", "1.5", "v3", "mp4", "device-code"})
    BOOST_TEST(shown_word(whole) == whole);
  for (const char* key : {"sk_V2_hgu_abc", "abc123", "abcdefghijklm", "a b c d e f g h", "12345678"})
    BOOST_TEST(shown_word(key) == std::string(key).substr(0, 3) + "…");
  BOOST_TEST(shown_word("äöüß12") == "äöü…");
  BOOST_TEST(shown_word("\xff\xfe\xfd\xfc\x31") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD…");
}

BOOST_AUTO_TEST_CASE(file_name_is_shown_and_a_key_in_its_place_is_cut) {
  for (const char* whole : {"video_123.json", "dir/a1", "./kEy0123456789abcdef", "a/b/c.txt", "/tmp/x9", "body"})
    BOOST_TEST(shown_path(whole) == whole);
  for (const char* key : {"sk_V2_hgu_abc", "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM"})
    BOOST_TEST(shown_path(key) == std::string(key).substr(0, 3) + "…");
}

BOOST_AUTO_TEST_CASE(written_text_has_no_byte_order_mark_and_no_blank_ends) {
  for (const char* text : {"a\nb",
                           "\xEF\xBB\xBF"
                           "a\nb",
                           " \r\n\xEF\xBB\xBF\n a\nb\r\n\n",
                           "\xEF\xBB\xBF\xEF\xBB\xBF"
                           "a\nb\t"})
    BOOST_TEST(written_text(text) == "a\nb");
  for (const char* blank : {"", "\xEF\xBB\xBF", "\xEF\xBB\xBF\r\n"}) BOOST_TEST(written_text(blank).empty());
  BOOST_TEST(without_byte_order_mark("\xEF\xBB\xBF a ") == " a ");
}

BOOST_AUTO_TEST_CASE(utf16_with_a_byte_order_mark_becomes_utf8) {
  using namespace std::string_view_literals;
  BOOST_TEST(from_utf16("\xFF\xFE{\0\xE9\0\xE5\x65\x3D\xD8\x00\xDE}\0"sv).value_or("") == "{é日😀}");
  BOOST_TEST(from_utf16("\xFE\xFF\0{\0\xE9\x65\xE5\xD8\x3D\xDE\x00\0}"sv).value_or("") == "{é日😀}");
  BOOST_TEST(from_utf16("\xFF\xFE\x3D\xD8"sv).value_or("") == "\xEF\xBF\xBD");
  BOOST_TEST(from_utf16("\xFF\xFE\x00\xDE"
                        "a\0b"sv)
                 .value_or("") ==
             "\xEF\xBF\xBD"
             "a");
  for (const std::string_view other : {""sv, "a\0"sv, "\xEF\xBB\xBF{}"sv, "\xFF"sv}) BOOST_TEST(!from_utf16(other));
}

BOOST_AUTO_TEST_CASE(nearest_suggests_a_near_word_only) {
  const std::vector<std::string> words{"video", "voice", "user"};
  BOOST_TEST(nearest("vidoe", words) == "video");
  BOOST_TEST(nearest("xyzzy", words).empty());
  BOOST_TEST(nearest("a", words).empty());
}

BOOST_AUTO_TEST_SUITE_END()

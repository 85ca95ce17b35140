// SPDX-License-Identifier: Apache-2.0
#include "host/ui/picker.hpp"
#include "core/output/text_width.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "tests/support/terminal.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace {

using heygen::host::ui::Key;
using heygen::host::ui::KeyReader;
using heygen::host::ui::Picker;
using heygen::host::ui::Row;
using Kind = heygen::host::ui::Key::Kind;
using Outcome = heygen::host::ui::Picker::Outcome;

std::vector<Key> keys_of(std::string_view bytes) {
  KeyReader reader;
  std::vector<Key> keys;
  for (const char c : bytes) {
    if (const auto key = reader.feed(static_cast<unsigned char>(c))) keys.push_back(*key);
  }
  BOOST_TEST(!reader.pending());
  return keys;
}

Kind only_kind(std::string_view bytes) {
  const std::vector<Key> keys = keys_of(bytes);
  BOOST_REQUIRE_EQUAL(keys.size(), 1U);
  return keys.front().kind;
}

const std::vector<Row> kRows{{"API key", "uses API credits"}, {"Browser", "uses subscription credits"}, {"Vault", ""}};

}  // namespace

BOOST_AUTO_TEST_SUITE(picker_keys)

BOOST_AUTO_TEST_CASE(arrows_are_read_in_both_cursor_modes_and_with_modifiers) {
  for (const std::string_view up : {"\x1b[A", "\x1bOA", "\x1b[1;5A", "k", "K"}) {
    BOOST_TEST((only_kind(up) == Kind::up), up.substr(1));
  }
  for (const std::string_view down : {"\x1b[B", "\x1bOB", "\x1b[1;2B", "j", "J"}) {
    BOOST_TEST((only_kind(down) == Kind::down), down.substr(1));
  }
}

BOOST_AUTO_TEST_CASE(home_and_end_are_understood_in_their_usual_spellings) {
  for (const std::string_view home : {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"}) {
    BOOST_TEST((only_kind(home) == Kind::first));
  }
  for (const std::string_view end : {"\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"})
    BOOST_TEST((only_kind(end) == Kind::last));
}

BOOST_AUTO_TEST_CASE(digits_and_both_erase_keys_are_read) {
  BOOST_TEST((keys_of("0") == std::vector<Key>{{Kind::digit, 0}}));
  BOOST_TEST((keys_of("9") == std::vector<Key>{{Kind::digit, 9}}));
  for (const std::string_view key : {"\x7f", "\b"}) BOOST_TEST((only_kind(key) == Kind::erase));
}

BOOST_AUTO_TEST_CASE(either_line_end_is_enter) {
  BOOST_TEST((only_kind("\r") == Kind::enter));
  BOOST_TEST((only_kind("\n") == Kind::enter));
  BOOST_TEST((only_kind("\x1bOM") == Kind::enter));
}

BOOST_AUTO_TEST_CASE(q_ctrl_c_and_ctrl_d_cancel) {
  for (const std::string_view key : {"q", "Q", "\x03", "\x04"}) BOOST_TEST((only_kind(key) == Kind::cancel));
}

BOOST_AUTO_TEST_CASE(a_lone_escape_cancels_only_after_the_wait) {
  KeyReader reader;
  BOOST_TEST(!reader.feed(0x1B).has_value());
  BOOST_TEST(reader.pending());
  const auto key = reader.timeout();
  BOOST_REQUIRE(key.has_value());
  BOOST_TEST((key->kind == Kind::cancel));
  BOOST_TEST(!reader.pending());
}

BOOST_AUTO_TEST_CASE(two_escapes_cancel_without_a_wait) {
  BOOST_TEST((only_kind("\x1b\x1b") == Kind::cancel));
}

BOOST_AUTO_TEST_CASE(an_unfinished_sequence_is_dropped_and_cancels_nothing) {
  KeyReader reader;
  reader.feed(0x1B);
  reader.feed('[');
  BOOST_TEST(reader.pending());
  BOOST_TEST(!reader.timeout().has_value());
  BOOST_TEST((reader.feed('j') == Key{Kind::down}));
}

BOOST_AUTO_TEST_CASE(ctrl_c_inside_a_sequence_still_cancels) {
  BOOST_TEST((only_kind("\x1b[\x03") == Kind::cancel));
  BOOST_TEST((only_kind("\x1b\x03") == Kind::cancel));
}

BOOST_AUTO_TEST_CASE(enter_and_space_choose) {
  for (const std::string_view key : {"\r", "\n", " "}) BOOST_TEST((only_kind(key) == Kind::enter));
}

BOOST_AUTO_TEST_CASE(dumb_terminal_gets_a_numbered_list_without_escapes) {
  const auto chosen = [](const std::string& typed) {
    heygen::test::FakeTerminal terminal;
    terminal.input = typed;
    const heygen::Cancel cancel;
    const std::size_t row =
        heygen::host::ui::pick_by_number("Which?", {{"One", "note"}, {"\x1b[2JTwo", ""}}, 0, terminal, cancel);
    BOOST_TEST(terminal.notices.size() == 3U);
    for (const std::string& line : terminal.notices) BOOST_TEST(line.find('\x1b') == std::string::npos);
    return row;
  };
  BOOST_TEST(chosen("") == 0U);
  BOOST_TEST(chosen(" 2 ") == 1U);
  BOOST_CHECK_THROW(chosen("q"), heygen::Error);
}

BOOST_AUTO_TEST_CASE(other_keys_and_unknown_sequences_do_nothing) {
  for (const std::string_view key : {"x", "\x1b[15~", "\x1b[Z", "\x1bx"}) {
    BOOST_TEST((only_kind(key) == Kind::other));
  }
  for (const Key& key : keys_of("é")) BOOST_TEST((key.kind == Kind::other));
}

BOOST_AUTO_TEST_CASE(a_sequence_of_any_length_keeps_the_reader_small_and_ends) {
  KeyReader reader;
  reader.feed(0x1B);
  reader.feed('[');
  for (int i = 0; i < 10'000; ++i) BOOST_REQUIRE(!reader.feed('1').has_value());
  BOOST_TEST((reader.feed('~') == Key{}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(picker_state)

BOOST_AUTO_TEST_CASE(the_first_row_is_selected_at_the_start) {
  Picker picker(3);
  BOOST_TEST(picker.selected() == 0U);
  BOOST_TEST((picker.press({Kind::enter}) == Outcome::chosen));
  BOOST_TEST(picker.selected() == 0U);
}

BOOST_AUTO_TEST_CASE(the_selection_wraps_around_at_both_ends) {
  Picker picker(3);
  BOOST_TEST((picker.press({Kind::up}) == Outcome::open));
  BOOST_TEST(picker.selected() == 2U);
  BOOST_TEST((picker.press({Kind::down}) == Outcome::open));
  BOOST_TEST(picker.selected() == 0U);
  picker.press({Kind::down});
  BOOST_TEST(picker.selected() == 1U);
}

BOOST_AUTO_TEST_CASE(first_and_last_jump) {
  Picker picker(3);
  picker.press({Kind::last});
  BOOST_TEST(picker.selected() == 2U);
  picker.press({Kind::first});
  BOOST_TEST(picker.selected() == 0U);
}

BOOST_AUTO_TEST_CASE(digit_chooses_its_row_at_once) {
  Picker picker(3);
  BOOST_TEST((picker.press({Kind::digit, 2}) == Outcome::chosen));
  BOOST_TEST(picker.selected() == 1U);
}

BOOST_AUTO_TEST_CASE(a_digit_without_a_row_changes_nothing) {
  Picker picker(2);
  picker.press({Kind::down});
  BOOST_TEST((picker.press({Kind::digit, 3}) == Outcome::open));
  BOOST_TEST(picker.selected() == 1U);
}

BOOST_AUTO_TEST_CASE(digits_collect_in_a_list_of_ten_or_more_and_enter_chooses) {
  Picker picker(12);
  BOOST_TEST((picker.press({Kind::digit, 1}) == Outcome::open));
  BOOST_TEST(picker.selected() == 0U);
  BOOST_TEST((picker.press({Kind::digit, 2}) == Outcome::open));
  BOOST_TEST(picker.selected() == 11U);
  BOOST_TEST(picker.typed() == "12");
  BOOST_TEST((picker.press({Kind::enter}) == Outcome::chosen));
  BOOST_TEST(picker.selected() == 11U);
}

BOOST_AUTO_TEST_CASE(a_number_without_a_row_is_never_chosen_and_can_be_corrected) {
  Picker picker(12);
  for (const int digit : {1, 3, 0, 0, 0}) BOOST_TEST((picker.press({Kind::digit, digit}) == Outcome::open));
  BOOST_TEST(picker.typed() == "130");
  BOOST_TEST((picker.press({Kind::enter}) == Outcome::open));
  picker.press({Kind::erase});
  BOOST_TEST((picker.press({Kind::enter}) == Outcome::open));
  picker.press({Kind::erase});
  picker.press({Kind::digit, 0});
  BOOST_TEST(picker.selected() == 9U);
  BOOST_TEST((picker.press({Kind::enter}) == Outcome::chosen));
}

BOOST_AUTO_TEST_CASE(an_arrow_ends_a_number) {
  Picker picker(1000);
  for (const int digit : {9, 9, 9}) picker.press({Kind::digit, digit});
  picker.press({Kind::down});
  BOOST_TEST(picker.selected() == 999U);
  BOOST_TEST(picker.typed() == "");
  picker.press({Kind::erase});
  BOOST_TEST(picker.selected() == 999U);
}

BOOST_AUTO_TEST_CASE(picker_ends_on_cancel_and_ignores_other_keys) {
  Picker picker(2);
  BOOST_TEST((picker.press({Kind::other}) == Outcome::open));
  BOOST_TEST((picker.press({Kind::cancel}) == Outcome::canceled));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(picker_lines)

BOOST_AUTO_TEST_CASE(every_row_shows_its_number_title_and_note_and_one_is_marked) {
  const auto lines = heygen::host::ui::render("How do you want to log in?", kRows, 1, 80, 24);
  BOOST_REQUIRE_EQUAL(lines.size(), 5U);
  BOOST_TEST(lines[0] == "How do you want to log in?");
  BOOST_TEST(lines[1] == "  1  API key  uses API credits");
  BOOST_TEST(lines[2] == "> 2  Browser  uses subscription credits");
  BOOST_TEST(lines[3] == "  3  Vault");
}

BOOST_AUTO_TEST_CASE(no_line_reaches_the_last_column_of_a_narrow_terminal) {
  for (int columns = 1; columns < 60; ++columns) {
    for (const std::string& line : heygen::host::ui::render("How do you want to log in?", kRows, 0, columns, 24)) {
      BOOST_TEST(heygen::output::cell_width(line) <= std::max(columns - 1, 1));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_selected_row_is_always_among_the_lines_of_a_low_terminal) {
  for (int height = 1; height <= 6; ++height) {
    for (std::size_t selected = 0; selected < kRows.size(); ++selected) {
      const auto lines = heygen::host::ui::render("Heading", kRows, selected, 80, height);
      BOOST_TEST(lines.size() <= static_cast<std::size_t>(height));
      const std::string wanted = "> " + std::to_string(selected + 1);
      BOOST_TEST(std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(wanted); }) == 1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_long_list_keeps_its_heading_and_rows_around_the_selected_one) {
  const std::vector<Row> rows(1000, Row{"Role", ""});
  for (const std::size_t selected : {0U, 500U, 999U}) {
    const auto lines = heygen::host::ui::render("Which role?", rows, selected, 80, 24);
    BOOST_REQUIRE_EQUAL(lines.size(), 24U);
    BOOST_TEST(lines.front() == "Which role?");
    BOOST_TEST(lines.back() == "Up/Down or a number (1 to 1000), Enter or Space to choose, Esc to cancel");
  }
  const auto lines = heygen::host::ui::render("Which role?", rows, 500, 80, 24, "501");
  BOOST_TEST(lines[1] == "   490  Role");
  BOOST_TEST(lines[12] == ">  501  Role");
  BOOST_TEST(lines[22] == "   511  Role");
  BOOST_TEST(lines[23] == "Number: 501, Enter or Space to choose, Backspace to correct");
  BOOST_TEST(heygen::host::ui::render("", rows, 500, 80, 24, "1001").back() ==
             "Number: 1001 is not from 1 to 1000, Backspace to correct");
}

BOOST_AUTO_TEST_CASE(texts_of_a_provider_cannot_steer_the_terminal) {
  const auto lines = heygen::host::ui::render("Head\x1b[1Aing", {{"\x1b[2Jevil", "two\nlines"}}, 0, 80, 24);
  for (const std::string& line : lines) {
    BOOST_TEST(line.find('\x1b') == std::string::npos);
    BOOST_TEST(line.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(cutting_keeps_whole_characters_and_says_that_something_is_missing) {
  BOOST_TEST(heygen::host::ui::clip("abcdef", 6) == "abcdef");
  BOOST_TEST(heygen::host::ui::clip("abcdef", 4) == "abc…");
  BOOST_TEST(heygen::host::ui::clip("äöüß", 3) == "äö…");
  BOOST_TEST(heygen::host::ui::clip("日本語", 5) == "日本…");
  BOOST_TEST(heygen::host::ui::clip("日本語", 4) == "日…");
  BOOST_TEST(heygen::host::ui::clip("abc", 1) == "…");
  BOOST_TEST(heygen::host::ui::clip("abc", 0).empty());
}

BOOST_AUTO_TEST_SUITE_END()

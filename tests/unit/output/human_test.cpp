// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/output/cell.hpp"
#include "core/output/human.hpp"
#include "core/output/style.hpp"
#include "core/output/table.hpp"
#include "core/output/text_width.hpp"

using heygen::json::parse;
using heygen::output::cell_width;
using heygen::output::Column;
using heygen::output::HumanStyle;
using heygen::output::label_from_field;

namespace {

const HumanStyle kPlain{80, false};

std::string human(const std::string& json, const std::vector<Column>& columns = {}, const HumanStyle& style = kPlain) {
  return heygen::output::human(parse(json), columns, style);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

int widest_line(const std::string& text) {
  int widest = 0;
  for (const std::string& line : heygen::split(text, '\n')) widest = std::max(widest, cell_width(line));
  return widest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(headings)

BOOST_AUTO_TEST_CASE(keys_become_words_with_known_short_forms_in_capitals) {
  const std::vector<std::pair<std::string, std::string>> cases{{"created_at", "Created At"},
                                                               {"video_url", "Video URL"},
                                                               {"id", "ID"},
                                                               {"createdAt", "Created At"},
                                                               {"user.email", "User Email"},
                                                               {"srt-file", "SRT File"},
                                                               {"fps_mode", "FPS Mode"},
                                                               {"HTTP", "HTTP"},
                                                               {"\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5\xE6\x9C\xAC"},
                                                               {"\xC3\xA9"
                                                                "cran",
                                                                "\xC3\xA9"
                                                                "cran"},
                                                               {"a\x1b[1m", "A<U+001B>[1m"},
                                                               {"", "-"},
                                                               {"__", "-"}};
  for (const auto& [key, heading] : cases) {
    BOOST_TEST(label_from_field(key) == heading);
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(widths)

BOOST_AUTO_TEST_CASE(cells_are_counted_as_a_terminal_draws_them) {
  BOOST_TEST(cell_width("") == 0);
  BOOST_TEST(cell_width("abc") == 3);
  BOOST_TEST(cell_width("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E") == 6);
  BOOST_TEST(cell_width("e\xCC\x81") == 1);
  BOOST_TEST(cell_width("\xF0\x9F\x98\x80") == 2);
  BOOST_TEST(cell_width("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7") == 2);
  BOOST_TEST(cell_width("\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7") == 2);
  BOOST_TEST(cell_width("\xff") == 1);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(columns_align_by_width_on_screen_and_lines_have_no_trailing_blanks) {
  BOOST_TEST(heygen::output::table({"Name", "N"}, {{"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", "1"}, {"ab"}}, kPlain) ==
             "Name    N\n"
             "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E  1\n"
             "ab      -\n");
}

BOOST_AUTO_TEST_CASE(the_widest_column_is_cut_until_the_table_fits) {
  const std::string text = heygen::output::table({"A", "B"}, {{"short", std::string(100, 'x')}}, {20, false});
  BOOST_TEST(text == "A      B\nshort  xxxxxxxxxxxx\xE2\x80\xA6\n");
  BOOST_TEST(widest_line(text) == 20);
}

BOOST_AUTO_TEST_CASE(wide_character_is_never_halved) {
  const std::string wide = "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5";
  for (int width = 1; width <= 14; ++width) {
    const std::string text = heygen::output::table({"A"}, {{wide}}, {width, false});
    BOOST_TEST(widest_line(text) <= width);
    BOOST_TEST(!contains(text, "\xEF\xBF\xBD"));
  }
}

BOOST_AUTO_TEST_CASE(without_a_width_nothing_is_cut) {
  BOOST_TEST(contains(heygen::output::table({"A"}, {{std::string(500, 'x')}}, {0, false}), std::string(500, 'x')));
}

BOOST_AUTO_TEST_CASE(line_breaks_and_escapes_cannot_leave_their_cell) {
  BOOST_TEST(heygen::output::table({"A"}, {{"a\nb\x1b[31m"}}, kPlain) == "A\na b<U+001B>[31m\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(human_lists)

BOOST_AUTO_TEST_CASE(given_columns_are_shown_in_their_order_and_hidden_fields_are_counted) {
  const std::string text =
      human(R"({"data":[{"created_at":1700000000,"id":"vid-1","status":"completed","title":"First film","x":1,"y":2},)"
            R"({"created_at":1700003600,"id":"vid-2","status":"failed","title":null}]})",
            {{"id", "ID"}, {"title", ""}, {"status", "Status"}, {"created_at", ""}});
  BOOST_TEST(text ==
             "ID     Title       Status     Created At\n"
             "vid-1  First film  completed  2023-11-14 22:13 UTC\n"
             "vid-2  -           failed     2023-11-14 23:13 UTC\n"
             "\n"
             "(2 more fields: x, y; choose with --fields)\n");
}

BOOST_AUTO_TEST_CASE(without_columns_all_keys_of_all_rows_are_shown_sorted) {
  BOOST_TEST(human(R"([{"b":1,"a":"x"},{"c.d":true}])") ==
             "A  B  C D\n"
             "x  1  -\n"
             "-  -  true\n");
}

BOOST_AUTO_TEST_CASE(column_reaches_into_nested_objects) {
  BOOST_TEST(human(R"([{"user":{"email":"a@b"}}])", {{"user.email", "Mail"}}) == "Mail\na@b\n");
}

BOOST_AUTO_TEST_CASE(lists_inside_cells_are_joined_and_objects_are_json) {
  BOOST_TEST(human(R"([{"events":["a","b"],"o":{"k":1},"l":[{"m":2}],"e":[]}])") ==
             "E  Events  L          O\n"
             "-  a, b    [{\"m\":2}]  {\"k\":1}\n");
}

BOOST_AUTO_TEST_CASE(other_lists_are_one_column_of_values) {
  BOOST_TEST(human(R"({"data":["avatar_video.success",5,null,[1,2]]})") == "Value\navatar_video.success\n5\n-\n1, 2\n");
}

BOOST_AUTO_TEST_CASE(an_empty_list_says_so) {
  BOOST_TEST(human(R"({"data":[]})") == "Nothing found.\n");
}

BOOST_AUTO_TEST_CASE(ids_stay_whole_while_other_columns_can_give) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  const std::string text = human(R"([{"id":")" + id + R"(","title":")" + std::string(90, 't') +
                                     R"(","status":"processing","created_at":1700000000}])",
                                 {{"id", ""}, {"title", ""}, {"status", ""}, {"created_at", ""}}, {80, false});
  BOOST_TEST(contains(text, id));
  BOOST_TEST(contains(text, "t\xE2\x80\xA6"));
  BOOST_TEST(widest_line(text) <= 80);
}

BOOST_AUTO_TEST_CASE(rows_with_more_fields_than_fit_become_details) {
  std::string row;
  for (char c = 'a'; c < 'k'; ++c) row += std::string(row.empty() ? "" : ",") + "\"" + c + "\":\"value-of-" + c + "\"";
  const std::string text = human("[{" + row + "},{\"a\":1}]", {}, {60, false});
  BOOST_TEST(contains(text, "A:  value-of-a\nB:  value-of-b\n"));
  BOOST_TEST(contains(text, "J:  value-of-j\n\nA:  1\n"));
}

BOOST_AUTO_TEST_CASE(the_last_columns_go_when_there_is_no_room_and_are_named) {
  const std::string id = "0123456789abcdef0123456789abcdef";
  const std::string json =
      R"([{"id":")" + id + R"(","title":"The title of a film","status":"processing",)" + R"("created_at":1700000000}])";
  const std::vector<Column> columns{{"id", ""}, {"title", ""}, {"status", ""}, {"created_at", ""}};
  BOOST_TEST(human(json, columns, {78, false}) ==
             "ID                                Title                Status      Created At\n" + id +
                 "  The title of a film  processing  2023-11-14\n");
  BOOST_TEST(human(json, columns, {60, false}) ==
             "ID                                Title           Status\n" + id +
                 "  The title of \xE2\x80\xA6  processing\n\n(too narrow to show: Created At)\n");
  BOOST_TEST(human(json, columns, {40, false}) == "ID:\n    " + id +
                                                      "\nTitle:       The title of a film\n"
                                                      "Status:      processing\n"
                                                      "Created At:  2023-11-14 22:13 UTC\n");
}

BOOST_AUTO_TEST_CASE(numbers_end_at_the_same_place) {
  BOOST_TEST(human(R"([{"n":1,"t":"x"},{"n":100,"t":"y"},{"n":null}])") == "  N  T\n  1  x\n100  y\n  -  -\n");
}

BOOST_AUTO_TEST_CASE(no_text_makes_a_line_wider_than_the_terminal) {
  const std::vector<std::string> pieces{"word",
                                        " ",
                                        "\xE6\x97\xA5\xE6\x9C\xAC",
                                        "e\xCC\x81",
                                        "\xF0\x9F\x98\x80",
                                        "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
                                        "\\u001b[31m",
                                        "\\n",
                                        "\\t",
                                        "\\r",
                                        "\xE2\x80\xAE",
                                        "\xE2\x80\x8B",
                                        "\xC2\x9B",
                                        "\xEF\xB8\x8F",
                                        "0123456789abcdef0123456789",
                                        "{",
                                        ",",
                                        "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7"};
  std::mt19937 random(7);
  const auto text = [&] {
    std::string out;
    for (auto left = random() % 40; left > 0; --left) out += pieces[random() % pieces.size()];
    return "\"" + out + "\"";
  };
  for (int round = 0; round < 400; ++round) {
    const int width = 20 + static_cast<int>(random() % 181);
    const auto object = [&](const std::string& more) {
      return R"({"title":)" + text() + "," + text() + ":" + text() + R"(,"size":)" + std::to_string(random()) + more +
             "}";
    };
    const std::string json = round % 2 == 0
                                 ? "[" + object("") + "," + object("") + "]"
                                 : object(R"(,"in":)" + object(R"(,"rows":[)" + object("") + "," + object("") + "]"));
    for (const bool curated : {false, true}) {
      const std::string shown =
          human(json, curated ? std::vector<Column>{{"title", ""}, {"size", ""}, {"x", "X"}} : std::vector<Column>{},
                {width, false});
      BOOST_TEST(widest_line(shown) <= width, "at " << width << ":\n" << shown);
      BOOST_TEST(std::ranges::none_of(shown, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7F; }));
      BOOST_TEST(!contains(shown, "\xE2\x80\xAE"));
      BOOST_TEST(!contains(shown, "\xE2\x80\x8B"));
      BOOST_TEST(!contains(shown, "\xC2\x9B"));
    }
  }
}

BOOST_AUTO_TEST_CASE(other_members_follow_the_payload) {
  BOOST_TEST(
      human(R"({"data":[{"id":"v"}],"has_more":true,"next_token":"abc","error":null,"warnings":[],"x":false})") ==
      "ID\nv\n\nHas More:    true\nNext Token:  abc\n");
}

BOOST_AUTO_TEST_CASE(note_names_the_first_of_many_hidden_fields_of_all_rows) {
  const std::string text = human(R"([{"id":1,"a":1,"b":1,"\u001b":1},{"c":1,"d":1,"e":1,"f":1,"g":1}])", {{"id", ""}});
  BOOST_TEST(contains(text, "\n(8 more fields: a, b, c, d, e, f, \xE2\x80\xA6; choose with --fields)\n"));
  BOOST_TEST(contains(human(R"([{"id":1,"x":1}])", {{"id", ""}}), "\n(1 more field: x; choose with --fields)\n"));
}

BOOST_AUTO_TEST_CASE(where_the_paging_is_known_a_sentence_says_how_to_get_the_rest) {
  heygen::output::Paging paging{.more = "has_more", .next = "next_token", .cursor = "token", .limit = "limit"};
  HumanStyle style = kPlain;
  const auto end = [&](const std::string& members) {
    style.paging = paging;
    return ::human(R"({"data":[{"id":"v"}])" + members + "}", {}, style).substr(5);
  };
  BOOST_TEST(end(R"(,"has_more":true,"next_token":"abc=")") == "\nMore: add --all, or --token abc=\n");
  BOOST_TEST(end(R"(,"next_token":"abc","total":7)") == "\nTotal:  7\n\nMore: add --all, or --token abc\n");
  BOOST_TEST(end(R"(,"has_more":true,"next_token":"a b$x")") == "\nMore: add --all, or --token 'a b$x'\n");
  for (const std::string unfit : {"a'b", "\\u001b[2J"})
    BOOST_TEST(end(R"(,"has_more":true,"next_token":")" + unfit + "\"") == "\nMore: add --all\n");
  BOOST_TEST(end(R"(,"has_more":false,"next_token":"abc")").empty());
  BOOST_TEST(end(R"(,"has_more":false,"next_token":null)").empty());
  paging.all = true;
  BOOST_TEST(end(R"(,"has_more":true,"next_token":null)") == "\nMore: raise --limit\n");
  paging = {.more = "data.has_more", .next = "data.next_token", .cursor = "token", .limit = "limit"};
  style.paging = paging;
  BOOST_TEST(::human(R"({"data":{"id":"b","has_more":true,"next_token":"t","n":"x"}})", {}, style) ==
             "ID:  b\nN:   x\n\nMore: add --all, or --token t\n");
}

BOOST_AUTO_TEST_CASE(fifth_column_is_shown_where_it_leaves_texts_comfortable) {
  const std::string json = R"([{"id":"0123456789abcdef0123456789abcdef","title":")" + std::string(40, 't') +
                           R"(","status":"completed","created_at":1700000000,"duration":65}])";
  const std::vector<Column> columns{{"id", ""}, {"title", ""}, {"status", ""}, {"created_at", ""}, {"duration", ""}};
  BOOST_TEST(contains(human(json, columns, {80, false}), "(too narrow to show: Duration)"));
  BOOST_TEST(contains(human(json, columns, {90, false}), "  1m 5s\n"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(human_details)

BOOST_AUTO_TEST_CASE(object_is_shown_as_sorted_keys_with_nested_objects_indented) {
  BOOST_TEST(human(R"({"data":{"id":"vid-1","duration":65,"none":null,"ok":true,"tags":["a","b"],)"
                   R"("nested":{"deep":{"leaf":"leaf-value"}},"empty":{}}})") ==
             "Duration:  1m 5s\n"
             "Empty:     -\n"
             "ID:        vid-1\n"
             "Nested:\n"
             "  Deep:\n"
             "    Leaf:  leaf-value\n"
             "None:      -\n"
             "Ok:        true\n"
             "Tags:      a, b\n");
}

BOOST_AUTO_TEST_CASE(lists_of_objects_are_tables_inside) {
  BOOST_TEST(human(R"({"created_at":1700000000,"empty":[],"scenes":[{"id":"s1","n":1.5},{"id":"s2"}]})") ==
             "Created At:  2023-11-14 22:13 UTC\n"
             "Empty:       -\n"
             "Scenes:\n"
             "  ID    N\n"
             "  s1  1.5\n"
             "  s2    -\n");
}

BOOST_AUTO_TEST_CASE(below_five_levels_objects_are_json) {
  BOOST_TEST(human(R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}}})") ==
             "A:\n  B:\n    C:\n      D:\n        E:  {\"f\":1}\n");
}

BOOST_AUTO_TEST_CASE(texts_of_several_lines_stay_in_their_column) {
  BOOST_TEST(human(R"({"script":"one\ntwo\n","id":"x"})") == "ID:      x\nScript:  one\n         two\n");
}

BOOST_AUTO_TEST_CASE(long_values_wrap_under_their_beginning_and_what_is_copied_stays_whole) {
  const std::string address = "https://files.example/" + std::string(40, 'a');
  BOOST_TEST(human(R"({"text":"one two three four five","url":")" + address + R"("})", {}, {20, false}) ==
             "Text:  one two three\n"
             "       four five\n"
             "URL:\n" +
                 address + "\n");
}

BOOST_AUTO_TEST_CASE(lists_that_do_not_fit_whole_become_blocks_with_a_dash) {
  BOOST_TEST(human(R"({"scenes":[{"id":"s1","text":"one two three four"},{"id":"s2"}]})", {}, {20, false}) ==
             "Scenes:\n"
             "  - ID:    s1\n"
             "    Text:  one two\n"
             "           three\n"
             "           four\n"
             "  - ID:  s2\n");
}

BOOST_AUTO_TEST_CASE(wide_keys_align) {
  BOOST_TEST(human("{\"\xE6\x97\xA5\xE6\x9C\xAC\":\"v1\",\"\xC3\xA9"
                   "cran\":\"v2\"}") ==
             "\xC3\xA9"
             "cran:  v2\n\xE6\x97\xA5\xE6\x9C\xAC:   v1\n");
}

BOOST_AUTO_TEST_CASE(a_scalar_is_printed_as_it_is) {
  BOOST_TEST(human(R"({"data":5})") == "5\n");
  BOOST_TEST(human("\"a b\"") == "a b\n");
  BOOST_TEST(human("null") == "-\n");
  BOOST_TEST(human("{}") == "-\n");
  BOOST_TEST(human(R"({"data":18446744073709551616})") == "18446744073709551616\n");
}

BOOST_AUTO_TEST_CASE(no_text_of_a_response_carries_an_escape_to_the_terminal) {
  const std::string hostile = "\\u001b]0;pwn\\u0007\\u001b[31mred\\u009b";
  for (const std::string& json :
       {R"([{"t":")" + hostile + R"("}])", R"({")" + hostile + R"(":")" + hostile + R"("})", "[\"" + hostile + "\"]",
        "\"" + hostile + "\"", R"({"a":[{")" + hostile + R"(":1}]})", R"([{"a":{")" + hostile + R"(":1}}])"}) {
    const std::string text = human(json, {}, {0, false});
    BOOST_TEST(!contains(text, "\x1b"));
    BOOST_TEST(!contains(text, "\x07"));
    BOOST_TEST(!contains(text, "\xC2\x9B"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(human_values)

struct Case {
  std::string json, shown;
};

BOOST_AUTO_TEST_CASE(times_and_durations_are_told_by_range_and_name) {
  const std::vector<Case> cases{
      {R"({"created_at":1700000000})", "Created At:  2023-11-14 22:13 UTC\n"},
      {R"({"createdAt":1700000000})", "Created At:  2023-11-14 22:13 UTC\n"},
      {R"({"expires":2199999999})", "Expires:  2039-09-18 23:06 UTC\n"},
      {R"({"upload_time":1700000000})", "Upload Time:  2023-11-14 22:13 UTC\n"},
      {R"({"created_at":1500000000})", "Created At:  1500000000\n"},
      {R"({"created_at":2200000000})", "Created At:  2200000000\n"},
      {R"({"created_at":"2023-11-14T22:13:20Z"})", "Created At:  2023-11-14 22:13 UTC\n"},
      {R"({"created_at":"2023-11-14T22:13:20.123+02:00"})", "Created At:  2023-11-14 22:13 +02:00\n"},
      {R"({"created_at":"2023-11-14T22:13:20"})", "Created At:  2023-11-14T22:13:20\n"},
      {R"({"created_at":"2023-11-14T22:13:20."})", "Created At:  2023-11-14T22:13:20.\n"},
      {R"({"created_at":"2023-11-14T22:13:20.Z"})", "Created At:  2023-11-14 22:13 UTC\n"},
      {R"({"title":"2023-11-14T22:13:20Z"})", "Title:  2023-11-14T22:13:20Z\n"},
      {R"({"size":1700000000})", "Size:  1.7 GB\n"},
      {R"({"size_bytes":999950})", "Size Bytes:  1.0 MB\n"},
      {R"({"font_size":24})", "Font Size:  24\n"},
      {R"({"state":1700000000})", "State:  1700000000\n"},
      {R"({"duration":0})", "Duration:  0s\n"},
      {R"({"duration":1.5})", "Duration:  1.5s\n"},
      {R"({"duration":59.999})", "Duration:  1m 0s\n"},
      {R"({"video_duration":3661.25})", "Video Duration:  1h 1m 1.25s\n"},
      {R"({"duration":7200})", "Duration:  2h 0m 0s\n"},
      {R"({"duration_ms":65000})", "Duration Ms:  1m 5s\n"},
      {R"({"duration":-5})", "Duration:  -5\n"},
      {R"({"duration":1e400})", "Duration:  1e400\n"},
      {R"({"duration":"65"})", "Duration:  65\n"},
      {R"({"count":1.0})", "Count:  1.0\n"},
  };
  for (const Case& one : cases) BOOST_TEST(human(one.json) == one.shown);
}

BOOST_AUTO_TEST_CASE(states_are_colored_only_when_asked) {
  const std::vector<std::pair<std::string, std::string>> colors{
      {"completed", "32"},  {"active", "32"},  {"enabled", "32"},     {"success", "32"},
      {"processing", "33"}, {"pending", "33"}, {"in_progress", "33"}, {"waiting", "33"},
      {"failed", "31"},     {"error", "31"},   {"disabled", "31"}};
  for (const auto& [word, code] : colors) {
    const std::string json = R"([{"status":")" + word + R"("}])";
    BOOST_TEST(contains(human(json, {}, {80, true}), "\x1b[" + code + "m" + word + "\x1b[0m"));
    BOOST_TEST(!contains(human(json, {}, {80, false}), "\x1b"));
  }
  BOOST_TEST(contains(human(R"({"status":"failed"})", {}, {80, true}), "\x1b[31mfailed\x1b[0m"));
  BOOST_TEST(!contains(human(R"([{"status":"unknown"}])", {}, {80, true}), "munknown"));
}

BOOST_AUTO_TEST_CASE(color_does_not_disturb_the_columns) {
  const std::string json = R"([{"a":"failed","b":1},{"a":"x","b":2}])";
  std::string colored = human(json, {}, {80, true});
  for (const char* code : {"\x1b[31m", "\x1b[1m", "\x1b[0m"}) {
    for (auto at = colored.find(code); at != std::string::npos; at = colored.find(code)) {
      colored.erase(at, std::string_view(code).size());
    }
  }
  BOOST_TEST(colored == human(json));
}

BOOST_AUTO_TEST_SUITE_END()

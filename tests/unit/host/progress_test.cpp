// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/progress.hpp"
#include "core/output/text_width.hpp"

#include <boost/test/unit_test.hpp>

using heygen::host::transfer::transfer_line;
using heygen::host::transfer::TransferState;

namespace {

constexpr std::uint64_t kMega = 1'000'000;

TransferState half() {
  return {.what = "Uploading film.mp4", .done = 137 * kMega, .total = 274 * kMega, .rate = 12.34e6};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(progress)

BOOST_AUTO_TEST_CASE(a_wide_terminal_gets_everything) {
  BOOST_TEST(transfer_line(half(), 100) ==
             "Uploading film.mp4  [===============>              ]   50 %  137.0 of 274.0 MB  12.3 MB/s  0:12 left");
}

BOOST_AUTO_TEST_CASE(narrow_terminal_drops_the_progress_bar_first) {
  BOOST_TEST(transfer_line(half(), 75) == "Uploading film.mp4   50 %  137.0 of 274.0 MB  12.3 MB/s  0:12 left");
  BOOST_TEST(transfer_line(half(), 39) == "Uploading…   50 %  12.3 MB/s  0:12 left");
  BOOST_TEST(transfer_line(half(), 30) == "Uploading f…   50 %  0:12 left");
  BOOST_TEST(transfer_line(half(), 10) == " 50 %");
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_its_terminal) {
  TransferState state = half();
  for (const char* what : {"Uploading film.mp4", "Downloading \u65e5\u672c\u8a9e\u306e\u5f62.mp4", "x"})
    for (int width = 10; width <= 200; ++width) {
      state.what = what;
      for (const auto total : {std::optional<std::uint64_t>(274 * kMega), std::optional<std::uint64_t>()}) {
        state.total = total;
        BOOST_TEST(heygen::output::cell_width(transfer_line(state, width)) <= width);
      }
    }
}

BOOST_AUTO_TEST_CASE(without_a_total_there_is_neither_bar_nor_end) {
  TransferState state = half();
  state.total.reset();
  BOOST_TEST(transfer_line(state, 79) == "Uploading film.mp4  137.0 MB  12.3 MB/s");
}

BOOST_AUTO_TEST_CASE(stalled_transfer_shows_no_time_left) {
  TransferState state = half();
  state.still = std::chrono::seconds(12);
  BOOST_TEST(transfer_line(state, 74) == "Uploading film.mp4   50 %  137.0 of 274.0 MB  stalled for 12s");
  BOOST_TEST(transfer_line(state, 36) == "Uploading f…   50 %  stalled for 12s");
}

BOOST_AUTO_TEST_CASE(unusual_amounts_have_a_line) {
  BOOST_TEST(transfer_line({.what = "x", .done = 0, .total = 0, .rate = 0}, 30).find("100 %") != std::string::npos);
  BOOST_TEST(transfer_line({.what = "x", .done = 5, .total = 3, .rate = 1}, 79).find("left") == std::string::npos);
  BOOST_TEST(transfer_line({.what = "x", .done = 0, .total = 7200 * kMega, .rate = 1e6}, 79).ends_with("2:00:00 left"));
}

BOOST_AUTO_TEST_SUITE_END()

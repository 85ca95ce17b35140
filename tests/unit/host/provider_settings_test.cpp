// SPDX-License-Identifier: Apache-2.0
#include "host/provider_settings.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/text.hpp"

using heygen::Error;
using heygen::shown_word;
using heygen::host::check_deadline;

BOOST_AUTO_TEST_SUITE(provider_settings)

BOOST_AUTO_TEST_CASE(check_deadline_accepts_a_second_to_a_day) {
  for (const char* text : {"1", "60", "86400"}) BOOST_CHECK_NO_THROW(check_deadline(text));
}

BOOST_AUTO_TEST_CASE(check_deadline_rejects_what_would_lock_the_user_out) {
  for (const char* text : {"", "0", "-1", "86401", "99999999999999999999", "60s", "soon", " 60"})
    BOOST_CHECK_EXCEPTION(check_deadline(text), Error, [&](const Error& error) {
      return error.message() ==
             "Invalid provider.deadline '" + shown_word(text) + "': must be from 1 to 86400 seconds.";
    });
}

BOOST_AUTO_TEST_SUITE_END()

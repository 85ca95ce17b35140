// SPDX-License-Identifier: Apache-2.0
// What a test expects to fail.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "core/base/error.hpp"

namespace heygen::test {

/// The Error that `action` throws. The test ends when it throws none.
template <typename Action>
Error error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  BOOST_FAIL("no error was thrown");
  std::abort();
}

}  // namespace heygen::test

// SPDX-License-Identifier: Apache-2.0
// What a C++ library below a provider may do.
#include <stdexcept>

extern "C" void throw_something();
void throw_something() {
  throw std::runtime_error("something");
}

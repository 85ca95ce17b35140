// SPDX-License-Identifier: Apache-2.0
#include "host/profile_hint.hpp"

#include <string>

#include "host/services.hpp"

namespace heygen::host {

Error named(Error error, const Services& services) {
  const std::string name = services.profile_by_option();
  if (name.empty()) return error;
  const std::string plain = "`heygen auth ", with_option = "`heygen --profile " + name + " auth ";
  for (std::size_t at = 0; (at = error.hint.find(plain, at)) != std::string::npos; at += with_option.size())
    error.hint.replace(at, plain.size(), with_option);
  return error;
}

}  // namespace heygen::host

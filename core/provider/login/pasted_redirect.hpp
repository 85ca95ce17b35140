// SPDX-License-Identifier: Apache-2.0
// The redirect at the end of a login, as a user copies it from a browser that could not reach the listener.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heygen::provider {

/// What the redirect of this login must be.
struct ExpectedRedirect {
  std::string redirect_uri;
  std::string state;  ///< "": the host does not know it; the provider checks it
};

/// The state that a login's URL sends along; "" when there is none.
std::string state_of(std::string_view url);

struct PastedRedirect {
  std::vector<std::pair<std::string, std::string>> params;  ///< decoded; empty when there is a fault
  std::string fault;                                        ///< why it is not the redirect, a sentence
  /// The browser ended with an error: "access_denied (the words of the server)".
  std::string error;
};

/// Reads the whole address, its query ("code=…&state=…"), or code and state as "CODE#STATE" or "CODE STATE". A state
/// that differs is a fault, whatever else the text says.
PastedRedirect read_pasted(std::string_view text, const ExpectedRedirect& expected);

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
// What a case has to say of the rules; made in a child process, read by its parent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sdk/json/json.hpp"

namespace heygen::check {

struct Finding {
  std::string rule, detail;
};

class Findings {
 public:
  void fail(std::string_view rule, std::string_view detail);
  /// The rule was put to the test.
  void cover(std::string_view rule);
  /// The rule has nothing to say of this provider.
  void not_applicable(std::string_view rule, std::string reason);
  /// The rule could not be put to the test.
  void unchecked(std::string_view rule, std::string reason);
  /// The rule was left out, as the user wants it or for want of a tool.
  void skip(std::string_view rule, std::string reason);
  /// A request that the provider made: "POST https://…", and what the response was.
  void saw_request(std::string_view request, std::string response);
  /// The response of that number in the world file was sent.
  void used_response(std::size_t number);

  void merge(const Findings& other);
  sdk::Object to_json() const;
  static Findings from_json(const sdk::Object& document);

  std::vector<Finding> failed, covered, inapplicable, open, skipped;
  std::vector<Finding> requests, used;  ///< the "rule" is the request, or the number of the response
  sdk::Object facts = sdk::object();    ///< for the cases that follow
};

}  // namespace heygen::check

// SPDX-License-Identifier: Apache-2.0
// --jq: a jq expression over JSON documents, evaluated by libjq.
//
// An expression sees only the document: `env` and `$ENV` contain no more than TZ, ~/.jq is not read, and
// `import` and `include` are syntax errors.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heygen {
class Cancel;
}

namespace heygen::filter {

/// A number of a document that libjq, whose numbers are doubles, would print differently.
struct ChangedNumber {
  std::string before, after;
};

struct Result {
  std::string text;        ///< a string as it is, anything else as JSON on one line
  bool is_string = false;  ///< text is not JSON
};

class Filter {
 public:
  /// Throws Error{usage_error} when the expression cannot be compiled, Error{error} without libjq.
  explicit Filter(const std::string& expression);
  ~Filter();
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  /// All results, or none: throws Error{error} when the expression fails on this document, which must be JSON, and
  /// Error{canceled} between two results.
  std::vector<Result> run(const std::string& document, const Cancel& cancel) const;

  /// The first number of the document that libjq would change; empty when there is none.
  static std::optional<ChangedNumber> changed_number(const std::string& document);

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace heygen::filter

// Leaves the name of the provider function that is about to run, for a crash handler to print.
#pragma once

#include <string_view>

namespace heygen::provider {

/// At most one at a time in the process; nested ones are the caller's mistake.
class Breadcrumb {
 public:
  Breadcrumb(std::string_view provider, std::string_view function) noexcept;
  ~Breadcrumb();
  Breadcrumb(const Breadcrumb&) = delete;
  Breadcrumb& operator=(const Breadcrumb&) = delete;
};

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
#include "core/api/catalog.hpp"

#include <algorithm>

namespace heygen::api {

const Command* find(std::span<const std::string_view> words) {
  const auto all = commands();
  const auto before = [](const Command& command, std::span<const std::string_view> wanted) {
    return std::ranges::lexicographical_compare(command.words, wanted);
  };
  const auto at = std::lower_bound(all.begin(), all.end(), words, before);
  return at != all.end() && std::ranges::equal(at->words, words) ? &*at : nullptr;
}

}  // namespace heygen::api

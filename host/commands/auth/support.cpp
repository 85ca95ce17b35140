// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/support.hpp"

#include <algorithm>

#include "core/profile/choice.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

std::string display_name(const json::Value& user) {
  for (const std::string_view name : {"email", "username"}) {
    if (std::string text = user.string_at(name); !text.empty()) return text;
  }
  const std::string first = user.string_at("first_name");
  const std::string last = user.string_at("last_name");
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

json::Object cleared_flags(const std::vector<std::string>& cleared, const std::string& own) {
  json::Object flags;
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    if (reserved.slot == own) continue;
    flags.emplace_back("cleared_" + std::string(reserved.cleared), std::ranges::count(cleared, reserved.slot) > 0);
  }
  return flags;
}

std::string cleared_word(const std::vector<std::string>& cleared) {
  std::string word;
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    if (std::ranges::count(cleared, reserved.slot) == 0) continue;
    word = word.empty() ? std::string(reserved.cleared) : "both";
  }
  return word;
}

Error unchangeable_file(const store::Unreadable& problem) {
  if (problem.in_keyring) return {code::kError, problem.what(), store::kUnlockKeyring};
  return {code::kError, problem.what(), "Fix or delete the file, then try again. It was not changed."};
}

std::string enumerate(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

void set_profile(json::Value& document, Services& services) {
  const std::string& name = services.profile().name;
  if (!name.empty()) document.set("profile", name);
}

}  // namespace heygen::host::commands::auth

// SPDX-License-Identifier: Apache-2.0
#include "core/store/reserved_slots.hpp"

#include <algorithm>
#include <array>

namespace heygen::store {
namespace {

constexpr std::array<std::string_view, 1> kApiKeyIds{"apikey"};
constexpr std::string_view kDeviceCode = "device-code";
constexpr std::array<std::string_view, 2> kOauthIds{"oauth", kDeviceCode};

constexpr std::array<ReservedSlot, 2> kSlots{{
    {"api_key", kApiKeyIds, true, "HEYGEN_API_KEY", "api_key", ""},
    {"oauth", kOauthIds, false, "HEYGEN_ACCESS_TOKEN", "oauth", "refresh_token"},
}};

struct Spelling {
  std::string_view id, flag;
};
constexpr std::array<LoginVariant, 1> kVariants{{{"with-access-token", "oauth", "token_from_stdin",
                                                  "Store an access token, read from stdin; it is not refreshed"}}};

constexpr std::array<Spelling, 1> kFlags{{{"apikey", "--api-key"}}};

constexpr std::array<std::string_view, 17> kHostOptions{
    "device", "events", "fields",  "finish",  "headers",          "help",
    "human",  "jq",     "port",    "profile", "provider",         "set",
    "start",  "store",  "verbose", "version", "with-access-token"};

}  // namespace

std::span<const LoginVariant> login_variants() {
  return kVariants;
}

std::span<const ReservedSlot> reserved_slots() {
  return kSlots;
}

const ReservedSlot* reserved_slot_of(std::string_view id) {
  for (const ReservedSlot& slot : kSlots) {
    if (std::find(slot.ids.begin(), slot.ids.end(), id) != slot.ids.end()) {
      return &slot;
    }
  }
  return nullptr;
}

std::string slot_of(std::string_view id) {
  const ReservedSlot* slot = reserved_slot_of(id);
  return slot != nullptr ? std::string(slot->slot) : "providers." + std::string(id);
}

std::span<const std::string_view> host_options() {
  return kHostOptions;
}

bool has_login_option(std::string_view id) {
  return std::ranges::find(kHostOptions, id) == kHostOptions.end();
}

std::string_view login_alias_of(std::string_view id) {
  return id == kDeviceCode ? "device" : "";
}

bool must_be_accepted(std::string_view id) {
  return id == kDeviceCode;
}

std::string login_flag_of(std::string_view id) {
  for (const Spelling& spelling : kFlags) {
    if (spelling.id == id) {
      return std::string(spelling.flag);
    }
  }
  return (has_login_option(id) ? "--" : "--provider ") + std::string(id);
}

bool is_reserved_spelling(std::string_view id) {
  return std::ranges::any_of(kFlags, [&](const Spelling& one) { return one.id != id && one.flag.substr(2) == id; });
}

std::string login_command(std::string_view id) {
  return "`" + std::string(kLoginCommand) + (id.empty() ? std::string{} : " " + login_flag_of(id)) + "`";
}

std::vector<std::string> settings_sections_of(std::string_view id) {
  std::vector<std::string> sections{std::string(id)};
  const ReservedSlot* slot = reserved_slot_of(id);
  if (slot != nullptr && slot->ids.front() != id) {
    sections.emplace_back(slot->ids.front());
  }
  return sections;
}

}  // namespace heygen::store

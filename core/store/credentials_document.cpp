// SPDX-License-Identifier: Apache-2.0
#include "core/store/credentials_document.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/base/utf16.hpp"
#include "core/json/parse.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::store {

namespace {

constexpr std::string_view kProviders = "providers";
constexpr std::string_view kUser = "user";
/// In a slot that several providers share.
constexpr std::string_view kLoginProvider = "provider";
constexpr std::array<std::string_view, 4> kUserMembers{"email", "first_name", "last_name", "username"};

bool holds_value(const json::Value& value) {
  if (value.is_null()) return false;
  if (value.is_string()) return !value.as_string().empty();
  if (value.is_array()) return std::ranges::any_of(value.as_array(), holds_value);
  if (value.is_object()) {
    return std::ranges::any_of(value.as_object(),
                               [](const json::Member& member) { return holds_value(member.second); });
  }
  return true;
}

/// A slot with a value of the wrong type is filled: it is broken rather than absent.
bool fills_slot(const json::Value& value, bool plain_text) {
  const bool right_type = plain_text ? value.is_string() : value.is_object();
  return right_type ? holds_value(value) : !value.is_null();
}

/// What is in the slot of this provider, or nullptr.
const json::Value* slot_value(const json::Value& root, std::string_view id) {
  if (const ReservedSlot* reserved = reserved_slot_of(id)) return root.find(reserved->slot);
  const json::Value* all = root.find(kProviders);
  return all == nullptr ? nullptr : all->find(id);
}

/// The provider that the slot names as the one that logged in, or "". Other programs may use the member for their own.
std::string recorded_login(const json::Value& slot, const ReservedSlot& reserved) {
  if (!slot.is_object()) return {};
  const std::string id = slot.string_at(kLoginProvider);
  const bool is_known = reserved.ids.size() > 1 && std::ranges::find(reserved.ids, id) != reserved.ids.end();
  return is_known ? id : std::string{};
}

bool is_key_character(char c) {
  return c > ' ' && c <= '~';
}

/// Whether it is meant to be JSON, broken or not, and so never an API key: what a key cannot contain may come before
/// it, and a brace or a quotation mark is in none.
bool begins_like_json(std::string_view text) {
  text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if(text, is_key_character) - text.begin()));
  const bool is_word = text == "null" || text == "true" || text == "false";
  return is_word || text.starts_with('[') || text.find_first_of("{\"") != std::string_view::npos;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// "api_key: x", "HEYGEN_API_KEY=x" and the like: a line of another format. Base64 ends in "=".
bool is_assignment(std::string_view line) {
  const auto name_end = std::ranges::find_if_not(line, is_name_character);
  const std::string_view name(line.begin(), name_end);
  const std::string_view rest(name_end, line.end());
  if (name.empty() || rest.size() < 2) return false;
  const std::string word = to_lower(name);
  const bool names_a_secret = word.ends_with("key") || word.ends_with("token");
  return (rest[0] == '=' && rest[1] != '=') || (rest[0] == ':' && names_a_secret);
}

/// What is not cannot be handed to the provider that says what else is wrong with a key.
bool is_utf8(std::string_view text) {
  std::string beyond_ascii = "\"";
  for (const char c : text) beyond_ascii += static_cast<unsigned char>(c) < 0x80 ? ' ' : c;
  try {
    static_cast<void>(json::parse(beyond_ascii + '"'));
    return true;
  } catch (const json::ParseError&) {
    return false;
  }
}

std::string slot_under_providers(std::string_view id) {
  return std::string(kProviders) + "." + std::string(id);
}

}  // namespace

CredentialsDocument CredentialsDocument::parse(std::string_view text) {
  if (std::optional<std::string> converted = from_utf16(text)) {
    const Wiper wiper{*converted};
    return parse(*converted);
  }
  CredentialsDocument document;
  const std::string_view content = written_text(text);
  if (content.empty()) {
    document.shape_ = Shape::blank;
    return document;
  }
  if (begins_like_json(content)) {
    try {
      document.root_ = json::parse(content);
    } catch (const json::ParseError& error) {
      throw std::runtime_error(std::string("not valid JSON (") + error.what() + ")");
    }
    if (document.root_.is_string()) throw std::runtime_error("text in quotes: an API key in this file has none");
    if (!document.root_.is_object()) throw std::runtime_error("not a JSON object");
    document.shape_ = Shape::json;
    return document;
  }
  if (has_control(content) || content.find(' ') != std::string_view::npos || is_assignment(content))
    throw std::runtime_error("neither JSON nor one line with an API key only");
  if (!is_utf8(content)) throw std::runtime_error("not UTF-8: an API key has only ASCII characters");
  document.shape_ = Shape::plain_key;
  document.root_.set("api_key", content);
  return document;
}

bool CredentialsDocument::is_filled(std::string_view id) const {
  const json::Value* value = slot_value(root_, id);
  const ReservedSlot* reserved = reserved_slot_of(id);
  if (value == nullptr) return false;
  if (reserved != nullptr && !recorded_login(*value, *reserved).empty()) return holds_value(state(id));
  return fills_slot(*value, reserved != nullptr && reserved->plain_text);
}

bool CredentialsDocument::is_malformed(std::string_view id) const {
  const ReservedSlot* reserved = reserved_slot_of(id);
  if (reserved != nullptr && reserved->plain_text) return false;
  return is_filled(id) && !slot_value(root_, id)->is_object();
}

std::vector<FilledSlot> CredentialsDocument::filled_slots() const {
  std::vector<FilledSlot> filled;
  for (const ReservedSlot& reserved : reserved_slots()) {
    if (!is_filled(reserved.ids.front())) continue;
    filled.push_back({std::string(reserved.slot), {reserved.ids.begin(), reserved.ids.end()}});
  }
  const json::Value* providers = root_.find(kProviders);
  if (providers == nullptr || !providers->is_object()) return filled;
  for (const auto& [id, value] : providers->as_object()) {
    if (!fills_slot(value, false)) continue;
    filled.push_back({slot_under_providers(id), {id}, reserved_slot_of(id) == nullptr});
  }
  return filled;
}

json::Value CredentialsDocument::state(std::string_view id) const {
  const json::Value* value = slot_value(root_, id);
  json::Value state = json::Object{};
  if (value == nullptr) return state;
  const ReservedSlot* reserved = reserved_slot_of(id);
  if (reserved != nullptr && reserved->plain_text) {
    if (fills_slot(*value, true)) state.set(reserved->slot, *value);
  } else if (value->is_object()) {
    state = *value;
    if (reserved != nullptr && !recorded_login(*value, *reserved).empty()) state.erase(kLoginProvider);
  }
  return state;
}

std::string CredentialsDocument::login_of(std::string_view id) const {
  const ReservedSlot* reserved = reserved_slot_of(id);
  const json::Value* value = slot_value(root_, id);
  return reserved == nullptr || value == nullptr ? std::string{} : recorded_login(*value, *reserved);
}

void CredentialsDocument::set_login(std::string_view id) {
  const ReservedSlot* reserved = reserved_slot_of(id);
  if (reserved == nullptr || reserved->ids.size() == 1) return;
  json::Value* value = root_.find(reserved->slot);
  if (value != nullptr && value->is_object()) value->set(kLoginProvider, id);
}

json::Value CredentialsDocument::state(const FilledSlot& slot) const {
  return slot.readable ? state(slot.ids.front()) : json::Value(json::Object{});
}

void CredentialsDocument::set_state(std::string_view id, const json::Value& state) {
  const bool empty = !state.is_object() || state.as_object().empty();
  if (const ReservedSlot* reserved = reserved_slot_of(id)) {
    const json::Value* value = reserved->plain_text ? state.find(reserved->slot) : &state;
    if (empty || value == nullptr) {
      root_.erase(reserved->slot);
      return;
    }
    const std::string login = login_of(id);
    json::Value& slot = root_.set(reserved->slot, *value);
    if (!login.empty()) slot.set(kLoginProvider, login);
    return;
  }
  json::Value* all = root_.find(kProviders);
  if (!empty) {
    if (all == nullptr || !all->is_object()) all = &root_.set(kProviders, json::Object{});
    all->set(id, state);
  } else if (all != nullptr && all->erase(id) && all->as_object().empty()) {
    root_.erase(kProviders);
  }
}

void CredentialsDocument::clear_slots(std::string_view except) {
  for (const ReservedSlot& reserved : reserved_slots()) {
    if (reserved.slot != except) root_.erase(reserved.slot);
  }
  json::Value* providers = root_.find(kProviders);
  if (providers == nullptr || !providers->is_object()) return;
  std::erase_if(providers->as_object(),
                [&](const json::Member& member) { return slot_under_providers(member.first) != except; });
  if (providers->as_object().empty()) root_.erase(kProviders);
}

json::Value CredentialsDocument::user() const {
  const json::Value* user = root_.find(kUser);
  return user == nullptr ? json::Value(json::Object{}) : user_members(*user);
}

void CredentialsDocument::set_user(const json::Value& user) {
  const json::Value* stored = root_.find(kUser);
  json::Value merged = stored != nullptr && stored->is_object() ? *stored : json::Value(json::Object{});
  for (const std::string_view name : kUserMembers) {
    if (const json::Value* value = user.find(name)) {
      merged.set(name, *value);
    } else {
      merged.erase(name);
    }
  }
  if (merged.as_object().empty()) {
    root_.erase(kUser);
  } else {
    root_.set(kUser, std::move(merged));
  }
}

void CredentialsDocument::clear_user() {
  root_.erase(kUser);
}

json::Value user_members(const json::Value& object) {
  json::Value user = json::Object{};
  for (const std::string_view name : kUserMembers) {
    if (const std::string text = object.string_at(name); !text.empty()) user.set(name, text);
  }
  if (user.as_object().empty())
    for (const std::string_view other : {"name", "display_name"})
      if (const std::string text = object.string_at(other); !text.empty() && user.as_object().empty())
        user.set("first_name", text);
  return user;
}

}  // namespace heygen::store

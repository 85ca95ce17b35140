// What the auth commands share: which slots of the credentials file are filled, whose they are, who the user is.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/credential_store.hpp"

namespace heygen::host {

class Context;

/// Credential-bearing part of the file: "api_key", "oauth" or "providers.<id>".
struct FilledSlot {
  std::string slot;
  /// Who may read it, in order. Not all need be installed.
  std::vector<std::string> ids;
};

/// Slots that hold anything but null and empty values: reserved ones first, then `providers` in the file's order.
std::vector<FilledSlot> filled_slots(const json::Value& root);
/// Its state as a provider sees it.
json::Value state_of_slot(const json::Value& root, const FilledSlot& slot);
/// Removes every slot, except the one named, and `providers` when nothing is left in it.
void clear_slots(json::Value& root, const std::string& except = {});

/// The `data` of a /v3/users/me reply as the file's `user`: its non-empty texts among email, first_name, last_name and
/// username. An empty object when there are none.
json::Value user_of_reply(const json::Value& reply);
/// Sets these members of the file's `user`, removes those of them without a value, keeps others. An empty `user` goes.
void replace_user(json::Value& root, const json::Value& user);
/// email, else username, else first and last name, else "".
std::string display_name(const json::Value& user);

/// `cleared_<word>` for every reserved slot except `own`; true where it was among `cleared`.
json::Object cleared_flags(const std::vector<FilledSlot>& cleared, const std::string& own);
/// "", the word of the one reserved slot that was cleared, or "both".
std::string cleared_word(const std::vector<FilledSlot>& cleared);
/// Ids of the providers whose slots these are: of each the first that is installed, else the first of all.
json::Array cleared_ids(const std::vector<FilledSlot>& cleared, provider::ProviderRegistry& registry);

/// Reads the file for a command that is about to change it. Throws Error{error} for an unreadable one.
store::Document read_to_change(Context& context);
/// CredentialStore::update with the same words for an unreadable file.
void change_file(Context& context, const std::function<void(json::Value&)>& change);

/// Asks the issuer to forget what stood in a slot. nullopt: nobody installed could, or it cannot be revoked.
/// Otherwise whether the issuer confirmed.
std::optional<bool> revoke(Context& context, const FilledSlot& slot, const json::Value& state, provider::Reason reason);

/// The first of this provider's credential variables that is set, or "".
std::string credential_variable(Context& context, const std::string& id);

/// "`a`, `b` and `c`"
std::string enumerate(const std::vector<std::string>& words);

}  // namespace heygen::host

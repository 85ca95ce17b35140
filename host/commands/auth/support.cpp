#include "host/commands/auth/support.hpp"

#include <algorithm>
#include <array>

#include "core/auth/resolver.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

constexpr std::string_view kProviders = "providers";
constexpr std::array<std::string_view, 4> kUserMembers{"email", "first_name", "last_name", "username"};

bool is_filled(const json::Value& value) {
  if (value.is_null()) return false;
  if (value.is_string()) return !value.as_string().empty();
  if (value.is_array()) return !value.as_array().empty();
  if (value.is_object()) {
    return std::ranges::any_of(value.as_object(), [](const json::Member& member) { return is_filled(member.second); });
  }
  return true;
}

const store::ReservedSlot* reserved_slot_named(const std::string& slot) {
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    if (reserved.slot == slot) return &reserved;
  }
  return nullptr;
}

Error unusable_file(const store::Unreadable& problem) {
  return {code::kError, problem.what(), "Repair or delete that file, then try again. It was left as it is."};
}

}  // namespace

std::vector<FilledSlot> filled_slots(const json::Value& root) {
  std::vector<FilledSlot> filled;
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    const json::Value* value = root.find(reserved.slot);
    if (value == nullptr || !is_filled(*value)) continue;
    filled.push_back({std::string(reserved.slot), {reserved.ids.begin(), reserved.ids.end()}});
  }
  const json::Value* providers = root.find(kProviders);
  if (providers == nullptr || !providers->is_object()) return filled;
  for (const auto& [id, value] : providers->as_object()) {
    if (is_filled(value)) filled.push_back({std::string(kProviders) + "." + id, {id}});
  }
  return filled;
}

json::Value state_of_slot(const json::Value& root, const FilledSlot& slot) {
  const std::string& id = slot.ids.front();
  return store::slot_of(id) == slot.slot ? auth::slot_state(root, id) : json::Value(json::Object{});
}

void clear_slots(json::Value& root, const std::string& except) {
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    if (reserved.slot != except) root.erase(reserved.slot);
  }
  json::Value* providers = root.find(kProviders);
  if (providers == nullptr || !providers->is_object()) return;
  std::erase_if(providers->as_object(),
                [&](const json::Member& member) { return std::string(kProviders) + "." + member.first != except; });
  if (providers->as_object().empty()) root.erase(kProviders);
}

json::Value user_of_reply(const json::Value& reply) {
  json::Value user = json::Object{};
  const json::Value* data = reply.find("data");
  if (data == nullptr) return user;
  for (const std::string_view name : kUserMembers) {
    if (const std::string text = data->string_at(name); !text.empty()) user.set(name, text);
  }
  return user;
}

void replace_user(json::Value& root, const json::Value& user) {
  json::Value* stored = root.find("user");
  json::Value merged = stored != nullptr && stored->is_object() ? *stored : json::Value(json::Object{});
  for (const std::string_view name : kUserMembers) {
    if (const json::Value* value = user.find(name)) {
      merged.set(name, *value);
    } else {
      merged.erase(name);
    }
  }
  if (merged.as_object().empty()) {
    root.erase("user");
  } else {
    root.set("user", std::move(merged));
  }
}

std::string display_name(const json::Value& user) {
  for (const std::string_view name : {"email", "username"}) {
    if (std::string text = user.string_at(name); !text.empty()) return text;
  }
  const std::string first = user.string_at("first_name");
  const std::string last = user.string_at("last_name");
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

json::Object cleared_flags(const std::vector<FilledSlot>& cleared, const std::string& own) {
  json::Object flags;
  for (const store::ReservedSlot& reserved : store::reserved_slots()) {
    if (reserved.slot == own) continue;
    const bool was = std::ranges::any_of(cleared, [&](const FilledSlot& slot) { return slot.slot == reserved.slot; });
    flags.emplace_back("cleared_" + std::string(reserved.cleared), was);
  }
  return flags;
}

std::string cleared_word(const std::vector<FilledSlot>& cleared) {
  std::string word;
  for (const FilledSlot& slot : cleared) {
    const store::ReservedSlot* reserved = reserved_slot_named(slot.slot);
    if (reserved != nullptr) word = word.empty() ? std::string(reserved->cleared) : "both";
  }
  return word;
}

json::Array cleared_ids(const std::vector<FilledSlot>& cleared, provider::ProviderRegistry& registry) {
  json::Array ids;
  for (const FilledSlot& slot : cleared) {
    const auto installed =
        std::ranges::find_if(slot.ids, [&](const std::string& id) { return registry.find(id) != nullptr; });
    ids.emplace_back(installed != slot.ids.end() ? *installed : slot.ids.front());
  }
  return ids;
}

store::Document read_to_change(Context& context) {
  try {
    return context.store().read();
  } catch (const store::Unreadable& problem) {
    throw unusable_file(problem);
  }
}

void change_file(Context& context, const std::function<void(json::Value&)>& change) {
  try {
    context.store().update(change);
  } catch (const store::Unreadable& problem) {
    throw unusable_file(problem);
  }
}

std::optional<bool> revoke(Context& context, const FilledSlot& slot, const json::Value& state,
                           provider::Reason reason) {
  for (const std::string& id : slot.ids) {
    const provider::DiscoveredProvider* found = context.providers().find(id);
    if (found == nullptr || found->refused) continue;
    provider::ProviderRequest ask;
    ask.reason = reason;
    ask.state = state;
    try {
      const provider::ProviderResult answer = context.providers().load(id).revoke(ask);
      if (answer.status == provider::Status::unsupported || answer.status == provider::Status::not_configured) {
        return std::nullopt;
      }
      return answer.status == provider::Status::ok;
    } catch (const Error&) {
      continue;  // it cannot be loaded: nobody was asked
    }
  }
  return std::nullopt;
}

std::string credential_variable(Context& context, const std::string& id) {
  const provider::DiscoveredProvider* found = context.providers().find(id);
  if (found == nullptr) return {};
  for (const std::string& name : found->manifest.credential_env) {
    if (context.environment.has(name)) return name;
  }
  return {};
}

std::string enumerate(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace heygen::host

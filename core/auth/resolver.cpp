#include "core/auth/resolver.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

using provider::DiscoveredProvider;
using provider::ProviderResult;
using provider::Reason;
using provider::Status;

/// One place in the chain: a provider, or a filled slot that nobody installed can read.
struct Resolver::Link {
  std::string id;
  std::string slot;
  const DiscoveredProvider* found = nullptr;  ///< nullptr: not installed
  std::string variable;                       ///< the environment variable that asks for it, or ""
  bool filled = false;                        ///< its slot holds something
  bool ambient = false;

  /// One that the user switched off is passed over, and so is one that may not load and that nobody asked for.
  bool asked() const {
    if (found != nullptr && found->disabled) return false;
    return !variable.empty() || filled || (ambient && !(found != nullptr && found->refused_by_policy));
  }
};

namespace {

constexpr std::string_view kLogin = "heygen auth login";

Error file_error(const std::string& fault) {
  return auth_error(fault, "Repair or delete the file, then run `heygen auth login`. heygen never overwrites it.");
}

/// Members of `providers` in the file.
std::vector<std::string> filled_other_slots(const json::Value& root) {
  std::vector<std::string> ids;
  const json::Value* all = root.find("providers");
  if (all == nullptr || !all->is_object()) return ids;
  for (const auto& [id, state] : all->as_object()) {
    if (!state.is_null() && !(state.is_object() && state.as_object().empty())) ids.push_back(id);
  }
  return ids;
}

/// What stands in the slot has the wrong JSON type for one.
bool is_slot_broken(const json::Value& root, const std::string& id) {
  const store::ReservedSlot* reserved = store::reserved_slot_of(id);
  if (reserved != nullptr && reserved->plain_text) return false;  // the provider judges the text itself
  const json::Value* value = root.find_path(store::slot_of(id));
  return value != nullptr && !value->is_null() && !value->is_object();
}

bool is_slot_filled(const json::Value& root, const std::string& id) {
  return !slot_state(root, id).as_object().empty() || is_slot_broken(root, id);
}

}  // namespace

/// What asks for a provider that is not there.
Error Resolver::not_installed(const Link& link) const {
  const std::string id = printable(link.id);
  const std::string cause = link.variable.empty() ? "The credentials file " + store_.path().string() +
                                                        " holds a login in `" + link.slot + "`, but its"
                                                  : link.variable + " is set, but its";
  return auth_error(cause + " provider " + id + " is not installed.",
                    "Install it (package heygen-provider-" + id + "), or " +
                        (link.variable.empty() ? "" : "unset " + link.variable + " and ") +
                        "log in another way with `heygen auth login`; `heygen provider list` shows what is installed.");
}

Resolver::Resolver(provider::ProviderRegistry& registry, store::CredentialStore& store, const Environment& environment,
                   std::string chosen)
    : registry_(registry), store_(store), environment_(environment), chosen_(std::move(chosen)) {}

provider::Interaction Resolver::interaction() const {
  const bool quiet = environment_.truthy("CI") || environment_.truthy("HEYGEN_NONINTERACTIVE");
  return quiet ? provider::Interaction::never : provider::Interaction::if_terminal;
}

std::string Resolver::how_to_login(const std::string& id) {
  const DiscoveredProvider* found = id.empty() ? nullptr : registry_.find(id);
  if (found != nullptr && found->manifest.has_login) {
    return "Run `" + std::string(kLogin) + " " + store::login_flag_of(id) + "`.";
  }
  std::string variables;
  for (const DiscoveredProvider& one : registry_.found()) {
    if (one.refused || one.manifest.credential_env.empty()) continue;
    variables += (variables.empty() ? ", or set " : " or ") + one.manifest.credential_env.front();
  }
  return "Run `" + std::string(kLogin) + "`" + variables + ".";
}

std::string Resolver::explicit_choice() const {
  if (!chosen_.empty()) return chosen_;
  const auto outranks = [&](const store::ReservedSlot& slot) {
    return !slot.environment.empty() && environment_.has(slot.environment);
  };
  if (std::ranges::any_of(store::reserved_slots(), outranks)) return {};
  return environment_.value("HEYGEN_PROVIDER");
}

/// The variable that asks for it, or "". Of one that is not there or whose manifest cannot be read, the table of
/// reserved names still knows it: a credential that is set is never passed over in silence.
std::string Resolver::variable_of(const std::string& id, const DiscoveredProvider* found) const {
  if (found != nullptr) {
    for (const std::string& name : found->manifest.credential_env) {
      if (environment_.has(name)) return name;
    }
    if (!found->refused) return {};
  }
  const store::ReservedSlot* slot = store::reserved_slot_of(id);
  const bool has_one = slot != nullptr && slot->ids.front() == id && !slot->environment.empty();
  return has_one && environment_.has(slot->environment) ? std::string(slot->environment) : std::string{};
}

Resolver::Link Resolver::link_of(const DiscoveredProvider& found, const json::Value& root) const {
  Link link;
  link.id = found.id;
  link.slot = store::slot_of(found.id);
  link.found = &found;
  link.variable = variable_of(found.id, &found);
  link.filled = is_slot_filled(root, found.id);
  link.ambient = found.manifest.ambient;
  return link;
}

std::vector<Resolver::Link> Resolver::chain(const json::Value& root) {
  std::vector<Link> links;
  const std::vector<DiscoveredProvider>& all = registry_.found();
  for (const store::ReservedSlot& slot : store::reserved_slots()) {
    std::vector<Link> readers;
    for (const std::string_view id : slot.ids) {
      if (const DiscoveredProvider* found = registry_.find(std::string(id))) readers.push_back(link_of(*found, root));
    }
    // A slot that two may read needs but one of them: a refused one counts only when no other is left.
    const auto usable = [](const Link& link) { return !link.found->refused; };
    if (std::ranges::any_of(readers, usable)) std::erase_if(readers, [&](const Link& link) { return !usable(link); });
    const std::string first(slot.ids.front());
    Link missing;
    missing.id = first;
    missing.slot = slot.slot;
    missing.variable = variable_of(first, nullptr);
    missing.filled = is_slot_filled(root, first);
    if (readers.empty() && missing.asked()) readers.push_back(missing);
    links.insert(links.end(), readers.begin(), readers.end());
  }
  for (const std::string& id : filled_other_slots(root)) {
    if (registry_.find(id) != nullptr) continue;
    Link missing;
    missing.id = id;
    missing.slot = "providers." + id;
    missing.filled = true;
    links.push_back(missing);
  }
  for (const DiscoveredProvider& found : all) {
    if (store::reserved_slot_of(found.id) == nullptr) links.push_back(link_of(found, root));
  }
  return links;
}

json::Value Resolver::root_or_fault(std::string& fault) const {
  try {
    const store::Document document = store_.read();
    if (document.shape == store::Shape::blank) fault = "The credentials file " + store_.path().string() + " is blank.";
    return document.root;
  } catch (const store::Unreadable& error) {
    fault = error.what();
    return json::Object{};
  }
}

json::Value Resolver::state_of(const std::string& id) {
  try {
    return slot_state(store_.read().root, id);
  } catch (const store::Unreadable& error) {
    throw file_error(error.what());
  }
}

Credential Resolver::resolve_state(const std::string& id, const json::Value& state, const RequestInfo& request,
                                   Reason reason) {
  provider::Provider& one = registry_.load(id);
  provider::ProviderRequest ask;
  ask.reason = reason;
  ask.interaction = reason == Reason::explain ? provider::Interaction::never : interaction();
  ask.method = request.method;
  ask.path = request.path;
  ask.state = state;
  ProviderResult answer = one.resolve(ask);
  if (answer.status != Status::ok) throw provider::to_error(answer, one.manifest(), how_to_login(id));
  return {id, one.manifest().title, std::move(answer)};
}

std::optional<Credential> Resolver::ask(const Link& link, const json::Value& root, const std::string& fault,
                                        const RequestInfo& request, Reason reason) {
  if (link.found == nullptr) throw not_installed(link);
  if (link.variable.empty() && is_slot_broken(root, link.id)) {
    throw file_error("In the credentials file " + store_.path().string() + ", `" + link.slot + "` is not an object.");
  }
  provider::Provider& one = registry_.load(link.id);
  provider::ProviderRequest question;
  question.reason = reason;
  question.interaction = reason == Reason::explain ? provider::Interaction::never : interaction();
  question.method = request.method;
  question.path = request.path;
  question.state = slot_state(root, link.id);
  ProviderResult answer = one.resolve(question);
  if (answer.status == Status::not_configured) {
    // A file that could not be read may hold what the provider lacked.
    if (!fault.empty() && !link.variable.empty()) throw file_error(fault);
    return {};
  }
  if (answer.status != Status::ok) throw provider::to_error(answer, one.manifest(), how_to_login(link.id));
  return Credential(link.id, one.manifest().title, std::move(answer));
}

Credential Resolver::resolve_with(const std::string& id, const RequestInfo& request, Reason reason) {
  std::string fault;
  const json::Value root = root_or_fault(fault);
  const DiscoveredProvider* found = registry_.find(id);
  if (found == nullptr) registry_.load(id);  // throws the error that names it
  const Link link = link_of(*found, root);
  if (!fault.empty() && link.variable.empty() && !link.ambient) throw file_error(fault);
  if (std::optional<Credential> credential = ask(link, root, fault, request, reason)) return *credential;
  throw auth_error(found->manifest.title + " has no credential.", how_to_login(id));
}

Credential Resolver::resolve(const RequestInfo& request, Reason reason) {
  if (const std::string id = explicit_choice(); !id.empty()) return resolve_with(id, request, reason);
  std::string fault;
  const json::Value root = root_or_fault(fault);
  for (const Link& link : chain(root)) {
    if (!link.asked()) continue;
    // What comes from the environment needs no file; everything after it does.
    if (!fault.empty() && link.variable.empty()) break;
    if (std::optional<Credential> credential = ask(link, root, fault, request, reason)) return *credential;
  }
  if (!fault.empty()) throw file_error(fault);
  throw auth_error("No credential is configured.", how_to_login(""));
}

std::string Resolver::first_asked() {
  if (std::string id = explicit_choice(); !id.empty()) return id;
  std::string fault;
  const json::Value root = root_or_fault(fault);
  for (const Link& link : chain(root)) {
    if (!link.asked()) continue;
    if (!fault.empty() && link.variable.empty()) break;
    return link.id;
  }
  if (!fault.empty()) throw file_error(fault);
  return {};
}

ExplainRow Resolver::explain_link(const Link& link, const json::Value& root, const std::string& fault, bool settled) {
  ExplainRow row;
  row.provider = link.id;
  row.slot = link.slot;
  if (link.found != nullptr) row.title = link.found->manifest.title;
  row.found = !link.variable.empty() ? "variable " + link.variable
              : link.filled          ? "`" + link.slot + "` in " + store_.path().string()
                                     : "nothing";
  if (!link.asked()) {
    row.verdict = "absent";
    row.why = link.found != nullptr && link.found->refused ? "It may not load: " + link.found->reason
                                                           : "Neither its variables nor its slot are set.";
    return row;
  }
  if (link.found != nullptr && link.found->refused) {
    row.verdict = settled ? "shadowed" : "refused";
    row.why = link.found->reason;
    return row;
  }
  try {
    if (!fault.empty() && link.variable.empty()) throw file_error(fault);
    const std::optional<Credential> credential = ask(link, root, fault, {}, Reason::explain);
    if (!credential) {
      row.verdict = "absent";
      row.why = "It found no credential.";
      return row;
    }
    row.source = credential->source();
    row.type = credential->type();
    row.expires_at = credential->expires_at();
    row.refreshable = credential->refreshable();
    row.verdict = settled ? "shadowed" : "used";
    row.why = settled ? "A credential before it in the order is used." : "It is the first in the order that has one.";
  } catch (const Error& error) {
    const bool needs_network = error.code == code::kNetwork;
    row.verdict = settled ? "shadowed" : needs_network ? "used" : "broken";
    row.why = needs_network ? "It answers over the network, which explain does not use." : error.message();
  }
  return row;
}

std::vector<ExplainRow> Resolver::explain() {
  std::string fault;
  const json::Value root = root_or_fault(fault);
  const std::string choice = explicit_choice();
  std::vector<ExplainRow> rows;
  bool settled = false;
  for (const Link& link : chain(root)) {
    const bool passed_over = !choice.empty() && link.id != choice;
    ExplainRow row = explain_link(link, root, fault, settled || passed_over);
    if (passed_over && row.verdict == "shadowed") row.why = "Provider " + choice + " was asked for by name.";
    if (row.verdict == "used" || row.verdict == "broken" || row.verdict == "refused") settled = true;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace heygen::auth

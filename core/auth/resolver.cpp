// SPDX-License-Identifier: Apache-2.0
#include "core/auth/resolver.hpp"

#include <algorithm>

#include "core/auth/login_hint.hpp"
#include "core/base/text.hpp"
#include "core/provider/status.hpp"

namespace heygen::auth {

using provider::DiscoveredProvider;
using provider::ProviderResult;
using provider::Reason;
using provider::Status;
using store::CredentialsDocument;
using store::ReservedSlot;

/// One place in the chain: a provider, or a filled slot that no installed provider can read.
struct Resolver::Candidate {
  std::string id;
  std::string slot;
  const DiscoveredProvider* found = nullptr;  ///< nullptr: not installed
  std::string variable;                       ///< the environment variable that asks for it, or ""
  bool stored = false;                        ///< its slot is filled
  bool ambient = false;

  bool has_credential() const { return stored || !variable.empty(); }
  bool is_disabled() const { return found != nullptr && found->state == provider::ProviderState::disabled; }
  /// A provider that the user disabled is skipped, and so is one that may not load and that nothing asks for.
  bool is_applicable() const {
    if (is_disabled()) return false;
    return has_credential() ||
           (ambient && !(found != nullptr && found->state == provider::ProviderState::refused_by_policy));
  }
};

/// The credentials file as far as it can be used.
struct Resolver::StoredFile {
  CredentialsDocument document;
  std::optional<Error> problem;

  bool is_unreadable() const { return problem && document.shape() != CredentialsDocument::Shape::blank; }
};

namespace {

constexpr std::string_view kProviderVariable = "HEYGEN_PROVIDER";

Error unusable_file(const std::string& message) {
  return auth_error(message, "Fix or delete the file, then run " + store::login_command() +
                                 ". heygen does not overwrite a file that it cannot read.");
}

Error unusable_file(const store::Unreadable& problem) {
  return problem.in_keyring ? auth_error(problem.what(), store::kUnlockKeyring)
                            : unusable_file(std::string(problem.what()));
}

}  // namespace

Resolver::Resolver(provider::ProviderRegistry& registry, store::CredentialStore& store, const Environment& environment,
                   std::string provider_option)
    : registry_(registry), store_(store), environment_(environment), provider_option_(std::move(provider_option)) {}

provider::ProviderRequest ask_for(const RequestInfo& request, Reason reason) {
  provider::ProviderRequest ask;
  ask.reason = reason;
  ask.method = request.method;
  ask.path = request.path;
  ask.url = request.url;
  ask.body = request.body;
  ask.refusal = request.refusal;
  std::vector<std::string> challenges;
  for (const auto& [name, value] : request.refusal)
    if (iequals(name, "WWW-Authenticate")) challenges.push_back(value);
  ask.www_authenticate = join(challenges, ", ");
  return ask;
}

bool is_first_attempt(const RequestInfo& attempt, const RequestInfo& ahead) {
  return attempt.method == ahead.method && attempt.path == ahead.path && attempt.body == ahead.body &&
         attempt.refusal.empty();
}

std::string Resolver::login_hint(const std::string& id) {
  return auth::login_hint(registry_, logged_in_with(id));
}

std::string Resolver::logged_in_with(const std::string& id) {
  const ReservedSlot* slot = store::reserved_slot_of(id);
  if (slot == nullptr || slot->ids.size() == 1) return id;
  try {
    const std::string login = store_.read().login_of(id);
    const DiscoveredProvider* found = registry_.find(login);
    return found != nullptr && found->is_usable() && found->manifest.has_login ? login : id;
  } catch (const store::Unreadable&) {
    return id;
  }
}

provider::Interaction Resolver::interaction() const {
  const bool quiet = environment_.truthy("CI") || environment_.is_on("HEYGEN_NONINTERACTIVE");
  return quiet ? provider::Interaction::never : provider::Interaction::if_terminal;
}

Choice Resolver::choice() const {
  if (!provider_option_.empty()) return {provider_option_, Choice::By::option};
  const auto overrides = [&](const ReservedSlot& slot) {
    return !slot.environment.empty() && environment_.has(slot.environment);
  };
  if (std::ranges::any_of(store::reserved_slots(), overrides)) return {};
  std::string id(trim(environment_.value(kProviderVariable)));
  return id.empty() ? Choice{} : Choice{std::move(id), Choice::By::variable};
}

/// The environment variable that asks for a provider, or "". If the provider is missing or its manifest is unreadable,
/// the reserved slots tell, so that a credential that is set is never ignored.
std::string Resolver::variable_of(const std::string& id, const DiscoveredProvider* found) const {
  if (found != nullptr) {
    for (const std::string& name : found->manifest.credential_env) {
      if (environment_.has(name)) return name;
    }
    if (found->is_usable()) return {};
  }
  const ReservedSlot* slot = store::reserved_slot_of(id);
  const bool owns_one = slot != nullptr && slot->ids.front() == id && !slot->environment.empty();
  return owns_one && environment_.has(slot->environment) ? std::string(slot->environment) : std::string{};
}

Resolver::Candidate Resolver::candidate_of(const std::string& id, const DiscoveredProvider* found,
                                           const CredentialsDocument& document) const {
  Candidate candidate;
  candidate.id = id;
  candidate.slot = store::slot_of(id);
  candidate.found = found;
  candidate.variable = variable_of(id, found);
  candidate.stored = document.is_filled(id);
  candidate.ambient = found != nullptr && found->manifest.ambient;
  return candidate;
}

std::vector<Resolver::Candidate> Resolver::readers_of(const ReservedSlot& slot, const CredentialsDocument& document) {
  std::vector<Candidate> readers;
  for (const std::string_view name : slot.ids) {
    const std::string id(name);
    if (const DiscoveredProvider* found = registry_.find(id)) readers.push_back(candidate_of(id, found, document));
  }
  // One reader is enough for a slot that two share: a refused one counts only when no other is left.
  const auto may_load = [](const Candidate& reader) { return reader.found->is_usable(); };
  if (std::ranges::any_of(readers, may_load)) {
    std::erase_if(readers, [&](const Candidate& reader) { return !may_load(reader); });
  }
  if (readers.empty()) {
    Candidate missing = candidate_of(std::string(slot.ids.front()), nullptr, document);
    if (missing.has_credential()) readers.push_back(std::move(missing));
  }
  return readers;
}

std::vector<Resolver::Candidate> Resolver::chain(const CredentialsDocument& document) {
  std::vector<Candidate> candidates;
  for (const ReservedSlot& slot : store::reserved_slots()) {
    for (Candidate& reader : readers_of(slot, document)) candidates.push_back(std::move(reader));
  }
  // A variable says more of this run than the file does.
  std::ranges::stable_partition(candidates, [](const Candidate& one) { return !one.variable.empty(); });
  for (Candidate& other : others(document)) candidates.push_back(std::move(other));
  return candidates;
}

/// After the reserved slots.
std::vector<Resolver::Candidate> Resolver::others(const CredentialsDocument& document) {
  std::vector<Candidate> candidates;
  for (const store::FilledSlot& slot : document.filled_slots()) {
    const std::string& id = slot.ids.front();
    if (!slot.readable || store::reserved_slot_of(id) != nullptr || registry_.find(id) != nullptr) continue;
    candidates.push_back(candidate_of(id, nullptr, document));
  }
  for (const DiscoveredProvider& found : registry_.found()) {
    if (store::reserved_slot_of(found.id) == nullptr) candidates.push_back(candidate_of(found.id, &found, document));
  }
  return candidates;
}

std::vector<Resolver::Candidate> Resolver::applicable(std::vector<Candidate> candidates, const StoredFile& file) {
  std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.is_applicable(); });
  if (!file.problem) return candidates;
  // What comes from the environment needs no file; everything after it does.
  const auto needs_file = [](const Candidate& candidate) { return candidate.variable.empty(); };
  candidates.erase(std::ranges::find_if(candidates, needs_file), candidates.end());
  return candidates;
}

Resolver::StoredFile Resolver::read_file() const {
  const std::string path = store_.path().string();
  try {
    StoredFile file{store_.read(), {}};
    if (file.document.shape() == CredentialsDocument::Shape::blank) {
      file.problem = auth_error("You are not logged in" + store_.account + ": the credentials file " + path +
                                    " is empty, and no API key was found.",
                                "Run " + store::login_command() + " to create it.");
    }
    return file;
  } catch (const store::Unreadable& error) {
    return {{}, unusable_file(error)};
  }
}

Error Resolver::not_installed(const Candidate& candidate) const {
  const std::string& id = candidate.id;
  const std::string package =
      store::reserved_slot_of(candidate.id) == nullptr ? "" : " (package heygen-provider-" + id + ")";
  const std::string unreadable = provider::note_on_unreadable(registry_.unreadable());
  const std::string other_way = ", or log in another way with " + store::login_command() + ".";
  if (!candidate.variable.empty()) {
    return auth_error(candidate.variable + " is set, but its provider `" + id + "` is not installed." + unreadable,
                      "Install the provider" + package + ", or unset " + candidate.variable + other_way);
  }
  return auth_error("The credentials file " + store_.path().string() + " has a stored credential for provider `" + id +
                        "`, which is not installed." + unreadable,
                    "Install the provider" + package + ", run `heygen auth logout` to remove the entry" + other_way);
}

Error Resolver::not_logged_in(const std::vector<Candidate>& candidates) {
  const auto unused = [](const Candidate& candidate) { return candidate.is_disabled() && candidate.has_credential(); };
  const auto disabled = std::ranges::find_if(candidates, unused);
  if (disabled == candidates.end()) {
    return auth_error("You are not logged in" + store_.account + ": no API key and no stored credential were found." +
                          provider::note_on_unreadable(registry_.unreadable()),
                      login_hint());
  }
  const std::string cause = "because provider `" + disabled->id + "` is disabled.";
  const ReservedSlot* slot = store::reserved_slot_of(disabled->id);
  return auth_error(
      slot != nullptr && slot->plain_text
          ? "You are not logged in" + store_.account + ": no API key can be used, " + cause
          : "You are not logged in" + store_.account + ": no API key was found, and a credential cannot be used " +
                cause,
      "Run `heygen provider enable " + disabled->id + "`, or log in another way with " + store::login_command() + ".");
}

json::Value Resolver::state_of(const std::string& id) {
  try {
    return store_.read().state(id);
  } catch (const store::Unreadable& error) {
    throw unusable_file(error);
  }
}

ProviderResult Resolver::call_resolve(provider::Provider& provider, const json::Value& state,
                                      const RequestInfo& request, Reason reason) const {
  provider::ProviderRequest ask = ask_for(request, reason);
  ask.interaction = reason == Reason::explain ? provider::Interaction::never : interaction();
  ask.state = state;
  return provider.resolve(ask);
}

Credential Resolver::resolve_state(const std::string& id, const json::Value& state, const RequestInfo& request,
                                   Reason reason) {
  provider::Provider& provider = registry_.load(id);
  ProviderResult result = call_resolve(provider, state, request, reason);
  // What a login brought says nothing of the one that is stored.
  const auto hint = [&] { return reason == Reason::login ? auth::login_hint(registry_, id) : login_hint(id); };
  if (result.status != Status::ok) throw provider::to_error(result, provider.manifest(), hint());
  Credential credential(id, provider.manifest().title, std::move(result), state);
  credential.set_account(store_.account);
  return credential;
}

std::optional<Credential> Resolver::ask(const Candidate& candidate, const StoredFile& file, const RequestInfo& request,
                                        Reason reason) {
  if (candidate.found == nullptr) throw not_installed(candidate);
  if (candidate.variable.empty() && file.document.is_malformed(candidate.id)) {
    throw unusable_file("In the credentials file " + store_.path().string() + ", `" + candidate.slot +
                        "` is not an object.");
  }
  provider::Provider& provider = registry_.load(candidate.id);
  json::Value state = file.document.state(candidate.id);
  ProviderResult result = call_resolve(provider, state, request, reason);
  if (result.status == Status::not_configured) {
    // A file that could not be read may have what the provider lacks.
    if (file.problem && !candidate.variable.empty()) throw *file.problem;
    return {};
  }
  if (result.status != Status::ok) throw provider::to_error(result, provider.manifest(), login_hint(candidate.id));
  Credential credential(candidate.id, provider.manifest().title, std::move(result), std::move(state));
  credential.set_account(store_.account);
  return credential;
}

Credential Resolver::resolve_with(const std::string& id, const RequestInfo& request, Reason reason) {
  const StoredFile file = read_file();
  const DiscoveredProvider* found = registry_.find(id);
  if (found == nullptr) registry_.load(id);  // throws the error that names it
  const Candidate candidate = candidate_of(id, found, file.document);
  if (file.problem && candidate.variable.empty() && !candidate.ambient) throw *file.problem;
  if (std::optional<Credential> credential = ask(candidate, file, request, reason)) return *credential;
  throw auth_error("You are not logged in" + store_.account + ": no API key or other credential was found for " +
                       found->manifest.title + ".",
                   login_hint(id));
}

/// The first of the chain where the environment has its credential: no file is needed, and no other provider.
std::optional<Credential> Resolver::resolve_variable(const RequestInfo& request, Reason reason) {
  const ReservedSlot& first = store::reserved_slots().front();
  if (first.environment.empty() || !environment_.has(first.environment)) return {};
  for (const Candidate& candidate : readers_of(first, {})) {
    if (candidate.variable.empty() || !candidate.is_applicable()) return {};
    if (std::optional<Credential> credential = ask(candidate, {}, request, reason)) return credential;
  }
  return {};
}

Credential Resolver::resolve(const RequestInfo& request, Reason reason) {
  if (const Choice chosen = choice(); !chosen.id.empty()) {
    require_installed(chosen);
    return resolve_with(chosen.id, request, reason);
  }
  if (std::optional<Credential> credential = resolve_variable(request, reason)) return *std::move(credential);
  const StoredFile file = read_file();
  const std::vector<Candidate> candidates = chain(file.document);
  for (const Candidate& candidate : applicable(candidates, file)) {
    if (std::optional<Credential> credential = ask(candidate, file, request, reason)) return *credential;
  }
  if (file.problem) throw *file.problem;
  throw not_logged_in(candidates);
}

void Resolver::require_installed(const Choice& chosen) {
  if (chosen.by != Choice::By::variable || registry_.find(chosen.id) != nullptr) return;
  const bool has_package = store::reserved_slot_of(chosen.id) != nullptr;
  throw auth_error(
      std::string(kProviderVariable) + " names provider `" + shown_word(chosen.id) + "`, which is not installed." +
          provider::note_on_unreadable(registry_.unreadable()),
      (has_package ? "Install the package heygen-provider-" + chosen.id + ", unset " : std::string("Unset ")) +
          std::string(kProviderVariable) + ", set it to a provider of `heygen provider list`, or log in with " +
          store::login_command() + ".");
}

std::string Resolver::first_asked() {
  if (Choice chosen = choice(); !chosen.id.empty()) return chosen.id;
  const StoredFile file = read_file();
  const std::vector<Candidate> asked = applicable(chain(file.document), file);
  if (!asked.empty()) return asked.front().id;
  if (file.problem) throw *file.problem;
  return {};
}

std::optional<Error> Resolver::refusal_of(const std::string& id) {
  try {
    registry_.load(id);
  } catch (const Error& error) {
    return error;
  }
  return {};
}

ExplainRow Resolver::explain_candidate(const Candidate& candidate, const StoredFile& file, bool settled,
                                       std::optional<std::int64_t> now) {
  ExplainRow row;
  row.provider = candidate.id;
  row.slot = candidate.slot;
  row.variable = candidate.variable;
  row.stored = candidate.stored;
  const DiscoveredProvider* found = candidate.found;
  if (found != nullptr) row.title = found->manifest.title;
  if (found != nullptr && !found->is_usable()) {
    row.verdict = !candidate.is_applicable() ? Verdict::absent : settled ? Verdict::shadowed : Verdict::refused;
    row.why = Why::not_loadable;
    row.detail = found->reason;
    if (row.verdict == Verdict::refused) row.error = refusal_of(candidate.id);
    return row;
  }
  if (file.is_unreadable() && row.variable.empty() && !candidate.is_disabled()) {
    row.verdict = settled ? Verdict::absent : Verdict::broken;
    row.why = Why::unreadable;
    row.detail = file.problem->message();
    row.error = file.problem;
    return row;
  }
  if (!candidate.is_applicable()) return row;
  try {
    explain_credential(row, candidate, file, settled, now);
  } catch (const Error& error) {
    const bool needs_network = error.code == code::kNetwork;
    row.verdict = settled ? Verdict::shadowed : needs_network ? Verdict::used : Verdict::broken;
    row.why = needs_network ? Why::needs_network : Why::error;
    row.detail = error.message();
    row.error = error;
  }
  return row;
}

void Resolver::explain_credential(ExplainRow& row, const Candidate& candidate, const StoredFile& file, bool settled,
                                  std::optional<std::int64_t> now) {
  if (file.problem && candidate.variable.empty()) throw Error(*file.problem);
  const std::optional<Credential> credential = ask(candidate, file, {}, Reason::explain);
  if (!credential) {
    row.why = Why::nothing_found;
    return;
  }
  row.source = credential->source();
  row.type = credential->type();
  row.expires_at = credential->expires_at();
  row.refreshable = credential->refreshable();
  if (now && credential->expires_at() && credential->is_over(*now))
    throw expired_error(*credential, login_hint(candidate.id));
  row.verdict = settled ? Verdict::shadowed : Verdict::used;
  row.why = settled ? Why::overridden : Why::first;
}

Explanation Resolver::explain(std::optional<std::int64_t> now) {
  const StoredFile file = read_file();
  Explanation explanation;
  explanation.choice = choice();
  if (file.problem) {
    explanation.file_problem = file.problem->message();
    explanation.file_hint = file.problem->hint;
  }
  const std::string& chosen = explanation.choice.id;
  bool settled = false;
  for (const Candidate& candidate : chain(file.document)) {
    const bool skipped = !chosen.empty() && candidate.id != chosen;
    ExplainRow row = explain_candidate(candidate, file, settled || skipped, now);
    if (skipped && row.verdict == Verdict::shadowed) row.why = Why::not_chosen;
    settled = settled || (row.verdict != Verdict::absent && row.verdict != Verdict::shadowed);
    explanation.rows.push_back(std::move(row));
  }
  return explanation;
}

}  // namespace heygen::auth

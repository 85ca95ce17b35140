// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/explain.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/profile/choice.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/commands/auth/support.hpp"
#include "host/commands/provider/lookup.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {

namespace {

using heygen::auth::ExplainRow;
using heygen::auth::Explanation;
using heygen::auth::Verdict;
using heygen::auth::Why;

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::used:
      return "used";
    case Verdict::shadowed:
      return "shadowed";
    case Verdict::absent:
      return "absent";
    case Verdict::broken:
      return "broken";
    case Verdict::refused:
      return "refused";
  }
  return {};
}

std::string_view chosen_by(const heygen::auth::Choice& choice) {
  switch (choice.by) {
    case heygen::auth::Choice::By::option:
      return "--provider";
    case heygen::auth::Choice::By::variable:
      return "HEYGEN_PROVIDER";
    case heygen::auth::Choice::By::none:
      break;
  }
  return {};
}

std::string found_phrase(const ExplainRow& row, const std::string& file) {
  if (row.why == Why::unreadable) return "unknown: " + file + " cannot be read";
  if (!row.variable.empty()) return "variable " + row.variable;
  if (row.stored && row.in_keyring) return "`" + row.slot + "` in the keyring, named by " + file;
  if (row.stored) return "`" + row.slot + "` in " + file;
  return row.source.empty() ? "nothing" : "by the provider itself";
}

const ExplainRow* row_in_use(const Explanation& explanation) {
  const auto used = std::ranges::find(explanation.rows, Verdict::used, &ExplainRow::verdict);
  return used == explanation.rows.end() ? nullptr : &*used;
}

json::Value row_document(const ExplainRow& row, const Explanation& explanation, const std::string& file) {
  json::Value out = json::Object{};
  out.set("provider", row.provider);
  out.set("title", row.title);
  out.set("slot", row.slot);
  out.set("found", found_phrase(row, file));
  out.set("source", row.source);
  out.set("type", row.type);
  out.set("verdict", verdict_name(row.verdict));
  out.set("why", why_sentence(row, explanation.choice.id));
  if (row.expires_at) out.set("expires_at", format_time(*row.expires_at));
  if (row.refreshable) out.set("refreshable", true);
  return out;
}

std::string human_report(const Explanation& explanation, const std::string& file) {
  std::string out;
  int place = 0;
  for (const ExplainRow& row : explanation.rows) {
    out += std::to_string(++place) + ". " + (row.title.empty() ? row.provider : row.title + " (" + row.provider + ")");
    out += ": " + std::string(verdict_name(row.verdict)) + "\n   Found: " + found_line(row, file);
    out += "\n   " + why_sentence(row, explanation.choice.id) + "\n";
  }
  out += "\n" + explain_conclusion(explanation);
  const std::string by(chosen_by(explanation.choice));
  if (!by.empty()) out += " " + by + " chooses one provider by name.";
  return printable(out + "\n", true);
}

/// What the file says is in the keyring, which is not asked for that.
void mark_keyring(Explanation& explanation, Services& services) {
  std::vector<std::string> there;
  try {
    there = services.store().slots_in_keyring();
  } catch (const store::Unreadable&) {
    return;  // the explanation says it
  }
  for (ExplainRow& row : explanation.rows) {
    row.in_keyring = row.stored && std::ranges::find(there, row.slot) != there.end();
    if (row.in_keyring && row.source == "file") row.source = "keyring";
  }
}

}  // namespace

std::string found_line(const ExplainRow& row, const std::string& file) {
  // "file" is also what a provider that names no source is taken to mean.
  const bool names_source = !row.source.empty() && (row.source != "file" || (row.stored && row.variable.empty()));
  std::string what = row.type;
  if (names_source) what += (what.empty() ? "from " : " from ") + row.source;
  std::string out = found_phrase(row, file);
  if (!what.empty()) out += ", " + what;
  if (row.expires_at) out += ", expires " + format_time(*row.expires_at);
  if (row.refreshable) out += ", refreshed automatically";
  return out;
}

std::string why_sentence(const ExplainRow& row, const std::string& chosen) {
  switch (row.why) {
    case Why::first:
      return "The first in the order that has a credential.";
    case Why::needs_network:
      return "Needs the network; `explain` works offline.";
    case Why::overridden:
      return "A credential with higher precedence is used.";
    case Why::not_chosen:
      return "Provider " + chosen + " was chosen by name.";
    case Why::nothing_set:
      return "No environment variable and no stored credential.";
    case Why::nothing_found:
      return "The provider found no credential.";
    case Why::not_loadable:
      return row.verdict == Verdict::absent ? "The provider may not load: " + row.detail : row.detail;
    case Why::unreadable:
    case Why::error:
      break;
  }
  return row.detail;
}

json::Value explain_document(const Explanation& explanation, const std::string& file) {
  json::Array providers;
  for (const ExplainRow& row : explanation.rows) providers.push_back(row_document(row, explanation, file));
  const ExplainRow* used = row_in_use(explanation);
  json::Value out = json::Object{};
  out.set("providers", std::move(providers));
  out.set("used", used == nullptr ? json::Value{} : json::Value(used->provider));
  if (const std::string_view by = chosen_by(explanation.choice); !by.empty()) out.set("chosen_by", by);
  if (used == nullptr && !explanation.file_problem.empty()) out.set("problem", explanation.file_problem);
  return out;
}

std::optional<Error> fault_of(const Explanation& explanation) {
  if (row_in_use(explanation) != nullptr) return {};
  const auto fails = [](const ExplainRow& row) {
    return row.verdict == Verdict::broken || row.verdict == Verdict::refused;
  };
  const auto failing = std::ranges::find_if(explanation.rows, fails);
  const std::string problem = failing == explanation.rows.end() ? explanation.file_problem : why_sentence(*failing);
  if (problem.empty()) return {};
  const std::string message = "Requests will fail: " + problem + (problem.ends_with('.') ? "" : ".");
  if (failing == explanation.rows.end() || !failing->error) return auth_error(message, explanation.file_hint);
  return Error(failing->error->code, message, failing->error->hint, failing->error->exit);
}

std::string explain_conclusion(const Explanation& explanation) {
  if (const ExplainRow* used = row_in_use(explanation)) return "Requests use " + used->provider + ".";
  const std::optional<Error> fault = fault_of(explanation);
  if (!fault) return "No credential found. Run " + store::login_command() + ".";
  constexpr std::string_view kFail = "Requests will fail";
  return std::string(kFail) + " (exit " + std::to_string(static_cast<int>(fault->exit)) + ")" +
         fault->message().substr(kFail.size());
}

void run_explain(Services& services, Printer& printer, const Parsed&) {
  if (!services.options.provider.empty()) provider::require_installed(services, services.options.provider);
  Explanation explanation = services.resolver().explain(services.clock.now());
  mark_keyring(explanation, services);
  const std::string file = services.store().path().string();
  if (printer.human()) {
    const std::string profile = services.profile().name;
    printer.print_text((profile.empty() ? "" : "Profile: " + profile + "\n") + human_report(explanation, file));
  } else {
    json::Value document = explain_document(explanation, file);
    set_profile(document, services);
    printer.print(document);
  }
  if (std::optional<Error> fault = fault_of(explanation)) throw Error(std::move(*fault));
}

}  // namespace heygen::host::commands::auth

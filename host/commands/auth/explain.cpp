#include "host/commands/auth/explain.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"
#include "host/context.hpp"

namespace heygen::host {

namespace {

/// Who narrowed the chain to one provider: an option, a variable, or nobody.
std::string chosen_by(const Context& context) {
  if (!context.globals.provider.empty()) return "--provider";
  const bool outranked = std::ranges::any_of(store::reserved_slots(), [&](const store::ReservedSlot& slot) {
    return !slot.environment.empty() && context.environment.has(slot.environment);
  });
  return !outranked && context.environment.has("HEYGEN_PROVIDER") ? "HEYGEN_PROVIDER" : "";
}

json::Value row_document(const auth::ExplainRow& row) {
  json::Value out = json::Object{};
  out.set("provider", row.provider);
  out.set("title", row.title);
  out.set("slot", row.slot);
  out.set("found", row.found);
  out.set("source", row.source);
  out.set("type", row.type);
  out.set("verdict", row.verdict);
  out.set("why", row.why);
  if (row.expires_at) out.set("expires_at", format_time(*row.expires_at));
  if (row.refreshable) out.set("refreshable", true);
  return out;
}

std::string for_people(const std::vector<auth::ExplainRow>& rows, const json::Value& document) {
  std::string out;
  int place = 0;
  for (const auth::ExplainRow& row : rows) {
    out += std::to_string(++place) + ". " + (row.title.empty() ? row.provider : row.title + " (" + row.provider + ")");
    out += ": " + row.verdict + "\n   Found: " + row.found;
    if (!row.source.empty()) out += ", " + row.type + " from " + row.source;
    if (row.expires_at) out += ", expires " + format_time(*row.expires_at);
    if (row.refreshable) out += ", renewed by itself";
    out += "\n   " + row.why + "\n";
  }
  const std::string used = document.string_at("used");
  const std::string by = document.string_at("chosen_by");
  out += "\n" + (used.empty() ? "No credential is used." : "Requests use " + used + ".");
  if (!by.empty()) out += " " + by + " asks for one provider by name.";
  return printable(out + "\n", true);
}

}  // namespace

json::Value explain_document(const std::vector<auth::ExplainRow>& rows, const std::string& chosen_by) {
  json::Array providers;
  json::Value used;
  for (const auth::ExplainRow& row : rows) {
    providers.push_back(row_document(row));
    if (row.verdict == "used") used = row.provider;
  }
  json::Value out = json::Object{};
  out.set("providers", std::move(providers));
  out.set("used", std::move(used));
  if (!chosen_by.empty()) out.set("chosen_by", chosen_by);
  return out;
}

void run_explain(Context& context, const Parsed&) {
  const std::vector<auth::ExplainRow> rows = context.resolver().explain();
  const json::Value document = explain_document(rows, chosen_by(context));
  if (!context.human()) return context.print(document);
  context.print_text(for_people(rows, document));
}

}  // namespace heygen::host

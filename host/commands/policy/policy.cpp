// `heygen policy …`: what the administrator of this machine decided.
#include <filesystem>

#include "core/base/text.hpp"
#include "core/provider/policy/policy_file.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host {

namespace {

json::Array texts(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

json::Array digests(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& one : list) out.emplace_back("sha256:" + one);
  return out;
}

json::Value providers_of(const provider::Policy& policy) {
  json::Value out = json::Object{};
  out.set("mode", policy.listed_only ? "allow" : "open");
  if (policy.listed_only) out.set("allow", texts(policy.allow));
  out.set("user_directories", policy.user_directories);
  if (policy.logins) out.set("logins", texts(*policy.logins));
  return out;
}

json::Value document(const provider::Policy& policy) {
  json::Value out = json::Object{};
  out.set("in_force", policy.in_force() && policy.path == provider::policy_path());
  out.set("path", (policy.in_force() ? policy.path : provider::policy_path()).string());
  if (!policy.in_force()) return out;
  out.set("providers", providers_of(policy));
  json::Value pins = json::Object{};
  for (const auto& [id, pin] : policy.pins) {
    pins.set(id, json::Object{{"library", digests(pin.library)}, {"manifest", digests(pin.manifest)}});
  }
  out.set("pins", std::move(pins));
  if (!policy.api_base.empty()) out.set("api", json::Object{{"base", policy.api_base}});
  if (!policy.ca_file.empty()) out.set("tls", json::Object{{"ca_file", policy.ca_file}});
  out.set("audit", policy.audit ? "syslog" : "none");
  return out;
}

std::string for_people(const provider::Policy& policy) {
  const auto fixed = [](const std::string& value) { return value.empty() ? "not fixed" : value; };
  std::string out =
      policy.listed_only ? "Providers that may load: " + join(policy.allow, ", ") + "\n" : "Any provider may load.\n";
  out += std::string("Providers in directories of the user: ") + (policy.user_directories ? "count" : "do not count") +
         "\n";
  if (policy.logins) {
    out += "Logins offered: " + (policy.logins->empty() ? "none" : join(*policy.logins, ", ")) + "\n";
  }
  for (const auto& [id, pin] : policy.pins) {
    out += "Pinned: " + id + " (" + std::to_string(pin.library.size()) + " library, " +
           std::to_string(pin.manifest.size()) + " manifest)\n";
  }
  out += "Address of the API: " + fixed(policy.api_base) + "\nCA certificates: " + fixed(policy.ca_file) + "\n";
  return out + "What is loaded is reported to: " + (policy.audit ? "syslog" : "nobody") + "\n";
}

void run_show(Services& services, Printer& printer, const Parsed&) {
  const provider::Policy& policy = services.policy();
  if (!printer.human()) return printer.print(document(policy));
  const std::string path = provider::policy_path().string();
  if (!policy.in_force()) {
    return printer.print_text("There is no policy (" + path + "): all that the search rules find may load.\n");
  }
  printer.print_text(printable("The policy " + path + " is in force.\n" + for_people(policy), true));
}

void run_check(Services& services, Printer& printer, const Parsed& parsed) {
  const std::filesystem::path file = std::filesystem::absolute(parsed.positionals.at(0));
  const provider::Policy policy = provider::check_policy(file);
  if (const std::string fault = provider::fault_of_ca_file(policy); !fault.empty()) {
    services.terminal.notice("Warning: in force on this machine it would be refused as it is now: " + printable(fault) +
                             ".");
  }
  if (!printer.human()) {
    json::Value out = document(policy);
    out.set("valid", true);
    return printer.print(out);
  }
  printer.print_text(printable(file.string() + " is a valid policy.\n" + for_people(policy), true));
}

Command show() {
  Command command;
  command.words = {"policy", "show"};
  command.summary = "Show what the administrator of this machine permits";
  command.description =
      "Which providers may load, which logins are offered, what is fixed. Without a policy everything is permitted "
      "that "
      "the search rules find. `heygen provider why ID` names the rule for one provider.";
  command.examples = {"heygen policy show --human"};
  command.run = run_show;
  return command;
}

Command check() {
  Command command;
  command.words = {"policy", "check"};
  command.summary = "Check a policy before it is put in force";
  command.description =
      "Names the line and the key of the first mistake. Who owns the file does not matter here; in force it must "
      "belong "
      "to root.";
  command.examples = {"heygen policy check policy.toml"};
  command.positionals = {{"file", "A policy"}};
  command.run = run_check;
  return command;
}

}  // namespace

void add_policy_commands(CommandTable& table) {
  table.add_group({{"policy"}, "Show and check what the administrator permits", ""});
  table.add(show());
  table.add(check());
}

}  // namespace heygen::host

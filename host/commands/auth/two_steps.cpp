// SPDX-License-Identifier: Apache-2.0
#include "host/commands/auth/two_steps.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "core/auth/login.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/login/pasted_redirect.hpp"
#include "core/provider/stage/finished_login.hpp"
#include "core/provider/stage/started_login.hpp"
#include "core/store/provider/provider_files.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/store/started_login_file.hpp"
#include "host/commands/auth/events.hpp"
#include "host/commands/auth/login.hpp"
#include "host/commands/auth/method.hpp"
#include "host/commands/auth/support.hpp"
#include "host/printer.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::auth {
namespace {

using heygen::provider::LoginRecord;
using heygen::provider::PastedRedirect;

std::string start_command(const std::string& id) {
  return std::string(store::kLoginCommand) + " " + store::login_flag_of(id) + " --start";
}

std::string finish_command(bool with_address) {
  return std::string(store::kLoginCommand) + " --finish" + (with_address ? " ADDRESS" : "");
}

std::string start_again(const std::string& id) {
  return "Run `" + start_command(id) + "` again.";
}

std::string digest_of(Services& services, const heygen::provider::Manifest& manifest,
                      const heygen::provider::GivenSettings& given) {
  const auto configured = [&](const std::string& section, const std::string& key) {
    return services.config().raw("providers." + section + "." + key);
  };
  return heygen::provider::settings_digest(manifest, services.environment, configured, given, services.api_base());
}

std::uint16_t port_of(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    throw usage_error("Invalid --port '" + shown_word(text) + "': must be from 1 to 65535.", "Such as --port 8400.");
  return port;
}

/// Empty when there is none, or none that was started by a heygen like this one.
std::optional<LoginRecord> read_record(const store::StartedLoginFile& file) {
  std::optional<json::Value> document = file.read();
  if (!document) return {};
  if (store::StartedLoginFile::is_used(*document)) {
    throw Error(code::kError, "The started login was already finished: it can be used once.",
                "`heygen auth status` shows who is logged in.");
  }
  auto record = LoginRecord::read(*document);
  store::wipe_strings(*document);
  return record;
}

LoginRecord require_record(Services& services, const store::StartedLoginFile& file, const std::string& id) {
  std::optional<LoginRecord> record = read_record(file);
  if (!record) {
    throw Error(code::kError, "No login waits to be finished.",
                "Run `" + start_command(id.empty() ? "oauth" : id) + "` first.");
  }
  if (services.clock.now() >= record->expires_at) {
    throw Error(
        code::kError,
        "The login that was started has expired: it had to be finished by " + format_time(record->expires_at) + ".",
        start_again(record->provider));
  }
  if (!id.empty() && id != record->provider) {
    throw usage_error("The login that waits is one with `" + record->provider + "`, not with `" + id + "`.",
                      "Leave out the method: `" + finish_command(!record->redirect_uri.empty()) + "`.");
  }
  return std::move(*record);
}

/// The address of --finish, from stdin for "-".
std::string given_address(Services& services, const StepOptions& steps) {
  if (steps.address != "-") return steps.address;
  const Secret text = services.terminal.read_secret("Address (hidden): ", limits::kInputLine, services.cancel);
  return std::string(trim(text.reveal()));
}

PastedRedirect require_redirect(Services& services, const StepOptions& steps, const LoginRecord& record) {
  std::string address = given_address(services, steps);
  const Wiper wiper{address};
  if (record.redirect_uri.empty()) {
    if (!address.empty())
      throw usage_error("The login that waits takes no address: it asks its server until the code was entered.",
                        "Run `" + finish_command(false) + "`.");
    return {};
  }
  if (address.empty()) {
    throw usage_error("The login that waits needs the address on which the browser ended.",
                      "Run `" + finish_command(true) + "`, or `" + finish_command(false) + " -` to give it on stdin.");
  }
  PastedRedirect pasted =
      heygen::provider::read_pasted(address, {record.redirect_uri, heygen::provider::state_of(record.url)});
  if (!pasted.fault.empty()) {
    throw Error(code::kError, pasted.fault + " The started login still waits.",
                "Run `" + finish_command(true) + "` with the address on which the browser ended.");
  }
  return pasted;
}

}  // namespace

std::vector<Option> step_option_list() {
  return {
      {.name = "start", .doc = "First of two steps: print the URL as JSON and end"},
      {.name = "finish", .doc = "Second step: complete it with ADDRESS, or poll"},
      {.name = "port", .value = "N", .doc = "Port of the redirect, such as one that SSH forwards"},
      {.name = "events", .doc = "Print what happens to stderr, one JSON object a line"},
  };
}

StepOptions step_options(const Parsed& parsed) {
  StepOptions steps;
  steps.start = parsed.is_on("start");
  steps.finish = parsed.is_on("finish");
  steps.events = parsed.is_on("events");
  if (!parsed.positionals.empty()) steps.address = parsed.positionals.front();
  if (parsed.given("port")) steps.port = port_of(parsed.value("port"));
  if (steps.start && steps.finish) {
    throw usage_error("--start and --finish are two steps, and each command is one of them.", "Keep one of them.");
  }
  if (!steps.finish && !steps.address.empty()) {
    throw usage_error("`" + std::string(store::kLoginCommand) +
                          "` takes an argument only with --finish; unexpected argument '" + shown_word(steps.address) +
                          "'.",
                      "`" + std::string(store::kLoginCommand) + " --help` lists the options.");
  }
  if (steps.finish && (steps.port != 0 || parsed.given("set"))) {
    throw usage_error("--port and --set belong to the first step (--start).", "Leave them out.");
  }
  return steps;
}

Error unnamed_start() {
  return usage_error("--start needs a login method.", "Such as `" + start_command("oauth") + "`.");
}

void start_login(Services& services, Printer& printer, const StepOptions& steps,
                 const heygen::provider::Manifest& manifest, const heygen::provider::GivenSettings& given) {
  if (!manifest.interacts_browser) {
    throw usage_error("The login with `" + manifest.id + "` has no URL to open, so it has no two steps.",
                      "Run " + store::login_command(manifest.id) + ".");
  }
  heygen::provider::StartedLogin stage(steps.port, steps.events ? show_event : heygen::provider::OnLoginEvent{});
  store::KeySet keys;
  heygen::provider::ProviderResult answer;
  try {
    answer = heygen::auth::start_login(services.login_dependencies(), manifest.id, given, stage, keys);
  } catch (const store::Unreadable& problem) {
    throw unchangeable_file(problem);
  }
  if (!stage.is_waiting() && answer.status != heygen::provider::Status::ok) throw login_error(answer, manifest);
  if (!stage.is_waiting()) {
    throw usage_error("The login with `" + manifest.id + "` waits for nothing, so it has no two steps.",
                      "Run " + store::login_command(manifest.id) + ".");
  }
  if (services.cancel.requested()) throw canceled_error("Login canceled.");
  if (!stage.fault().empty())
    throw usage_error(stage.fault(), "Run " + store::login_command(manifest.id) + " without --start.");
  const auto device = stage.device();
  LoginRecord record = stage.take_record();
  record.provider = manifest.id;
  record.settings = digest_of(services, manifest, given);
  record.given = given;
  record.keys = std::move(keys);
  json::Value document = record.document();
  store::StartedLoginFile(services.store().directory(), services.clock).put(document);
  store::wipe_strings(document);

  json::Value out = json::Object{};
  out.set("provider", manifest.id);
  out.set("url", record.url);
  if (record.redirect_uri.empty() && device) {
    out.set("user_code", device->user_code);
    out.set("verification_uri", device->page);
  }
  if (!record.redirect_uri.empty()) out.set("redirect_uri", record.redirect_uri);
  out.set("next", finish_command(!record.redirect_uri.empty()));
  out.set("expires_at", format_time(record.expires_at));
  printer.print(out);
}

void finish_started_login(Services& services, Printer& printer, const StepOptions& steps, const std::string& id) {
  store::StartedLoginFile file(services.store().directory(), services.clock);
  static_cast<void>(require_record(services, file, id));  // a login that cannot be finished leaves no lock behind
  const FileLock lock = file.lock(services.cancel);
  LoginRecord record = require_record(services, file, id);
  const std::string provider = record.provider;
  const heygen::provider::DiscoveredProvider& found = require_login(services, provider);
  const heygen::provider::Manifest manifest = found.manifest;
  if (found.is_usable() && digest_of(services, manifest, record.given) != record.settings) {
    throw Error(code::kError, "The settings of `" + provider + "` have changed since the login was started.",
                start_again(provider));
  }
  const heygen::provider::GivenSettings given = record.given;
  PastedRedirect pasted = require_redirect(services, steps, record);
  const bool polls = record.redirect_uri.empty();
  if (!polls) file.mark_used();  // before the code is sent: it works once
  heygen::provider::FinishedLogin stage(std::move(record), std::move(pasted.params));
  try {
    complete_login(services, printer, manifest, given, stage);
  } catch (const Error& error) {
    if (stage.has_diverged()) {
      throw Error(code::kError, "The login with `" + provider + "` takes another course than when it was started.",
                  start_again(provider));
    }
    // What only polled, and was stopped or met a network that is down, can poll again.
    if (polls && error.code != code::kCanceled && error.code != code::kNetwork) file.mark_used();
    throw;
  }
  if (polls) file.mark_used();
}

}  // namespace heygen::host::commands::auth

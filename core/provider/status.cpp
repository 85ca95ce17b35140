// SPDX-License-Identifier: Apache-2.0
#include "core/provider/status.hpp"

#include "core/base/retry_hint.hpp"
#include "core/base/text.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

std::string title_of(const Manifest& manifest) {
  return printable(manifest.title.empty() ? manifest.id : manifest.title);
}

/// The provider's own words or, without any, `otherwise`; the title in front says who speaks.
std::string sentence(const ProviderResult& result, const Manifest& manifest, const std::string& otherwise) {
  std::string text = printable(trim(result.message.empty() ? otherwise : result.message));
  const std::string code = printable(result.code);
  if (!code.empty() && text.find(code) == std::string::npos) text += " (" + code + ")";
  const std::string title = title_of(manifest);
  return text.starts_with(title) ? text : title + ": " + text;
}

/// Other programs search for "login required".
std::string rejection(std::string text) {
  if (text.find("login required") != std::string::npos) return text;
  if (!text.ends_with('.')) text += '.';
  return text + " The credential was rejected: login required.";
}

std::string login_hint(const ProviderResult& result, const std::string& how_to_login) {
  const std::string own = printable(trim(result.hint));
  if (own.empty()) return how_to_login;
  return own.find(store::kLoginCommand) != std::string::npos ? own : own + " " + how_to_login;
}

std::string other_hint(const ProviderResult& result, const std::string& otherwise) {
  const std::string own = printable(trim(result.hint));
  return own.empty() ? otherwise : own;
}

std::string later_hint(const ProviderResult& result) {
  const std::string when = try_again(result.retry_after);
  const std::string own = printable(trim(result.hint));
  if (own.empty()) return result.retry_after > 0 ? when : "Check the network connection. " + when;
  if (result.retry_after == 0) return own;
  return own == "Try again later." ? when : own + " " + when;
}

Error later_error(const ProviderResult& result, const std::string& message) {
  Error error = network_error(message, later_hint(result));
  if (result.retry_after > 0) error.retry_after = result.retry_after;
  return error;
}

}  // namespace

Error to_error(const ProviderResult& result, const Manifest& manifest, const std::string& how_to_login) {
  const auto auth = [&](const std::string& otherwise) {
    return auth_error(sentence(result, manifest, otherwise), login_hint(result, how_to_login));
  };
  switch (result.status) {
    case Status::not_configured:
      return auth("not logged in: no credential is stored.");
    case Status::broken:
      return auth("the stored credential cannot be used.");
    case Status::rejected:
      return auth_error(rejection(sentence(result, manifest, "the server rejected the credential: login required.")),
                        login_hint(result, how_to_login));
    case Status::needs_user:
      return auth(title_of(manifest) + " needs you to log in interactively, but this command cannot prompt.");
    case Status::transient:
      return later_error(result, sentence(result, manifest, "the server could not be reached."));
    case Status::usage:
      return usage_error(sentence(result, manifest, "invalid options or settings."),
                         other_hint(result, "See `heygen provider why " + manifest.id + "`."));
    case Status::unsupported:
      return usage_error(sentence(result, manifest, "this is not supported."), other_hint(result, {}));
    case Status::canceled:
      return canceled_error(result.message.empty() ? "Canceled." : sentence(result, manifest, {}));
    case Status::ok:
    case Status::internal:
      break;
  }
  const std::string version = manifest.version.empty() ? std::string{} : " " + printable(manifest.version);
  return {code::kError,
          "Bug in provider `" + printable(manifest.id) + "`" + version + ": " +
              sentence(result, manifest, "it failed without a reason."),
          other_hint(result,
                     "Report it to the provider's author, or log in another way with " + store::login_command() + "."),
          Exit::failure};
}

}  // namespace heygen::provider

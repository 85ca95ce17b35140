// What the user sees when a provider's status ends the chain (design §2.5).
#include "core/base/text.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {
namespace {

/// The provider's own words, or these; the title in front says who speaks.
std::string sentence(const ProviderResult& answer, const Manifest& manifest, const std::string& otherwise) {
  std::string text = printable(trim(answer.message.empty() ? otherwise : answer.message));
  const std::string code = printable(answer.code);
  if (!code.empty() && text.find(code) == std::string::npos) text += " (" + code + ")";
  const std::string title = printable(manifest.title.empty() ? manifest.id : manifest.title);
  return text.starts_with(title) ? text : title + ": " + text;
}

std::string login_hint(const ProviderResult& answer, const std::string& how_to_login) {
  const std::string own = printable(trim(answer.hint));
  if (own.empty()) return how_to_login;
  return own.find("heygen auth login") != std::string::npos ? own : own + " " + how_to_login;
}

std::string other_hint(const ProviderResult& answer, const std::string& otherwise) {
  const std::string own = printable(trim(answer.hint));
  return own.empty() ? otherwise : own;
}

std::string later_hint(const ProviderResult& answer) {
  const std::string when =
      answer.retry_after > 0 ? "Try again in " + std::to_string(answer.retry_after) + " s." : "Try again later.";
  const std::string own = printable(trim(answer.hint));
  if (own.empty()) return answer.retry_after > 0 ? when : "Check the network connection. " + when;
  return answer.retry_after > 0 ? own + " " + when : own;
}

}  // namespace

Error to_error(const ProviderResult& answer, const Manifest& manifest, const std::string& how_to_login) {
  const auto auth = [&](const char* otherwise) {
    return auth_error(sentence(answer, manifest, otherwise), login_hint(answer, how_to_login));
  };
  switch (answer.status) {
    case Status::not_configured:
      return auth("No credential is configured.");
    case Status::broken:
      return auth("The credential is there but cannot be used.");
    case Status::rejected:
      return auth("The server refused the credential; log in again.");
    case Status::needs_user:
      return auth("A person is needed, and this command may not ask one.");
    case Status::transient:
      return network_error(sentence(answer, manifest, "The server cannot be reached at the moment."),
                           later_hint(answer));
    case Status::usage:
      return usage_error(sentence(answer, manifest, "The options or settings do not fit."),
                         other_hint(answer, "See `heygen provider why " + manifest.id + "`."));
    case Status::unsupported:
      return usage_error(sentence(answer, manifest, "This is not supported."), other_hint(answer, {}));
    case Status::cancelled:
      return canceled_error(answer.message.empty() ? "Canceled." : sentence(answer, manifest, {}));
    case Status::ok:
    case Status::internal:
      break;
  }
  const std::string version = manifest.version.empty() ? std::string{} : " " + printable(manifest.version);
  return {code::kError,
          "Fault in the provider `" + printable(manifest.id) + "`" + version + ": " +
              sentence(answer, manifest, "it failed without saying why."),
          other_hint(answer, "Report this to whoever maintains the provider; `heygen auth login` offers other ways."),
          Exit::failure};
}

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
// metadata: the credential that a cloud gives a machine, from the metadata service on its link-local address. There is
// no login, and nothing is stored: the credential is cached for as long as it lives.
#include <array>
#include <heygen/provider.hpp>

namespace metadata {
namespace {

namespace sdk = heygen::sdk;

constexpr std::string_view kCredential = "credential";
constexpr std::chrono::milliseconds kTimeout{1'000};  // the service answers at once, or is not there
constexpr std::string_view kTokenLife = "60";

sdk::HttpResponse ask(const sdk::Call& call, std::string_view method, std::string_view path, std::string_view header,
                      std::string_view value) {
  sdk::HttpRequest request;
  request.method = method;
  request.url = std::string(call.settings().get("url").value()) + std::string(path);
  request.headers.emplace_back(header, value);
  request.timeout = kTimeout;
  const sdk::HttpResponse response = call.http().send(request);
  if (response.status() >= 500)
    throw sdk::Fail(HEYGEN_TRANSIENT, "The metadata service is in trouble.", "Try again in a moment.");
  if (response.status() == 404) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);  // the machine has no such role
  if (response.status() != 200) throw sdk::Fail(HEYGEN_REJECTED, "The metadata service refused this machine.");
  return response;
}

/// A token of the service first, which a request that was smuggled through the machine cannot ask for; then the
/// credential.
sdk::Cache::Cached fetch(const sdk::Call& call) {
  const auto token = ask(call, "PUT", "/latest/api/token", "X-Metadata-Token-TTL-Seconds", kTokenLife);
  const auto response = ask(call, "GET", "/latest/meta-data/heygen/credential", "X-Metadata-Token", token.body());
  const sdk::Json answer = call.parse(response.body());
  const auto expires_at = call.clock().parse(answer["expiration"].as_text());
  if (!answer["token"].is_string() || !expires_at)
    throw sdk::Fail(HEYGEN_BROKEN, "The metadata service gave no credential.", "Check the role of this machine.");
  return {sdk::Secret(answer["token"].as_text()), *expires_at};
}

class MetadataProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    if (call.settings().get("enabled") != "true") throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    call.set_type("machine");
    call.set_source("metadata");
    call.set_refreshable(true);
    auto credential = call.cache().get(kCredential);
    if (!credential && call.reason() == HEYGEN_REASON_EXPLAIN) return;  // a report: it would be fetched
    if (!credential) {
      credential = fetch(call);
      call.cache().put(kCredential, credential->value.reveal(), credential->expires_at);
    }
    call.set_expiry(credential->expires_at);
    std::string value = "Bearer " + std::string(credential->value.reveal());
    call.set_header("Authorization", value);
    sdk::wipe(value);
  }

  /// The next resolve() fetches another.
  void refresh(sdk::Call& call) override { call.cache().drop(kCredential); }
};

constexpr std::array kEnv{sdk::view("HEYGEN_METADATA_URL")};
constexpr std::array<heygen_setting, 2> kSettings{
    sdk::setting("enabled", "bool", "false", "Ask the metadata service of this machine's cloud"),

    sdk::setting("url", "url", "http://169.254.169.254", "Where the metadata service is", "HEYGEN_METADATA_URL")};
constexpr auto kNeeds = sdk::needs("hosts=setting:url", "plain-http=169.254.169.254");

constexpr heygen_descriptor kDescriptor = sdk::Descriptor("metadata", "1.0.0")
                                              .title("Cloud machine")
                                              .note("The credential that the cloud gives this machine")
                                              .flags(HEYGEN_PROVIDER_AMBIENT | HEYGEN_PROVIDER_NO_LOGIN)
                                              .env(kEnv)
                                              .settings<kSettings>()
                                              .needs(kNeeds)
                                              .build();

}  // namespace
}  // namespace metadata

HEYGEN_PROVIDER(metadata::MetadataProvider, metadata::kDescriptor);

// SPDX-License-Identifier: Apache-2.0
// Fakes of what auth uses: providers that do as told, a clock that obeys, a terminal that remembers.
#pragma once

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <mutex>

#include "core/auth/session.hpp"
#include "core/base/cancel.hpp"
#include "core/json/write.hpp"
#include "core/provider/call/declared_values.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/error.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/terminal.hpp"

namespace heygen::auth::test {

using heygen::test::error_of;
using heygen::test::FakeDate;
using heygen::test::FakeTerminal;
using heygen::test::kNow;

/// A token provider: state {token, refresh?, until?}; refresh() is whatever the test says.
class FakeProvider : public provider::Provider {
 public:
  explicit FakeProvider(const std::string& id) {
    manifest_.id = id;
    manifest_.title = "Title of " + id;
    manifest_.library = id + ".so";
  }
  const provider::Manifest& manifest() const override { return manifest_; }
  provider::ProviderResult resolve(const provider::ProviderRequest& ask) override {
    {
      const std::lock_guard held(guard_);
      asked.push_back(ask);
    }
    if (on_resolve) return on_resolve(ask);
    provider::ProviderResult answer;
    const std::string token = ask.state.string_at("token");
    answer.refreshable = !ask.state.string_at("refresh").empty();
    answer.status = token.empty() && !answer.refreshable ? provider::Status::not_configured : provider::Status::ok;
    answer.type = "oauth";
    if (!token.empty()) answer.headers.push_back({"Authorization", Secret("Bearer " + token)});
    if (const json::Value* until = ask.state.find("until")) answer.expires_at = until->to_int64();
    return answer;
  }
  provider::ProviderResult refresh(const provider::ProviderRequest& ask) override {
    ++refreshes;
    BOOST_REQUIRE_MESSAGE(on_refresh, "an unexpected refresh");
    return on_refresh(ask);
  }
  provider::ProviderResult login(const provider::ProviderRequest& ask) override {
    return on_login ? on_login(ask) : provider::ProviderResult{};
  }
  provider::ProviderResult revoke(const provider::ProviderRequest& ask) override {
    revoked.push_back(ask);
    if (on_revoke) on_revoke();
    provider::ProviderResult answer;
    answer.status = revocation;
    answer.sent = sent_by_revocation;
    return answer;
  }
  void report_outcome(const provider::ProviderRequest&, int status, bool accepted) override {
    outcomes[status] = accepted;
  }

  provider::Manifest manifest_;
  std::function<provider::ProviderResult(const provider::ProviderRequest&)> on_resolve, on_refresh, on_login;
  std::function<void()> on_revoke;
  provider::Status revocation = provider::Status::ok;  ///< what revoke() ends in
  provider::Sent sent_by_revocation = provider::Sent::nothing;
  std::vector<provider::ProviderRequest> asked, revoked;
  std::atomic<int> refreshes{0};
  std::map<int, bool> outcomes;

 private:
  std::mutex guard_;
};

class FakeRegistry : public provider::ProviderRegistry {
 public:
  const std::vector<provider::DiscoveredProvider>& found() override { return found_; }
  provider::Provider& load(const std::string& id) override {
    for (const provider::DiscoveredProvider& one : found_) {
      if (one.id == id && !one.is_usable()) throw auth_error("refused " + id, "see `heygen auth login`");
    }
    const auto at = providers_.find(id);
    if (at == providers_.end()) throw auth_error("not installed: " + id, "see `heygen auth login`");
    const std::lock_guard held(guard_);
    loaded.push_back(id);
    return *at->second;
  }
  /// Keep to the order of found(): reserved slots first.
  FakeProvider& add(const std::string& id) {
    auto made = std::make_unique<FakeProvider>(id);
    provider::DiscoveredProvider one;
    one.id = id;
    one.manifest = made->manifest_;
    found_.push_back(one);
    return *(providers_[id] = std::move(made));
  }
  provider::DiscoveredProvider& entry(const std::string& id) {
    for (provider::DiscoveredProvider& one : found_) {
      if (one.id == id) return one;
    }
    throw std::logic_error("no " + id);
  }
  void forget(const std::string& id) {
    std::erase_if(found_, [&](const provider::DiscoveredProvider& one) { return one.id == id; });
    providers_.erase(id);
  }
  std::vector<std::string> loaded;

 private:
  std::mutex guard_;
  std::vector<provider::DiscoveredProvider> found_;
  std::map<std::string, std::unique_ptr<FakeProvider>> providers_;
};

inline provider::ProviderResult refreshed(const std::string& token, std::int64_t until = kNow + 3600) {
  provider::ProviderResult answer;
  answer.status = provider::Status::ok;
  answer.patch = json::Object{{"token", token}, {"until", until}};
  return answer;
}

inline provider::ProviderResult ended(provider::Status status, const std::string& message = {}) {
  provider::ProviderResult answer;
  answer.status = status;
  answer.message = message;
  return answer;
}

/// A private directory, a store in it, and everything above it.
struct Scenario {
  void write(const std::string& text) const { directory.write("credentials", text); }
  std::string stored() const { return json::write(store->read().root()); }
  Resolver resolver(const std::string& chosen = {}) { return {registry, *store, environment, chosen}; }

  heygen::test::TemporaryDirectory directory;
  FakeDate clock;
  FakeTerminal terminal;
  Cancel cancel;
  FakeRegistry registry;
  MapEnvironment environment{{}};
  std::unique_ptr<store::CredentialStore> store = std::make_unique<store::CredentialStore>(directory.path(), clock);
};

inline std::string bearer(const Credential& credential) {
  BOOST_REQUIRE(credential.has_headers());
  return credential.headers(kNow).front().value.reveal();
}

}  // namespace heygen::auth::test

// Stand-ins for what auth stands on: providers that do as told, a clock that obeys, a terminal that remembers.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <sstream>

#include "core/auth/session.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/terminal.hpp"

namespace heygen::auth::test {

inline constexpr std::int64_t kNow = 1'700'000'000;

class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return time; }
  std::chrono::milliseconds monotonic() const override { return system_clock().monotonic(); }
  bool wait(std::chrono::milliseconds pause, const Cancel& cancel) override {
    return system_clock().wait(pause, cancel);
  }
  std::int64_t time = kNow;
};

class FakeTerminal : public Terminal {
 public:
  bool stdin_is_terminal() const override { return false; }
  bool stdout_is_terminal() const override { return false; }
  bool stderr_is_terminal() const override { return false; }
  int columns() const override { return 80; }
  void notice(std::string_view line) override { notices.emplace_back(line); }
  std::string read_line(std::string_view, const Cancel&) override { throw canceled_error(); }
  Secret read_secret(std::string_view, std::size_t, const Cancel&) override { throw canceled_error(); }
  std::vector<std::string> notices;
};

/// A token provider: state {token, refresh?, until?}; refresh() is whatever the test says.
class FakeProvider : public provider::Provider {
 public:
  explicit FakeProvider(const std::string& id) {
    manifest_.id = id;
    manifest_.title = "Title of " + id;
    manifest_.library = id + ".so";
  }
  const provider::Manifest& manifest() const override { return manifest_; }
  provider::Answer resolve(const provider::Ask& ask) override {
    {
      const std::lock_guard held(guard_);
      asked.push_back(ask);
    }
    if (on_resolve) return on_resolve(ask);
    provider::Answer answer;
    const std::string token = ask.state.string_at("token");
    answer.refreshable = !ask.state.string_at("refresh").empty();
    answer.status = token.empty() && !answer.refreshable ? provider::Status::not_configured : provider::Status::ok;
    answer.type = "oauth";
    if (!token.empty()) answer.headers.push_back({"Authorization", Secret("Bearer " + token)});
    if (const json::Value* until = ask.state.find("until")) answer.expires_at = until->to_int64();
    return answer;
  }
  provider::Answer refresh(const provider::Ask& ask) override {
    ++refreshes;
    BOOST_REQUIRE_MESSAGE(on_refresh, "an unexpected refresh");
    return on_refresh(ask);
  }
  provider::Answer login(const provider::Ask&) override { return {}; }
  provider::Answer revoke(const provider::Ask&) override { return {}; }
  void report_outcome(const provider::Ask&, int status, bool accepted) override { outcomes[status] = accepted; }

  provider::Manifest manifest_;
  std::function<provider::Answer(const provider::Ask&)> on_resolve, on_refresh;
  std::vector<provider::Ask> asked;
  std::atomic<int> refreshes{0};
  std::map<int, bool> outcomes;

 private:
  std::mutex guard_;
};

class FakeCatalogue : public provider::Catalogue {
 public:
  const std::vector<provider::Found>& found() override { return found_; }
  provider::Provider& load(const std::string& id) override {
    for (const provider::Found& one : found_) {
      if (one.id == id && one.refused) throw auth_error("refused " + id, "see `heygen auth login`");
    }
    const auto at = providers_.find(id);
    if (at == providers_.end()) throw auth_error("not installed: " + id, "see `heygen auth login`");
    const std::lock_guard held(guard_);
    loaded.push_back(id);
    return *at->second;
  }
  /// Keep to the order of found(): historic slots first.
  FakeProvider& add(const std::string& id) {
    auto made = std::make_unique<FakeProvider>(id);
    provider::Found one;
    one.id = id;
    one.manifest = made->manifest_;
    found_.push_back(one);
    return *(providers_[id] = std::move(made));
  }
  provider::Found& entry(const std::string& id) {
    for (provider::Found& one : found_) {
      if (one.id == id) return one;
    }
    throw std::logic_error("no " + id);
  }
  void forget(const std::string& id) {
    std::erase_if(found_, [&](const provider::Found& one) { return one.id == id; });
    providers_.erase(id);
  }
  std::vector<std::string> loaded;

 private:
  std::mutex guard_;
  std::vector<provider::Found> found_;
  std::map<std::string, std::unique_ptr<FakeProvider>> providers_;
};

inline provider::Answer renewed(const std::string& token, std::int64_t until = kNow + 3600) {
  provider::Answer answer;
  answer.status = provider::Status::ok;
  answer.patch = json::Object{{"token", token}, {"until", until}};
  return answer;
}

inline provider::Answer ended(provider::Status status, const std::string& message = {}) {
  provider::Answer answer;
  answer.status = status;
  answer.message = message;
  return answer;
}

/// A private folder, a store in it, and everything above it.
struct World {
  World() {
    std::string name = (std::filesystem::temp_directory_path() / "heygen-auth-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    store = std::make_unique<store::CredentialStore>(folder, clock);
  }
  ~World() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  void write(const std::string& text) const { std::ofstream(folder / "credentials") << text; }
  std::string stored() const { return json::write(store->read().root); }
  Resolver resolver(const std::string& chosen = {}) { return {catalogue, *store, environment, chosen}; }

  std::filesystem::path folder;
  FakeClock clock;
  FakeTerminal terminal;
  Cancel cancel;
  FakeCatalogue catalogue;
  MapEnvironment environment{{}};
  std::unique_ptr<store::CredentialStore> store;
};

inline std::string bearer(const Credential& credential) {
  BOOST_REQUIRE(credential.has_headers());
  return credential.headers(kNow).front().value.reveal();
}

}  // namespace heygen::auth::test

// What the tests of core/provider stand on: fakes for every service, directories that go away, an installed probe.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/provider/library/loader.hpp"

namespace heygen::provider::kit {

namespace fs = std::filesystem;

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "heygen-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const fs::path& path() const { return path_; }
  fs::path make(const std::string& name) const {
    fs::create_directories(path_ / name);
    return path_ / name;
  }

 private:
  fs::path path_;
};

inline void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_file(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// HEYGEN_TEST_FIXTURES names the same libraries built from another version of the header.
inline fs::path fixture(const std::string& name) {
  const char* directory = std::getenv("HEYGEN_TEST_FIXTURES");
  return fs::path(directory != nullptr ? directory : HEYGEN_FIXTURES) / (name + ".so");
}

/// The manifest that fits the fixtures made of variant.c.
inline Manifest sample_manifest() {
  Manifest manifest;
  manifest.id = "sample";
  manifest.library = "sample.so";
  manifest.version = "1.2.3";
  manifest.title = "Sample";
  manifest.note = "For tests";
  manifest.settings = {{"url", "url", "", "Where", "", false}};
  return manifest;
}

inline void write_manifest(const fs::path& directory, const Manifest& manifest) {
  write_file(directory / (manifest.id + ".provider.json"), json::write_pretty(to_json(manifest)));
}

/// Puts a fixture and the manifest beside each other.
inline void install(const fs::path& directory, const std::string& name, const Manifest& manifest) {
  write_manifest(directory, manifest);
  fs::copy_file(fixture(name), directory / manifest.library, fs::copy_options::overwrite_existing);
}

/// Moves only when told to, or by `step` with every look.
class FakeClock : public Clock {
 public:
  std::int64_t now() const override { return 1'700'000'000; }
  std::chrono::milliseconds monotonic() const override {
    return std::chrono::milliseconds{time_.fetch_add(step.load()) + step.load()};
  }
  bool wait(std::chrono::milliseconds time, const Cancel& cancel) override {
    waits.push_back(time);
    if (on_wait) on_wait();
    time_ += time.count();
    return !cancel.requested();
  }
  void advance(std::chrono::milliseconds time) { time_ += time.count(); }

  std::atomic<std::int64_t> step{0};
  std::vector<std::chrono::milliseconds> waits;
  std::function<void()> on_wait;

 private:
  mutable std::atomic<std::int64_t> time_{1'000};
};

class FakeRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    for (std::byte& byte : out) byte = std::byte{0x2A};
  }
};

class FakeTerminal : public Terminal {
 public:
  bool stdin_is_terminal() const override { return terminal; }
  bool stdout_is_terminal() const override { return terminal; }
  bool stderr_is_terminal() const override { return terminal; }
  int columns() const override { return 80; }
  void notice(std::string_view line) override {
    notices.emplace_back(line);
    if (on_notice) on_notice(std::string(line));
  }
  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    prompts.emplace_back(prompt);
    if (cancel.requested()) throw canceled_error();
    return input;
  }
  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel&) override {
    prompts.emplace_back(prompt);
    if (input.size() > limit) throw usage_error("stdin holds too much.");
    return Secret(input);
  }

  bool terminal = false;
  std::string input;
  std::vector<std::string> notices, prompts;
  std::function<void(const std::string&)> on_notice;
};

class FakeResponse : public net::Response {
 public:
  explicit FakeResponse(std::string body) : body_(std::move(body)) {}
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min(out.size(), body_.size() - at_);
    std::memcpy(out.data(), body_.data() + at_, size);
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> length() const override { return body_.size(); }

 private:
  std::string body_;
  std::size_t at_ = 0;
};

/// Answers what it is told; an unexpected request fails the test by `no_request`.
class FakeHttp : public net::Http {
 public:
  struct Seen {
    net::Request request;
    std::string body;
  };
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel&) override {
    Seen seen{request, {}};
    if (request.body != nullptr) {
      std::vector<char> buffer(4096);
      while (const std::size_t got = request.body->read(buffer)) seen.body.append(buffer.data(), got);
    }
    all.push_back(std::move(seen));
    if (failure) throw *failure;
    auto response = std::make_unique<FakeResponse>(reply_body);
    response->status = reply_status;
    response->headers = reply_headers;
    return response;
  }

  int reply_status = 200;
  std::string reply_body;
  net::Headers reply_headers;
  std::optional<net::Failure> failure;
  std::vector<Seen> all;
};

/// Everything a registry needs, all of it under the test's control.
struct World {
  FakeHttp http;
  FakeClock clock;
  FakeRandom random;
  std::map<std::string, std::string, std::less<>> variables{{"PATH", "/usr/bin:/bin"}};
  std::unique_ptr<MapEnvironment> environment;
  FakeTerminal terminal;
  Cancel cancel;
  std::map<std::string, std::string> settings;  ///< "section.key"
  std::vector<std::string> log;
  TemporaryDirectory directory;

  Services services() {
    environment = std::make_unique<MapEnvironment>(variables);
    return {http,
            clock,
            random,
            *environment,
            terminal,
            cancel,
            "1.0.0",
            "https://api.example",
            [this](const std::string& section, const std::string& key) -> std::optional<std::string> {
              const auto found = settings.find(section + "." + key);
              return found == settings.end() ? std::nullopt : std::optional(found->second);
            },
            [this](int, const std::string& line) { log.push_back(line); }};
  }

  std::unique_ptr<ProviderRegistry> registry(std::vector<SearchDirectory> directories) {
    return make_registry(std::move(directories), services());
  }
  std::unique_ptr<ProviderRegistry> registry() { return registry({{directory.path(), "user"}}); }
};

/// The scripted provider of tests/abi/probe.cpp, loaded as the program loads any.
struct Probe : World {
  /// One call; `script` has one verb a line.
  ProviderResult resolve(const std::string& script, ProviderRequest ask = {}) {
    return load().resolve(with(script, ask));
  }
  ProviderResult refresh(const std::string& script, ProviderRequest ask = {}) {
    return load().refresh(with(script, ask));
  }
  ProviderResult revoke(const std::string& script, ProviderRequest ask = {}) {
    return load().revoke(with(script, ask));
  }
  ProviderResult login(const std::string& script) {
    ProviderRequest ask;
    ask.reason = Reason::login;
    ask.interaction = Interaction::always;
    return load().login(with(script, ask));
  }
  /// What the host answered, in order, without the provider's name in front.
  std::vector<std::string> said() const {
    std::vector<std::string> out;
    for (const std::string& line : log) out.push_back(line.substr(std::strlen("probe: ")));
    return out;
  }

  Provider& load() {
    if (!loaded_from) {
      Manifest manifest = Library(fixture("probe"), "1.0.0").described();
      install(directory.path(), "probe", manifest);
      loaded_from = registry();
    }
    return loaded_from->load("probe");
  }

  std::unique_ptr<ProviderRegistry> loaded_from;

 private:
  static ProviderRequest with(const std::string& script, ProviderRequest ask) {
    ask.path = script;
    return ask;
  }
};

}  // namespace heygen::provider::kit

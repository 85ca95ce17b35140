// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/fakes.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <thread>

#include "core/base/error.hpp"

namespace heygen::check {
namespace {

/// A provider that polls what the check does not fake (a child process) must not use up its own limit in no time.
constexpr std::chrono::milliseconds kLongestRealWait{5};
constexpr std::uint16_t kUsualPort = 54'321;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// The answer to one request, held in memory.
class FakeResponse : public net::Response {
 public:
  explicit FakeResponse(CannedResponse response) : body_(std::move(response.body)) {
    status = response.status;
    headers = std::move(response.headers);
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t size = std::min(out.size(), body_.size() - at_);
    std::copy_n(body_.data() + at_, size, out.data());
    at_ += size;
    return size;
  }
  std::optional<std::uint64_t> length() const override { return body_.size(); }

 private:
  std::string body_;
  std::size_t at_ = 0;
};

struct FakeBrowser : provider::OpenedBrowser {
  int descriptor() const override { return -1; }
  std::optional<std::string> complaint() override { return {}; }
};

/// The redirect that an issuer sends when the user agrees.
class FakeListener : public provider::RedirectListener {
 public:
  FakeListener(Fakes& fakes, const provider::RedirectOptions& options)
      : fakes_(fakes),
        uri_("http://" + options.host + ":" + std::to_string(options.port != 0 ? options.port : kUsualPort) +
             options.path) {}
  const std::string& redirect_uri() const override { return uri_; }
  Outcome wait(std::chrono::milliseconds, const Cancel& cancel, const Watch&) override {
    fakes_.about_to_wait();
    if (cancel.requested()) return Outcome::canceled;
    if (!fakes_.may_ask_user) return Outcome::timed_out;  // no user sees the page
    params_ = fakes_.redirect_parameters();
    visited_ = true;
    return Outcome::arrived;
  }
  bool has_visitor() const override { return visited_ && !answered_; }
  bool is_listening() const override { return !answered_; }
  const std::string* param(std::string_view name) const override {
    const auto found = std::ranges::find(params_, name, &std::pair<std::string, std::string>::first);
    return found == params_.end() ? nullptr : &found->second;
  }
  void respond(bool, std::string_view) override { answered_ = true; }

 private:
  Fakes& fakes_;
  std::string uri_;
  std::vector<std::pair<std::string, std::string>> params_;
  bool visited_ = false, answered_ = false;
};

}  // namespace

Fakes* Fakes::current = nullptr;

void TestRandom::begin(bool login) {
  constexpr std::uint32_t kUsual = 7;
  next_ = kUsual;
  if (login) system_random().fill(std::as_writable_bytes(std::span(&next_, 1)));
}

void TestRandom::fill(std::span<std::byte> out) {
  for (std::byte& one : out) {
    next_ = next_ * 1'103'515'245U + 12'345U;
    one = static_cast<std::byte>(next_ >> 16U);
  }
}

// ---- what happens in a call -----------------------------------------------------------------------------------------

void Fakes::about_to_wait() {
  if (script->cancel_at == result.waits) stop();
  ++result.waits;
}

void Fakes::stop() {
  canceled_at = steady_ms();
  cancel->request();
}

void Fakes::expose(std::string_view rule, const char* where, std::string_view text) {
  findings.cover(rule);
  if (scenario.holds_secret(text)) fail(rule, std::string(where) + " contains a secret");
}

void Fakes::see_url(std::string_view text) {
  const std::size_t at = text.find("http");
  if (at == std::string_view::npos || text.find('?') == std::string_view::npos) return;
  Authorization seen;
  try {
    for (const auto& [key, value] :
         Poco::URI(std::string(text.substr(at, text.find(' ', at) - at))).getQueryParameters()) {
      if (key == "state") seen.state = value;
      if (key == "code_challenge") seen.challenge = value;
      if (key == "code_challenge_method") seen.method = value;
      if (key == "redirect_uri") seen.redirect_uri = value;
    }
  } catch (const Poco::Exception&) {  // not a URL
    return;
  }
  page = seen;
  result.redirect_state = seen.state;
}

std::vector<std::pair<std::string, std::string>> Fakes::redirect_parameters() {
  const Redirect mood = script->redirect;
  result.redirected = true;
  std::vector<std::pair<std::string, std::string>> params{{"code", scenario.secret("code")}};
  if (mood == Redirect::other_state) params.emplace_back("state", "of-another-login");
  if (mood != Redirect::other_state && mood != Redirect::no_state) params.emplace_back("state", page.state);
  if (issuer.empty() || mood == Redirect::no_issuer) return params;
  params.emplace_back("iss", mood == Redirect::other_issuer ? "https://other.heygen-check.invalid" : issuer);
  return params;
}

// ---- the seams ------------------------------------------------------------------------------------------------------

bool FakeClock::wait(std::chrono::milliseconds time, const Cancel& cancel) {
  fakes.about_to_wait();
  if (cancel.requested()) return false;
  std::this_thread::sleep_for(std::min(time, kLongestRealWait));
  passed += time.count();
  return true;
}

void FakeTerminal::notice(std::string_view line) {
  fakes.expose("secret-shown", "a notice", line);
  fakes.see_url(line);
}

std::string FakeTerminal::read_line(std::string_view prompt, const Cancel& cancel) {
  fakes.expose("secret-shown", "a question", prompt);
  fakes.about_to_wait();
  if (cancel.requested()) throw canceled_error("Canceled.");
  const std::vector<std::string>& answers = fakes.scenario.answers;
  const std::size_t at = fakes.answered++;
  return answers.empty() ? fakes.scenario.secret("typed") : answers.at(std::min(at, answers.size() - 1));
}

std::size_t FakeTerminal::choose(const std::string& title, const std::vector<std::string>& items,
                                 std::size_t suggested) {
  fakes.expose("secret-shown", "a menu", title);
  for (const std::string& item : items) fakes.expose("secret-shown", "a menu", item);
  fakes.about_to_wait();
  if (fakes.cancel->requested()) throw canceled_error("Canceled.");
  const auto wanted = [&](const std::string& item) {
    return std::ranges::find(fakes.scenario.answers, item) != fakes.scenario.answers.end();
  };
  const auto found = std::ranges::find_if(items, wanted);
  return found == items.end() ? suggested : static_cast<std::size_t>(found - items.begin());
}

std::unique_ptr<net::Response> FakeHttp::send(const net::Request& request, const Cancel& cancel) {
  fakes.expose("secret-url", "a request's URL", request.url.text());
  fakes.about_to_wait();
  if (cancel.requested()) throw net::Failure(net::Failure::Kind::canceled, "Canceled.");
  if (fakes.script->server == Server::silent) {
    throw net::Failure(net::Failure::Kind::timeout, request.url.origin() + " gave no response in time.");
  }
  return std::make_unique<FakeResponse>(fakes.serve(request));
}

std::unique_ptr<provider::OpenedBrowser> FakeBrowserLogin::open(const std::string& url, const Environment&,
                                                                const std::vector<std::string>&) {
  fakes.expose("secret-url", "the browser's URL", url);
  fakes.see_url(url);
  return std::make_unique<FakeBrowser>();
}

std::unique_ptr<provider::RedirectListener> FakeBrowserLogin::listen(const provider::RedirectOptions& options, Clock&) {
  return std::make_unique<FakeListener>(fakes, options);
}

}  // namespace heygen::check

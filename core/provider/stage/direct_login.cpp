// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/direct_login.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/account.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/net/url.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/login/pasted_redirect.hpp"
#include "core/provider/login/surroundings.hpp"
#include "core/provider/stage/device_authorization.hpp"
#include "core/provider/stage/lent.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

/// How long a program that reads the URL may take to send the redirect where no user and no browser can.
constexpr milliseconds kUnattendedWait{3'000};

std::string machine_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string user_name() {
  const auto account = account_of(geteuid());
  return account ? account->name : std::string{};
}

}  // namespace

class DirectLogin::Lent : public BrowserLogin, public Clock {
 public:
  Lent(const Options& options, const Services& inner)
      : options_(options),
        inner_(inner),
        http_(inner.http, [this](const Exchanged& exchanged) { see(exchanged); }),
        terminal_(inner.terminal, [this](std::string_view line) { see(line); }),
        lent_(lend_instead(inner, {.http = options.on_event ? &http_ : nullptr,
                                   .clock = this,
                                   .terminal = &terminal_,
                                   .browser_login = this})) {}

  const Services& services() const { return lent_; }

  // ---- the browser

  /// A program that reads the events may have one.
  bool allowed(const Environment& environment) const override {
    return options_.on_event || inner_.browser_login.allowed(environment);
  }

  std::unique_ptr<OpenedBrowser> open(const std::string& url, const Environment& environment,
                                      const std::vector<std::string>& hidden) override {
    if (has_listener_) take_url(url);
    if (!has_listener_) return offer(url, hidden);
    return open_now(url, environment, hidden);
  }

  std::unique_ptr<RedirectListener> listen(const RedirectOptions& options, Clock&) override {
    has_listener_ = true;
    require_attended();
    auto listener = inner_.browser_login.listen(with_port(options, options_.port), inner_.clock);
    advise(options, listener->redirect_uri());
    tell("listening", {{"redirect_uri", listener->redirect_uri()}});
    return std::make_unique<Listener>(*this, std::move(listener), !options.form_post);
  }

  // ---- the time

  std::int64_t now() const override { return inner_.clock.now(); }
  milliseconds monotonic() const override { return inner_.clock.monotonic(); }
  /// Until Enter opens the page that is offered.
  bool wait(milliseconds time, const Cancel& cancel) override {
    const milliseconds end = monotonic() + time;
    while (offer_ && offer_->keys && offer_->keys->descriptor() >= 0) {
      const milliseconds left = end - monotonic();
      std::array<pollfd, 2> waits{pollfd{cancel.descriptor(), POLLIN, 0},
                                  pollfd{offer_->keys->descriptor(), POLLIN, 0}};
      const milliseconds part = std::clamp(left, milliseconds{0}, kLongestSleep);
      const int ready = poll(waits.data(), waits.size(), static_cast<int>(part.count()));
      if (cancel.requested()) return false;
      if (ready > 0 && waits[1].revents != 0) accept_offer();
      if (left.count() <= 0) return true;
    }
    return inner_.clock.wait(std::max(end - monotonic(), milliseconds{0}), cancel);
  }

 private:
  /// The opener of a page, which reports its failure here.
  class Opened : public OpenedBrowser {
   public:
    Opened(Lent& owner, std::unique_ptr<OpenedBrowser> inner) : owner_(owner), inner_(std::move(inner)) {}
    int descriptor() const override { return inner_->descriptor(); }
    std::optional<std::string> complaint() override {
      auto why = inner_->complaint();
      if (why) owner_.fail(*why);
      return why;
    }

   private:
    Lent& owner_;
    std::unique_ptr<OpenedBrowser> inner_;
  };

  /// The opener of a page that the user has not asked for yet.
  class Offered : public OpenedBrowser {
   public:
    explicit Offered(Lent& owner) : owner_(owner) {}
    int descriptor() const override { return owner_.opened_ ? owner_.opened_->descriptor() : -1; }
    std::optional<std::string> complaint() override {
      return owner_.opened_ ? owner_.opened_->complaint() : std::nullopt;
    }

   private:
    Lent& owner_;
  };

  struct Offer {
    std::string url;
    std::vector<std::string> hidden;
    std::unique_ptr<TypedLines> keys;
  };

  class Listener : public RedirectListener {
   public:
    Listener(Lent& owner, std::unique_ptr<RedirectListener> inner, bool can_paste)
        : owner_(owner), inner_(std::move(inner)), can_paste_(can_paste) {}
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() override {
      for (auto& [name, value] : pasted_) wipe(value);
    }

    const std::string& redirect_uri() const override { return inner_->redirect_uri(); }
    bool has_visitor() const override { return inner_->has_visitor(); }
    bool is_listening() const override { return inner_->is_listening(); }
    void respond(bool success, std::string_view message) override { inner_->respond(success, message); }
    const std::string* param(std::string_view name) const override {
      if (pasted_.empty()) return inner_->param(name);
      const auto found = std::ranges::find(pasted_, name, &std::pair<std::string, std::string>::first);
      return found == pasted_.end() ? nullptr : &found->second;
    }

    Outcome wait(milliseconds timeout, const Cancel& cancel, const Watch& watch) override {
      const auto typed = can_paste_ ? owner_.inner_.terminal.type_lines() : nullptr;
      Watch both = watch;
      if (typed) {
        owner_.inner_.terminal.notice(
            "If the browser ends on a page that does not load, paste its address here and press Enter.");
        both.input = [&] { return typed->descriptor(); };
        both.typed = [&] {
          while (auto line = typed->take()) read(*line);
        };
      }
      both.is_over = [&] { return !pasted_.empty() || owner_.is_abandoned(); };
      const Outcome outcome = inner_->wait(timeout, cancel, both);
      if (outcome == Outcome::ended && pasted_.empty()) owner_.require_attended();
      const bool has_come = outcome == Outcome::ended || outcome == Outcome::arrived;
      if (has_come) owner_.tell("redirect", {{"pasted", outcome == Outcome::ended}});
      return outcome == Outcome::ended ? Outcome::arrived : outcome;
    }

   private:
    void read(std::string& line) {
      const Wiper wiper{line};
      if (trim(line).empty() || !pasted_.empty()) return;
      PastedRedirect pasted = read_pasted(line, {redirect_uri(), state_of(owner_.url_)});
      if (!pasted.fault.empty()) {
        owner_.inner_.terminal.notice(pasted.fault + " The login still waits.");
      } else if (!pasted.error.empty()) {
        owner_.inner_.terminal.notice("The browser ended with the error " + printable(pasted.error) +
                                      ". The login still waits: open the URL again, or stop with Ctrl-C.");
      } else {
        pasted_ = std::move(pasted.params);
      }
    }

    Lent& owner_;
    std::unique_ptr<RedirectListener> inner_;
    const bool can_paste_;
    std::vector<std::pair<std::string, std::string>> pasted_;
  };

  void tell(std::string_view event, json::Object members) const {
    if (options_.on_event) options_.on_event(event, std::move(members));
  }

  /// The provider has shown it, or wants it opened.
  void take_url(const std::string& url) {
    if (url_ == url) return;
    url_ = url;
    tell("url", {{"url", url}});
  }

  void see(std::string_view notice) {
    if (has_listener_ && is_browsable(notice)) take_url(std::string(notice));
  }

  void see(const Exchanged& exchanged) const {
    if (const auto device = read_device_authorization(exchanged.status, exchanged.body))
      tell("code", code_event(*device, now()));
  }

  void fail(const std::string& why) {
    failed_ = why;
    if (!failed_at_) failed_at_ = inner_.clock.monotonic();
    tell("browser", {{"opened", false}, {"reason", why}});
  }

  bool is_attended() const { return options_.on_event || inner_.terminal.stdin_is_terminal(); }

  bool is_abandoned() const {
    return failed_at_ && !is_attended() && inner_.clock.monotonic() - *failed_at_ >= kUnattendedWait;
  }

  /// Throws Error{usage_error} where no user can see the login's page.
  void require_attended() const {
    if (is_attended()) return;
    if (!failed_ && inner_.browser_login.allowed(inner_.environment)) return;
    const std::string why = failed_ ? *failed_ : why_no_browser(inner_.environment);
    const std::string command = std::string(store::kLoginCommand) + " " + store::login_flag_of(options_.id);
    throw usage_error("No user can complete this login here: stdin is not a terminal, and no browser opened" +
                          (why.empty() ? "." : " (" + why + ")."),
                      "Run `" + command + "` in a terminal, or log in in two steps with `" + command +
                          " --start`, or set BROWSER, or use an API key: `" + std::string(store::kLoginCommand) + " " +
                          store::login_flag_of(store::reserved_slots().front().ids.front()) + "`.");
  }

  void advise(const RedirectOptions& options, const std::string& redirect_uri) const {
    if (!is_attended()) return;
    if (!browser_allowed(inner_.environment) && !is_ssh(inner_.environment)) return;  // the user's own choice
    const std::uint16_t port = net::Url::parse(redirect_uri).port;
    const auto advice = browser_advice(
        inner_.environment, why_no_browser(inner_.environment), is_container(inner_.environment, file_exists), port,
        forward_command(inner_.environment, options.host, port, user_name(), machine_name()));
    for (const std::string& line : advice) inner_.terminal.notice(line);
  }

  std::unique_ptr<OpenedBrowser> open_now(const std::string& url, const Environment& environment,
                                          const std::vector<std::string>& hidden) {
    const bool may = inner_.browser_login.allowed(environment);
    auto opened = may ? inner_.browser_login.open(url, environment, hidden) : nullptr;
    if (!opened) {
      const std::string why = why_no_browser(environment);
      fail(why);
      if (may && !why.empty()) inner_.terminal.notice("Could not open a browser: " + why + ".");
      return options_.on_event ? std::make_unique<QuietBrowser>() : nullptr;
    }
    tell("browser", {{"opened", true}});
    return std::make_unique<Opened>(*this, std::move(opened));
  }

  /// A page without a redirect shows a code, which the user compares or types first, perhaps elsewhere.
  std::unique_ptr<OpenedBrowser> offer(const std::string& url, const std::vector<std::string>& hidden) {
    if (!inner_.browser_login.allowed(inner_.environment)) return nullptr;
    auto keys = inner_.terminal.type_lines();
    if (!keys) return nullptr;
    inner_.terminal.notice("Press Enter to open that page in the browser here.");
    offer_ = Offer{url, hidden, std::move(keys)};
    return std::make_unique<Offered>(*this);
  }

  void accept_offer() {
    bool entered = false;
    while (auto line = offer_->keys->take()) entered = true;
    if (!entered) return;
    opened_ = open_now(offer_->url, inner_.environment, offer_->hidden);
    offer_.reset();
  }

  const Options& options_;
  const Services inner_;
  TappedHttp http_;
  WatchedTerminal terminal_;
  Services lent_;
  bool has_listener_ = false;
  std::string url_;
  std::optional<std::string> failed_;  ///< why the browser did not open
  std::optional<milliseconds> failed_at_;
  std::optional<Offer> offer_;
  std::unique_ptr<OpenedBrowser> opened_;  ///< of an offer
};

DirectLogin::DirectLogin(Options options) : options_(std::move(options)) {}

DirectLogin::~DirectLogin() = default;

const Services& DirectLogin::lend(const Services& services) {
  lent_ = std::make_unique<Lent>(options_, services);
  return lent_->services();
}

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/browser.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

/// By the shell itself: while it starts a program it blocks signals, and that program might see it so.
const std::string kSignals =
    "while read -r line; do case $line in Sig[BI]*) printf '%s\\n' \"$line\";; esac; done < /proc/$$/status >> ";

/// A fake browser: writes its arguments and environment, and ends with `code`.
struct Desktop {
  explicit Desktop(int code = 0) {
    const std::string out = (directory.path() / "seen").string();
    program = (directory.path() / "browser").string();
    write_file(program, "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + out + "\nenv >> " + out + "\nls -l /proc/$$/fd >> " +
                            out + "\n" + kSignals + out + "\nexit " + std::to_string(code) + "\n");
    chmod(program.c_str(), 0755);
  }
  std::string seen() const { return read_file(directory.path() / "seen"); }

  TemporaryDirectory directory;
  std::string program;
};

MapEnvironment with(std::map<std::string, std::string, std::less<>> variables) {
  variables.emplace("PATH", "/usr/bin:/bin");
  return MapEnvironment(std::move(variables));
}

/// Waits for the end of the child, not for time.
std::optional<std::string> end_of(BrowserChild& child) {
  pollfd one{child.descriptor(), POLLIN, 0};
  BOOST_TEST(poll(&one, 1, 10'000) == 1);
  return child.complaint();
}

constexpr const char* kUrl = "https://login.example/authorize?a=1&b=2";

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_browser)

BOOST_AUTO_TEST_CASE(browser_is_disabled_by_two_variables) {
  BOOST_TEST(browser_allowed(with({})));
  BOOST_TEST(browser_allowed(with({{"BROWSER", "firefox"}, {"HEYGEN_NO_BROWSER", "0"}})));
  for (const char* none : {"none", "None", " NONE "}) BOOST_TEST(!browser_allowed(with({{"BROWSER", none}})), none);
  BOOST_TEST(!browser_allowed(with({{"HEYGEN_NO_BROWSER", "1"}})));
}

BOOST_AUTO_TEST_CASE(only_plain_http_urls_are_opened) {
  BOOST_TEST(is_browsable(kUrl));
  BOOST_TEST(is_browsable("HTTP://x.example/"));
  for (const char* url : {"", "file:///etc/passwd", "javascript:alert(1)", "https://x/a b", "https://x/\n",
                          "https://x/\x1b", "--help", " https://x/"}) {
    BOOST_TEST(!is_browsable(url), url);
  }
}

BOOST_AUTO_TEST_CASE(url_is_appended_or_replaces_the_placeholder) {
  Desktop desktop;
  const auto plain = BrowserChild::start(kUrl, with({{"BROWSER", desktop.program + " --new"}}), {});
  BOOST_REQUIRE(plain);
  BOOST_TEST(!end_of(*plain).has_value());
  BOOST_TEST(desktop.seen().starts_with(std::string("--new\n") + kUrl + "\n"));
  const auto marked = BrowserChild::start(kUrl, with({{"BROWSER", desktop.program + " --url=%s last"}}), {});
  BOOST_REQUIRE(marked);
  end_of(*marked);
  BOOST_TEST(desktop.seen().starts_with(std::string("--url=") + kUrl + "\nlast\n"));
}

BOOST_AUTO_TEST_CASE(browser_list_is_tried_in_order) {
  Desktop desktop;
  write_file(desktop.directory.path() / "broken", "#!/no/such/interpreter\n");
  chmod((desktop.directory.path() / "broken").c_str(), 0755);
  const std::string list = "no-such-browser:" + (desktop.directory.path() / "broken").string() + ":" + desktop.program;
  const auto child = BrowserChild::start(kUrl, with({{"BROWSER", list}}), {});
  BOOST_REQUIRE(child);
  end_of(*child);
  BOOST_TEST(desktop.seen().starts_with(kUrl));
}

BOOST_AUTO_TEST_CASE(xdg_open_is_found_on_path_without_browser_variable) {
  Desktop desktop;
  fs::rename(desktop.program, desktop.directory.path() / "xdg-open");
  const std::string path = "relative:" + desktop.directory.path().string();
  BOOST_TEST(!BrowserChild::start(kUrl, with({{"PATH", path}}), {}));  // nothing would show it
  BOOST_TEST(why_no_browser(with({{"PATH", path}})) == "neither DISPLAY nor WAYLAND_DISPLAY is set");
  BOOST_TEST(why_no_browser(with({{"PATH", path}, {"WAYLAND_DISPLAY", "wayland-0"}})).empty());
  const auto child = BrowserChild::start(kUrl, with({{"PATH", path}, {"DISPLAY", ":0"}}), {});
  BOOST_REQUIRE(child);
  end_of(*child);
  BOOST_TEST(desktop.seen().starts_with(kUrl));
  BOOST_TEST(!BrowserChild::start(kUrl, with({{"PATH", "/nowhere"}, {"DISPLAY", ":0"}}), {}));
}

BOOST_AUTO_TEST_CASE(browser_path_may_have_spaces_and_words_may_be_quoted) {
  Desktop desktop;
  const std::string spaced = (desktop.directory.path() / "a browser").string();
  fs::rename(desktop.program, spaced);
  for (const std::string& text : {spaced, "'" + spaced + "'", "\"" + spaced + "\" %s &"}) {
    const auto child = BrowserChild::start(kUrl, with({{"BROWSER", text}}), {});
    BOOST_REQUIRE_MESSAGE(child, text);
    end_of(*child);
    BOOST_TEST(desktop.seen().starts_with(std::string(kUrl) + "\n"), text);
  }
  BOOST_TEST(!BrowserChild::start(kUrl, with({{"BROWSER", "'" + spaced}}), {}));
  BOOST_TEST(why_no_browser(with({{"BROWSER", "'" + spaced}})) == "BROWSER has no command whose quotes are closed");
  BOOST_TEST(why_no_browser(with({{"BROWSER", "one %s:two"}})) == "BROWSER names one, two, which cannot be run");
}

BOOST_AUTO_TEST_CASE(browser_of_windows_gets_a_quoted_url) {
  Desktop desktop;
  fs::rename(desktop.program, desktop.directory.path() / "powershell.exe");
  const auto wsl = with({{"PATH", desktop.directory.path().string()}, {"WSL_DISTRO_NAME", "Debian"}});
  const auto child = BrowserChild::start("https://login.example/?a='b'&c=$(d)", wsl, {});
  BOOST_REQUIRE(child);
  end_of(*child);
  BOOST_TEST(desktop.seen().starts_with(
      "-NoProfile\n-NonInteractive\n-Command\nStart-Process 'https://login.example/?a=''b''&c=$(d)'\n"));
}

BOOST_AUTO_TEST_CASE(browser_that_fails_is_followed_by_the_next_one) {
  Desktop failing(3), good;
  const auto child = BrowserChild::start(kUrl, with({{"BROWSER", failing.program + ":" + good.program}}), {});
  BOOST_REQUIRE(child);
  BOOST_TEST(!end_of(*child).has_value());  // the failure of the first one
  BOOST_TEST(child->descriptor() >= 0);
  BOOST_TEST(!end_of(*child).has_value());
  BOOST_TEST(good.seen().starts_with(kUrl));
}

BOOST_AUTO_TEST_CASE(browser_child_inherits_no_secrets_files_or_signals) {
  Desktop desktop;
  setenv("HEYGEN_TEST_SECRET", "hidden", 1);
  setenv("HEYGEN_TEST_OTHER", "kept", 1);
  const int leaked = dup(STDIN_FILENO);
  const auto before = signal(SIGPIPE, SIG_IGN);
  sigset_t all, mask;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, &mask);
  const auto child = BrowserChild::start(kUrl, with({{"BROWSER", desktop.program}}), {"HEYGEN_TEST_SECRET"});
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  signal(SIGPIPE, before);
  close(leaked);
  BOOST_REQUIRE(child);
  end_of(*child);
  const std::string seen = desktop.seen();
  BOOST_TEST((seen.find("HEYGEN_TEST_SECRET") == std::string::npos));
  BOOST_TEST((seen.find("HEYGEN_TEST_OTHER=kept") != std::string::npos));
  BOOST_TEST((seen.find("0 -> /dev/null") != std::string::npos));
  const auto signals = [&](const std::string& kind) {
    return std::stoull(seen.substr(seen.find(kind + ":\t") + kind.size() + 2), nullptr, 16);
  };
  constexpr std::uint64_t kLibrarys = 3ULL << 31;  // 32 and 33 are the C library's own
  BOOST_TEST((signals("SigIgn") & ~kLibrarys) == 0U);
  BOOST_TEST((signals("SigBlk") & ~(1ULL << (SIGCHLD - 1))) == 0U);  // a shell blocks this one now and then
  BOOST_TEST((seen.find(" " + std::to_string(leaked) + " -> ") == std::string::npos));
  unsetenv("HEYGEN_TEST_SECRET");
  unsetenv("HEYGEN_TEST_OTHER");
}

BOOST_AUTO_TEST_CASE(browser_failure_is_reported_once) {
  Desktop desktop(3);
  const auto child = BrowserChild::start(kUrl, with({{"BROWSER", desktop.program}}), {});
  BOOST_REQUIRE(child);
  BOOST_TEST(end_of(*child).value() == desktop.program + " ended with exit code 3");
  BOOST_TEST(!child->complaint().has_value());
  BOOST_TEST(child->descriptor() == -1);
}

BOOST_AUTO_TEST_CASE(browser_service_needs_permission_to_interact) {
  Desktop desktop;
  Probe probe;
  probe.variables["BROWSER"] = desktop.program;
  probe.resolve(std::string("browser ") + kUrl + "\nreturn 1");
  BOOST_TEST(probe.said().back() == "4");
  Probe off;
  off.variables["BROWSER"] = "none";
  off.login(std::string("browser ") + kUrl);
  BOOST_TEST(off.said().at(0) == "0");
  BOOST_TEST(off.said().at(1) == "7");
  Probe bad;
  BOOST_TEST((bad.login("browser file:///etc/passwd").status == Status::internal));
}

BOOST_AUTO_TEST_CASE(browser_failure_during_a_wait_is_reported_to_the_user) {
  Desktop desktop(4);
  Probe probe;
  probe.variables["BROWSER"] = desktop.program;
  // The fake clock's wait is where time passes: until the child is a zombie, which /proc shows.
  probe.clock.on_wait = [&] {
    siginfo_t info{};
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
  };
  probe.login(std::string("browser ") + kUrl + "\nwait 1000");
  BOOST_TEST(probe.terminal.notices.size() == 1U);
  BOOST_TEST((probe.terminal.notices.at(0).find("above yourself") != std::string::npos));
  BOOST_TEST((probe.terminal.notices.at(0).find("exit code 4") != std::string::npos));
  std::int64_t waited = 0;
  for (const auto part : probe.clock.waits) waited += part;
  BOOST_TEST(waited == 1000);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/narrowing.hpp"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <random>

#include "core/provider/policy/policy.hpp"

using namespace heygen::provider;

namespace {

const std::string kWhole = "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\n";
const std::string kAllow =
    "version = 1\n[providers]\nmode = \"allow\"\nallow = [\"one\", \"two\"]\nuser_directories = true\n";

Policy stack(const std::vector<std::string>& texts, bool begins_whole = true) {
  std::vector<PolicyText> files;
  for (const std::string& text : texts) files.push_back({"/p/" + std::to_string(files.size()) + ".toml", text});
  return parse_policies(files, begins_whole);
}

/// "FILE LINE WHAT" of the error that must come.
std::string fault(const std::vector<std::string>& texts, bool begins_whole = true) {
  try {
    stack(texts, begins_whole);
  } catch (const PolicyError& error) {
    return error.file.string() + " " + std::to_string(error.line) + " " + error.what();
  }
  return "none";
}

void refuses(const std::vector<std::string>& texts, const std::string& part) {
  const std::string said = fault(texts);
  BOOST_TEST_CONTEXT(said) {
    BOOST_TEST((said.find(part) != std::string::npos));
  }
}

std::string hex(char digit) {
  return "\"sha256:" + std::string(64, digit) + "\"";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_narrowing)

BOOST_AUTO_TEST_CASE(later_file_narrows_and_decides) {
  const Policy policy = stack({kAllow + "logins = [\"one\", \"two\"]\n", "version = 1\nproviders.allow = [\"one\"]\n",
                               "version = 1\nproviders.user_directories = false\naudit = \"syslog\"\n"});
  BOOST_TEST(policy.allow == std::vector<std::string>{"one"});
  BOOST_TEST(*policy.logins == std::vector<std::string>{"one"});
  BOOST_TEST(!policy.user_directories);
  BOOST_TEST(policy.audit);
  BOOST_TEST(policy.rule("providers.allow") == "/p/1.toml, line 2 (providers.allow)");
  BOOST_TEST(policy.rule("providers.mode") == "/p/0.toml, line 3 (providers.mode)");
  BOOST_TEST(policy.rule("audit") == "/p/2.toml, line 3 (audit)");
  BOOST_TEST(policy.sources.size() == 3U);
}

BOOST_AUTO_TEST_CASE(wider_file_is_an_error_that_names_both) {
  refuses({kAllow, "version = 1\n\nproviders.allow = [\"one\", \"three\"]\n"},
          "/p/1.toml 3 `providers.allow` would permit more than /p/0.toml, line 4: it adds \"three\"");
  refuses({kAllow, "version = 1\nproviders.mode = \"open\"\n"}, "/p/1.toml 2 `providers.mode` would permit more");
  refuses({"version = 1\nproviders.mode = \"open\"\nproviders.user_directories = false\n",
           "version = 1\nproviders.user_directories = true\n"},
          "/p/1.toml 2 `providers.user_directories` would permit more than /p/0.toml, line 3: true instead of false");
  refuses({kWhole + "logins = []\n", "version = 1\nproviders.logins = [\"one\"]\n"}, "it adds \"one\"");
  refuses({kWhole + "runtimes = [\"one\"]\n", "version = 1\nproviders.runtimes = [\"two\"]\n"}, "it adds \"two\"");
  refuses({"audit = \"syslog\"\n" + kWhole, "version = 1\naudit = \"none\"\n"}, "none instead of syslog");
  refuses({kWhole + "[network]\nallow_http = false\n", "version = 1\nnetwork.allow_http = true\n"},
          "true instead of false");
  refuses({kWhole + "[api]\nbase = \"https://a.example\"\n", "version = 1\napi.base = \"https://b.example\"\n"},
          "/p/0.toml, line 6: it changes a value that is fixed");
  refuses({kWhole + "[network]\nproxy = \"none\"\n", "version = 1\nnetwork.proxy = \"http://p.example:1\"\n"},
          "it changes a value that is fixed");
  refuses(
      {kWhole + "[providers.settings.one]\nissuer = \"a\"\n", "version = 1\nproviders.settings.one.issuer = \"b\"\n"},
      "it changes a value that is fixed");
  const std::string pinned = "[pins.one]\nmanifest = " + hex('a') + "\nlibrary = ";
  refuses({kWhole + pinned + hex('a'), "version = 1\n" + pinned + hex('b')}, "`pins.one.library` would permit more");
  BOOST_TEST(fault({kWhole + pinned + "[" + hex('A') + ", " + hex('b') + "]",
                    "version = 1\npins.one.library = " + hex('a')}) == "none");
  BOOST_TEST(fault({kWhole + "[api]\nbase = \"https://a.example\"\n",
                    "version = 1\napi.base = \"https://a.example/\"\n"}) == "none");
}

BOOST_AUTO_TEST_CASE(mistake_is_that_of_its_own_file) {
  refuses({kAllow, "providers.allow = [\"one\"]\n"}, "/p/1.toml 1 `version` is missing");
  refuses({kAllow, "version = 2\n"}, "/p/1.toml 1 `version` is 2");
  refuses({kAllow, "version = 1\n[providers\n"}, "/p/1.toml 2 ");
  refuses({kAllow, "version = 1\nproviders.user_directories = \"false\"\n"}, "/p/1.toml 2 ");
  refuses({kAllow, "version = 1\nproviders.alow = []\n"}, "/p/1.toml 2 `providers.alow` is not a key");
  refuses({kAllow, "version = 1\nproviders.allow = []\n"}, "/p/1.toml 2 `providers.allow` is empty");
  refuses({kAllow, "version = 1\nproviders.logins = [\"thre\"]\n"}, "/p/1.toml 2 `providers.logins` has \"thre\"");
  // A pin with a misspelled ID leaves a provider unpinned, also when an earlier file lists the others.
  refuses({kAllow, "version = 1\n[pins.on]\nlibrary = " + hex('a') + "\nmanifest = " + hex('a')},
          "/p/1.toml 3 `pins.on` pins a provider");
  refuses({kAllow + "[pins.two]\nlibrary = " + hex('a') + "\nmanifest = " + hex('a'),
           "version = 1\nproviders.allow = [\"one\"]\n", "version = 1\npins.two.library = " + hex('a') + "\n"},
          "/p/2.toml");
  refuses({kWhole, "version = 1\nproviders.mode = \"allow\"\n"}, "/p/1.toml 2 `providers.allow` is missing");
  refuses({kWhole, "version = 1\naudit_required = true\n"}, "/p/1.toml 2 `audit_required` needs");
  refuses({kWhole + "[api]\nbase = \"http://a.example\"\n", "version = 1\nnetwork.allow_http = false\n"},
          "/p/1.toml 2 `network.allow_http` contradicts `api.base`");
}

BOOST_AUTO_TEST_CASE(what_a_later_allow_list_excludes_needs_no_other_change) {
  const Policy policy =
      stack({kAllow + "runtimes = [\"two\"]\n[pins.two]\nlibrary = " + hex('a') + "\nmanifest = " + hex('a'),
             "version = 1\nproviders.allow = [\"one\"]\n"});
  BOOST_TEST(policy.pin_of("two") == nullptr);
  BOOST_TEST(policy.runtimes->empty());
  BOOST_TEST(!may_load(policy, "two", Origin::system).permitted);
}

BOOST_AUTO_TEST_CASE(forbidden_commands_add_up_and_name_who_forbids) {
  const Policy policy = stack(
      {kWhole + "[commands]\nforbid = [\"api\"]\n", "version = 1\ncommands.forbid = [\"auth token\", \"api\"]\n"});
  BOOST_TEST(may_run(policy, {"api"}).rule == "/p/0.toml, line 6 (commands.forbid)");
  BOOST_TEST(may_run(policy, {"auth", "token"}).rule == "/p/1.toml, line 2 (commands.forbid)");
  BOOST_TEST(may_run(policy, {"auth", "login"}).permitted);
  BOOST_TEST(may_run(policy, {"apis"}).permitted);
  BOOST_TEST(!may_run(stack({kWhole + "[commands]\nforbid = [\"auth\"]\n"}), {"auth", "login"}).permitted);
  for (const char* wrong : {"\"Api\"", "\"api  x\"", "\"--help\"", "\"\"", "\" api\"", "1"})
    BOOST_TEST((fault({kWhole + "[commands]\nforbid = [" + wrong + "]\n"}).starts_with("/p/0.toml 6 ")), wrong);
}

BOOST_AUTO_TEST_CASE(drop_in_files_alone_narrow_what_no_policy_permits) {
  const Policy policy = stack({"version = 1\nproviders.user_directories = false\n"}, false);
  BOOST_TEST(policy.in_effect());
  BOOST_TEST(!may_load(policy, "any", Origin::user).permitted);
  BOOST_TEST(may_load(policy, "any", Origin::system).permitted);
  BOOST_TEST(!stack({}, false).in_effect());
  BOOST_TEST(fault({"version = 1\nproviders.allow = [\"one\"]\n"}, false) != "none");
}

BOOST_AUTO_TEST_CASE(fixed_settings_and_network_are_read) {
  const Policy policy =
      stack({kWhole + "[providers.settings.one]\nissuer = \"https://id.example\"\ncount = 3\non = true\n" +
             "[network]\nallow_http = false\nproxy = \"http://proxy.example:3128/\"\n"});
  BOOST_TEST(*fixed_setting(policy, "one", "issuer") == "https://id.example");
  BOOST_TEST(*fixed_setting(policy, "one", "count") == "3");
  BOOST_TEST(*fixed_setting(policy, "one", "on") == "true");
  BOOST_TEST(fixed_setting(policy, "one", "scope") == nullptr);
  BOOST_TEST(fixed_setting(policy, "two", "issuer") == nullptr);
  BOOST_TEST(*policy.proxy == "http://proxy.example:3128");
  BOOST_TEST(policy.rule("providers.settings.one.on") == "/p/0.toml, line 8 (providers.settings.one.on)");
  BOOST_TEST(stack({kWhole + "[network]\nproxy = \"none\"\n"}).proxy->empty());
  for (const char* wrong : {"https://p.example", "http://u:p@p.example", "http://p.example/x", "p.example", ""})
    BOOST_TEST((fault({kWhole + "[network]\nproxy = \"" + wrong + "\"\n"}).starts_with("/p/0.toml 6 ")), wrong);
  for (const char* wrong : {"[providers.settings.One]\nx = 1", "[providers.settings.one]\nx = [1]",
                            "[providers.settings]\none = 1", "[providers.settings.one.x]\ny = 1"})
    BOOST_TEST((fault({kWhole + wrong}) != "none"), wrong);
}

BOOST_AUTO_TEST_CASE(permission_that_no_file_gives_comes_from_no_later_one) {
  const auto value = [](bool flag, std::size_t rank) {
    heygen::config::TomlValue given{.path = {"pins", "one", "in_process"}, .line = 3};
    given.kind = heygen::config::TomlValue::Kind::scalar;
    given.scalar = flag;
    return PlacedValue{given, "/p/" + std::to_string(rank) + ".toml", rank};
  };
  std::vector<PlacedValue> merged;
  BOOST_CHECK_THROW(narrow(merged, value(true, 1)), PolicyError);
  narrow(merged, value(true, 0));
  narrow(merged, value(false, 1));
  BOOST_TEST(merged.size() == 1U);
  BOOST_TEST(std::get<bool>(merged.front().value.scalar) == false);
  BOOST_CHECK_THROW(narrow(merged, value(true, 2)), PolicyError);
  merged.clear();
  narrow(merged, value(false, 1));
  BOOST_CHECK_THROW(narrow(merged, value(true, 2)), PolicyError);
}

BOOST_AUTO_TEST_CASE(hosts_are_matched_whole) {
  const Policy policy = stack({kWhole + "hosts.oauth = [\"id.example\", \"*.corp.example\"]\n"});
  BOOST_TEST(may_reach(policy, "oauth", "id.example").permitted);
  BOOST_TEST(may_reach(policy, "oauth", "id.example.").permitted);
  BOOST_TEST(may_reach(policy, "oauth", "a.b.corp.example").permitted);
  for (const char* host : {"evil.example", "xid.example", "id.example.evil", "corp.example", "evilcorp.example", ""})
    BOOST_TEST(!may_reach(policy, "oauth", host).permitted, host);
  BOOST_TEST(may_reach(policy, "oauth", "x").rule == "/p/0.toml, line 5 (providers.hosts.oauth)");
  BOOST_TEST(!may_reach(policy, "device-code", "x").permitted);  // it shares settings with oauth
  BOOST_TEST(may_reach(policy, "other", "x").permitted);
  refuses({kWhole + "hosts.one = [\"a.example\"]\n", "version = 1\nproviders.hosts.one = [\"b.example\"]\n"},
          "it adds \"b.example\"");
  for (const char* wrong : {"https://a.example", "A.example", "*", "*.", "a.*.example", ""})
    BOOST_TEST((fault({kWhole + "hosts.one = [\"" + wrong + "\"]\n"}).starts_with("/p/0.toml 5 ")), wrong);
}

namespace {

/// Files as a fleet may have them, of few words so that they often meet.
class RandomFiles {
 public:
  explicit RandomFiles(unsigned seed) : random_(seed) {}

  std::string whole() { return "version = 1\n" + mode() + line("providers.user_directories", flag()) + rest(); }
  std::string drop_in() {
    return "version = 1\n" +
           (chance()   ? mode()
            : chance() ? line("providers.allow", ids())
                       : "") +
           (chance() ? line("providers.user_directories", flag()) : "") + rest();
  }
  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  bool chance() { return below(3) == 0; }
  std::string flag() { return below(2) == 0 ? "true" : "false"; }
  static std::string line(const std::string& key, const std::string& value) { return key + " = " + value + "\n"; }
  std::string some(const std::vector<std::string>& of, bool may_be_empty) {
    std::string out;
    for (const std::string& one : of) {
      if (below(3) > 0) out += "\"" + one + "\", ";
    }
    return out.empty() && !may_be_empty ? "[\"" + of.front() + "\"]" : "[" + out + "]";
  }
  std::string ids() { return some({"one", "two", "three"}, false); }
  std::string mode() {
    return below(2) == 0 ? line("providers.mode", "\"open\"")
                         : line("providers.mode", "\"allow\"") + line("providers.allow", ids());
  }
  std::string pin() {
    const std::array<std::string, 3> names{"one", "two", "three"};
    const std::string& id = names.at(below(names.size()));
    const std::string digests = "[" + hex('a') + (below(2) == 0 ? ", " + hex('b') : "") + "]";
    return line("pins." + id + ".library", digests) + line("pins." + id + ".manifest", digests);
  }
  std::string rest() {
    std::string out;
    if (chance()) out += line("providers.logins", some({"one", "two", "three"}, true));
    if (chance()) out += line("providers.runtimes", some({"one", "two", "three"}, true));
    if (chance()) out += line("commands.forbid", some({"api", "auth token", "auth"}, true));
    if (chance()) out += line("network.allow_http", flag());
    if (chance()) out += line("network.proxy", below(2) == 0 ? "\"none\"" : "\"http://p.example:1\"");
    if (chance()) out += line("api.base", below(3) > 0 ? "\"https://a.example\"" : "\"https://b.example\"");
    if (chance()) out += line("audit", "\"syslog\"") + (chance() ? line("audit_required", flag()) : "");
    if (chance()) out += line("providers.hosts.one", some({"a.example", "*.b.example"}, true));
    if (chance()) out += line("providers.settings.one.issuer", below(3) > 0 ? "\"a\"" : "\"b\"");
    if (chance()) out += pin();
    return out;
  }

  std::mt19937 random_;
};

std::vector<std::string> digests_of(const Policy& policy, const std::string& id) {
  const Pin* pin = policy.pin_of(id);
  return pin == nullptr ? std::vector<std::string>{} : pin->library;
}

/// What `one` forbids, `all` forbids.
void require_narrower(const Policy& one, const Policy& all) {
  for (const std::string id : {"one", "two", "three", "four"}) {
    for (const Origin origin : {Origin::environment, Origin::user, Origin::system}) {
      if (!may_load(one, id, origin).permitted) BOOST_TEST(!may_load(all, id, origin).permitted);
    }
    if (!may_load(all, id, Origin::system).permitted) continue;  // then the rest does not matter
    if (!may_log_in(one, id).permitted) BOOST_TEST(!may_log_in(all, id).permitted);
    if (one.runtimes) {
      BOOST_TEST(all.runtimes.has_value());
      if (!may_bring_runtime(one, id).permitted) BOOST_TEST(!may_bring_runtime(all, id).permitted);
    }
    for (const std::string host : {"a.example", "x.b.example", "c.example"}) {
      if (!may_reach(one, id, host).permitted) BOOST_TEST(!may_reach(all, id, host).permitted);
    }
    if (one.pin_of(id) == nullptr) continue;
    BOOST_TEST(all.pin_of(id) != nullptr);
    for (const std::string& digest : digests_of(all, id))
      BOOST_TEST(std::ranges::count(digests_of(one, id), digest) == 1);
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"api"}, {"auth", "token"}, {"auth", "login"}, {"video", "list"}}) {
    if (!may_run(one, words).permitted) BOOST_TEST(!may_run(all, words).permitted);
  }
  if (!one.allow_http) BOOST_TEST(!all.allow_http);
  if (one.proxy) BOOST_TEST((all.proxy == one.proxy));
  if (!one.api_base.empty()) BOOST_TEST(all.api_base == one.api_base);
  if (one.audit) BOOST_TEST(all.audit);
  if (one.audit_required) BOOST_TEST(all.audit_required);
  if (const std::string* fixed = fixed_setting(one, "one", "issuer")) {
    const std::string* merged = fixed_setting(all, "one", "issuer");
    BOOST_TEST((merged != nullptr && *merged == *fixed));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_stack_permits_what_one_of_its_files_forbids) {
  constexpr unsigned kStacks = 3000;
  constexpr std::size_t kMostFiles = 4;
  unsigned accepted = 0, refused = 0;
  for (unsigned seed = 0; seed < kStacks; ++seed) {
    RandomFiles random(seed);
    std::vector<std::string> texts{random.whole()};
    for (std::size_t more = random.below(kMostFiles); more > 0; --more) texts.push_back(random.drop_in());
    Policy all;
    try {
      all = stack(texts);
    } catch (const PolicyError& error) {
      BOOST_TEST(!error.file.empty());
      ++refused;
      continue;
    }
    ++accepted;
    for (std::size_t at = 0; at < texts.size(); ++at) {
      // A file that only makes sense beside others (a list without its mode) is compared through those before it.
      const std::vector<std::string> until(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
      BOOST_TEST_CONTEXT("seed " << seed << ", file " << at) {
        require_narrower(stack(until), all);
        try {
          require_narrower(stack({texts.at(at)}, false), all);
        } catch (const PolicyError&) {
          BOOST_TEST(at > 0U);
        }
      }
    }
  }
  // Both must have happened often, or nothing was tried.
  BOOST_TEST(accepted > kStacks / 20);
  BOOST_TEST(refused > kStacks / 20);
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/policy/policy.hpp"

#include <boost/test/unit_test.hpp>

#include "core/provider/library/pin.hpp"
#include "core/provider/refusal.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

const std::string kOpen = "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\n";
const std::string kListed =
    "version = 1\n[providers]\nmode = \"allow\"\nallow = [\"one\", \"two\"]\nuser_directories = false\n";
const std::string kHex(64, 'a');

Policy parse(const std::string& text) {
  return parse_policy(text, "/etc/p.toml");
}

/// "LINE KEY WHAT" of the error that must come.
std::string fault(const std::string& text) {
  try {
    parse(text);
  } catch (const PolicyError& error) {
    return std::to_string(error.line) + " " + error.what();
  }
  return "none";
}

bool refuses(const std::string& text, unsigned line, const std::string& part) {
  const std::string said = fault(text);
  BOOST_TEST_CONTEXT(text << "\n--> " << said) {
    BOOST_TEST(said.starts_with(std::to_string(line) + " "));
    BOOST_TEST((said.find(part) != std::string::npos));
  }
  return said.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_policy)

BOOST_AUTO_TEST_CASE(byte_order_mark_and_line_ends_of_windows_do_not_count) {
  std::string text = "\xEF\xBB\xBF" + kOpen + "\n\n";
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, "\r");
  BOOST_TEST(parse(text).user_directories);
}

BOOST_AUTO_TEST_CASE(complete_policy_is_parsed) {
  const Policy policy = parse(kListed + "logins = [\"two\"]\n[pins.one]\nlibrary = [\"sha256:" + kHex +
                              "\", \"SHA256:" + std::string(64, 'B') + "\"]\nmanifest = \"sha256:" + kHex +
                              "\"\n[api]\nbase = \"https://api.corp/v/\"\n[tls]\nca_file = \"/etc/ca.pem\"\n");
  BOOST_TEST(policy.in_effect());
  BOOST_TEST(policy.listed_only);
  BOOST_TEST(policy.allow.size() == 2U);
  BOOST_TEST(!policy.user_directories);
  BOOST_TEST(policy.logins->front() == "two");
  BOOST_TEST(policy.pin_of("one")->library.size() == 2U);
  BOOST_TEST(policy.pin_of("one")->library.at(1) == std::string(64, 'b'));
  BOOST_TEST(policy.pin_of("one")->manifest.front() == kHex);
  BOOST_TEST(policy.pin_of("two") == nullptr);
  BOOST_TEST(policy.api_base == "https://api.corp/v");
  BOOST_TEST(policy.ca_file == "/etc/ca.pem");
  BOOST_TEST(!policy.audit);
  BOOST_TEST(policy.rule("providers.allow") == "/etc/p.toml, line 4 (providers.allow)");
  BOOST_TEST(parse("audit = \"syslog\"\n" + kOpen).audit);
}

BOOST_AUTO_TEST_CASE(typo_is_an_error_with_line_and_key) {
  refuses("", 1, "`version` is missing");
  refuses("version = \"1\"\n", 1, "`version` must be a whole number");
  refuses("strange = 1\nversion = 2\n", 2, "`version` is 2");
  refuses("version = 1\n[providers\n", 2, "");
  refuses(kOpen + "alow = []\n", 5, "`providers.alow` is not a key");
  refuses(kOpen + "[provider]\n", 5, "`provider` is not a key");
  refuses(kOpen + "[[pins]]\nlibrary = \"x\"\n", 5, "`pins` is not a key");
  refuses("version = 1\n\"providers.mode\" = \"open\"\n", 2, "`providers.mode` is not a key");
  refuses("version = 1\nproviders.mode = \"Open\"\n", 2, "`providers.mode` must be");
  refuses("version = 1\nproviders.mode = true\n", 2, "`providers.mode` must be text");
  refuses("version = 1\nproviders.user_directories = \"no\"\n", 2,
          "`providers.user_directories` must be true or false");
  refuses("version = 1\nproviders.mode = \"open\"\n", 1, "`providers.user_directories` is missing");
  refuses("version = 1\nproviders.user_directories = true\n", 1, "`providers.mode` is missing");
  refuses("version = 1\naudit = \"yes\"\n", 2, "`audit` must be");
  refuses(kOpen + "logins = \"one\"\n", 5, "`providers.logins` must be a list");
  refuses(kOpen + "logins = [\"One\"]\n", 5, "`providers.logins` has \"One\"");
  refuses(kOpen + "[api]\nbase = \"api.corp\"\n", 6, "`api.base` must be a URL");
  refuses(kOpen + "[api]\nbase = \"https://api.corp/?a=b\"\n", 6, "without a query");
  refuses(kOpen + "[api]\nbase = \"https://api.corp/#f\"\n", 6, "must not have a fragment");
  refuses(kOpen + "[api]\nbase = \"https://me:pw@api.corp\"\n", 6, "must not carry a user name");
  std::string deep = "a";
  for (int i = 0; i < 100000; ++i) deep += ".a";
  BOOST_TEST((fault(kOpen + deep + " = 1\n").starts_with("5 a key has more than")));
  BOOST_TEST((fault(kOpen + "[" + deep + "]\n").starts_with("5 a key has more than")));
  refuses(kOpen + "[tls]\nca_file = \"ca.pem\"\n", 6, "`tls.ca_file` must be the absolute path");
}

BOOST_AUTO_TEST_CASE(empty_allow_list_is_an_error) {
  refuses("version = 1\n[providers]\nmode = \"allow\"\nuser_directories = true\nallow = []\n", 5, "is empty");
  refuses("version = 1\n[providers]\nmode = \"allow\"\nuser_directories = true\n", 3, "`providers.allow` is missing");
  refuses(kOpen + "allow = [\"one\"]\n", 5, "has no meaning");
  refuses("version = 1\n[providers]\nmode = \"allow\"\nuser_directories = true\nallow = [1]\n", 5, "must be a list");
}

BOOST_AUTO_TEST_CASE(pin_needs_both_digests_and_a_listed_provider) {
  const std::string sound = "library = \"sha256:" + kHex + "\"\nmanifest = \"sha256:" + kHex + "\"\n";
  BOOST_TEST(fault(kListed + "[pins.one]\n" + sound) == "none");
  refuses(kListed + "[pins.onee]\n" + sound, 7, "`pins.onee` pins a provider");
  refuses(kListed + "[pins.one]\n", 6, "needs both");
  refuses(kListed + "[pins.one]\nlibrary = \"sha256:" + kHex + "\"\n", 7, "needs both");
  refuses(kListed + "[pins.one]\nlibrary = []\n", 7, "must have 1 to 16");
  refuses(kListed + "[pins.one]\nlibrary = \"" + kHex + "\"\n", 7, "must be \"sha256:\"");
  refuses(kListed + "[pins.one]\nlibrary = \"sha256:" + kHex + "a\"\n", 7, "must be \"sha256:\"");
  refuses(kListed + "[pins.one]\nlibrary = \"md5:" + kHex + "\"\n", 7, "must be \"sha256:\"");
  refuses(kListed + "[pins.one]\nlibraries = \"sha256:" + kHex + "\"\n", 7, "is not a key");
  refuses(kListed + "pins.one = 1\n", 6, "is not a key");
  refuses(kListed + "[pins.ONE]\n" + sound, 7, "which is not a valid provider ID");
  refuses(kListed + "logins = [\"three\"]\n", 6, "has \"three\"");
}

BOOST_AUTO_TEST_CASE(ruling_names_the_rule) {
  const Policy none;
  BOOST_TEST(may_load(none, "any", Origin::user).permitted);
  BOOST_TEST(may_load(none, "any", Origin::user).rule == "");
  const Policy listed = parse(kListed + "logins = [\"two\"]\n");
  BOOST_TEST(may_load(listed, "one", Origin::system).permitted);
  BOOST_TEST(may_load(listed, "one", Origin::system).rule == "/etc/p.toml, line 4 (providers.allow)");
  BOOST_TEST(!may_load(listed, "three", Origin::system).permitted);
  for (const Origin origin : {Origin::user, Origin::environment}) {
    BOOST_TEST(!may_load(listed, "one", origin).permitted);
    BOOST_TEST(may_load(listed, "one", origin).rule == "/etc/p.toml, line 5 (providers.user_directories)");
  }
  BOOST_TEST(may_log_in(listed, "two").permitted);
  BOOST_TEST(!may_log_in(listed, "one").permitted);
  BOOST_TEST(may_log_in(listed, "one").rule == "/etc/p.toml, line 6 (providers.logins)");
  BOOST_TEST(may_load(parse(kOpen), "any", Origin::user).rule == "/etc/p.toml, line 3 (providers.mode)");
  BOOST_TEST(!may_log_in(parse(kOpen + "logins = []\n"), "any").permitted);
  BOOST_TEST(may_log_in(parse(kOpen), "any").permitted);
}

BOOST_AUTO_TEST_CASE(runtimes_are_up_to_the_user_unless_the_policy_lists_them) {
  BOOST_TEST(may_bring_runtime(Policy{}, "any").permitted);
  BOOST_TEST(may_bring_runtime(parse(kOpen), "any").rule == "");
  const Policy listed = parse(kListed + "runtimes = [\"two\"]\n");
  BOOST_TEST(may_bring_runtime(listed, "two").permitted);
  BOOST_TEST(may_bring_runtime(listed, "two").rule == "/etc/p.toml, line 6 (providers.runtimes)");
  BOOST_TEST(!may_bring_runtime(listed, "one").permitted);
  BOOST_TEST(!may_bring_runtime(parse(kOpen + "runtimes = []\n"), "any").permitted);
  refuses(kListed + "runtimes = [\"three\"]\n", 6, "`providers.runtimes` has \"three\"");
}

BOOST_AUTO_TEST_CASE(forbidden_need_is_found_by_word_and_by_text) {
  const Policy policy = parse(kOpen + "forbid_needs = [\"network\", \"exec\", \"hosts=*.corp.example\"]\n");
  for (const char* need : {"network", "exec=/usr/bin/pass", "exec=setting:command", "hosts=*.corp.example"}) {
    const Ruling ruling = may_need(policy, {"threads", need});
    BOOST_TEST(!ruling.permitted, need);
    BOOST_TEST(ruling.rule == "/etc/p.toml, line 5 (providers.forbid_needs)");
    BOOST_TEST(ruling.why == "it needs `" + std::string(need) + "`, which the policy " + ruling.rule + " forbids");
  }
  BOOST_TEST(may_need(policy, {"threads", "hosts=a.corp.example", "hosts=setting:url", "networks"}).permitted);
  BOOST_TEST(may_need(policy, {}).permitted);
  BOOST_TEST(may_need(Policy{}, {"network"}).permitted);
}

BOOST_AUTO_TEST_CASE(typo_in_the_rules_of_isolation_is_an_error) {
  refuses(kOpen + "isolation = \"on\"\n", 5, "`providers.isolation` must be \"default\" or \"process\"");
  refuses(kOpen + "isolation = true\n", 5, "`providers.isolation` must be text");
  refuses(kOpen + "forbid_needs = \"exec\"\n", 5, "`providers.forbid_needs` must be a list");
  for (const char* need : {"execute", "Network", "exec=pass", "network=1", "", "threads "})
    refuses(kOpen + "forbid_needs = [\"" + need + "\"]\n", 5, "which is not a valid need");
  const std::string sound = "library = \"sha256:" + kHex + "\"\nmanifest = \"sha256:" + kHex + "\"\n";
  BOOST_TEST(parse(kOpen + "[pins.one]\n" + sound + "in_process = true\n").pin_of("one")->in_process);
  BOOST_TEST(!parse(kOpen + "[pins.one]\n" + sound).pin_of("one")->in_process);
  refuses(kOpen + "[pins.one]\n" + sound + "in_process = 1\n", 8, "`pins.one.in_process` must be true or false");
  refuses(kOpen + "[pins.one]\nin_process = true\n", 6, "needs both");
}

BOOST_AUTO_TEST_CASE(sealed_copy_cannot_be_changed) {
  const fs::path file = fixture("fine");
  const std::string digest = file_digest(file);
  const PinnedImage image = pin_library(file, {std::string(64, '0'), digest});
  BOOST_TEST(image.digest == digest);
  BOOST_TEST(file_digest(image.path) == digest);
  BOOST_TEST(truncate(image.path.c_str(), 0) != 0);
  BOOST_TEST(!std::ofstream(image.path, std::ios::binary | std::ios::in).put('x').flush().good());
  BOOST_TEST(file_digest(image.path) == digest);
  BOOST_TEST((pin_library(file, {digest}).path != image.path));
  BOOST_CHECK_THROW(pin_library(file, {std::string(64, '0')}), Refusal);
  BOOST_CHECK_THROW(pin_library(file.parent_path(), {digest}), Refusal);
}

BOOST_AUTO_TEST_CASE(same_name_images_load_as_two_libraries) {
  TemporaryDirectory directory;
  const fs::path one = directory.make("a") / "same.so", two = directory.make("b") / "same.so";
  fs::copy_file(fixture("fine"), one);
  fs::copy_file(fixture("minimal"), two);
  const Library first(one, "1.0.0", pin_library(one, {file_digest(one)}).path);
  const Library second(two, "1.0.0", pin_library(two, {file_digest(two)}).path);
  BOOST_TEST(first.described().id == "sample");
  BOOST_TEST(second.described().id == "minimal");
}

BOOST_AUTO_TEST_CASE(replaceable_file_is_refused_without_sealed_memory) {
  TemporaryDirectory directory;  // below a directory that any user may write to
  const fs::path file = directory.path() / "fine.so";
  fs::copy_file(fixture("fine"), file);
  const Sealing none{[](const char*) { return heygen::UniqueFd(); }, "/proc/self/fd"};
  const Sealing no_proc{system_sealing().memory_file, directory.path() / "none"};
  for (const Sealing& sealing : {none, no_proc}) {
    try {
      pin_library(file, {file_digest(file)}, sealing);
      BOOST_ERROR("it was not refused");
    } catch (const Refusal& error) {
      BOOST_TEST((std::string(error.what()).find("no sealed memory") != std::string::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(sha256_matches_the_standard) {
  BOOST_TEST(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/discovery/registry.hpp"
#include "core/json/write.hpp"

#include <sys/wait.h>
#include <sys/xattr.h>

#include <boost/test/unit_test.hpp>

#include "core/provider/library/ownership.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

/// The reason, or "" when there is none.
std::string fault_of(const fs::path& file) {
  const auto fault = find_ownership_fault(file);
  return fault ? fault->what() : "";
}

bool has(const std::string& text, const std::string& part) {
  BOOST_TEST_CONTEXT("text: " << text << "; part: " << part) {
    BOOST_TEST((text.find(part) != std::string::npos));
  }
  return text.find(part) != std::string::npos;
}

boost::test_tools::assertion_result as_root(boost::unit_test::test_unit_id) {
  return geteuid() == 0;
}

std::vector<std::string> ids(ProviderRegistry& registry) {
  std::vector<std::string> out;
  for (const DiscoveredProvider& found : registry.found()) out.push_back(found.id);
  return out;
}

void plain(const fs::path& directory, const std::string& id, std::int32_t order) {
  Manifest manifest = sample_manifest();
  manifest.id = id;
  manifest.order = order;
  install(directory, "fine", manifest);
}

/// The error of load(), which must come.
Error load_error(ProviderRegistry& registry, const std::string& id) {
  try {
    registry.load(id);
  } catch (const Error& error) {
    return error;
  }
  BOOST_FAIL("load() of " + id + " did not throw");
  return usage_error("");
}

/// Why a fixture with the fitting manifest is refused at load.
std::string refusal_of(const std::string& name) {
  Scenario scenario;
  install(scenario.directory.path(), name, sample_manifest());
  const auto registry = scenario.registry();
  BOOST_TEST(registry->find("sample")->is_usable());
  const Error error = load_error(*registry, "sample");
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(!registry->find("sample")->is_usable());
  BOOST_TEST((registry->find("sample")->state != ProviderState::loaded));
  has(error.message(), "sample");
  has(error.message(), (scenario.directory.path() / "sample.so").string());
  has(error.hint, "heygen auth login");
  return error.message();
}

struct Mark {
  Mark() { setenv("HEYGEN_TEST_MARK", file.c_str(), 1); }
  ~Mark() { unsetenv("HEYGEN_TEST_MARK"); }
  TemporaryDirectory directory;
  std::string file = (directory.path() / "mark").string();
};

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_registry)

BOOST_AUTO_TEST_CASE(reserved_providers_come_first_then_manifest_order) {
  Scenario scenario;
  plain(scenario.directory.path(), "zebra", 10);
  plain(scenario.directory.path(), "aardvark", 20);
  plain(scenario.directory.path(), "badger", 20);
  plain(scenario.directory.path(), "device-code", 1);
  plain(scenario.directory.path(), "oauth", 900);
  plain(scenario.directory.path(), "apikey", 9000);
  const auto registry = scenario.registry();
  const std::vector<std::string> wanted{"apikey", "oauth", "device-code", "zebra", "aardvark", "badger"};
  BOOST_TEST(ids(*registry) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(first_directory_wins_and_shadows_later_ones) {
  Scenario scenario;
  const fs::path first = scenario.directory.make("first"), second = scenario.directory.make("second");
  plain(first, "sample", 1);
  plain(second, "sample", 2);
  plain(second, "other", 3);
  const auto registry = scenario.registry(
      {{first, Origin::user}, {scenario.directory.path() / "absent", Origin::user}, {second, Origin::system}});
  const DiscoveredProvider& found = *registry->find("sample");
  BOOST_TEST(found.manifest.order == 1);
  BOOST_TEST((found.origin == Origin::user));
  BOOST_TEST(found.manifest_path == first / "sample.provider.json");
  BOOST_TEST(found.shadowed.size() == 1U);
  BOOST_TEST(found.shadowed.at(0) == second / "sample.provider.json");
  BOOST_TEST((registry->find("other")->origin == Origin::system));
  BOOST_TEST(registry->find("unknown") == nullptr);
}

BOOST_AUTO_TEST_CASE(refused_provider_still_shadows_later_directories) {
  Scenario scenario;
  const fs::path first = scenario.directory.make("first"), second = scenario.directory.make("second");
  write_file(first / "sample.provider.json", "{");
  plain(second, "sample", 2);
  const auto registry = scenario.registry({{first, Origin::user}, {second, Origin::system}});
  BOOST_TEST(registry->found().size() == 1U);
  BOOST_TEST(!registry->find("sample")->is_usable());
  has(registry->find("sample")->reason, "not valid JSON");
  const Error error = load_error(*registry, "sample");
  has(error.hint, "to use the copy in " + second.string());
}

BOOST_AUTO_TEST_CASE(language_runtime_loads_only_with_consent_of_user_or_policy) {
  Scenario scenario;
  Manifest manifest = sample_manifest();
  manifest.runtime = true;
  install(scenario.directory.path(), "runtime", manifest);
  const std::vector<SearchDirectory> places{{scenario.directory.path(), Origin::user}};
  const auto registry = scenario.registry();
  BOOST_TEST((registry->find("sample")->state == ProviderState::needs_consent));
  BOOST_TEST(registry->find("sample")->fix == "heygen config set provider.runtime.sample true");
  const Error error = load_error(*registry, "sample");
  has(error.message(), "brings a language runtime");
  has(error.hint, "Run `heygen config set provider.runtime.sample true`");
  BOOST_CHECK_NO_THROW(scenario.registry(places, {.policy = {}, .runtimes = {"sample"}})->load("sample"));

  Policy policy =
      parse_policy("version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\nruntimes = []\n", "/p");
  const auto refused = scenario.registry(places, {.policy = policy, .runtimes = {"sample"}});
  BOOST_TEST((refused->find("sample")->state == ProviderState::refused_by_policy));
  BOOST_TEST(refused->find("sample")->rule == "/p, line 5 (providers.runtimes)");
  policy.runtimes = {"sample"};
  BOOST_CHECK_NO_THROW(scenario.registry(places, {.policy = policy})->load("sample"));
}

BOOST_AUTO_TEST_CASE(language_runtime_that_the_manifest_keeps_silent_about_is_refused) {
  has(refusal_of("runtime"), "runtime");
}

BOOST_AUTO_TEST_CASE(listing_loads_no_library_and_load_runs_once) {
  const Mark mark;
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  {
    const auto registry = scenario.registry();
    BOOST_TEST(registry->find("sample")->manifest.title == "Sample");
    BOOST_TEST(!fs::exists(mark.file));
    Provider& provider = registry->load("sample");
    BOOST_TEST((registry->find("sample")->state == ProviderState::loaded));
    BOOST_TEST(&registry->load("sample") == &provider);
    BOOST_TEST((provider.resolve({}).status == Status::not_configured));
    provider.report_outcome({}, 200, true);  // left NULL by the library
    BOOST_TEST(read_file(mark.file) == "loaded\ninit\n");
  }
  BOOST_TEST(read_file(mark.file) == "loaded\ninit\ndeinit\n");
}

BOOST_AUTO_TEST_CASE(finding_and_loading_one_provider_reads_no_other_manifest) {
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  write_file(scenario.directory.path() / "other.provider.json", "{");
  const auto registry = scenario.registry();
  const DiscoveredProvider* sample = registry->find("sample");
  registry->load("sample");
  BOOST_TEST((sample->state == ProviderState::loaded));
  Manifest other = sample_manifest();
  other.id = "other";
  write_manifest(scenario.directory.path(), other);
  BOOST_TEST(registry->find("unknown") == nullptr);
  BOOST_TEST(registry->found().size() == 2U);
  for (const DiscoveredProvider& found : registry->found()) {
    BOOST_TEST(found.is_usable(), found.reason);
    BOOST_TEST((found.state == ProviderState::loaded) == (found.id == "sample"));
  }
  BOOST_TEST((sample->state == ProviderState::loaded));
  BOOST_TEST(registry->find("sample") == sample);
}

BOOST_AUTO_TEST_CASE(manifest_that_changes_before_the_load_is_read_again) {
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  const auto registry = scenario.registry();
  BOOST_TEST(registry->find("sample")->is_usable());
  Manifest changed = sample_manifest();
  changed.title = "Another title";
  write_manifest(scenario.directory.path(), changed);
  has(load_error(*registry, "sample").message(), "contradicts its library");
}

BOOST_AUTO_TEST_CASE(forbidden_need_that_a_manifest_gets_before_the_load_is_refused) {
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  const std::vector<SearchDirectory> places{{scenario.directory.path(), Origin::user}};
  const Policy policy = parse_policy(
      "version = 1\n[providers]\nmode = \"open\"\nuser_directories = true\nforbid_needs = [\"network\"]\n", "/p");
  const auto registry = scenario.registry(places, {.policy = policy});
  BOOST_TEST(registry->find("sample")->is_usable());
  Manifest changed = sample_manifest();
  changed.needs = {"network"};
  write_manifest(scenario.directory.path(), changed);
  has(load_error(*registry, "sample").message(), "it needs `network`, which the policy /p, line 5");
  const auto again = scenario.registry(places, {.policy = policy});
  BOOST_TEST((again->find("sample")->state == ProviderState::refused_by_policy));
  BOOST_TEST(again->find("sample")->rule == "/p, line 5 (providers.forbid_needs)");
}

BOOST_AUTO_TEST_CASE(isolation_of_a_provider_is_found_without_its_library) {
  Scenario scenario;
  plain(scenario.directory.path(), "sample", 1);
  for (const auto& [origin, isolation] :
       {std::pair(Origin::system, Isolation::in_process), {Origin::user, Isolation::process}}) {
    const auto registry = scenario.registry({{scenario.directory.path(), origin}});
    BOOST_TEST((registry->find("sample")->isolation.isolation == isolation));
  }
  const auto all = scenario.registry({{scenario.directory.path(), Origin::system}}, {.isolation = {true, {}}});
  BOOST_TEST(all->find("sample")->isolation.rule == "the setting provider.isolation");
}

BOOST_AUTO_TEST_CASE(missing_provider_is_an_error_that_names_it) {
  Scenario scenario;
  const auto registry = scenario.registry();
  const Error error = load_error(*registry, "vault");
  BOOST_TEST(error.code == code::kAuth);
  BOOST_TEST((error.exit == Exit::auth));
  has(error.message(), "vault");
  has(error.hint, "heygen auth login");
}

BOOST_AUTO_TEST_CASE(unusable_manifest_is_listed_with_its_reason) {
  Scenario scenario;
  const fs::path& directory = scenario.directory.path();
  plain(directory, "good", 1);
  Manifest renamed = sample_manifest();
  write_file(directory / "renamed.provider.json", json::write(to_json(renamed)));
  renamed.id = "future";
  renamed.abi_min = 2;
  renamed.abi_max = 3;
  install(directory, "future", renamed);
  renamed.id = "gone";
  renamed.abi_min = renamed.abi_max = 1;
  renamed.library = "gone.so";
  write_manifest(directory, renamed);
  write_file(directory / "UPPER.provider.json", "{}");
  write_file(directory / "huge.provider.json", std::string(300 * 1024, ' '));
  fs::create_directory(directory / "directory.provider.json");
  const auto registry = scenario.registry();
  BOOST_TEST(registry->find("good")->is_usable());
  has(registry->find("renamed")->reason, "file name");
  has(registry->find("future")->reason, "versions 2 to 3");
  has(registry->find("future")->reason, "version 1:");
  has(registry->find("gone")->reason, "missing");
  has(registry->find("UPPER")->reason, "valid ID");
  has(registry->find("huge")->reason, "256 KiB");
  BOOST_TEST(!registry->find("directory")->is_usable());
}

BOOST_AUTO_TEST_CASE(library_that_breaks_the_interface_is_refused_with_its_reason) {
  has(refusal_of("future"), "versions 2 to 3");
  has(refusal_of("no_entry"), "does not export heygen_provider_entry");
  has(refusal_of("extra_symbol"), "sample_extra");
  has(refusal_of("small_entry"), "heygen_provider_entry is smaller");
  has(refusal_of("null_init"), "NULL");
  has(refusal_of("small_api"), "heygen_provider_1 is smaller");
  has(refusal_of("small_descriptor"), "heygen_descriptor is smaller");
  has(refusal_of("small_setting"), "heygen_setting is smaller");
  has(refusal_of("null_refresh"), "refresh");
  has(refusal_of("null_descriptor"), "no descriptor");
  has(refusal_of("unsound_string"), "title");
  has(refusal_of("no_api"), "get_api()");
  has(refusal_of("init_fails"), "status 9");
}

BOOST_AUTO_TEST_CASE(newer_library_with_version_1_loads) {
  Scenario scenario;
  Manifest manifest = sample_manifest();
  manifest.abi_max = 7;
  install(scenario.directory.path(), "wide_range", manifest);
  BOOST_TEST((scenario.registry()->load("sample").resolve({}).status == Status::not_configured));
}

BOOST_AUTO_TEST_CASE(library_that_fails_after_init_is_deinitialized) {
  const Mark mark;
  refusal_of("no_api");
  BOOST_TEST(read_file(mark.file).ends_with("init\ndeinit\n"));
  fs::remove(mark.file);
  refusal_of("init_fails");
  BOOST_TEST(read_file(mark.file).ends_with("init\n"));
}

BOOST_AUTO_TEST_CASE(non_library_is_refused_before_dlopen) {
  Scenario scenario;
  write_manifest(scenario.directory.path(), sample_manifest());
  const std::string whole = read_file(fixture("fine"));
  for (const std::string& content :
       {std::string("#!/bin/sh\necho no library\n" + std::string(100, ' ')), std::string(), whole.substr(0, 100),
        whole.substr(0, whole.size() / 2), std::string(read_file("/proc/self/exe").substr(0, 64))}) {
    write_file(scenario.directory.path() / "sample.so", content);
    const auto registry = scenario.registry();
    has(load_error(*registry, "sample").message(), "shared library");
  }
}

BOOST_AUTO_TEST_CASE(manifest_contradicting_its_library_is_refused_with_the_first_difference) {
  const auto refusal = [](const std::function<void(Manifest&)>& change) {
    Scenario scenario;
    Manifest manifest = sample_manifest();
    change(manifest);
    install(scenario.directory.path(), "fine", manifest);
    const auto registry = scenario.registry();
    const std::string message = load_error(*registry, manifest.id).message();
    has(message, "contradicts");
    return message;
  };
  has(refusal([](Manifest& m) { m.id = "other"; }), "`id` is \"other\" in the manifest and \"sample\" in the library");
  has(refusal([](Manifest& m) { m.version = "9"; }), "`version`");
  has(refusal([](Manifest& m) { m.title = "Trust me"; }), "`title`");
  has(refusal([](Manifest& m) { m.note = "x"; }), "`note`");
  has(refusal([](Manifest& m) { m.order = 1; }), "`order` is 1 in the manifest and 1000 in the library");
  has(refusal([](Manifest& m) { m.abi_max = 2; }), "`abi.max`");
  has(refusal([](Manifest& m) { m.ambient = true; }), "`ambient`");
  has(refusal([](Manifest& m) { m.has_login = false; }), "`login`");
  has(refusal([](Manifest& m) { m.reads_stdin = true; }), "`reads_stdin`");
  has(refusal([](Manifest& m) { m.interacts_browser = true; }), "interactions");
  has(refusal([](Manifest& m) { m.env = {"X"}; }), "`env`");
  has(refusal([](Manifest& m) { m.env = m.credential_env = {"X"}; }), "`env`");
  has(refusal([](Manifest& m) { m.enabled_by = {"url"}; }), "`enabled_by`");
  has(refusal([](Manifest& m) { m.settings.clear(); }), "`settings`");
  has(refusal([](Manifest& m) { m.settings[0].fallback = "https://evil.example"; }), "`settings`");
}

BOOST_AUTO_TEST_CASE(registry_accepts_the_manifest_of_the_checker) {
  Scenario scenario;
  const fs::path& directory = scenario.directory.path();
  fs::copy_file(fixture("minimal"), directory / "minimal.so");
  const std::string command = std::string(HEYGEN_PROVIDER_CHECK) + " manifest " + (directory / "minimal.so").string();
  BOOST_TEST(std::system(command.c_str()) == 0);
  const auto registry = scenario.registry();
  BOOST_TEST(registry->load("minimal").manifest().title == "Pasted token");
  const std::string broken = std::string(HEYGEN_PROVIDER_CHECK) + " manifest " + fixture("no_entry").string() +
                             " 2>&1 | grep -q 'does not export'";
  BOOST_TEST(std::system(broken.c_str()) == 0);
}

BOOST_AUTO_TEST_CASE(pipe_as_manifest_is_refused_without_waiting) {
  Scenario scenario;
  mkfifo((scenario.directory.path() / "sample.provider.json").c_str(), 0600);
  const auto registry = scenario.registry();
  BOOST_REQUIRE_EQUAL(registry->found().size(), 1U);
  BOOST_TEST((registry->found().front().state == ProviderState::refused));
  has(registry->found().front().reason, "not a regular file");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_search_path)

BOOST_AUTO_TEST_CASE(elevated_privilege_searches_only_the_system_directory, *boost::unit_test::precondition(as_root)) {
  // A child with another effective user is what a set-user-id program looks like from inside.
  const pid_t child = fork();
  if (child == 0) {
    std::map<std::string, std::string, std::less<>> variables{{"HEYGEN_PROVIDER_PATH", "/one"}};
    const bool dropped = setresuid(65534, 0, 0) == 0;
    const auto directories =
        default_search_path(MapEnvironment(variables), "/home/me/.heygen", "/opt/heygen/bin/heygen");
    _exit(dropped && directories.size() == 1 && directories.front().origin == Origin::system ? 0 : 1);
  }
  int status = 1;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(search_path_is_variable_then_user_then_system) {
  std::map<std::string, std::string, std::less<>> variables;
  variables["HEYGEN_PROVIDER_PATH"] = "/one::/two";
  const MapEnvironment environment(variables);
  const auto directories = default_search_path(environment, "/home/me/.heygen", "/opt/heygen/bin/heygen");
  BOOST_TEST(directories.size() == 4U);
  BOOST_TEST(directories.at(0).path == "/one");
  BOOST_TEST((directories.at(0).origin == Origin::environment));
  BOOST_TEST(directories.at(1).path == "/two");
  BOOST_TEST(directories.at(2).path == "/home/me/.heygen/providers");
  BOOST_TEST((directories.at(2).origin == Origin::user));
  BOOST_TEST(directories.at(3).path == "/opt/heygen/lib/heygen/providers");
  BOOST_TEST((directories.at(3).origin == Origin::system));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_ownership)

struct File {
  TemporaryDirectory directory;
  fs::path deep = directory.make("a/b");
  fs::path file = deep / "file";
  File() { write_file(file, "x"); }
};

BOOST_FIXTURE_TEST_CASE(private_file_below_sticky_directory_is_accepted, File) {
  BOOST_TEST(fault_of(file) == "");
}

BOOST_FIXTURE_TEST_CASE(world_writable_path_is_named, File) {
  chmod(file.c_str(), 0646);
  has(fault_of(file), "anyone can write to " + file.string() + " (mode 0");
  chmod(file.c_str(), 0644);
  chmod((directory.path() / "a").c_str(), 0757);
  has(fault_of(file), "anyone can write to " + (directory.path() / "a").string());
  chmod((directory.path() / "a").c_str(), 01757);
  BOOST_TEST(fault_of(file) == "");
}

BOOST_AUTO_TEST_CASE(library_for_another_architecture_is_named) {
  constexpr std::streamoff kMachine = 18;  // e_machine of the ELF header
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  std::fstream library(scenario.directory.path() / "sample.so", std::ios::in | std::ios::out | std::ios::binary);
  library.seekp(kMachine).put('\x01');
  library.close();
  has(load_error(*scenario.registry(), "sample").message(), "not a shared library of this machine's kind");
}

BOOST_FIXTURE_TEST_CASE(access_control_list_with_writers_is_a_fault, File) {
  // Version 2; then tag, permissions and id of: owner, user 12345, group, mask, others (linux/posix_acl_xattr.h).
  constexpr std::string_view kList(
      "\2\0\0\0"
      "\x01\0\6\0\xff\xff\xff\xff"
      "\x02\0\6\0\x39\x30\0\0"
      "\x04\0\4\0\xff\xff\xff\xff"
      "\x10\0\6\0\xff\xff\xff\xff"
      "\x20\0\4\0\xff\xff\xff\xff",
      44);
  if (setxattr(file.c_str(), "system.posix_acl_access", kList.data(), kList.size(), 0) != 0) {
    BOOST_TEST_MESSAGE("this file system has no access control lists");
    return;
  }
  has(fault_of(file), "other users can write to " + file.string() + " (access control list)");
}

BOOST_FIXTURE_TEST_CASE(missing_file_is_an_ownership_fault, File) {
  has(fault_of(deep / "none"), "none");
}

BOOST_FIXTURE_TEST_CASE(links_are_followed_and_every_step_is_checked, File) {
  fs::create_directory_symlink(deep, directory.path() / "link");
  BOOST_TEST(fault_of(directory.path() / "link/file") == "");
  chmod((directory.path() / "a").c_str(), 0777);
  has(fault_of(directory.path() / "link/file"), (directory.path() / "a").string());
  chmod((directory.path() / "a").c_str(), 0755);
  const fs::path open = directory.make("open");
  fs::create_symlink("../a/b/file", open / "file");
  BOOST_TEST(fault_of(open / "file") == "");
  chmod(open.c_str(), 0777);
  has(fault_of(open / "file"), open.string());
  fs::create_symlink("loop", directory.path() / "loop");
  has(fault_of(directory.path() / "loop"), "circle");
}

BOOST_FIXTURE_TEST_CASE(foreign_owner_is_named, File, *boost::unit_test::precondition(as_root)) {
  constexpr uid_t kOtherUser = 12345;
  BOOST_TEST(chown(file.c_str(), kOtherUser, 0) == 0);
  has(fault_of(file), "uid 12345");
  BOOST_TEST(chown(file.c_str(), 0, 0) == 0);
  BOOST_TEST(chown(deep.c_str(), kOtherUser, 0) == 0);
  has(fault_of(file), deep.string() + " is owned by another user");
  BOOST_TEST(chown(deep.c_str(), 0, 0) == 0);
  fs::create_symlink(file, directory.path() / "link");
  BOOST_TEST(lchown((directory.path() / "link").c_str(), kOtherUser, 0) == 0);
  has(fault_of(directory.path() / "link"), "uid 12345");
}

BOOST_FIXTURE_TEST_CASE(group_may_write_only_when_private_to_the_owner, File,
                        *boost::unit_test::precondition(as_root)) {
  constexpr gid_t kSomeGroup = 12345;
  chmod(file.c_str(), 0664);
  BOOST_TEST(fault_of(file) == "");  // root's own group
  BOOST_TEST(chown(file.c_str(), 0, kSomeGroup) == 0);
  has(fault_of(file), "gid 12345");
  chmod(file.c_str(), 0644);
  BOOST_TEST(fault_of(file) == "");
}

BOOST_FIXTURE_TEST_CASE(checks_of_one_command_look_at_a_directory_once_and_at_a_file_each_time, File) {
  OwnershipChecks checks;
  BOOST_TEST(checks.require(file, Owner::root_or_user).path == fs::canonical(file));
  chmod(deep.c_str(), 0777);
  BOOST_TEST(!checks.find_fault(file, Owner::root_or_user));
  has(fault_of(file), "anyone can write to " + deep.string());
  chmod(deep.c_str(), 0755);
  chmod(file.c_str(), 0666);
  BOOST_TEST(checks.find_fault(file, Owner::root_or_user).has_value());
  chmod(file.c_str(), 0644);
  fs::create_symlink(deep, directory.path() / "link");
  BOOST_TEST(checks.require(directory.path() / "link" / file.filename(), Owner::root_or_user).path ==
             fs::canonical(file));
  chmod(deep.c_str(), 0755);
}

BOOST_AUTO_TEST_CASE(registry_refuses_files_that_others_can_write) {
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  chmod((scenario.directory.path() / "sample.so").c_str(), 0666);
  has(scenario.registry()->find("sample")->reason, "sample.so (mode 0");
  chmod((scenario.directory.path() / "sample.so").c_str(), 0644);
  chmod(scenario.directory.path().c_str(), 0777);
  const auto registry = scenario.registry();
  has(registry->find("sample")->reason, "anyone can write to " + scenario.directory.path().string());
  BOOST_TEST(registry->find("sample")->manifest.version == "");  // not even read
  load_error(*registry, "sample");
}

BOOST_AUTO_TEST_CASE(library_writable_after_the_scan_is_not_loaded) {
  const Mark mark;
  Scenario scenario;
  install(scenario.directory.path(), "fine", sample_manifest());
  const auto registry = scenario.registry();
  BOOST_TEST(registry->find("sample")->is_usable());
  chmod((scenario.directory.path() / "sample.so").c_str(), 0666);
  has(load_error(*registry, "sample").message(), "anyone can write to");
  has(load_error(*registry, "sample").hint, "Run `chmod go-w ");
  BOOST_TEST(!fs::exists(mark.file));
}

BOOST_AUTO_TEST_SUITE_END()

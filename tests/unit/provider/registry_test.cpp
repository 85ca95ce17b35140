#include "core/provider/discovery/registry.hpp"

#include <sys/wait.h>
#include <sys/xattr.h>

#include <boost/test/unit_test.hpp>

#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;

namespace {

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
  World world;
  install(world.directory.path(), name, sample_manifest());
  const auto registry = world.registry();
  BOOST_TEST(!registry->find("sample")->refused);
  const Error error = load_error(*registry, "sample");
  BOOST_TEST((error.exit == Exit::auth));
  BOOST_TEST(registry->find("sample")->refused);
  BOOST_TEST(!registry->find("sample")->loaded);
  has(error.message(), "sample");
  has(error.message(), (world.directory.path() / "sample.so").string());
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

BOOST_AUTO_TEST_CASE(historic_ones_come_first_then_the_manifests_order) {
  World world;
  plain(world.directory.path(), "zebra", 10);
  plain(world.directory.path(), "aardvark", 20);
  plain(world.directory.path(), "badger", 20);
  plain(world.directory.path(), "device-code", 1);
  plain(world.directory.path(), "oauth", 900);
  plain(world.directory.path(), "apikey", 9000);
  const auto registry = world.registry();
  const std::vector<std::string> wanted{"apikey", "oauth", "device-code", "zebra", "aardvark", "badger"};
  BOOST_TEST(ids(*registry) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_first_directory_wins_and_the_others_are_shadowed) {
  World world;
  const fs::path first = world.directory.make("first"), second = world.directory.make("second");
  plain(first, "sample", 1);
  plain(second, "sample", 2);
  plain(second, "other", 3);
  const auto registry =
      world.registry({{first, "user"}, {world.directory.path() / "absent", "user"}, {second, "system"}});
  const DiscoveredProvider& found = *registry->find("sample");
  BOOST_TEST(found.manifest.order == 1);
  BOOST_TEST(found.origin == "user");
  BOOST_TEST(found.manifest_path == first / "sample.provider.json");
  BOOST_TEST(found.shadowed.size() == 1U);
  BOOST_TEST(found.shadowed.at(0) == second / "sample.provider.json");
  BOOST_TEST(registry->find("other")->origin == "system");
  BOOST_TEST(registry->find("nobody") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_refused_one_still_shadows_later_directories) {
  World world;
  const fs::path first = world.directory.make("first"), second = world.directory.make("second");
  write_file(first / "sample.provider.json", "{");
  plain(second, "sample", 2);
  const auto registry = world.registry({{first, "user"}, {second, "system"}});
  BOOST_TEST(registry->found().size() == 1U);
  BOOST_TEST(registry->find("sample")->refused);
  has(registry->find("sample")->reason, "no JSON");
  const Error error = load_error(*registry, "sample");
  has(error.message(), (second / "sample.provider.json").string());
}

BOOST_AUTO_TEST_CASE(listing_loads_nothing_and_loading_happens_once) {
  const Mark mark;
  World world;
  install(world.directory.path(), "fine", sample_manifest());
  {
    const auto registry = world.registry();
    BOOST_TEST(registry->find("sample")->manifest.title == "Sample");
    BOOST_TEST(!fs::exists(mark.file));
    Provider& provider = registry->load("sample");
    BOOST_TEST(registry->find("sample")->loaded);
    BOOST_TEST(&registry->load("sample") == &provider);
    BOOST_TEST((provider.resolve({}).status == Status::not_configured));
    provider.report_outcome({}, 200, true);  // left NULL by the library
    BOOST_TEST(read_file(mark.file) == "loaded\ninit\n");
  }
  BOOST_TEST(read_file(mark.file) == "loaded\ninit\ndeinit\n");
}

BOOST_AUTO_TEST_CASE(an_absent_one_is_an_error_that_names_it) {
  World world;
  const auto registry = world.registry();
  const Error error = load_error(*registry, "vault");
  BOOST_TEST(error.code == code::kAuth);
  BOOST_TEST((error.exit == Exit::auth));
  has(error.message(), "vault");
  has(error.hint, "heygen auth login");
}

BOOST_AUTO_TEST_CASE(manifests_that_cannot_be_used_are_listed_with_the_reason) {
  World world;
  const fs::path& directory = world.directory.path();
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
  const auto registry = world.registry();
  BOOST_TEST(!registry->find("good")->refused);
  has(registry->find("renamed")->reason, "file name");
  has(registry->find("future")->reason, "versions 2 to 3");
  has(registry->find("future")->reason, "version 1:");
  has(registry->find("gone")->reason, "missing");
  has(registry->find("UPPER")->reason, "valid id");
  has(registry->find("huge")->reason, "256 KiB");
  BOOST_TEST(registry->find("directory")->refused);
}

BOOST_AUTO_TEST_CASE(libraries_that_break_the_interface_are_refused_with_the_reason) {
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

BOOST_AUTO_TEST_CASE(a_newer_library_that_still_speaks_version_1_is_fine) {
  World world;
  Manifest manifest = sample_manifest();
  manifest.abi_max = 7;
  install(world.directory.path(), "wide_range", manifest);
  BOOST_TEST((world.registry()->load("sample").resolve({}).status == Status::not_configured));
}

BOOST_AUTO_TEST_CASE(what_failed_after_init_is_taken_down_again) {
  const Mark mark;
  refusal_of("no_api");
  BOOST_TEST(read_file(mark.file).ends_with("init\ndeinit\n"));
  fs::remove(mark.file);
  refusal_of("init_fails");
  BOOST_TEST(read_file(mark.file).ends_with("init\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_library_is_refused_before_it_reaches_the_loader) {
  World world;
  write_manifest(world.directory.path(), sample_manifest());
  const std::string whole = read_file(fixture("fine"));
  for (const std::string& content :
       {std::string("#!/bin/sh\necho no library\n" + std::string(100, ' ')), std::string(), whole.substr(0, 100),
        whole.substr(0, whole.size() / 2), std::string(read_file("/proc/self/exe").substr(0, 64))}) {
    write_file(world.directory.path() / "sample.so", content);
    const auto registry = world.registry();
    has(load_error(*registry, "sample").message(), "shared library");
  }
}

BOOST_AUTO_TEST_CASE(a_manifest_that_contradicts_its_library_is_refused_with_the_first_difference) {
  const auto refusal = [](const std::function<void(Manifest&)>& change) {
    World world;
    Manifest manifest = sample_manifest();
    change(manifest);
    install(world.directory.path(), "fine", manifest);
    const auto registry = world.registry();
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

BOOST_AUTO_TEST_CASE(the_checker_writes_the_manifest_that_the_registry_accepts) {
  World world;
  const fs::path& directory = world.directory.path();
  fs::copy_file(fixture("minimal"), directory / "minimal.so");
  const std::string command = std::string(HEYGEN_PROVIDER_CHECK) + " manifest " + (directory / "minimal.so").string();
  BOOST_TEST(std::system(command.c_str()) == 0);
  const auto registry = world.registry();
  BOOST_TEST(registry->load("minimal").manifest().title == "Pasted token");
  const std::string broken = std::string(HEYGEN_PROVIDER_CHECK) + " manifest " + fixture("no_entry").string() +
                             " 2>&1 | grep -q 'does not export'";
  BOOST_TEST(std::system(broken.c_str()) == 0);
}

BOOST_AUTO_TEST_CASE(a_pipe_in_a_manifests_place_is_refused_and_not_waited_for) {
  World world;
  mkfifo((world.directory.path() / "sample.provider.json").c_str(), 0600);
  const auto registry = world.registry();
  BOOST_REQUIRE_EQUAL(registry->found().size(), 1U);
  BOOST_TEST(registry->found().front().refused);
  has(registry->found().front().reason, "no regular file");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_search_path)

BOOST_AUTO_TEST_CASE(another_users_privilege_leaves_the_systems_directory_alone,
                     *boost::unit_test::precondition(as_root)) {
  // A child with another effective user is what a set-user-id program looks like from inside.
  const pid_t child = fork();
  if (child == 0) {
    std::map<std::string, std::string, std::less<>> variables{{"HEYGEN_PROVIDER_PATH", "/one"}};
    const bool dropped = setresuid(65534, 0, 0) == 0;
    const auto directories =
        default_search_path(MapEnvironment(variables), "/home/me/.heygen", "/opt/heygen/bin/heygen");
    _exit(dropped && directories.size() == 1 && directories.front().origin == "system" ? 0 : 1);
  }
  int status = 1;
  BOOST_TEST(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(variable_then_user_then_beside_the_program) {
  std::map<std::string, std::string, std::less<>> variables;
  variables["HEYGEN_PROVIDER_PATH"] = "/one::/two";
  const MapEnvironment environment(variables);
  const auto directories = default_search_path(environment, "/home/me/.heygen", "/opt/heygen/bin/heygen");
  BOOST_TEST(directories.size() == 4U);
  BOOST_TEST(directories.at(0).path == "/one");
  BOOST_TEST(directories.at(0).origin == "HEYGEN_PROVIDER_PATH");
  BOOST_TEST(directories.at(1).path == "/two");
  BOOST_TEST(directories.at(2).path == "/home/me/.heygen/providers");
  BOOST_TEST(directories.at(2).origin == "user");
  BOOST_TEST(directories.at(3).path == "/opt/heygen/lib/heygen/providers");
  BOOST_TEST(directories.at(3).origin == "system");
}

BOOST_AUTO_TEST_CASE(the_program_is_found_through_links) {
  TemporaryDirectory directory;
  const fs::path real = directory.make("prefix/bin") / "heygen";
  write_file(real, "");
  fs::create_symlink(real, directory.make("elsewhere") / "heygen");
  const auto directories = default_search_path(MapEnvironment(std::map<std::string, std::string, std::less<>>{}), {},
                                               directory.path() / "elsewhere/heygen");
  BOOST_TEST(directories.size() == 1U);
  BOOST_TEST(directories.at(0).path == fs::canonical(directory.path()) / "prefix/lib/heygen/providers");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(provider_ownership)

struct File {
  TemporaryDirectory directory;
  fs::path deep = directory.make("a/b");
  fs::path file = deep / "file";
  File() { write_file(file, "x"); }
};

BOOST_FIXTURE_TEST_CASE(private_files_below_a_sticky_directory_are_fine, File) {
  BOOST_TEST(ownership_fault(file) == "");
}

BOOST_FIXTURE_TEST_CASE(what_everyone_can_write_is_named, File) {
  chmod(file.c_str(), 0646);
  has(ownership_fault(file), file.string() + " can be written by everyone");
  chmod(file.c_str(), 0644);
  chmod((directory.path() / "a").c_str(), 0757);
  has(ownership_fault(file), (directory.path() / "a").string() + " can be written by everyone");
  chmod((directory.path() / "a").c_str(), 01757);
  BOOST_TEST(ownership_fault(file) == "");
}

BOOST_AUTO_TEST_CASE(a_library_for_another_machine_is_named_as_one) {
  constexpr std::streamoff kMachine = 18;  // e_machine of the ELF header
  World world;
  install(world.directory.path(), "fine", sample_manifest());
  std::fstream library(world.directory.path() / "sample.so", std::ios::in | std::ios::out | std::ios::binary);
  library.seekp(kMachine).put('\x01');
  library.close();
  has(load_error(*world.registry(), "sample").message(), "no shared library of this machine's kind");
}

BOOST_FIXTURE_TEST_CASE(whom_an_access_control_list_names_can_write, File) {
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
  has(ownership_fault(file), file.string() + " can be written by whom its access control list names");
}

BOOST_FIXTURE_TEST_CASE(a_missing_file_is_a_fault, File) {
  has(ownership_fault(deep / "none"), "none");
}

BOOST_FIXTURE_TEST_CASE(links_are_followed_and_what_they_pass_is_checked, File) {
  fs::create_directory_symlink(deep, directory.path() / "link");
  BOOST_TEST(ownership_fault(directory.path() / "link/file") == "");
  chmod((directory.path() / "a").c_str(), 0777);
  has(ownership_fault(directory.path() / "link/file"), (directory.path() / "a").string());
  chmod((directory.path() / "a").c_str(), 0755);
  const fs::path open = directory.make("open");
  fs::create_symlink("../a/b/file", open / "file");
  BOOST_TEST(ownership_fault(open / "file") == "");
  chmod(open.c_str(), 0777);
  has(ownership_fault(open / "file"), open.string());
  fs::create_symlink("loop", directory.path() / "loop");
  has(ownership_fault(directory.path() / "loop"), "circle");
}

BOOST_FIXTURE_TEST_CASE(another_owner_is_named, File, *boost::unit_test::precondition(as_root)) {
  constexpr uid_t kSomebody = 12345;
  BOOST_TEST(chown(file.c_str(), kSomebody, 0) == 0);
  has(ownership_fault(file), "uid 12345");
  BOOST_TEST(chown(file.c_str(), 0, 0) == 0);
  BOOST_TEST(chown(deep.c_str(), kSomebody, 0) == 0);
  has(ownership_fault(file), deep.string() + " is owned by another user");
  BOOST_TEST(chown(deep.c_str(), 0, 0) == 0);
  fs::create_symlink(file, directory.path() / "link");
  BOOST_TEST(lchown((directory.path() / "link").c_str(), kSomebody, 0) == 0);
  has(ownership_fault(directory.path() / "link"), "uid 12345");
}

BOOST_FIXTURE_TEST_CASE(a_group_may_write_only_when_it_is_the_owners_own, File,
                        *boost::unit_test::precondition(as_root)) {
  constexpr gid_t kSomeGroup = 12345;
  chmod(file.c_str(), 0664);
  BOOST_TEST(ownership_fault(file) == "");  // root's own group
  BOOST_TEST(chown(file.c_str(), 0, kSomeGroup) == 0);
  has(ownership_fault(file), "gid 12345");
  chmod(file.c_str(), 0644);
  BOOST_TEST(ownership_fault(file) == "");
}

BOOST_AUTO_TEST_CASE(the_registry_refuses_what_others_can_write) {
  World world;
  install(world.directory.path(), "fine", sample_manifest());
  chmod((world.directory.path() / "sample.so").c_str(), 0666);
  has(world.registry()->find("sample")->reason, "sample.so can be written by everyone");
  chmod((world.directory.path() / "sample.so").c_str(), 0644);
  chmod(world.directory.path().c_str(), 0777);
  const auto registry = world.registry();
  has(registry->find("sample")->reason, world.directory.path().string() + " can be written by everyone");
  BOOST_TEST(registry->find("sample")->manifest.version == "");  // not even read
  load_error(*registry, "sample");
}

BOOST_AUTO_TEST_CASE(a_library_that_became_writable_after_the_scan_is_not_loaded) {
  const Mark mark;
  World world;
  install(world.directory.path(), "fine", sample_manifest());
  const auto registry = world.registry();
  BOOST_TEST(!registry->find("sample")->refused);
  chmod((world.directory.path() / "sample.so").c_str(), 0666);
  has(load_error(*registry, "sample").message(), "everyone");
  BOOST_TEST(!fs::exists(mark.file));
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/attempt/granted_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/provider/isolated/denials.hpp"

namespace fs = std::filesystem;
using heygen::provider::bus_sockets;
using heygen::provider::GrantedFiles;
using heygen::provider::is_covered;
using heygen::provider::OpenedFile;

namespace {

struct GrantedPlace {
  GrantedPlace() {
    std::string name = (fs::temp_directory_path() / "granted-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()) != nullptr);
    root = fs::canonical(name);
    fs::create_directories(root / "open/below");
    fs::create_directories(root / "closed");
    write(root / "open/file", "granted");
    write(root / "closed/secret", "secret");
    fs::create_symlink(root / "closed/secret", root / "open/out");
    fs::create_symlink(root / "closed", root / "open/out-directory");
    fs::create_symlink("file", root / "open/in");
    fs::create_directory_symlink(root / "open", root / "link");
    BOOST_REQUIRE(mkfifo((root / "open/pipe").c_str(), 0600) == 0);
  }
  ~GrantedPlace() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }

  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string path(const std::string& name) const { return (root / name).string(); }
  GrantedFiles readable() const { return {{path("open")}, {}}; }
  GrantedFiles writable() const { return {{}, {path("open")}}; }

  void is_denied(const GrantedFiles& files, const std::string& name, int flags = O_RDONLY) const {
    const OpenedFile opened = files.open(path(name), flags, 0600);
    BOOST_TEST(!opened.file, name);
    BOOST_TEST(opened.denied, name);
    BOOST_TEST(opened.error == EACCES, name);
  }
  void is_open(const GrantedFiles& files, const std::string& name, int flags = O_RDONLY) const {
    const OpenedFile opened = files.open(path(name), flags, 0600);
    BOOST_TEST(static_cast<bool>(opened.file), name << ": " << opened.error);
  }

  fs::path root;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provider_granted_files, GrantedPlace)

BOOST_AUTO_TEST_CASE(granted_directory_is_read_and_not_written) {
  const GrantedFiles files = readable();
  is_open(files, "open/file");
  is_open(files, "open/in");
  is_open(files, "open/below", O_RDONLY | O_DIRECTORY);
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_TRUNC, O_WRONLY | O_APPEND, O_RDONLY | O_CREAT}) {
    is_denied(files, "open/file", flags);
  }
  is_denied(files, "open/new", O_WRONLY | O_CREAT);
  BOOST_TEST(read(root / "open/file") == "granted");
  BOOST_TEST(!fs::exists(root / "open/new"));
}

BOOST_AUTO_TEST_CASE(link_out_of_a_grant_is_denied) {
  for (const GrantedFiles& files : {readable(), writable()}) {
    is_denied(files, "open/out");
    is_denied(files, "open/out-directory/secret");
    is_denied(files, "closed/secret");
  }
  is_denied(writable(), "open/out", O_WRONLY | O_TRUNC);
  is_denied(writable(), "open/out-directory/new", O_WRONLY | O_CREAT);
  BOOST_TEST(writable().remove(path("open/out-directory/secret"), 0) == EACCES);
  BOOST_TEST(writable().rename(path("open/file"), path("open/out-directory/file"), 0) == EACCES);
  BOOST_TEST(read(root / "closed/secret") == "secret");
}

BOOST_AUTO_TEST_CASE(dots_lead_out_of_no_grant) {
  is_denied(readable(), "open/../closed/secret");
  is_denied(readable(), "open/below/../../closed/secret");
  is_open(readable(), "closed/../open/file");
}

BOOST_AUTO_TEST_CASE(grant_by_a_link_covers_what_is_there) {
  const GrantedFiles files{{path("link")}, {}};
  is_open(files, "link/file");
  is_denied(files, "link/out");
}

BOOST_AUTO_TEST_CASE(name_that_only_begins_like_a_grant_is_not_covered) {
  BOOST_TEST(is_covered("/a/b", {"/a/b"}));
  BOOST_TEST(is_covered("/a/b/c", {"/a/b"}));
  BOOST_TEST(!is_covered("/a/bc", {"/a/b"}));
  BOOST_TEST(!is_covered("/a", {"/a/b"}));
  BOOST_TEST(!is_covered("/a", {""}));
  BOOST_TEST(is_covered("/a", {"/"}));
}

BOOST_AUTO_TEST_CASE(pipe_is_not_opened_and_not_waited_for) {
  is_denied(readable(), "open/pipe");
  is_denied(writable(), "open/pipe", O_WRONLY);
}

BOOST_AUTO_TEST_CASE(descriptors_of_the_host_are_out_of_reach) {
  const int secret = open((root / "closed/secret").c_str(), O_RDONLY | O_CLOEXEC);
  const GrantedFiles files{{"/proc/self/fd"}, {}};
  const OpenedFile opened = files.open("/proc/self/fd/" + std::to_string(secret), O_RDONLY, 0);
  BOOST_TEST(!opened.file);
  BOOST_TEST((GrantedFiles{{"/proc/self"}, {}}).open("/proc/self/environ", O_RDONLY, 0).denied);
  close(secret);
}

BOOST_AUTO_TEST_CASE(writable_directory_is_written) {
  const GrantedFiles files = writable();
  is_open(files, "open/new", O_WRONLY | O_CREAT | O_EXCL);
  BOOST_TEST(files.open(path("open/new"), O_WRONLY | O_CREAT | O_EXCL, 0600).error == EEXIST);
  BOOST_TEST(files.rename(path("open/new"), path("open/newer"), 0) == 0);
  BOOST_TEST(fs::exists(root / "open/newer"));
  BOOST_TEST(files.remove(path("open/newer"), 0) == 0);
  BOOST_TEST(files.make_directory(path("open/made"), 0700) == 0);
  BOOST_TEST(files.remove(path("open/made"), AT_REMOVEDIR) == 0);
  BOOST_TEST(files.make_directory(path("closed/made"), 0700) == EACCES);
  BOOST_TEST(files.remove(path("closed/secret"), 0) == EACCES);
}

BOOST_AUTO_TEST_CASE(grant_of_a_file_covers_its_creation_and_no_neighbor) {
  const GrantedFiles files{{}, {path("closed/result")}};
  is_denied(files, "closed/secret");
  is_denied(files, "closed/other", O_WRONLY | O_CREAT);
  is_open(files, "closed/result", O_WRONLY | O_CREAT);
  is_open(files, "closed/result", O_RDONLY);
}

BOOST_AUTO_TEST_CASE(device_without_memory_is_open_to_all) {
  const GrantedFiles files{{}, {}};
  BOOST_TEST(static_cast<bool>(files.open("/dev/urandom", O_RDONLY, 0).file));
  BOOST_TEST(files.open("/dev/tty", O_RDWR, 0).denied);
}

BOOST_AUTO_TEST_CASE(directories_above_a_grant_may_be_looked_at) {
  const GrantedFiles files = readable();
  BOOST_TEST(files.may_look(path("open/file")));
  BOOST_TEST(files.may_look(root.string()));
  BOOST_TEST(!files.may_look(path("closed")));
  BOOST_TEST(!files.may_look(path("open/../closed/secret")));
}

BOOST_AUTO_TEST_CASE(sockets_of_the_session_bus_are_found) {
  using Sockets = std::vector<std::string>;
  BOOST_TEST((bus_sockets("unix:path=/run/user/1/bus", "") == Sockets{"/run/user/1/bus"}));
  BOOST_TEST((bus_sockets("unix:abstract=/tmp/dbus-x,guid=1", "") == Sockets{"@/tmp/dbus-x"}));
  BOOST_TEST((bus_sockets("tcp:host=h;unix:path=/a%20b", "/run/user/1") == Sockets{"/a b", "/run/user/1/bus"}));
  BOOST_TEST(bus_sockets("", "").empty());
  BOOST_TEST(bus_sockets("", "relative").empty());
}

BOOST_AUTO_TEST_SUITE_END()

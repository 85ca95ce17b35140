// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/surroundings.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/environment.hpp"

using namespace heygen;
using namespace heygen::provider;

namespace {

MapEnvironment with(std::map<std::string, std::string, std::less<>> variables) {
  return MapEnvironment(std::move(variables));
}

constexpr const char* kNone = "neither DISPLAY nor WAYLAND_DISPLAY is set";
constexpr std::uint16_t kPort = 8400;

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_surroundings)

BOOST_AUTO_TEST_CASE(forward_names_the_server_of_the_session) {
  BOOST_TEST(forward_command(with({{"SSH_CONNECTION", "192.0.2.1 5000 192.0.2.2 22"}}), "127.0.0.1", kPort, "ada",
                             "box") == "ssh -N -L 8400:127.0.0.1:8400 ada@192.0.2.2");
  BOOST_TEST(forward_command(with({{"SSH_CONNECTION", "::1 5000 2001:db8::2 2222"}}), "[::1]", kPort, "ada", "box") ==
             "ssh -N -L '8400:[::1]:8400' -p 2222 ada@2001:db8::2");
  BOOST_TEST(forward_command(with({{"SSH_TTY", "/dev/pts/1"}}), "localhost", kPort, "", "box") ==
             "ssh -N -L 8400:localhost:8400 box");
}

BOOST_AUTO_TEST_CASE(container_is_told_by_its_runtime) {
  const auto nothing = [](const char*) { return false; };
  BOOST_TEST(!is_container(with({}), nothing));
  BOOST_TEST(is_container(with({{"container", "podman"}}), nothing));
  BOOST_TEST(is_container(with({}), [](const char* path) { return std::string(path) == "/.dockerenv"; }));
  BOOST_TEST(is_container(with({}), [](const char* path) { return std::string(path) == "/run/.containerenv"; }));
}

BOOST_AUTO_TEST_CASE(advice_fits_the_place) {
  const std::string forward = "ssh -N -L 8400:127.0.0.1:8400 ada@box";
  const auto advice = [&](std::map<std::string, std::string, std::less<>> variables, const char* why, bool container) {
    std::string all;
    for (const std::string& line : browser_advice(with(std::move(variables)), why, container, kPort, forward))
      all += line + "\n";
    return all;
  };
  BOOST_TEST(advice({{"DISPLAY", ":0"}}, "", false) == "");
  BOOST_TEST(advice({{"SSH_TTY", "x"}, {"BROWSER", "code"}}, "", false) == "");
  const std::string ssh = advice({{"SSH_TTY", "x"}}, kNone, true);
  BOOST_TEST(ssh.starts_with("This is an SSH session"));
  BOOST_TEST((ssh.find("\n" + forward + "\n") != std::string::npos));
  BOOST_TEST((ssh.find("--port 8400") != std::string::npos));
  BOOST_TEST(advice({}, kNone, true).starts_with("This is a container"));
  const std::string bare = advice({}, kNone, false);
  BOOST_TEST(bare.starts_with(std::string("No browser can be opened here: ") + kNone + ". "));
  BOOST_TEST((bare.find("\n" + forward + "\n") != std::string::npos));
}

BOOST_AUTO_TEST_SUITE_END()

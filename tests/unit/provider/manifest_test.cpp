// SPDX-License-Identifier: Apache-2.0
#include "core/provider/manifest.hpp"
#include "core/json/write.hpp"
#include "core/store/reserved_slots.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

using namespace heygen;
using namespace heygen::provider;

namespace {

Manifest full() {
  Manifest manifest;
  manifest.id = "vault";
  manifest.library = "vault.so";
  manifest.version = "2.1.0";
  manifest.title = "Company vault";
  manifest.note = "Asks the vault";
  manifest.order = 40;
  manifest.env = {"VAULT_TOKEN", "VAULT_URL"};
  manifest.credential_env = {"VAULT_TOKEN"};
  manifest.enabled_by = {"enabled"};
  manifest.settings = {{"url", SettingType::url, "https://vault.example", "Where it is", "VAULT_URL", true},
                       {"enabled", SettingType::boolean, "false", "Whether to ask", "", false}};
  manifest.ambient = true;
  manifest.reads_stdin = true;
  manifest.has_login = false;
  manifest.interacts_terminal = true;
  manifest.interacts_browser = true;
  return manifest;
}

/// The full manifest with one member replaced, as text.
std::string with(const std::string& member, json::Value value) {
  json::Value root = to_json(full());
  root.set(member, std::move(value));
  return json::write(root);
}

std::string refusal_of(const std::string& text) {
  try {
    parse_manifest(text);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

bool refuses(const std::string& text, const std::string& reason) {
  const std::string refusal = refusal_of(text);
  BOOST_TEST_CONTEXT("refusal: " << refusal) {
    BOOST_TEST(refusal.find(reason) != std::string::npos);
  }
  return !refusal.empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_manifest)

BOOST_AUTO_TEST_CASE(manifest_round_trips_through_json) {
  BOOST_TEST((parse_manifest(json::write(to_json(full()))) == full()));
}

BOOST_AUTO_TEST_CASE(manifest_needs_only_five_members) {
  const Manifest manifest = parse_manifest(
      R"({"id":"ab","library":"ab.so","version":"1","title":"AB","abi":{"min":1,"max":2},"unknown":[1]})");
  BOOST_TEST(manifest.order == 1000);
  BOOST_TEST(manifest.abi_max == 2U);
  BOOST_TEST(manifest.has_login);
  BOOST_TEST(!manifest.ambient);
  for (const char* member : {"id", "library", "version", "title", "abi"}) {
    json::Value root = to_json(full());
    root.erase(member);
    BOOST_TEST(refuses(json::write(root), member));
  }
}

BOOST_AUTO_TEST_CASE(rejects_non_object_json) {
  BOOST_TEST(refuses("{", "not valid JSON"));
  BOOST_TEST(refuses("[]", "not a JSON object"));
  BOOST_TEST(refuses("", "not valid JSON"));
}

BOOST_AUTO_TEST_CASE(library_must_be_a_plain_file_name) {
  for (const char* name : {"", ".", "..", "../evil.so", "/tmp/evil.so", "sub/evil.so", "evil\n.so"}) {
    BOOST_TEST(refuses(with("library", name), "library"));
  }
}

BOOST_AUTO_TEST_CASE(id_must_be_valid_and_no_option_of_another_provider) {
  for (const char* id : {"ab", "a1", "my-sso", "oauth", "apikey", "abcdefghijklmnopqrstuvwxyz012345"}) {
    BOOST_TEST(is_valid_id(id), id);
  }
  for (const char* id : {"", "a", "1a", "Ab", "a_b", "-ab", "abcdefghijklmnopqrstuvwxyz0123456", "api-key"}) {
    BOOST_TEST(!is_valid_id(id), id);
  }
  BOOST_TEST(refuses(with("id", "api-key"), "id"));
}

BOOST_AUTO_TEST_CASE(id_may_be_the_name_of_a_host_option) {
  for (const std::string_view id : store::host_options()) BOOST_TEST(is_valid_id(id), id);
  BOOST_TEST(is_valid_id("quiet"));
}

BOOST_AUTO_TEST_CASE(mistyped_member_is_named) {
  BOOST_TEST(refuses(with("title", 1), "title"));
  BOOST_TEST(refuses(with("order", "1"), "order"));
  BOOST_TEST(refuses(with("order", json::Number{"3000000000"}), "order"));
  BOOST_TEST(refuses(with("ambient", 1), "ambient"));
  BOOST_TEST(refuses(with("env", "X"), "env"));
  BOOST_TEST(refuses(with("env", json::Array{1}), "env"));
  BOOST_TEST(refuses(with("abi", 1), "abi"));
  BOOST_TEST(refuses(with("settings", json::Array{"x"}), "settings"));
}

BOOST_AUTO_TEST_CASE(invalid_value_is_named) {
  BOOST_TEST(refuses(with("title", std::string(41, 't')), "title"));
  BOOST_TEST(refuses(with("title", ""), "title"));
  BOOST_TEST(refuses(with("note", "two\nlines"), "note"));
  BOOST_TEST(refuses(with("abi", json::Object{{"min", 2}, {"max", 1}}), "abi"));
  BOOST_TEST(refuses(with("abi", json::Object{{"min", 0}, {"max", 1}}), "abi"));
  BOOST_TEST(refuses(with("env", json::Array{"A=B", "VAULT_URL", "VAULT_TOKEN"}), "A=B"));
  BOOST_TEST(refuses(with("credential_env", json::Array{"OTHER"}), "OTHER"));
  BOOST_TEST(refuses(with("enabled_by", json::Array{"nothing"}), "nothing"));
}

BOOST_AUTO_TEST_CASE(each_setting_is_validated) {
  const auto setting = [](const char* key, const char* type, const char* env) {
    return json::Object{{"key", key}, {"type", type}, {"env", env}};
  };
  BOOST_TEST(refuses(with("settings", json::Array{setting("Key", "string", "")}), "Key"));
  BOOST_TEST(refuses(with("settings", json::Array{setting("key", "float", "")}), "float"));
  BOOST_TEST(refuses(with("settings", json::Array{setting("key", "int", "OTHER")}), "OTHER"));
  BOOST_TEST(refuses(with("settings", json::Array{setting("k", "int", ""), setting("k", "int", "")}), "twice"));
}

BOOST_AUTO_TEST_CASE(byte_order_mark_and_blank_lines_do_not_count) {
  const std::string text = json::write(to_json(full()));
  BOOST_TEST(parse_manifest("\xEF\xBB\xBF" + text + "\r\n\r\n").id == "vault");
  BOOST_TEST(parse_manifest("\r\n" + text).id == "vault");
}

BOOST_AUTO_TEST_SUITE_END()

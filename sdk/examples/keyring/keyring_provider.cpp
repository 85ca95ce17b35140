// SPDX-License-Identifier: Apache-2.0
// An API key that lies in the desktop's keyring (Secret Service, through libsecret) and in no file. Every call is over
// within three seconds, starts no bus and no daemon, and unlocks nothing: a keyring that is locked or absent is said
// so. GLib, beneath libsecret, starts threads that never end and ignores SIGPIPE from then on, so it runs in a child.
#include <gio/gio.h>
#include <libsecret/secret.h>

#include <heygen/provider.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "in_child.hpp"

namespace keyring {
namespace {

namespace sdk = heygen::sdk;

constexpr std::chrono::milliseconds kLimit{3000};
constexpr const char* kServiceName = "org.freedesktop.secrets";

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class Object>
using Held = std::unique_ptr<Object, Unref>;

struct FreeItems {
  void operator()(GList* items) const { g_list_free_full(items, g_object_unref); }
};
using Items = std::unique_ptr<GList, FreeItems>;

struct FreeTable {
  void operator()(GHashTable* table) const { g_hash_table_unref(table); }
};
using Attributes = std::unique_ptr<GHashTable, FreeTable>;

const SecretSchema* schema() {
  static const SecretSchema kSchema = {"com.heygen.cli.ApiKey",
                                       SECRET_SCHEMA_NONE,
                                       {{"item", SECRET_SCHEMA_ATTRIBUTE_STRING}, {nullptr, {}}},
                                       0,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr,
                                       nullptr};
  return &kSchema;
}

Attributes attributes_of(std::string_view item) {
  return Attributes(secret_attributes_build(schema(), "item", std::string(item).c_str(), nullptr));
}

/// Throws what an error of libsecret means; frees it.
[[noreturn]] void fail(GError* error, const char* what) {
  const std::string reason = error != nullptr ? error->message : "no reason given";
  if (error != nullptr) g_error_free(error);
  throw sdk::Fail(HEYGEN_BROKEN, std::string("The keyring could not ") + what + ": " + reason + ".",
                  "Look at it with your desktop's keyring program.");
}

[[noreturn]] void no_keyring(const std::string& why) {
  throw sdk::Fail(HEYGEN_NEEDS_USER, "There is no keyring here: " + why + ".",
                  "Log in to your desktop, or store the key in a file: `heygen auth login --api-key`.");
}

/// GLib would start a bus where none is; a command line tool must not.
void require_bus() {
  const char* address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  if (address != nullptr && *address != '\0') {
    if (std::string_view(address).substr(0, 11) != "autolaunch:") return;
    no_keyring("the session bus would have to be started");
  }
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code ignored;
  if (runtime == nullptr || !std::filesystem::exists(std::filesystem::path(runtime) / "bus", ignored))
    no_keyring("this session has no D-Bus");
}

/// A call to the bus would start the keyring's daemon, with whatever that shows; so the name must be owned already.
void require_daemon() {
  GError* error = nullptr;
  const Held<GDBusConnection> bus(g_bus_get_sync(G_BUS_TYPE_SESSION, nullptr, &error));
  if (!bus) {
    const std::string reason = error->message;
    g_error_free(error);
    no_keyring(reason);
  }
  g_dbus_connection_set_exit_on_close(bus.get(), FALSE);
  GVariant* answer =
      g_dbus_connection_call_sync(bus.get(), "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                  "NameHasOwner", g_variant_new("(s)", kServiceName), nullptr,
                                  G_DBUS_CALL_FLAGS_NO_AUTO_START, static_cast<int>(kLimit.count()), nullptr, &error);
  if (answer == nullptr) fail(error, "be asked for");
  gboolean owned = FALSE;
  g_variant_get(answer, "(b)", &owned);
  g_variant_unref(answer);
  if (owned == FALSE) no_keyring("no keyring daemon is running");
}

Held<SecretService> open_service() {
  require_bus();
  require_daemon();
  GError* error = nullptr;
  Held<SecretService> service(secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, nullptr, &error));
  if (!service) fail(error, "be opened");
  return service;
}

[[noreturn]] void locked() {
  throw sdk::Fail(HEYGEN_NEEDS_USER, "The keyring is locked.", "Unlock it in your desktop, then try again.");
}

Held<SecretCollection> default_collection(SecretService* service) {
  GError* error = nullptr;
  Held<SecretCollection> found(
      secret_collection_for_alias_sync(service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, nullptr, &error));
  if (error != nullptr) fail(error, "be listed");
  if (!found) no_keyring("it has no default collection");
  if (secret_collection_get_locked(found.get()) != FALSE) locked();
  return found;
}

Items find(SecretService* service, std::string_view item, SecretSearchFlags flags) {
  GError* error = nullptr;
  GList* found = secret_service_search_sync(service, schema(), attributes_of(item).get(), flags, nullptr, &error);
  if (error != nullptr) fail(error, "be searched");
  return Items(found);
}

std::string read_key(std::string_view item) {
  const Held<SecretService> service = open_service();
  const Items found = find(service.get(), item, SECRET_SEARCH_LOAD_SECRETS);
  if (!found)
    throw sdk::Fail(HEYGEN_BROKEN, "The keyring no longer contains the API key.",
                    "Log in again: `heygen auth login --keyring`.");
  auto* entry = static_cast<SecretItem*>(found->data);
  if (secret_item_get_locked(entry) != FALSE) locked();
  SecretValue* value = secret_item_get_secret(entry);
  if (value == nullptr) fail(nullptr, "give the key");
  gsize size = 0;
  const gchar* text = secret_value_get(value, &size);
  std::string key(text, size);
  secret_value_unref(value);
  return key;
}

void write_key(std::string_view item, std::string_view key) {
  const Held<SecretService> service = open_service();
  const Held<SecretCollection> collection = default_collection(service.get());
  GError* error = nullptr;
  SecretValue* value = secret_value_new(key.data(), static_cast<gssize>(key.size()), "text/plain");
  const Held<SecretItem> stored(secret_item_create_sync(collection.get(), schema(), attributes_of(item).get(),
                                                        "HeyGen API key", value, SECRET_ITEM_CREATE_REPLACE, nullptr,
                                                        &error));
  secret_value_unref(value);
  if (!stored) fail(error, "store the key");
}

void forget_key(std::string_view item) {
  const Held<SecretService> service = open_service();
  const Items found = find(service.get(), item, SECRET_SEARCH_NONE);
  if (!found) return;
  auto* entry = static_cast<SecretItem*>(found->data);
  if (secret_item_get_locked(entry) != FALSE) locked();
  GError* error = nullptr;
  if (secret_item_delete_sync(entry, nullptr, &error) == FALSE) fail(error, "forget the key");
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

class KeyringProvider : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override {
    const sdk::Json item_value = call.state()["item"];
    if (item_value.is_null()) throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
    const std::string_view item = item_value.as_text();
    if (!item_value.is_string() || item.empty() || has_control(item))
      throw sdk::Fail(HEYGEN_BROKEN, "The stored name of the key in the keyring is damaged.", "Log in again.");
    const sdk::Secret key = in_child(call, kLimit, [&] { return read_key(item); });
    if (key.empty() || has_control(key.reveal()))
      throw sdk::Fail(HEYGEN_BROKEN, "The keyring entry is not a valid API key.", "Log in again to replace it.");
    call.set_type("api_key");
    call.set_source("keyring");
    call.set_header("x-api-key", key.reveal());
  }

  void login(sdk::Call& call) override {
    const sdk::Secret key(call.terminal().secret("HeyGen API key (hidden): "));
    if (key.empty() || has_control(key.reveal()))
      throw sdk::Fail(HEYGEN_USAGE, "The input is not a valid API key.", "Paste only the key, on one line.");
    // Each login makes an item of its own: revoking the one that it replaces must not touch it.
    const std::string item = call.hash().base64url(call.random_bytes(12).reveal());
    in_child(call, kLimit, [&] { return write_key(item, key.reveal()), std::string(); });
    sdk::Patch patch(call);
    patch.set_text("item", item);
    call.set_state(patch.str());
    call.set_type("api_key");
  }

  /// The copy in the keyring goes. The key itself stays valid, and HEYGEN_OK would deny that.
  void revoke(sdk::Call& call) override {
    const std::string item(call.state()["item"].as_text());
    in_child(call, kLimit, [&] { return forget_key(item), std::string(); });
    throw sdk::Fail(HEYGEN_UNSUPPORTED);
  }
};

constexpr auto kNeeds = sdk::needs("session-bus", "threads");

constexpr heygen_descriptor kDescriptor = sdk::Descriptor("keyring", "1.0.0")
                                              .title("API key in the keyring")
                                              .note("A key of your account, kept by your desktop's keyring")
                                              .interactions(HEYGEN_INTERACTS_TERMINAL)
                                              .flags(HEYGEN_PROVIDER_READS_STDIN)
                                              .needs(kNeeds)
                                              .build();

}  // namespace
}  // namespace keyring

HEYGEN_PROVIDER(keyring::KeyringProvider, keyring::kDescriptor);

// SPDX-License-Identifier: Apache-2.0
#include "keyring/secret_service.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace heygen::keyring {
namespace {

// What the ABI of GLib 2 and libsecret-1 says, so that their headers are not needed.
struct GError {
  std::uint32_t domain;
  int code;
  char* message;
};
struct GList {
  void* data;
  GList *next, *previous;
};
struct Attribute {
  const char* name;
  int type;
};
struct Schema {
  const char* name;
  int flags;
  Attribute attributes[32];
  int reserved;
  void* more[7];
};
using Object = void*;

constexpr int kSessionBus = 2, kNoAutoStart = 1, kOpenSession = 2, kReplace = 2;
constexpr int kSearchAll = 2, kLoadSecrets = 8;
constexpr int kMilliseconds = 3000;

const Schema kSchema{"com.heygen.cli.Credential",
                     0,
                     {{"application", 0}, {"profile", 0}, {"slot", 0}, {"item", 0}, {"version", 0}},
                     0,
                     {}};

/// A function of a library that libsecret brings.
template <class Function>
Function* function(const char* name) {
  static void* const library = dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) throw Fault("libsecret is not installed");
  void* const found = dlsym(library, name);
  if (found == nullptr) throw Fault(std::string("libsecret lacks ") + name);
  return reinterpret_cast<Function*>(found);
}

[[noreturn]] void fail(const GError* error) {
  throw Fault(error != nullptr && error->message != nullptr ? error->message : "it gave no reason");
}

/// GLib would start a bus where none is.
void require_bus() {
  const char* address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  if (address != nullptr && *address != '\0') {
    if (!std::string_view(address).starts_with("autolaunch:")) return;
    throw Fault("the session bus would have to be started");
  }
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime == nullptr || access((std::string(runtime) + "/bus").c_str(), F_OK) != 0)
    throw Fault("this session has no D-Bus");
}

/// A call to its name would start the daemon, with whatever that shows.
void require_daemon() {
  GError* error = nullptr;
  Object const bus = function<Object(int, void*, GError**)>("g_bus_get_sync")(kSessionBus, nullptr, &error);
  if (bus == nullptr) fail(error);
  function<void(Object, int)>("g_dbus_connection_set_exit_on_close")(bus, 0);
  Object const name = function<Object(const char*)>("g_variant_new_string")("org.freedesktop.secrets");
  Object const arguments = function<Object(Object const*, std::size_t)>("g_variant_new_tuple")(&name, 1);
  Object const response = function<Object(Object, const char*, const char*, const char*, const char*, Object, void*,
                                          int, int, void*, GError**)>("g_dbus_connection_call_sync")(
      bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", arguments, nullptr,
      kNoAutoStart, kMilliseconds, nullptr, &error);
  if (response == nullptr) fail(error);
  Object const first = function<Object(Object, std::size_t)>("g_variant_get_child_value")(response, 0);
  if (function<int(Object)>("g_variant_get_boolean")(first) == 0) throw Fault("no keyring daemon is running");
}

Object open_service() {
  require_bus();
  require_daemon();
  GError* error = nullptr;
  Object const service =
      function<Object(int, void*, GError**)>("secret_service_get_sync")(kOpenSession, nullptr, &error);
  if (service == nullptr) fail(error);
  return service;
}

Object default_collection(Object service) {
  GError* error = nullptr;
  Object const found = function<Object(Object, const char*, int, void*, GError**)>("secret_collection_for_alias_sync")(
      service, "default", 0, nullptr, &error);
  if (error != nullptr) fail(error);
  if (found == nullptr) throw Fault("it has no default collection");
  if (function<int(Object)>("secret_collection_get_locked")(found) != 0) throw Fault("it is locked");
  return found;
}

void add(Object table, const char* name, const std::string& value) {
  using Duplicate = char*(const char*);
  function<int(Object, void*, void*)>("g_hash_table_insert")(table, function<Duplicate>("g_strdup")(name),
                                                             function<Duplicate>("g_strdup")(value.c_str()));
}

/// Nothing here is freed: the process ends with its one request.
Object new_table() {
  using Hash = unsigned(const void*);
  using Equal = int(const void*, const void*);
  return function<Object(Hash*, Equal*)>("g_hash_table_new")(function<Hash>("g_str_hash"),
                                                             function<Equal>("g_str_equal"));
}

GList* search(Object service, Object attributes, int flags) {
  GError* error = nullptr;
  GList* const found = function<GList*(Object, const Schema*, Object, int, void*, GError**)>(
      "secret_service_search_sync")(service, &kSchema, attributes, flags, nullptr, &error);
  if (error != nullptr) fail(error);
  return found;
}

void require_unlocked(Object item) {
  if (function<int(Object)>("secret_item_get_locked")(item) != 0) throw Fault("it is locked");
}

}  // namespace

void check() {
  default_collection(open_service());
}

std::optional<std::string> get(const Item& item) {
  Object const service = open_service();
  Object const attributes = new_table();
  add(attributes, "application", "heygen");
  add(attributes, "item", item.item);
  add(attributes, "version", item.version);
  const GList* const found = search(service, attributes, kLoadSecrets);
  if (found == nullptr) {
    default_collection(service);  // one that is locked may hide what it contains
    return {};
  }
  require_unlocked(found->data);
  Object const value = function<Object(Object)>("secret_item_get_secret")(found->data);
  if (value == nullptr) throw Fault("it does not give the secret");
  std::size_t size = 0;
  const char* const text = function<const char*(Object, std::size_t*)>("secret_value_get")(value, &size);
  return std::string(text, size);
}

void put(const Item& item, const std::string& secret) {
  Object const collection = default_collection(open_service());
  Object const attributes = new_table();
  add(attributes, "application", "heygen");
  add(attributes, "profile", item.profile);
  add(attributes, "slot", item.slot);
  add(attributes, "item", item.item);
  add(attributes, "version", item.version);
  Object const value = function<Object(const char*, long, const char*)>("secret_value_new")(
      secret.data(), static_cast<long>(secret.size()), "application/json");
  const std::string label = "HeyGen CLI: " + item.slot + (item.profile.empty() ? "" : " (" + item.profile + ")");
  GError* error = nullptr;
  Object const stored = function<Object(Object, const Schema*, Object, const char*, Object, int, void*, GError**)>(
      "secret_item_create_sync")(collection, &kSchema, attributes, label.c_str(), value, kReplace, nullptr, &error);
  if (stored == nullptr) fail(error);
}

void drop_all_but(const Item& item) {
  Object const service = open_service();
  Object const attributes = new_table();
  add(attributes, "application", "heygen");
  add(attributes, "item", item.item);
  const GList* found = search(service, attributes, kSearchAll);
  if (found == nullptr) default_collection(service);
  for (; found != nullptr; found = found->next) {
    Object const its = function<Object(Object)>("secret_item_get_attributes")(found->data);
    const void* const version = function<void*(Object, const void*)>("g_hash_table_lookup")(its, "version");
    if (version != nullptr && item.version == static_cast<const char*>(version)) continue;
    require_unlocked(found->data);
    GError* error = nullptr;
    if (function<int(Object, void*, GError**)>("secret_item_delete_sync")(found->data, nullptr, &error) == 0)
      fail(error);
  }
}

}  // namespace heygen::keyring

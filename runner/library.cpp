// SPDX-License-Identifier: Apache-2.0
#include "runner/library.hpp"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/provider/wire/entry.hpp"
#include "runner/services.hpp"

namespace heygen::runner {

void forget_responses();  // of http.cpp

namespace {

using provider::wire::LoadFault;
using provider::wire::Stage;

const heygen_provider_entry_v* entry = nullptr;
heygen_host host{};
heygen_provider_1 api{};

const void* HEYGEN_CALL no_extension(void*, heygen_str) {
  return nullptr;
}

void tell(Stage stage) {
  Writer frame;
  frame.begin(Kind::stage);
  frame.put_count(static_cast<std::size_t>(stage));
  send(frame);
}

/// The host ends the process.
[[noreturn]] void refuse(LoadFault fault, std::int64_t number = 0, std::int64_t further = 0, const char* text = "") {
  Writer frame;
  frame.begin(Kind::described);
  frame.put_count(static_cast<std::size_t>(fault));
  frame.put_number(number);
  frame.put_number(further);
  frame.put_text({text, strlen(text)});
  send(frame);
  _exit(EXIT_FAILURE);
}

/// NULL with a count, or more than any list may have, is left to the host to refuse.
template <class Item, class Put>
void put_list(Writer& out, const Item* items, std::size_t count, Put put_item) {
  out.put_flag(items != nullptr);
  const std::size_t sent = count < provider::wire::kMostEntries ? count : provider::wire::kMostEntries;
  out.put_count(sent);
  for (std::size_t i = 0; items != nullptr && i < sent; ++i) put_item(items[i]);
}

void put_texts(Writer& out, const heygen_str* items, std::size_t count) {
  put_list(out, items, count, [&](heygen_str text) { out.put_text(text); });
}

void put_setting(Writer& out, const heygen_setting* setting) {
  out.put_flag(setting != nullptr);
  if (setting == nullptr) return;
  out.put_count(setting->struct_size);
  if (setting->struct_size < provider::abi::kSettingSize) return;
  out.put_number(setting->required);
  for (const heygen_str text : {setting->key, setting->type, setting->fallback, setting->doc, setting->env})
    out.put_text(text);
}

void put_descriptor(Writer& out, const heygen_descriptor* descriptor) {
  out.put_flag(descriptor != nullptr);
  if (descriptor == nullptr) return;
  const heygen_descriptor& all = *descriptor;
  out.put_count(all.struct_size);
  if (all.struct_size < provider::abi::kDescriptorSize) return;
  out.put_count(all.flags);
  for (const heygen_str text : {all.id, all.version, all.title, all.note}) out.put_text(text);
  out.put_number(all.order);
  out.put_count(all.interactions);
  put_texts(out, all.env, all.env_count);
  put_texts(out, all.credential_env, all.credential_env_count);
  put_list(out, all.settings, all.settings_count, [&](const heygen_setting* one) { put_setting(out, one); });
  put_texts(out, all.enabled_by, all.enabled_by_count);
  put_texts(out, all.needs, all.needs_count);
}

heygen_status invoke(std::uint32_t function, const heygen_call* call, const heygen_outcome& outcome) {
  switch (function) {
    case 0:
      return api.resolve(call);
    case 1:
      return api.refresh(call);
    case 2:
      return api.login(call);
    case 3:
      return api.revoke(call);
    case 4:
      return api.report_outcome != nullptr ? api.report_outcome(call, &outcome) : heygen_status{HEYGEN_OK};
    default:
      end(provider::wire::ChildFault::host);
  }
}

}  // namespace

void load_library(const char* path, heygen_str host_version) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) refuse(LoadFault::not_loadable, 0, 0, dlerror());
  entry = static_cast<const heygen_provider_entry_v*>(dlsym(library, provider::wire::kEntry));
  if (entry == nullptr) refuse(LoadFault::not_loadable, 0, 0, dlerror());
  if (const LoadFault fault = provider::wire::find_fault(*entry); fault != LoadFault::none) refuse(fault);
  host.struct_size = sizeof(host);
  host.major = provider::wire::common_major(entry->min_major, entry->max_major);
  host.version = host_version;
  host.get_extension = no_extension;
  if (host.major == 0) refuse(LoadFault::no_common_version, entry->min_major, entry->max_major);
  tell(Stage::init);
  if (const heygen_status status = entry->init(&host); status != HEYGEN_OK) refuse(LoadFault::init_failed, status);
  tell(Stage::get_api);
  if (const LoadFault fault = provider::wire::take_api(entry->get_api(host.major), api); fault != LoadFault::none) {
    tell(Stage::deinit);
    entry->deinit();
    refuse(fault, host.major);
  }
  Writer frame;
  frame.begin(Kind::described);
  frame.put_count(static_cast<std::size_t>(LoadFault::none));
  frame.put_count(entry->min_major);
  frame.put_count(entry->max_major);
  put_descriptor(frame, api.descriptor);
  send(frame);
}

void run_call(Reader in) {
  Arena& arena = client().arena();
  client().begin_call();
  heygen_call call{};
  call.struct_size = sizeof(call);
  call.host_major = host.major;
  call.sink = &sink();
  call.get_extension = find_service;
  const std::uint32_t function = in.count();
  call.reason = static_cast<heygen_reason>(in.number());
  call.interaction = static_cast<heygen_interaction>(in.number());
  call.now = in.number();
  for (heygen_str* text : {&call.host_version, &call.api_base, &call.method, &call.path, &call.profile,
                           &call.www_authenticate, &call.state})
    *text = arena.keep(in.text());
  heygen_outcome outcome{sizeof(outcome), 0, 0, 0};
  outcome.http_status = static_cast<std::int32_t>(in.number());
  outcome.accepted = static_cast<std::int32_t>(in.number());
  Client::finish(in);
  const heygen_status status = invoke(function, &call, outcome);
  forget_responses();
  Writer result;
  result.begin(Kind::result);
  result.put_flag(client().end_call());
  result.put_number(status);
  send(result);
}

void deinit_library() {
  entry->deinit();
}

}  // namespace heygen::runner

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/process/described.hpp"

#include <deque>
#include <utility>
#include <vector>

#include "core/provider/abi.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/wire/functions.hpp"

namespace heygen::provider {
namespace {

/// A list as the library has it: NULL with a count, or longer than any list may be, is left to read_descriptor().
template <class Item>
struct List {
  std::vector<Item> items;
  bool is_there = false;

  template <class Read>
  void take(wire::Reader& in, Read read_item) {
    is_there = in.flag();
    const std::size_t count = in.count();
    if (count > wire::kMostEntries) in.fail();
    items.resize(in.is_sound() ? count : 0);
    for (Item& item : items) {
      if (is_there) item = read_item(in);
    }
  }
  const Item* data() const { return is_there ? items.data() : nullptr; }
};

struct Described {
  heygen_descriptor descriptor{};
  List<heygen_str> env, credential_env, enabled_by, needs;
  List<const heygen_setting*> settings;
  std::deque<heygen_setting> kept;
  bool is_there = false;

  explicit Described(wire::Reader& in) : is_there(in.flag()) {
    if (!is_there) return;
    descriptor.struct_size = in.count();
    if (descriptor.struct_size < abi::kDescriptorSize) return;
    descriptor.flags = in.count();
    for (heygen_str* text : {&descriptor.id, &descriptor.version, &descriptor.title, &descriptor.note})
      *text = in.text();
    descriptor.order = static_cast<std::int32_t>(in.number());
    descriptor.interactions = in.count();
    const auto text_of = [](wire::Reader& from) { return from.text(); };
    env.take(in, text_of);
    credential_env.take(in, text_of);
    settings.take(in, [&](wire::Reader& from) { return setting_of(from); });
    enabled_by.take(in, text_of);
    needs.take(in, text_of);
    const auto set = [](const auto& list, auto& items, std::size_t& count) {
      items = list.data();
      count = list.items.size();
    };
    set(env, descriptor.env, descriptor.env_count);
    set(credential_env, descriptor.credential_env, descriptor.credential_env_count);
    set(enabled_by, descriptor.enabled_by, descriptor.enabled_by_count);
    set(needs, descriptor.needs, descriptor.needs_count);
    set(settings, descriptor.settings, descriptor.settings_count);
  }

  const heygen_setting* setting_of(wire::Reader& in) {
    if (!in.flag()) return nullptr;
    heygen_setting& setting = kept.emplace_back();
    setting.struct_size = in.count();
    if (setting.struct_size < abi::kSettingSize) return &setting;
    setting.required = static_cast<std::int32_t>(in.number());
    for (heygen_str* text : {&setting.key, &setting.type, &setting.fallback, &setting.doc, &setting.env})
      *text = in.text();
    return &setting;
  }
};

[[noreturn]] void refuse_malformed() {
  refuse("its process sent a malformed message");
}

}  // namespace

Manifest read_described(wire::Reader fields) {
  const auto fault = static_cast<wire::LoadFault>(fields.count());
  if (fault != wire::LoadFault::none) {
    const std::int64_t number = fields.number(), further = fields.number();
    const heygen_str text = fields.text();
    if (!fields.is_complete()) refuse_malformed();
    refuse_load(fault, number, further, std::string(abi::view(text)));
    refuse_malformed();  // a fault that there is not
  }
  const std::uint32_t oldest = fields.count(), newest = fields.count();
  const Described described(fields);
  if (!fields.is_complete()) refuse_malformed();
  static_cast<void>(agree_on_major(oldest, newest));
  Manifest manifest = read_descriptor(described.is_there ? &described.descriptor : nullptr);
  manifest.abi_min = oldest;
  manifest.abi_max = newest;
  return manifest;
}

}  // namespace heygen::provider

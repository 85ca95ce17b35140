// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/library/module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/provider/abi.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/library/descriptor.hpp"
#include "sdk/tools/check/guard/guarded_memory.hpp"
#include "sdk/tools/check/guard/runtime_cost.hpp"
#include "sdk/tools/check/guard/threads.hpp"

// Seen by the library in place of the C library's: it finds the program's symbols first.
namespace {

struct AtExit {
  void* function;
  void* library;
};
std::array<AtExit, 4096> handlers;
std::size_t handler_count = 0;

}  // namespace

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): it comes before the system's own
extern "C" __attribute__((visibility("default"))) int __cxa_atexit(void (*function)(void*), void* argument,
                                                                   void* library) {
  using Register = int (*)(void (*)(void*), void*, void*);
  static const auto kReal = reinterpret_cast<Register>(dlsym(RTLD_NEXT, "__cxa_atexit"));
  if (handler_count < handlers.size()) handlers[handler_count++] = {reinterpret_cast<void*>(function), library};
  return kReal(function, argument, library);
}

namespace heygen::check {
namespace {

const void* HEYGEN_CALL no_extension(void*, heygen_str) {
  return nullptr;
}

bool covers(std::uint32_t oldest, std::uint32_t newest) {
  return oldest != 0 && oldest <= newest && oldest <= provider::abi::kNewestMajor &&
         newest >= provider::abi::kOldestMajor;
}

bool is_writable(const void* address) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    char* rest = nullptr;
    const std::uintptr_t begin = std::strtoull(line.c_str(), &rest, 16);
    const std::uintptr_t end = *rest == '-' ? std::strtoull(rest + 1, &rest, 16) : 0;
    if (at >= begin && at < end) return std::strlen(rest) > 2 && rest[2] == 'w';
  }
  return false;
}

bool entry_is_sound(const heygen_provider_entry_v& entry, Findings& findings) {
  findings.cover("growth-sizes");
  findings.cover("entry-constant");
  findings.cover("entry-versions");
  if (entry.struct_size < provider::abi::kEntrySize) {
    findings.fail("growth-sizes", "heygen_provider_entry has the size " + std::to_string(entry.struct_size));
  } else if (entry.init == nullptr || entry.deinit == nullptr || entry.get_api == nullptr) {
    findings.fail("entry-constant", "init, deinit or get_api is NULL");
  } else if (!covers(entry.min_major, entry.max_major)) {
    findings.fail("entry-versions",
                  "it speaks versions " + std::to_string(entry.min_major) + " to " + std::to_string(entry.max_major));
  } else {
    return true;
  }
  return false;
}

void check_other_versions(const heygen_provider_entry_v& entry, Findings& findings) {
  for (const std::uint32_t major : {std::uint32_t{0}, entry.max_major + 1, ~std::uint32_t{0}}) {
    if (major >= entry.min_major && major <= entry.max_major) continue;
    if (entry.get_api(major) != nullptr) {
      findings.fail("entry-api", "get_api(" + std::to_string(major) + ") is not NULL");
    }
  }
}

bool read_api(Module& module, Findings& findings) {
  for (const char* rule : {"entry-api", "growth-sizes", "entry-functions", "manifest-descriptor"}) findings.cover(rule);
  const provider::Breadcrumb crumb("", provider::Function::get_api);
  const auto* given = static_cast<const heygen_provider_1*>(module.entry->get_api(1));
  check_other_versions(*module.entry, findings);
  if (given == nullptr) {
    findings.fail("entry-api", "get_api(1) is NULL");
    return false;
  }
  if (given->struct_size < provider::abi::kProviderSize) {
    findings.fail("growth-sizes", "heygen_provider_1 has the size " + std::to_string(given->struct_size));
    return false;
  }
  std::memcpy(&module.api, given, std::min<std::size_t>(given->struct_size, sizeof module.api));
  if (module.api.resolve == nullptr || module.api.refresh == nullptr || module.api.login == nullptr ||
      module.api.revoke == nullptr) {
    findings.fail("entry-functions", "resolve, refresh, login or revoke is NULL");
    return false;
  }
  try {
    module.described = provider::read_descriptor(module.api.descriptor);
    module.described.abi_min = module.entry->min_major;
    module.described.abi_max = module.entry->max_major;
    module.described.library = "library.so";
    provider::check_manifest(module.described);
  } catch (const std::runtime_error& error) {
    const std::string words = error.what();
    const bool small = words.find("smaller than version 1.0") != std::string::npos;
    findings.fail(small ? "growth-sizes" : "manifest-descriptor", words);
    return false;
  }
  return true;
}

void check_extensions(const Module& module, Findings& findings) {
  if (module.api.get_extension == nullptr) {
    findings.not_applicable("growth-extensions", "it has no get_extension()");
    return;
  }
  findings.cover("growth-extensions");
  const provider::Breadcrumb crumb("", provider::Function::get_extension);
  const std::string long_id(300, 'x');
  for (const std::string_view id : {std::string_view{}, std::string_view{"unknown.id/1"}, std::string_view{long_id}}) {
    if (module.api.get_extension(provider::abi::str(id)) != nullptr) {
      findings.fail("growth-extensions", "it returns something for the id \"" + std::string(id.substr(0, 20)) + "\"");
    }
  }
}

}  // namespace

heygen_status call_init(const Module& module, std::size_t cut, std::size_t tail) {
  static GuardedMemory& memory = *new GuardedMemory;  // valid until deinit
  heygen_host host{};
  host.struct_size = sizeof host;
  host.major = 1;
  host.version = provider::abi::str("1.0.0");
  host.get_extension = no_extension;
  const provider::Breadcrumb crumb("", provider::Function::init);
  return module.entry->init(static_cast<const heygen_host*>(memory.record(&host, sizeof host, cut, tail)));
}

std::optional<Module> load_module(const std::filesystem::path& library, bool larger, Findings& findings) {
  using Clock = std::chrono::steady_clock;
  for (const char* rule : {"load-now", "load-time"}) findings.cover(rule);
  const Footprint before = Footprint::now();
  const auto begin = Clock::now();
  Module module;
  {
    const provider::Breadcrumb crumb("", provider::Function::load);
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      findings.fail("load-now", dlerror());
      return {};
    }
    module.entry = static_cast<const heygen_provider_entry_v*>(dlsym(handle, "heygen_provider_entry"));
  }
  if (module.entry != nullptr && is_writable(module.entry)) {
    findings.fail("entry-constant", "it lies in memory that can be written to");
  }
  if (module.entry == nullptr || !entry_is_sound(*module.entry, findings)) return {};
  constexpr std::size_t kLater = 32;
  findings.cover("entry-init");
  const heygen_status status = call_init(module, 0, larger ? kLater : 0);
  if (status != HEYGEN_OK) {
    findings.fail(larger ? "growth-larger" : "entry-init", "init() ended in " + std::to_string(status));
    return {};
  }
  if (!read_api(module, findings)) return {};
  module.load_ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  if (module.described.runtime) {
    module.cost = cost_between(before, Footprint::now(), module.load_ms);
    accept_runtime();
  }
  if (threads_stay(before.threads)) findings.fail("thread-left", "loading, or init(): a thread still runs");
  check_extensions(module, findings);
  return module;
}

int atexit_handlers(const std::filesystem::path& library) {
  return static_cast<int>(std::count_if(handlers.begin(), handlers.begin() + handler_count, [&](const AtExit& one) {
    Dl_info info{};
    const auto of_library = [&](void* address) {
      return address != nullptr && dladdr(address, &info) != 0 && library == info.dli_fname;
    };
    return of_library(one.library) || of_library(one.function);
  }));
}

}  // namespace heygen::check

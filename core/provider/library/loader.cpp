// SPDX-License-Identifier: Apache-2.0
#define BOOST_DLL_USE_STD_FS
#include "core/provider/library/loader.hpp"

#include <boost/dll/shared_library.hpp>
#include <system_error>
#include <vector>

#include "core/provider/abi.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/elf_file.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

using wire::kEntry;
using wire::LoadFault;

std::string range_text(std::uint32_t oldest, std::uint32_t newest) {
  return oldest == newest ? "version " + std::to_string(oldest)
                          : "versions " + std::to_string(oldest) + " to " + std::to_string(newest);
}

}  // namespace

void check_exports(const std::filesystem::path& file) {
  std::vector<std::string> names = exported_symbols(file);
  if (std::erase(names, kEntry) == 0) refuse(std::string("it does not export ") + kEntry);
  if (!names.empty()) {
    refuse("it exports more than " + std::string(kEntry) + " (" + names.front() +
           "); it must be linked with a version script that hides the rest");
  }
}

void refuse_load(LoadFault fault, std::int64_t number, std::int64_t further, const std::string& text) {
  switch (fault) {
    case LoadFault::not_loadable:
      refuse("the system cannot load it: " + text);
    case LoadFault::entry_small:
      refuse("its heygen_provider_entry is smaller than version 1.0 had");
    case LoadFault::entry_incomplete:
      refuse("its heygen_provider_entry leaves init, deinit or get_api NULL");
    case LoadFault::no_common_version:
      refuse("it speaks " + range_text(static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(further)) +
             " of the provider interface and this heygen " + range_text(abi::kOldestMajor, abi::kNewestMajor) +
             ": none in common");
    case LoadFault::init_failed:
      refuse("its init() ended with status " + std::to_string(number));
    case LoadFault::no_api:
      refuse("its get_api() gives nothing for version " + std::to_string(number));
    case LoadFault::api_small:
      refuse("its heygen_provider_1 is smaller than version 1.0 had");
    case LoadFault::api_incomplete:
      refuse("its heygen_provider_1 leaves resolve, refresh, login or revoke NULL");
    case LoadFault::none:
      break;
  }
}

namespace {

/// Never unloaded: its threads and destructors may still run.
boost::dll::shared_library& load_for_good(const std::filesystem::path& file) {
  static auto& loaded = *new std::vector<std::unique_ptr<boost::dll::shared_library>>;
  try {
    using boost::dll::load_mode::type;
    constexpr auto kMode = static_cast<type>(boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    loaded.push_back(std::make_unique<boost::dll::shared_library>(file, kMode));
    return *loaded.back();
  } catch (const std::system_error& error) {
    refuse_load(LoadFault::not_loadable, 0, 0, error.what());
    throw;
  }
}

// Calls across the boundary: an exception that leaves a C function ends the process here, the breadcrumb still set.
heygen_status call_init(const heygen_provider_entry_v& entry, const heygen_host& host) noexcept {
  return entry.init(&host);
}
const void* call_get_api(const heygen_provider_entry_v& entry, std::uint32_t major) noexcept {
  return entry.get_api(major);
}
void call_deinit(const heygen_provider_entry_v& entry) noexcept {
  entry.deinit();
}

const void* HEYGEN_CALL no_host_extension(void*, heygen_str) {
  return nullptr;
}
heygen_status HEYGEN_CALL no_report(const heygen_call*, const heygen_outcome*) {
  return HEYGEN_OK;
}
const void* HEYGEN_CALL no_extension(heygen_str) {
  return nullptr;
}

}  // namespace

std::uint32_t agree_on_major(std::uint32_t oldest, std::uint32_t newest) {
  const std::uint32_t major = wire::common_major(oldest, newest);
  if (major == 0) refuse_load(LoadFault::no_common_version, oldest, newest);
  return major;
}

Library::Library(const std::filesystem::path& file, std::string host_version, const std::filesystem::path& image)
    : name_(file.stem().string()), host_version_(std::move(host_version)) {
  const std::filesystem::path& loaded = image.empty() ? file : image;
  check_exports(loaded);
  {
    const Breadcrumb crumb(name_, Function::load);
    entry_ = &load_for_good(loaded).get<const heygen_provider_entry_v>(kEntry);
  }
  refuse_load(wire::find_fault(*entry_));
  host_.struct_size = sizeof(heygen_host);
  host_.major = agree_on_major(entry_->min_major, entry_->max_major);
  host_.version = abi::str(host_version_);
  host_.get_extension = no_host_extension;
  initialize();
  try {
    read_api();
    described_.abi_min = entry_->min_major;
    described_.abi_max = entry_->max_major;
    described_.library = file.filename().string();
    check_manifest(described_);
  } catch (...) {
    const Breadcrumb crumb(name_, Function::deinit);
    call_deinit(*entry_);
    throw;
  }
  name_ = described_.id;
}

Library::~Library() {
  const Breadcrumb crumb(name_, Function::deinit);
  call_deinit(*entry_);
}

void Library::initialize() {
  const Breadcrumb crumb(name_, Function::init);
  const heygen_status status = call_init(*entry_, host_);
  if (status != HEYGEN_OK) refuse_load(LoadFault::init_failed, status);
}

void Library::read_api() {
  const Breadcrumb crumb(name_, Function::get_api);
  refuse_load(wire::take_api(call_get_api(*entry_, host_.major), api_), host_.major);
  if (api_.report_outcome == nullptr) api_.report_outcome = no_report;
  if (api_.get_extension == nullptr) api_.get_extension = no_extension;
  described_ = read_descriptor(api_.descriptor);
}

}  // namespace heygen::provider

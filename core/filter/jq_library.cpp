// SPDX-License-Identifier: Apache-2.0
#include "core/filter/jq_library.hpp"

#include <dlfcn.h>

#include "core/base/error.hpp"

namespace heygen::filter {
namespace {

Error missing(const char* what) {
  return {code::kError, "Could not load libjq, which --jq requires: " + std::string(what) + ".",
          "Install libjq (on Debian the package libjq1), or filter the output with another program."};
}

template <class Function>
void find(void* library, Function& function, const char* name) {
  void* found = dlsym(library, name);
  if (found == nullptr) throw missing(dlerror());
  function = reinterpret_cast<Function>(found);
}

JqLibrary load() {
  void* library = dlopen("libjq.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw missing(dlerror());
  JqLibrary jq{};
  find(library, jq.init, "jq_init");
  find(library, jq.teardown, "jq_teardown");
  find(library, jq.set_error_cb, "jq_set_error_cb");
  find(library, jq.set_input_cb, "jq_set_input_cb");
  find(library, jq.set_debug_cb, "jq_set_debug_cb");
  find(library, jq.compile, "jq_compile");
  find(library, jq.start, "jq_start");
  find(library, jq.next, "jq_next");
  find(library, jq.halted, "jq_halted");
  find(library, jq.exit_code, "jq_get_exit_code");
  find(library, jq.error_message, "jq_get_error_message");
  find(library, jq.parse_sized, "jv_parse_sized");
  find(library, jq.dump_string, "jv_dump_string");
  find(library, jq.kind, "jv_get_kind");
  find(library, jq.string_value, "jv_string_value");
  find(library, jq.string_length, "jv_string_length_bytes");
  find(library, jq.number_value, "jv_number_value");
  find(library, jq.invalid, "jv_invalid");
  find(library, jq.has_message, "jv_invalid_has_msg");
  find(library, jq.message, "jv_invalid_get_msg");
  find(library, jq.copy, "jv_copy");
  find(library, jq.free, "jv_free");
  return jq;
}

}  // namespace

const JqLibrary& jq_library() {
  static const JqLibrary kLibrary = load();
  return kLibrary;
}

}  // namespace heygen::filter

// SPDX-License-Identifier: Apache-2.0
// Debian's libjq, opened when the first filter is made: its relocations would cost every other start of the program.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>

// jv.h defines a function that calls this one, and unoptimized builds keep it.
#pragma weak jv_get_kind
extern "C" {
#include <jq.h>
#include <jv.h>
}

namespace heygen::filter {

/// The functions of libjq that filters use. They consume each jv that is passed to them, as jv.h says.
struct JqLibrary {
  decltype(&::jq_init) init;
  decltype(&::jq_teardown) teardown;
  decltype(&::jq_set_error_cb) set_error_cb;
  decltype(&::jq_set_input_cb) set_input_cb;
  decltype(&::jq_set_debug_cb) set_debug_cb;
  decltype(&::jq_compile) compile;
  decltype(&::jq_start) start;
  decltype(&::jq_next) next;
  decltype(&::jq_halted) halted;
  decltype(&::jq_get_exit_code) exit_code;
  decltype(&::jq_get_error_message) error_message;
  decltype(&::jv_parse_sized) parse_sized;
  decltype(&::jv_dump_string) dump_string;
  decltype(&::jv_get_kind) kind;
  decltype(&::jv_string_value) string_value;
  decltype(&::jv_string_length_bytes) string_length;
  decltype(&::jv_number_value) number_value;
  decltype(&::jv_invalid) invalid;
  decltype(&::jv_invalid_has_msg) has_message;
  decltype(&::jv_invalid_get_msg) message;
  decltype(&::jv_copy) copy;
  decltype(&::jv_free) free;
};

/// Stays open for the life of the process. Throws Error{error} when this system has no libjq.
const JqLibrary& jq_library();

}  // namespace heygen::filter

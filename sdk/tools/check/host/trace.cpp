// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/host/trace.hpp"

#include <array>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::check {
namespace {

constexpr std::size_t kMostShown = 100;  // of one text
int trace_file = -1;

}  // namespace

const char* status_name(heygen_status status) {
  constexpr std::array<const char*, 10> kNames{
      "HEYGEN_OK",        "HEYGEN_NOT_CONFIGURED", "HEYGEN_BROKEN",      "HEYGEN_REJECTED", "HEYGEN_NEEDS_USER",
      "HEYGEN_TRANSIENT", "HEYGEN_USAGE",          "HEYGEN_UNSUPPORTED", "HEYGEN_CANCELED", "HEYGEN_INTERNAL"};
  return status >= 0 && status < 10 ? kNames.at(static_cast<std::size_t>(status)) : "an unknown status";
}

void Trace::to(int file) noexcept {
  trace_file = file;
}
bool Trace::is_on() noexcept {
  return trace_file >= 0;
}

void Trace::line(std::string_view text) const {
  if (!is_on()) return;
  static_cast<void>(write_all(trace_file, printable(scenario_.shown(text)) + "\n"));
}

std::string Trace::shown(heygen_str text) const {
  if (text.data == nullptr) return text.size == 0 ? "none" : "NULL with a size";
  return "\"" + scenario_.shown(provider::abi::view(text), kMostShown) + "\"";
}

std::string Trace::shown(heygen_str* out) const {
  return out != nullptr ? "→ " + shown(*out) : "";
}

std::string Trace::shown(const heygen_http_request* request) const {
  if (request == nullptr || request->struct_size < provider::abi::kHttpRequestSize)
    return "a request that is not valid";
  std::string text(provider::abi::view(request->method));
  text += " " + scenario_.shown(provider::abi::view(request->url), 2 * kMostShown);
  for (std::size_t i = 0; i < request->header_count && request->headers != nullptr; ++i) {
    const heygen_field& field = request->headers[i];
    text += ", " + std::string(provider::abi::view(field.name)) + ": " +
            scenario_.shown(provider::abi::view(field.value), kMostShown);
  }
  return request->body.size == 0 ? text : text + ", body " + shown(request->body);
}

std::string Trace::shown(const heygen_http_response** response) const {
  if (response == nullptr || *response == nullptr) return {};
  const heygen_http_1_v& http = provider::http_service();
  return "→ " + std::to_string(http.status(*response)) + " " + shown(http.body(*response));
}

std::string Trace::shown(const heygen_loopback_options* options) const {
  if (options == nullptr || options->struct_size < provider::abi::kLoopbackOptionsSize) return "defaults";
  return "path " + shown(options->path) + ", host " + shown(options->host) + ", port " + std::to_string(options->port) +
         (options->mode == HEYGEN_REDIRECT_FORM_POST ? ", form_post" : "");
}

}  // namespace heygen::check

// SPDX-License-Identifier: Apache-2.0
// heygen.http/1 of the child. Each response has an arena of its own, so that release() frees it.
#include <stdlib.h>

#include "core/provider/wire/abi.hpp"
#include "runner/services.hpp"

namespace heygen::runner {
namespace {

namespace abi = provider::abi;

/// Freed with the call's arena at the latest: see forget_responses().
struct Response {
  Handle handle;
  std::int32_t status;
  heygen_str body;
  heygen_field* fields;
  std::size_t field_count;
  Response* before;
  Arena* arena;
};

Response* responses = nullptr;

const Response* response_of(const heygen_http_response* response) {
  return reinterpret_cast<const Response*>(response);
}

void put_request(Writer& out, const heygen_http_request& given) {
  out.put_count(given.struct_size);
  if (given.struct_size < abi::kHttpRequestSize) return;
  out.put_count(given.timeout_ms);
  out.put_text(given.method);
  out.put_text(given.url);
  out.put_count(given.header_count);
  out.put_flag(given.headers != nullptr);
  for (std::size_t i = 0; given.headers != nullptr && i < given.header_count && i < provider::wire::kMostHeaders; ++i) {
    out.put_text(given.headers[i].name);
    out.put_text(given.headers[i].value);
    out.put_count(given.headers[i].flags);
  }
  out.put_text(given.body);
  out.put_count(given.max_body);
  out.put_text(given.extra_ca);
  out.put_text(given.client_certificate);
  out.put_text(given.client_key);
  out.put_text(given.unix_socket);
}

Response* take_response(Reader& in) {
  const std::uint32_t number = in.count();
  if (number == 0) return nullptr;
  auto* arena = static_cast<Arena*>(calloc(1, sizeof(Arena)));
  if (arena == nullptr) end(provider::wire::ChildFault::memory);
  auto* response = arena->make<Response>();
  response->handle.number = number;
  response->arena = arena;
  response->status = static_cast<std::int32_t>(in.number());
  response->body = arena->keep(in.text());
  constexpr std::size_t kLeastField = 8;
  response->field_count = in.items(kLeastField);
  response->fields = arena->make<heygen_field>(response->field_count);
  for (std::size_t i = 0; i < response->field_count; ++i) {
    response->fields[i].name = arena->keep(in.text());
    response->fields[i].value = arena->keep(in.text());
  }
  response->before = responses;
  responses = response;
  return response;
}

void forget(Response* response) {
  Arena* arena = response->arena;
  arena->clear();
  free(arena);
}

heygen_status HEYGEN_CALL send_request(const heygen_call*, const heygen_http_request* given,
                                       const heygen_http_response** response) {
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  Writer& request = client().ask(Code::http_send);
  request.put_flag(response != nullptr);
  request.put_flag(given != nullptr);
  if (given != nullptr) put_request(request, *given);
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  Response* received = take_response(answered);
  Client::finish(answered);
  if (response != nullptr) *response = reinterpret_cast<const heygen_http_response*>(received);
  return status;
}

std::int32_t HEYGEN_CALL status(const heygen_http_response* response) {
  return response != nullptr ? response_of(response)->status : 0;
}

heygen_str HEYGEN_CALL body(const heygen_http_response* response) {
  return response != nullptr ? response_of(response)->body : heygen_str{nullptr, 0};
}

std::size_t HEYGEN_CALL header_count(const heygen_http_response* response) {
  return response != nullptr ? response_of(response)->field_count : 0;
}

heygen_status HEYGEN_CALL header_at(const heygen_http_response* response, std::size_t index, heygen_field* field) {
  if (field == nullptr || index >= header_count(response)) return HEYGEN_USAGE;
  *field = response_of(response)->fields[index];
  return HEYGEN_OK;
}

void HEYGEN_CALL release(const heygen_call*, const heygen_http_response* response) {
  if (response == nullptr || !client().may_ask()) return;
  Response** at = &responses;
  while (*at != nullptr && *at != response_of(response)) at = &(*at)->before;
  Response* found = *at;  // what is not one of this call's may be anything, and the host refuses it
  client().ask(Code::http_release).put_count(found != nullptr ? found->handle.number : UINT32_MAX);
  Client::finish(client().answer());
  if (found == nullptr) return;
  *at = found->before;
  forget(found);
}

}  // namespace

void forget_responses() {
  while (responses != nullptr) {
    Response* one = responses;
    responses = one->before;
    forget(one);
  }
}

const heygen_http_1_v& http_service() {
  static constexpr heygen_http_1_v kService{sizeof(kService),
                                            0,
                                            send_request,
                                            status,
                                            body,
                                            Plain<Code::http_header>::call,
                                            header_count,
                                            header_at,
                                            release,
                                            Plain<Code::http_form_encode>::call};
  return kService;
}

}  // namespace heygen::runner

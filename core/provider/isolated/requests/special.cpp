// SPDX-License-Identifier: Apache-2.0
// The services with structs and lists, for an isolated provider.
#include <algorithm>
#include <array>

#include "core/provider/abi.hpp"
#include "core/provider/isolated/requests/dispatch.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

heygen_str read_text(wire::Reader& in) {
  return in.text();
}

heygen_field read_field(wire::Reader& in) {
  heygen_field field{};
  field.name = in.text();
  field.value = in.text();
  field.flags = in.count();
  return field;
}

/// A list that the child may have left NULL, or cut off behind what any service takes: its length stays.
template <class Read>
auto read_list(wire::Reader& in, std::size_t count, std::size_t most, bool is_there, Read read_item) {
  std::vector<decltype(read_item(in))> items;
  for (std::size_t i = 0; is_there && i < std::min(count, most) && in.is_sound(); ++i) items.push_back(read_item(in));
  return items;
}

void put_response(Dispatch& on, wire::Writer& out, const heygen_http_response* response) {
  const heygen_http_1_v& http = http_service();
  out.put_count(on.responses.add(response));
  if (response == nullptr) return;
  out.put_number(http.status(response));
  out.put_text(http.body(response));
  const std::size_t count = http.header_count(response);
  out.put_count(count);
  for (std::size_t i = 0; i < count; ++i) {
    heygen_field field{};
    http.header_at(response, i, &field);
    out.put_text(field.name);
    out.put_text(field.value);
  }
}

}  // namespace

void serve_http_send(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  heygen_http_request request{};
  std::vector<heygen_field> fields;
  const bool has_place = in.flag(), has_request = in.flag();
  if (has_request) request.struct_size = in.count();
  if (has_request && request.struct_size >= abi::kHttpRequestSize) {
    request.struct_size = sizeof(request);
    request.timeout_ms = in.count();
    request.method = in.text();
    request.url = in.text();
    request.header_count = in.count();
    const bool has_fields = in.flag();
    fields = read_list(in, request.header_count, wire::kMostHeaders, has_fields, read_field);
    request.headers = has_fields ? fields.data() : nullptr;
    request.body = in.text();
    request.max_body = in.count();
    for (heygen_str* text : {&request.extra_ca, &request.client_certificate, &request.client_key, &request.unix_socket})
      *text = in.text();
  }
  if (!in.is_complete()) return in.fail();
  const heygen_http_response* response = nullptr;
  out.put_number(http_service().send(on.call(), has_request ? &request : nullptr, has_place ? &response : nullptr));
  put_response(on, out, response);
}

void serve_http_release(Dispatch& on, wire::Reader& in, wire::Writer&) {
  const std::uint32_t number = in.count();
  if (!in.is_complete()) return in.fail();
  const heygen_http_response* response = on.responses.find(number);
  if (response == nullptr) {
    on.host().refuse("http.release got a response that is not this call's.");
    return;
  }
  on.charge(-static_cast<std::int64_t>(http_service().body(response).size));
  http_service().release(on.call(), response);
  on.responses.drop(number);
}

void serve_random_fill(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  constexpr std::size_t kMost = 4096;  // more is refused before a byte of it is written
  const bool has_place = in.flag();
  const std::int64_t size = in.number();
  if (!in.is_complete() || size < 0) return in.fail();
  std::array<std::uint8_t, kMost> bytes{};
  const heygen_status status =
      random_service().fill(on.call(), has_place ? bytes.data() : nullptr, static_cast<std::size_t>(size));
  out.put_number(status);
  if (status == HEYGEN_OK) out.put_bytes(bytes.data(), static_cast<std::size_t>(size));
}

void serve_request_body_sha256(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  constexpr std::size_t kDigest = 32;
  const bool has_place = in.flag();
  if (!in.is_complete()) return in.fail();
  std::array<std::uint8_t, kDigest> digest{};
  const heygen_status status = request_service().body_sha256(on.call(), has_place ? digest.data() : nullptr);
  out.put_number(status);
  if (status == HEYGEN_OK) out.put_bytes(digest.data(), digest.size());
}

void serve_loopback_open(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  heygen_loopback_options options{};
  const bool has_place = in.flag(), has_options = in.flag();
  if (has_options) options.struct_size = in.count();
  if (has_options && options.struct_size >= abi::kLoopbackOptionsSize) {
    options.struct_size = sizeof(options);
    options.mode = static_cast<std::int32_t>(in.number());
    options.path = in.text();
    options.host = in.text();
    options.port = in.count();
  }
  if (!in.is_complete()) return in.fail();
  heygen_loopback* listener = nullptr;
  out.put_number(loopback_service().open(on.call(), has_options ? &options : nullptr, has_place ? &listener : nullptr));
  out.put_count(on.listeners.add(listener));
}

void serve_terminal_menu(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  const heygen_str title = in.text();
  const bool has_items = in.flag();
  const std::size_t count = in.count();
  const std::vector<heygen_str> items = read_list(in, count, wire::kMostItems, has_items, read_text);
  const bool has_place = in.flag();
  std::size_t chosen = in.count();
  if (!in.is_complete()) return in.fail();
  static constexpr heygen_str kNoItem{};
  const heygen_str* first = !has_items ? nullptr : items.empty() ? &kNoItem : items.data();
  out.put_number(terminal_service().menu(on.call(), title, first, count, has_place ? &chosen : nullptr));
  out.put_count(chosen);
}

}  // namespace heygen::provider

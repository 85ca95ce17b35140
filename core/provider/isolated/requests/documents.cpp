// SPDX-License-Identifier: Apache-2.0
// heygen.json/1 for an isolated provider: a document crosses once, as a list of its values, each before its children
// and the children of one value side by side.
#include "core/provider/isolated/requests/dispatch.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

/// What the host keeps for a byte of JSON, at most.
constexpr std::int64_t kBytesKept = 32;

void put_value(wire::Writer& out, const heygen_json* value, heygen_str name) {
  const heygen_json_1_v& json = json_service();
  std::int64_t number = 0;
  const bool has_number = json.int64(value, &number) == HEYGEN_OK;
  out.put_count(static_cast<std::size_t>(json.type(value)));
  out.put_count(json.size(value));
  out.put_text(name);
  out.put_text(json.text(value));
  out.put_flag(has_number);
  if (has_number) out.put_number(number);
}

}  // namespace

void serve_json_parse(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  const heygen_json_1_v& json = json_service();
  const heygen_str text = in.text();
  if (!in.is_complete()) return in.fail();
  on.charge(static_cast<std::int64_t>(text.size) * kBytesKept);
  const heygen_json* root = json.parse(on.call(), text);
  if (root == nullptr) {
    out.put_count(0);
    out.put_count(0);
    return;
  }
  std::vector<const heygen_json*>& values = on.documents.emplace_back();
  std::vector<heygen_str> names{{nullptr, 0}};
  values.push_back(root);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const heygen_json* parent = values[i];
    const std::size_t count = json.size(parent);
    for (std::size_t child = 0; child < count; ++child) {
      values.push_back(json.at(parent, child));
      names.push_back(json.name_at(parent, child));
    }
  }
  out.put_count(on.documents.size());
  out.put_count(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) put_value(out, values[i], names[i]);
}

void serve_json_put_value(Dispatch& on, wire::Reader& in, wire::Writer& out) {
  heygen_json_writer* writer = on.writers.find(in.count());
  const std::uint32_t document = in.count(), index = in.count();
  if (document > on.documents.size() || (document != 0 && index >= on.documents[document - 1].size())) in.fail();
  if (!in.is_complete()) return in.fail();
  const heygen_json* value = document == 0 ? nullptr : on.documents[document - 1][index];
  out.put_number(json_service().put_value(writer, value));
}

}  // namespace heygen::provider

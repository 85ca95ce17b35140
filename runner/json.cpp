// SPDX-License-Identifier: Apache-2.0
// heygen.json/1 of the child. The host parses, and sends the document as a list of values: each before its children,
// the children of one value side by side.
#include <string.h>

#include "core/provider/wire/abi.hpp"
#include "runner/services.hpp"

namespace heygen::runner {
namespace {

constexpr heygen_str kNone{nullptr, 0};

struct Node {
  std::int32_t type;
  std::uint32_t document, index;
  std::uint32_t count;
  const Node* children;
  heygen_str name, text;
  bool has_number;
  std::int64_t number;
};

const Node* node_of(const heygen_json* value) {
  return reinterpret_cast<const Node*>(value);
}
const heygen_json* handle_of(const Node* node) {
  return reinterpret_cast<const heygen_json*>(node);
}

void take_node(Reader& in, Node& node) {
  node.type = static_cast<std::int32_t>(in.count());
  node.count = in.count();
  node.name = client().arena().keep(in.text());
  node.text = client().arena().keep(in.text());
  node.has_number = in.flag();
  if (node.has_number) node.number = in.number();
}

const heygen_json* HEYGEN_CALL parse(const heygen_call*, heygen_str text) {
  if (!client().may_ask()) return nullptr;
  client().ask(Code::json_parse).put_text(text);
  Reader answered = client().answer();
  const std::uint32_t document = answered.count();
  constexpr std::size_t kLeastNode = 17;
  const std::uint32_t total = answered.items(kLeastNode);
  Node* nodes = total != 0 ? client().arena().make<Node>(total) : nullptr;
  std::uint32_t next = 1;
  for (std::uint32_t i = 0; i < total && answered.is_sound(); ++i) {
    Node& node = nodes[i];
    take_node(answered, node);
    node.document = document;
    node.index = i;
    if (node.count > total - next) end(provider::wire::ChildFault::host);
    node.children = nodes + next;
    next += node.count;
  }
  Client::finish(answered);
  return handle_of(nodes);
}

std::int32_t HEYGEN_CALL type(const heygen_json* value) {
  return value != nullptr ? node_of(value)->type : HEYGEN_JSON_NULL;
}

std::size_t HEYGEN_CALL size(const heygen_json* value) {
  return value != nullptr ? node_of(value)->count : 0;
}

const heygen_json* HEYGEN_CALL member(const heygen_json* value, heygen_str name) {
  if (type(value) != HEYGEN_JSON_OBJECT) return nullptr;
  const std::size_t length = name.data != nullptr ? name.size : 0;
  for (std::uint32_t i = 0; i < node_of(value)->count; ++i) {
    const Node& child = node_of(value)->children[i];
    if (child.name.size == length && (length == 0 || memcmp(child.name.data, name.data, length) == 0))
      return handle_of(&child);
  }
  return nullptr;
}

const heygen_json* HEYGEN_CALL at(const heygen_json* value, std::size_t index) {
  return index < size(value) ? handle_of(&node_of(value)->children[index]) : nullptr;
}

heygen_str HEYGEN_CALL name_at(const heygen_json* value, std::size_t index) {
  if (index >= size(value) || type(value) != HEYGEN_JSON_OBJECT) return kNone;
  return node_of(value)->children[index].name;
}

heygen_str HEYGEN_CALL text_of(const heygen_json* value) {
  return value != nullptr ? node_of(value)->text : kNone;
}

heygen_status HEYGEN_CALL to_int64(const heygen_json* value, std::int64_t* out) {
  if (value == nullptr || out == nullptr || !node_of(value)->has_number) return HEYGEN_USAGE;
  *out = node_of(value)->number;
  return HEYGEN_OK;
}

heygen_status HEYGEN_CALL put_value(heygen_json_writer* writer, const heygen_json* value) {
  if (!client().may_ask()) return HEYGEN_INTERNAL;
  Writer& request = client().ask(Code::json_put_value);
  put(request, writer);
  request.put_count(value != nullptr ? node_of(value)->document : 0);
  request.put_count(value != nullptr ? node_of(value)->index : 0);
  Reader answered = client().answer();
  const auto status = static_cast<heygen_status>(answered.number());
  Client::finish(answered);
  return status;
}

}  // namespace

const heygen_json_1_v& json_service() {
  static constexpr heygen_json_1_v kService{sizeof(kService),
                                            0,
                                            parse,
                                            type,
                                            size,
                                            member,
                                            at,
                                            name_at,
                                            text_of,
                                            to_int64,
                                            Plain<Code::json_quote>::call,
                                            Plain<Code::json_writer>::call,
                                            Plain<Code::json_begin_object>::call,
                                            Plain<Code::json_begin_array>::call,
                                            Plain<Code::json_end>::call,
                                            Plain<Code::json_name>::call,
                                            Plain<Code::json_put_string>::call,
                                            Plain<Code::json_put_int64>::call,
                                            Plain<Code::json_put_bool>::call,
                                            Plain<Code::json_put_null>::call,
                                            put_value,
                                            Plain<Code::json_finish>::call};
  return kService;
}

}  // namespace heygen::runner

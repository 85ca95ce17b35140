// SPDX-License-Identifier: Apache-2.0
#include "core/json/write.hpp"

#include <array>
#include <cstdio>

namespace heygen::json {

namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          std::array<char, 8> escape{};
          std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
          out += escape.data();
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void value(const Value& value, std::size_t depth) {
    if (value.is_null()) {
      out_ += "null";
    } else if (value.is_bool()) {
      out_ += value.as_bool() ? "true" : "false";
    } else if (value.is_number()) {
      out_ += value.as_number().text;
    } else if (value.is_string()) {
      append_quoted(out_, value.as_string());
    } else if (value.is_array()) {
      items('[', ']', value.as_array(), depth, [&](const Value& item) { this->value(item, depth + 1); });
    } else {
      items('{', '}', value.as_object(), depth, [&](const Member& member) {
        append_quoted(out_, member.first);
        out_ += pretty_ ? ": " : ":";
        this->value(member.second, depth + 1);
      });
    }
  }

  std::string take() { return std::move(out_); }

 private:
  template <typename Items, typename Each>
  void items(char open, char close, const Items& all, std::size_t depth, Each each) {
    out_ += open;
    bool first = true;
    for (const auto& item : all) {
      if (!first) out_ += ',';
      first = false;
      line(depth + 1);
      each(item);
    }
    if (!first) line(depth);
    out_ += close;
  }

  void line(std::size_t depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(depth * 2, ' ');
  }

  bool pretty_;
  std::string out_;
};

}  // namespace

std::string write(const Value& value) {
  Writer writer(false);
  writer.value(value, 0);
  return writer.take();
}

std::string write_pretty(const Value& value) {
  Writer writer(true);
  writer.value(value, 0);
  return writer.take() + "\n";
}

std::string quote(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

}  // namespace heygen::json

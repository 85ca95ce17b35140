// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/json_writer.hpp"

#include "core/base/limits.hpp"
#include "core/base/secret.hpp"
#include "core/json/write.hpp"
#include "core/provider/text_rules.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kLongestDocument = limits::kMiB;
constexpr std::size_t kDeepestDocument = 128;

}  // namespace

JsonWriter::~JsonWriter() {
  wipe(text_);
}

bool JsonWriter::lose() {
  lost_ = true;
  return false;
}

/// Appends a value or an opening bracket where the grammar has one.
bool JsonWriter::put(std::string_view json) {
  const bool in_object = !open_.empty() && open_.back() == '{';
  const bool second_document = open_.empty() && !text_.empty();
  if (lost_ || named_ != in_object || second_document || text_.size() + json.size() > kLongestDocument) return lose();
  if (!open_.empty() && !named_ && text_.back() != open_.back()) text_ += ',';
  text_ += json;
  named_ = false;
  return true;
}

bool JsonWriter::begin(char bracket) {
  if (open_.size() == kDeepestDocument || !put(std::string_view(&bracket, 1))) return lose();
  open_.push_back(bracket);
  return true;
}

bool JsonWriter::end() {
  if (lost_ || open_.empty() || named_) return lose();
  text_ += open_.back() == '{' ? '}' : ']';
  open_.pop_back();
  return true;
}

bool JsonWriter::name(std::string_view name) {
  if (lost_ || named_ || open_.empty() || open_.back() != '{' || !is_utf8(name) ||
      text_.size() + name.size() > kLongestDocument)
    return lose();
  if (text_.back() != '{') text_ += ',';
  text_ += json::quote(name) + ":";
  named_ = true;
  return true;
}

bool JsonWriter::text(std::string_view text) {
  if (!is_utf8(text)) return lose();
  std::string quoted = json::quote(text);
  const bool done = put(quoted);
  wipe(quoted);
  return done;
}

bool JsonWriter::raw(std::string_view json) {
  return put(json);
}

std::optional<std::string_view> JsonWriter::finish() const {
  if (lost_ || !open_.empty() || text_.empty()) return {};
  return text_;
}

}  // namespace heygen::provider

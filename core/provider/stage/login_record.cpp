// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/login_record.hpp"

#include <openssl/evp.h>

#include <array>

#include "core/base/encode.hpp"
#include "core/base/environment.hpp"
#include "core/base/secret.hpp"
#include "core/json/write.hpp"

namespace heygen::provider {
namespace {

constexpr int kVersion = 1;

json::Value document_of(const RecordedExchange& exchange) {
  json::Array headers;
  for (const auto& [name, value] : exchange.headers) headers.emplace_back(json::Array{name, value});
  json::Value out = json::Object{};
  out.set("method", exchange.method);
  out.set("url", exchange.url);
  out.set("status", exchange.status);
  out.set("headers", std::move(headers));
  out.set("body", base64url_encode(exchange.body));
  if (exchange.failure_kind >= 0) {
    out.set("failure_kind", exchange.failure_kind);
    out.set("failure", exchange.failure);
  }
  return out;
}

std::int64_t number_at(const json::Value& document, std::string_view name, std::int64_t fallback = 0) {
  const json::Value* value = document.find(name);
  return value != nullptr ? value->to_int64().value_or(fallback) : fallback;
}

const json::Array& array_at(const json::Value& document, std::string_view name) {
  static const json::Array kNone;
  const json::Value* value = document.find(name);
  return value != nullptr && value->is_array() ? value->as_array() : kNone;
}

std::optional<RecordedExchange> exchange_of(const json::Value& document) {
  RecordedExchange exchange;
  exchange.method = document.string_at("method");
  exchange.url = document.string_at("url");
  exchange.status = static_cast<int>(number_at(document, "status"));
  for (const json::Value& header : array_at(document, "headers")) {
    const json::Array* pair = header.is_array() ? &header.as_array() : nullptr;
    if (pair == nullptr || pair->size() != 2 || !pair->front().is_string() || !pair->back().is_string()) return {};
    exchange.headers.emplace_back(pair->front().as_string(), pair->back().as_string());
  }
  auto body = base64url_decode(document.string_at("body"));
  if (!body) return {};
  exchange.body = std::move(*body);
  exchange.failure_kind = static_cast<int>(number_at(document, "failure_kind", -1));
  exchange.failure = document.string_at("failure");
  return exchange;
}

}  // namespace

LoginRecord::~LoginRecord() {
  for (std::string& bytes : random) wipe(bytes);
  for (RecordedExchange& exchange : exchanges) wipe(exchange.body);
}

json::Value LoginRecord::document() const {
  json::Object settings_given;
  for (const auto& [key, value] : given) settings_given.emplace_back(key, value);
  json::Array bytes, requests;
  for (const std::string& one : random) bytes.emplace_back(base64url_encode(one));
  for (const RecordedExchange& one : exchanges) requests.push_back(document_of(one));
  json::Value out = json::Object{};
  out.set("version", kVersion);
  out.set("provider", provider);
  out.set("settings", settings);
  out.set("given", std::move(settings_given));
  out.set("started_at", started_at);
  out.set("expires_at", expires_at);
  out.set("url", url);
  out.set("redirect_uri", redirect_uri);
  out.set("random", std::move(bytes));
  out.set("exchanges", std::move(requests));
  out.set("keys", keys.document());
  return out;
}

std::optional<LoginRecord> LoginRecord::read(const json::Value& document) {
  if (number_at(document, "version") != kVersion) return {};
  LoginRecord record;
  record.provider = document.string_at("provider");
  record.settings = document.string_at("settings");
  if (const json::Value* given = document.find("given"); given != nullptr && given->is_object()) {
    for (const auto& [key, value] : given->as_object()) {
      if (value.is_string()) record.given.insert_or_assign(key, value.as_string());
    }
  }
  record.started_at = number_at(document, "started_at");
  record.expires_at = number_at(document, "expires_at");
  record.url = document.string_at("url");
  record.redirect_uri = document.string_at("redirect_uri");
  for (const json::Value& one : array_at(document, "random")) {
    auto bytes = one.is_string() ? base64url_decode(one.as_string()) : std::nullopt;
    if (!bytes) return {};
    record.random.push_back(std::move(*bytes));
  }
  for (const json::Value& one : array_at(document, "exchanges")) {
    auto exchange = exchange_of(one);
    if (!exchange) return {};
    record.exchanges.push_back(std::move(*exchange));
  }
  if (const json::Value* keys = document.find("keys")) record.keys = store::KeySet(*keys);
  return record;
}

std::string settings_digest(const Manifest& manifest, const Environment& environment,
                            const ConfiguredSetting& configured, const GivenSettings& given,
                            const std::string& api_base) {
  json::Array all{manifest.id, manifest.version, api_base};
  for (const Setting& setting : manifest.settings) {
    const auto value = find_setting(manifest, setting, environment, configured, given);
    all.emplace_back(json::Array{setting.key, value ? value->text : std::string{}});
  }
  for (const std::string& name : manifest.env) all.emplace_back(json::Array{name, environment.value(name)});
  std::string text = json::write(all);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  wipe(text);
  return hex_encode({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace heygen::provider

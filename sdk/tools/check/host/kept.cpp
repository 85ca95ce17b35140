// SPDX-License-Identifier: Apache-2.0
// heygen.cache/1, heygen.key/1 and heygen.request/1, in memory.
#include <algorithm>
#include <array>

#include "core/base/encode.hpp"
#include "core/json/write.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/service/services.hpp"
#include "sdk/tools/check/host/fakes.hpp"

namespace heygen::check {
namespace {

using provider::HostCall;
using provider::abi::str;
using provider::abi::view;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_key(heygen_str text) {
  constexpr std::size_t kLongest = 64;
  const std::string_view key = view(text);
  return !key.empty() && key.size() <= kLongest && is_plain(key.front()) &&
         std::ranges::all_of(key, [](char c) { return is_plain(c) || c == '.' || c == '_' || c == '-'; });
}

std::string digest_of(std::string_view data) {
  std::array<std::uint8_t, 32> digest{};
  provider::hash_service().sha256({data.data(), data.size()}, digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// ---- the cache

heygen_status HEYGEN_CALL get_cached(const heygen_call* call, heygen_str key, heygen_str* value, heygen_time* at) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    Fakes& fakes = Fakes::of(call);
    fakes.result.used_cache = true;
    if (value == nullptr || !is_key(key)) return host.refuse("cache.get got no valid key.");
    *value = {nullptr, 0};
    const auto found = fakes.cache.find(view(key));
    if (found == fakes.cache.end() || found->second.expires_at <= host.services.clock.now())
      return HEYGEN_NOT_CONFIGURED;
    *value = host.keep(found->second.value);
    if (at != nullptr) *at = found->second.expires_at;
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL put_cached(const heygen_call* call, heygen_str key, heygen_str value, heygen_time at) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    constexpr std::size_t kMostEntries = 64, kLargest = 65'536;
    Fakes& fakes = Fakes::of(call);
    fakes.result.used_cache = fakes.result.changed_cache = true;
    if (!is_key(key) || !provider::abi::is_sound(value)) return host.refuse("cache.put got no valid key.");
    const bool past = value.size > kLargest || at <= host.services.clock.now() ||
                      (fakes.cache.size() == kMostEntries && fakes.cache.find(view(key)) == fakes.cache.end());
    if (past) return HEYGEN_USAGE;
    if (!fakes.script->cache_lost) fakes.cache[std::string(view(key))] = {std::string(view(value)), at};
    fakes.cached_now.emplace(view(key));
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL drop_cached(const heygen_call* call, heygen_str key) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    Fakes& fakes = Fakes::of(call);
    fakes.result.used_cache = fakes.result.changed_cache = true;
    if (!is_key(key)) return host.refuse("cache.drop got no valid key.");
    fakes.cache.erase(std::string(view(key)));
    return HEYGEN_OK;
  });
}

// ---- keys: what is signed with them is not verified

heygen_status HEYGEN_CALL create_key(const heygen_call* call, heygen_str name, heygen_str algorithm) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    constexpr std::size_t kMostKeys = 8;
    Fakes& fakes = Fakes::of(call);
    if (!is_key(name)) return host.refuse("key.create got no valid name.");
    if (host.function != provider::Function::login) return host.refuse("key.create is for a login only.");
    if (view(algorithm) != "ES256" && view(algorithm) != "Ed25519") return HEYGEN_UNSUPPORTED;
    fakes.keys_now.emplace(view(name));
    if (fakes.keys_now.size() > kMostKeys) return host.refuse("key.create got a ninth name.");
    fakes.keys[std::string(view(name))] = view(algorithm);
    return HEYGEN_OK;
  });
}

std::string jwk_of(const std::string& name, const std::string& algorithm) {
  const std::string x = base64url_encode(digest_of("x" + name)), y = base64url_encode(digest_of("y" + name));
  if (algorithm == "Ed25519") return R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}";
  return R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + "\"}";
}

template <class Make>
heygen_status of_key(const heygen_call* call, heygen_str name, heygen_str* out, Make make) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    if (out == nullptr || !is_key(name)) return host.refuse("key got no valid name, or no place to answer.");
    *out = {nullptr, 0};
    const auto found = Fakes::of(call).keys.find(view(name));
    if (found == Fakes::of(call).keys.end()) return HEYGEN_NOT_CONFIGURED;
    *out = host.keep(make(found->first, found->second));
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL public_jwk(const heygen_call* call, heygen_str name, heygen_str* jwk) {
  return of_key(call, name, jwk, jwk_of);
}

heygen_status HEYGEN_CALL thumbprint(const heygen_call* call, heygen_str name, heygen_str* text) {
  return of_key(call, name, text, [](const std::string& key, const std::string& algorithm) {
    return base64url_encode(digest_of(jwk_of(key, algorithm)));  // members in order, without space: RFC 7638 §3
  });
}

heygen_status HEYGEN_CALL sign(const heygen_call* call, heygen_str name, heygen_str data, heygen_str* signature) {
  return of_key(call, name, signature, [&](const std::string& key, const std::string&) {
    const std::string half = digest_of(key + std::string(view(data)));
    return half + half;
  });
}

// ---- the request

heygen_str HEYGEN_CALL request_method(const heygen_call* call) {
  return provider::guarded_value(call, heygen_str{nullptr, 0}, [](HostCall& host) { return str(host.request.method); });
}

heygen_str HEYGEN_CALL request_url(const heygen_call* call) {
  return provider::guarded_value(call, heygen_str{nullptr, 0}, [](HostCall& host) {
    return host.request.method.empty() ? heygen_str{nullptr, 0} : host.keep(host.services.api_base + host.request.path);
  });
}

heygen_status HEYGEN_CALL body_sha256(const heygen_call* call, std::uint8_t* out) {
  return provider::guarded(call, [&](HostCall& host) -> heygen_status {
    if (out == nullptr) return host.refuse("request.body_sha256 got no place to answer.");
    std::ranges::copy(digest_of(""), out);
    return HEYGEN_OK;
  });
}

heygen_str HEYGEN_CALL refusal_header(const heygen_call* call, heygen_str) {
  return provider::guarded_value(call, heygen_str{nullptr, 0}, [](HostCall&) { return heygen_str{nullptr, 0}; });
}

}  // namespace

std::string Fakes::binding_of(const json::Value& state) const {
  std::string binding = json::write(state);
  for (const auto* texts : {&scenario.settings, &scenario.environment}) {
    for (const auto& [name, value] : *texts) binding += "\n" + name + "=" + value;
  }
  return binding;
}

void Fakes::settle(json::Value state) {
  if (function == provider::Function::login && result.answer.status == provider::Status::ok)
    std::erase_if(keys, [&](const auto& key) { return !keys_now.contains(key.first); });
  if (!result.answer.patch) return;
  std::erase_if(cache, [&](const auto& entry) { return !cached_now.contains(entry.first); });
  json::merge_patch(state, *result.answer.patch);
  cache_binding = binding_of(state);
}

void Fakes::bind_cache(const json::Value& state) {
  cached_now.clear();
  keys_now.clear();
  std::string binding = binding_of(state);
  if (binding != cache_binding || script->cache_lost) cache.clear();
  cache_binding = std::move(binding);
}

heygen_cache_1_v cache_table() {
  return {sizeof(heygen_cache_1_v), 0, get_cached, put_cached, drop_cached};
}
heygen_key_1_v key_table() {
  return {sizeof(heygen_key_1_v), 0, create_key, public_jwk, thumbprint, sign};
}
heygen_request_1_v request_table() {
  return {sizeof(heygen_request_1_v), 0, request_method, request_url, body_sha256, refusal_header};
}

}  // namespace heygen::check

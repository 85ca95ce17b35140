// SPDX-License-Identifier: Apache-2.0
#include "core/provider/signature/minisign.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

constexpr std::string_view kPlain = "Ed", kPrehashed = "ED";
constexpr std::string_view kUntrusted = "untrusted comment: ", kTrusted = "trusted comment: ";
constexpr std::size_t kMaxName = 100;

/// Strictly as RFC 4648 §4 writes exactly that many bytes.
std::optional<std::string> exact_base64(std::string_view text, std::size_t size) {
  std::string_view digits = text;
  while (digits.ends_with('=')) digits.remove_suffix(1);
  auto bytes = base64_decode(digits);
  if (!bytes || bytes->size() != size || base64_encode(*bytes) != text) return std::nullopt;
  return bytes;
}

template <std::size_t Size>
void take(std::string_view& from, std::array<unsigned char, Size>& to) {
  std::copy_n(from.begin(), Size, to.begin());
  from.remove_prefix(Size);
}

template <std::size_t Size>
std::string_view view(const std::array<unsigned char, Size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), Size};
}

/// Lines without their ends, the empty one behind the last end left out.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool is_comment(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool verifies(const PublicPoint& point, const Ed25519Signature& signature, std::string_view message) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, point.data(), point.size()), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
}

}  // namespace

std::string key_id_text(const KeyId& id) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  // A number whose first byte is the lowest.
  for (auto byte = id.rbegin(); byte != id.rend(); ++byte) {
    out += kDigits.at(*byte >> 4U);
    out += kDigits.at(*byte & 0xFU);
  }
  return out;
}

std::string PublicKey::text() const {
  return base64_encode(std::string(kPlain) + std::string(view(id)) + std::string(view(point)));
}

std::string PublicKey::shown() const {
  const std::string key = "key " + key_id_text(id);
  return name.empty() ? "the " + key : name + " (" + key + ")";
}

PublicKey parse_public_key(std::string_view text) {
  std::vector<std::string_view> lines = lines_of(trim(text));
  if (lines.size() == 2 && lines.front().starts_with(kUntrusted)) lines.erase(lines.begin());
  if (lines.size() != 1) refuse("it is not one line of a minisign public key (\"RW…\")");
  const std::string_view line = trim(lines.front());
  const std::size_t end = std::min(line.find(' '), line.size());
  const auto bytes = exact_base64(line.substr(0, end), kPlain.size() + KeyId{}.size() + PublicPoint{}.size());
  if (!bytes || !bytes->starts_with(kPlain)) refuse("it is not a valid minisign public key (\"RW…\")");
  PublicKey key;
  std::string_view rest = *bytes;
  rest.remove_prefix(kPlain.size());
  take(rest, key.id);
  take(rest, key.point);
  key.name = trim(line.substr(end));
  if (key.name.size() > kMaxName || !is_comment(key.name) || key.name.find('\t') != std::string::npos) {
    refuse("the name behind the key is longer than 100 bytes or has control characters");
  }
  return key;
}

std::optional<std::string> Signature::field(std::string_view name) const {
  for (const std::string& part : split(trusted_comment, '\t')) {
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == ':') {
      return part.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

Signature parse_signature(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.size() != 4 || !lines[0].starts_with(kUntrusted) || !lines[2].starts_with(kTrusted)) {
    refuse("it does not have the four lines of a minisign signature");
  }
  Signature signature;
  const auto first = exact_base64(lines[1], kPlain.size() + KeyId{}.size() + Ed25519Signature{}.size());
  const auto second = exact_base64(lines[3], Ed25519Signature{}.size());
  if (!first || !second) refuse("its base64 is not that of a minisign signature");
  signature.prehashed = first->starts_with(kPrehashed);
  if (!signature.prehashed && !first->starts_with(kPlain)) refuse("its algorithm is neither \"Ed\" nor \"ED\"");
  std::string_view rest = std::string_view(*first).substr(kPlain.size());
  take(rest, signature.key);
  take(rest, signature.bytes);
  rest = *second;
  take(rest, signature.global);
  signature.trusted_comment = lines[2].substr(kTrusted.size());
  if (!is_comment(signature.trusted_comment)) refuse("its trusted comment has control characters");
  return signature;
}

std::string write_signature(const Signature& signature, std::string_view untrusted_comment) {
  std::string out = std::string(kUntrusted) + std::string(untrusted_comment) + "\n";
  out += base64_encode(std::string(signature.prehashed ? kPrehashed : kPlain) + std::string(view(signature.key)) +
                       std::string(view(signature.bytes)));
  out += "\n" + std::string(kTrusted) + signature.trusted_comment + "\n";
  return out + base64_encode(view(signature.global)) + "\n";
}

std::string blake2b_512(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_blake2b512(), nullptr) != 1) {
    throw std::runtime_error("BLAKE2b-512 is not available");
  }
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string global_message(const Signature& signature) {
  return std::string(view(signature.bytes)) + signature.trusted_comment;
}

bool is_valid(const Signature& signature, const PublicKey& key, std::string_view bytes) {
  if (signature.key != key.id) return false;
  const bool file = signature.prehashed ? verifies(key.point, signature.bytes, blake2b_512(bytes))
                                        : verifies(key.point, signature.bytes, bytes);
  return file && verifies(key.point, signature.global, global_message(signature));
}

}  // namespace heygen::provider

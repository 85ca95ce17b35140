// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/sign/secret_key.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

#include "core/base/encode.hpp"
#include "core/base/text.hpp"
#include "sdk/tools/sign/blake2b.hpp"

namespace heygen::tools {
namespace {

// signature, key derivation and checksum algorithms; salt; limits; then key ID, seed, public key, checksum (encrypted)
constexpr std::string_view kAlgorithm = "Ed", kScrypt = "Sc", kChecksum = "B2";
constexpr std::size_t kAlgorithms = 6, kSalt = 32, kLimits = 16, kId = 8, kSeed = 32, kPoint = 32, kSum = 32;
constexpr std::size_t kSealed = kId + kSeed + kPoint + kSum;
constexpr std::size_t kSize = kAlgorithms + kSalt + kLimits + kSealed;
constexpr std::uint64_t kMaxMemory = std::uint64_t{2} << 30U;
constexpr const char* kNoKey = "it is not a minisign secret key";

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes.at(i))) << (8 * i);
  return number;
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The second line, whose base64 has exactly the bytes of a key.
std::string decoded(std::string_view text) {
  std::string_view rest = trim(text);
  const std::size_t end = rest.find('\n');
  if (!rest.starts_with("untrusted comment:") || end == std::string_view::npos) throw std::runtime_error(kNoKey);
  std::string_view line = trim(rest.substr(end + 1));
  while (line.ends_with('=')) line.remove_suffix(1);
  auto bytes = base64_decode(line);
  if (!bytes || bytes->size() != kSize || !bytes->starts_with(kAlgorithm) || bytes->substr(4, 2) != kChecksum) {
    if (bytes) wipe(*bytes);
    throw std::runtime_error(kNoKey);
  }
  return *std::move(bytes);
}

/// Takes the stream of the password off the sealed part.
void decrypt(std::string& key, const Secret& password) {
  const std::string_view all = key;
  const ScryptLimits limits{little_endian(all.substr(kAlgorithms + kSalt)),
                            little_endian(all.substr(kAlgorithms + kSalt + 8))};
  const ScryptParameters cost = scrypt_parameters(limits);
  const std::uint64_t memory = 128 * cost.r * (cost.n + cost.p + 2);
  if (limits.memory > kMaxMemory || cost.n > kMaxMemory / 1024 || cost.p > 1024 || memory > kMaxMemory)
    throw std::runtime_error("its encryption needs more than 2 GiB of memory");
  std::string stream(kSealed, '\0');
  const Wiper wiper{stream};
  if (EVP_PBE_scrypt(password.reveal().data(), password.reveal().size(), raw(all.substr(kAlgorithms)), kSalt, cost.n,
                     cost.r, cost.p, memory + 1024, reinterpret_cast<unsigned char*>(stream.data()),
                     stream.size()) != 1)
    throw std::runtime_error("its encryption cannot be computed: is there enough memory?");
  for (std::size_t i = 0; i < kSealed; ++i)
    key[kSize - kSealed + i] = static_cast<char>(key[kSize - kSealed + i] ^ stream[i]);
}

Pkey private_key(std::string_view seed) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()), &EVP_PKEY_free};
}

/// The public half is that of the seed.
bool is_pair(std::string_view seed, std::string_view point) {
  const Pkey key = private_key(seed);
  std::array<unsigned char, kPoint> computed{};
  std::size_t size = computed.size();
  return key && EVP_PKEY_get_raw_public_key(key.get(), computed.data(), &size) == 1 && size == computed.size() &&
         equal_in_constant_time({reinterpret_cast<const char*>(computed.data()), size}, point);
}

}  // namespace

ScryptParameters scrypt_parameters(const ScryptLimits& limits) {
  constexpr std::uint64_t kLeastOperations = 32'768, kMostBlocks = 0x3fffffff;
  const std::uint64_t operations = std::max(limits.operations, kLeastOperations);
  ScryptParameters out;
  const bool by_operations = operations < limits.memory / 32;
  const std::uint64_t most = by_operations ? operations / (out.r * 4) : limits.memory / (out.r * 128);
  unsigned log = 1;
  while (log < 63 && (std::uint64_t{1} << log) <= most / 2) ++log;
  out.n = std::uint64_t{1} << log;
  if (!by_operations) out.p = std::max<std::uint64_t>(std::min(operations / 4 / out.n, kMostBlocks) / out.r, 1);
  return out;
}

SecretKey SecretKey::parse(std::string_view text, const std::function<Secret()>& ask_password) {
  std::string key = decoded(text);
  const Wiper wiper{key};
  const std::string_view derivation = std::string_view(key).substr(2, 2);
  const bool encrypted = derivation == kScrypt;
  if (!encrypted && derivation != std::string_view("\0\0", 2)) throw std::runtime_error(kNoKey);
  if (encrypted) decrypt(key, ask_password());
  const std::string_view sealed = std::string_view(key).substr(kSize - kSealed);
  const std::string_view seed = sealed.substr(kId, kSeed), point = sealed.substr(kId + kSeed, kPoint);
  std::string summed = std::string(kAlgorithm) + std::string(sealed.substr(0, kSealed - kSum));
  const Wiper sum_wiper{summed};
  const std::string_view sum = sealed.substr(kSealed - kSum);
  // minisign writes no checksum into a key without a password.
  const bool has_sum = encrypted || std::ranges::any_of(sum, [](char c) { return c != '\0'; });
  if ((has_sum && !equal_in_constant_time(blake2b(summed, kSum), sum)) || !is_pair(seed, point))
    throw std::runtime_error(encrypted ? "the password is wrong" : "the key is damaged");
  provider::PublicKey pair;
  std::copy_n(sealed.begin(), kId, pair.id.begin());
  std::copy_n(point.begin(), kPoint, pair.point.begin());
  return {Secret(std::string(seed)), std::move(pair)};
}

provider::Ed25519Signature SecretKey::sign_raw(std::string_view message) const {
  const Pkey key = private_key(seed_.reveal());
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  provider::Ed25519Signature out{};
  std::size_t size = out.size();
  if (!key || !context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &size, raw(message), message.size()) != 1 || size != out.size())
    throw std::runtime_error("could not sign: this build of OpenSSL has no Ed25519");
  return out;
}

provider::Signature SecretKey::sign(std::string_view bytes, std::string trusted_comment) const {
  provider::Signature out;
  out.key = public_.id;
  out.bytes = sign_raw(provider::blake2b_512(bytes));
  out.trusted_comment = std::move(trusted_comment);
  out.global = sign_raw(provider::global_message(out));
  return out;
}

}  // namespace heygen::tools

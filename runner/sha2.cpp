// SPDX-License-Identifier: Apache-2.0
#include "runner/sha2.hpp"

#include <string.h>

#include <cstddef>

namespace heygen::runner {
namespace {

/// Of SHA-512. Those of SHA-256 are the upper halves of the first 64 (FIPS 180-4 §4.2).
constexpr std::uint64_t kConstants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};
constexpr std::uint64_t kStart512[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr std::uint64_t kStart384[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
                                        0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};

template <class Word>
struct Rules;
template <>
struct Rules<std::uint32_t> {
  static constexpr int kRounds = 64;
  static constexpr int kLarge0[3] = {2, 13, 22}, kLarge1[3] = {6, 11, 25};
  static constexpr int kSmall0[3] = {7, 18, 3}, kSmall1[3] = {17, 19, 10};
  static constexpr std::uint32_t constant(std::uint64_t full) { return static_cast<std::uint32_t>(full >> 32); }
};
template <>
struct Rules<std::uint64_t> {
  static constexpr int kRounds = 80;
  static constexpr int kLarge0[3] = {28, 34, 39}, kLarge1[3] = {14, 18, 41};
  static constexpr int kSmall0[3] = {1, 8, 7}, kSmall1[3] = {19, 61, 6};
  static constexpr std::uint64_t constant(std::uint64_t full) { return full; }
};

template <class Word>
constexpr Word turned(Word word, int by) {
  return static_cast<Word>(word >> by | word << (static_cast<int>(sizeof(Word)) * 8 - by));
}
template <class Word>
constexpr Word large(Word word, const int (&by)[3]) {
  return turned(word, by[0]) ^ turned(word, by[1]) ^ turned(word, by[2]);
}
template <class Word>
constexpr Word small(Word word, const int (&by)[3]) {
  return turned(word, by[0]) ^ turned(word, by[1]) ^ word >> by[2];
}

template <class Word>
class Digest {
 public:
  explicit Digest(const std::uint64_t (&start)[8]) {
    for (int i = 0; i < 8; ++i) state_[i] = Rules<Word>::constant(start[i]);
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { explicit_bzero(this, sizeof(*this)); }

  void add(const void* data, std::size_t size) {
    const auto* from = static_cast<const std::uint8_t*>(data);
    total_ += size;
    while (size > 0) {
      const std::size_t part = size < kBlock - filled_ ? size : kBlock - filled_;
      memcpy(block_ + filled_, from, part);
      filled_ += part;
      from += part;
      size -= part;
      if (filled_ == kBlock) run();
    }
  }

  void finish(std::uint8_t* out, std::size_t size) {
    const std::uint64_t bits = total_ * 8;
    const std::uint8_t one = 0x80, none = 0;
    add(&one, 1);
    while (filled_ != kBlock - sizeof(bits)) add(&none, 1);
    std::uint8_t length[sizeof(bits)];
    for (std::size_t i = 0; i < sizeof(bits); ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
    add(length, sizeof(length));
    for (std::size_t i = 0; i < size; ++i)
      out[i] = static_cast<std::uint8_t>(state_[i / sizeof(Word)] >> (8 * (sizeof(Word) - 1 - i % sizeof(Word))));
  }

 private:
  static constexpr std::size_t kBlock = 16 * sizeof(Word);

  void run() {
    using Of = Rules<Word>;
    Word schedule[Of::kRounds];
    for (int i = 0; i < 16; ++i) {
      Word word = 0;
      for (std::size_t byte = 0; byte < sizeof(Word); ++byte)
        word = static_cast<Word>(word << 8 | block_[static_cast<std::size_t>(i) * sizeof(Word) + byte]);
      schedule[i] = word;
    }
    for (int i = 16; i < Of::kRounds; ++i)
      schedule[i] = small(schedule[i - 2], Of::kSmall1) + schedule[i - 7] + small(schedule[i - 15], Of::kSmall0) +
                    schedule[i - 16];
    Word a = state_[0], b = state_[1], c = state_[2], d = state_[3];
    Word e = state_[4], f = state_[5], g = state_[6], h = state_[7];
    for (int i = 0; i < Of::kRounds; ++i) {
      const Word first = h + large(e, Of::kLarge1) + ((e & f) ^ (~e & g)) + Of::constant(kConstants[i]) + schedule[i];
      const Word second = large(a, Of::kLarge0) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + first;
      d = c;
      c = b;
      b = a;
      a = first + second;
    }
    const Word sum[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; ++i) state_[i] += sum[i];
    explicit_bzero(schedule, sizeof(schedule));
    filled_ = 0;
  }

  Word state_[8];
  std::uint64_t total_ = 0;
  std::size_t filled_ = 0;
  std::uint8_t block_[kBlock];
};

template <class Word>
void digest(heygen_str data, const std::uint64_t (&start)[8], std::uint8_t* out, std::size_t size) {
  Digest<Word> one(start);
  one.add(data.data, data.data != nullptr ? data.size : 0);
  one.finish(out, size);
}

}  // namespace

void sha256(heygen_str data, std::uint8_t* out) {
  digest<std::uint32_t>(data, kStart512, out, 32);
}

void sha384(heygen_str data, std::uint8_t* out) {
  digest<std::uint64_t>(data, kStart384, out, 48);
}

void sha512(heygen_str data, std::uint8_t* out) {
  digest<std::uint64_t>(data, kStart512, out, 64);
}

void hmac_sha256(heygen_str key, heygen_str data, std::uint8_t* out) {
  constexpr std::size_t kBlock = 64, kSize = 32;
  std::uint8_t padded[kBlock] = {}, inner[kSize];
  if (key.data != nullptr && key.size > kBlock) {
    sha256(key, padded);
  } else if (key.data != nullptr) {
    memcpy(padded, key.data, key.size);
  }
  for (std::uint8_t& byte : padded) byte ^= 0x36;
  {
    Digest<std::uint32_t> one(kStart512);
    one.add(padded, kBlock);
    one.add(data.data, data.data != nullptr ? data.size : 0);
    one.finish(inner, kSize);
  }
  for (std::uint8_t& byte : padded) byte ^= 0x36 ^ 0x5c;
  Digest<std::uint32_t> two(kStart512);
  two.add(padded, kBlock);
  two.add(inner, kSize);
  two.finish(out, kSize);
  explicit_bzero(padded, sizeof(padded));
}

}  // namespace heygen::runner

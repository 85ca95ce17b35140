// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/sign/blake2b.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace heygen::tools {
namespace {

using State = std::array<std::uint64_t, 8>;

constexpr std::size_t kBlock = 128, kRounds = 12, kWord = 8;
constexpr State kStart{0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                       0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};
constexpr std::array<std::array<std::uint8_t, 16>, 10> kOrder{{
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}};

/// RFC 7693 §3.2: `count` is of the bytes so far.
void compress(State& state, std::string_view block, std::uint64_t count, bool last) {
  std::array<std::uint64_t, 16> message{};
  for (std::size_t i = 0; i < block.size(); ++i)
    message.at(i / kWord) |= static_cast<std::uint64_t>(static_cast<unsigned char>(block[i])) << (i % kWord * 8);
  std::array<std::uint64_t, 16> v{};
  std::ranges::copy(state, v.begin());
  std::ranges::copy(kStart, v.begin() + 8);
  v[12] ^= count;
  if (last) v[14] = ~v[14];
  const auto mix = [&v](std::size_t a, std::size_t b, std::size_t c, std::size_t d, std::uint64_t x, std::uint64_t y) {
    v.at(a) += v.at(b) + x;
    v.at(d) = std::rotr(v.at(d) ^ v.at(a), 32);
    v.at(c) += v.at(d);
    v.at(b) = std::rotr(v.at(b) ^ v.at(c), 24);
    v.at(a) += v.at(b) + y;
    v.at(d) = std::rotr(v.at(d) ^ v.at(a), 16);
    v.at(c) += v.at(d);
    v.at(b) = std::rotr(v.at(b) ^ v.at(c), 63);
  };
  for (std::size_t round = 0; round < kRounds; ++round) {
    const auto& order = kOrder.at(round % kOrder.size());
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t row = i % 4, shift = i / 4;
      mix(row, 4 + (row + shift) % 4, 8 + (row + 2 * shift) % 4, 12 + (row + 3 * shift) % 4,
          message.at(order.at(2 * i)), message.at(order.at(2 * i + 1)));
    }
  }
  for (std::size_t i = 0; i < state.size(); ++i) state.at(i) ^= v.at(i) ^ v.at(i + 8);
}

}  // namespace

std::string blake2b(std::string_view bytes, std::size_t size) {
  State state = kStart;
  state[0] ^= 0x01010000U ^ size;
  std::uint64_t count = 0;
  while (bytes.size() > kBlock) {
    count += kBlock;
    compress(state, bytes.substr(0, kBlock), count, false);
    bytes.remove_prefix(kBlock);
  }
  compress(state, bytes, count + bytes.size(), true);
  std::string digest;
  for (std::size_t i = 0; i < size; ++i) digest += static_cast<char>((state.at(i / kWord) >> (i % kWord * 8)) & 0xffU);
  return digest;
}

}  // namespace heygen::tools

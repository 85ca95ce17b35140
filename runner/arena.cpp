// SPDX-License-Identifier: Apache-2.0
#include "runner/arena.hpp"

#include <stdlib.h>
#include <string.h>

#include "runner/channel.hpp"

namespace heygen::runner {

struct alignas(std::max_align_t) Arena::Block {
  Block* before;
  std::size_t size, used;

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
};

void* Arena::give(std::size_t size) {
  constexpr std::size_t kUsual = 4'000;
  constexpr std::size_t kAlignment = alignof(std::max_align_t);
  if (size > SIZE_MAX / 2) end(provider::wire::ChildFault::memory);
  size = (size + kAlignment - 1) / kAlignment * kAlignment;
  if (last_ == nullptr || last_->size - last_->used < size) {
    const std::size_t room = size > kUsual ? size : kUsual;
    auto* block = static_cast<Block*>(calloc(1, sizeof(Block) + room));
    if (block == nullptr) end(provider::wire::ChildFault::memory);
    block->before = last_;
    block->size = room;
    last_ = block;
  }
  void* given = last_->bytes() + last_->used;
  last_->used += size;
  return given;
}

heygen_str Arena::keep(heygen_str text) {
  if (text.data == nullptr) return {nullptr, 0};
  auto* copy = make<char>(text.size + 1);
  memcpy(copy, text.data, text.size);
  return {copy, text.size};
}

void Arena::clear() {
  while (last_ != nullptr) {
    Block* block = last_;
    last_ = block->before;
    explicit_bzero(block->bytes(), block->used);
    free(block);
  }
}

}  // namespace heygen::runner

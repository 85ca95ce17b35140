// SPDX-License-Identifier: Apache-2.0
#include "core/provider/wire/frame.hpp"

#include <stdlib.h>
#include <string.h>

namespace heygen::provider::wire {
namespace {

struct Header {
  std::uint32_t size, kind;
};

constexpr std::size_t kFirstRoom = 8 * 1024;
constexpr std::uint32_t kNull = 0xFFFF'FFFF, kNullWithSize = 0xFFFF'FFFE;

}  // namespace

Bytes::~Bytes() {
  if (data_ != nullptr) explicit_bzero(data_, capacity_);
  ::free(data_);
}

/// By hand, as realloc() would leave a copy behind.
char* Bytes::room(std::size_t size) {
  if (capacity_ - size_ >= size) return data_ + size_;
  std::size_t capacity = capacity_ * 2 > kFirstRoom ? capacity_ * 2 : kFirstRoom;
  if (capacity - size_ < size) capacity = size_ + size;
  auto* grown = static_cast<char*>(malloc(capacity));
  if (grown == nullptr) return nullptr;
  if (data_ != nullptr) {
    memcpy(grown, data_, size_);
    explicit_bzero(data_, size_);
    ::free(data_);
  }
  data_ = grown;
  capacity_ = capacity;
  return data_ + size_;
}

void Bytes::drop(std::size_t size) {
  if (size == 0) return;
  memmove(data_, data_ + size, size_ - size);
  explicit_bzero(data_ + size_ - size, size);
  size_ -= size;
}

void Writer::begin(Kind kind) {
  bytes_.clear();
  failed_ = false;
  const Header header{0, static_cast<std::uint32_t>(kind)};
  put(&header, sizeof(header));
}

void Writer::put(const void* data, std::size_t size) {
  if (failed_ || size > kLongestFrame || bytes_.size() + size > kLongestFrame + sizeof(Header)) {
    failed_ = true;
    return;
  }
  char* room = bytes_.room(size);
  failed_ = room == nullptr;
  if (failed_ || size == 0) return;
  memcpy(room, data, size);
  bytes_.add(size);
}

void Writer::put_flag(bool flag) {
  const unsigned char byte = flag ? 1 : 0;
  put(&byte, sizeof(byte));
}

void Writer::put_number(std::int64_t number) {
  put(&number, sizeof(number));
}

void Writer::put_count(std::size_t count) {
  const auto number = static_cast<std::uint32_t>(count < UINT32_MAX ? count : UINT32_MAX);
  put(&number, sizeof(number));
}

void Writer::put_text(heygen_str text) {
  if (text.data == nullptr) return put_count(text.size == 0 ? kNull : kNullWithSize);
  put_bytes(text.data, text.size < kLongestText ? text.size : kLongestText);
}

void Writer::put_bytes(const void* data, std::size_t size) {
  put_count(size);
  put(data, size);
}

bool Writer::finish() {
  if (failed_ || bytes_.size() < sizeof(Header)) return false;
  const auto size = static_cast<std::uint32_t>(bytes_.size() - sizeof(Header));
  memcpy(bytes_.data(), &size, sizeof(size));
  return true;
}

bool Reader::take(void* out, std::size_t size) {
  if (!sound_ || left_ < size) {
    sound_ = false;
    memset(out, 0, size);
    return false;
  }
  memcpy(out, at_, size);
  at_ += size;
  left_ -= size;
  return true;
}

bool Reader::flag() {
  unsigned char byte = 0;
  take(&byte, sizeof(byte));
  if (byte > 1) sound_ = false;
  return byte == 1;
}

std::int64_t Reader::number() {
  std::int64_t number = 0;
  take(&number, sizeof(number));
  return number;
}

std::uint32_t Reader::count() {
  std::uint32_t number = 0;
  take(&number, sizeof(number));
  return number;
}

heygen_str Reader::text() {
  std::uint32_t size = 0;
  if (!take(&size, sizeof(size)) || size == kNull) return {nullptr, 0};
  if (size == kNullWithSize) return {nullptr, 1};
  if (size > left_ || size > kLongestText) {
    sound_ = false;
    return {nullptr, 0};
  }
  const heygen_str text{at_, size};
  at_ += size;
  left_ -= size;
  return text;
}

void Reader::bytes(void* out, std::size_t size) {
  const heygen_str text = this->text();
  if (text.size != size || (text.data == nullptr && size != 0)) {
    sound_ = false;
    memset(out, 0, size);
  } else if (size != 0) {
    memcpy(out, text.data, size);
  }
}

std::uint32_t Reader::items(std::size_t least) {
  const std::uint32_t number = count();
  if (number <= left_ / least) return number;
  sound_ = false;
  return 0;
}

char* Inbox::space(std::size_t& size) {
  constexpr std::size_t kLeast = 4 * 1024;
  char* room = bytes_.room(kLeast);
  size = bytes_.free();
  return room;
}

Inbox::State Inbox::next(Frame& frame) const {
  Header header;
  if (bytes_.size() < sizeof(header)) return State::more;
  memcpy(&header, bytes_.data(), sizeof(header));
  if (header.size > kLongestFrame || header.kind < static_cast<std::uint32_t>(Kind::hello) ||
      header.kind > static_cast<std::uint32_t>(Kind::deinit))
    return State::malformed;
  if (bytes_.size() - sizeof(header) < header.size) return State::more;
  frame.kind = static_cast<Kind>(header.kind);
  frame.size = header.size;
  frame.fields = Reader(bytes_.data() + sizeof(header), header.size);
  return State::complete;
}

void Inbox::drop(const Frame& frame) {
  bytes_.drop(sizeof(Header) + frame.size);
}

}  // namespace heygen::provider::wire

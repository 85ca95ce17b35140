// SPDX-License-Identifier: Apache-2.0
#include "host/requests/spool.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen::host::requests {

Spool::~Spool() {
  if (file_ != nullptr) static_cast<void>(std::fclose(file_));  // it is gone with this
}

namespace {

constexpr std::size_t kLarge = std::size_t{16} << 20;
constexpr std::size_t kGrown = kLarge / 64;

/// Room for all that is kept in memory, which what is not used of it does not take. Growing by and by would copy the
/// text again and again; and of small pages, each costs a fault.
void make_room(std::string& text) {
  text.reserve(kLarge + kGrown);
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(text.data()) / page * page + page;
  static_cast<void>(madvise(reinterpret_cast<void*>(begin), kLarge, MADV_HUGEPAGE));
}

}  // namespace

void Spool::settle() {
  if (text_.size() >= kGrown && text_.capacity() < kLarge) make_room(text_);
  if (text_.size() < kLarge) return;
  if (file_ == nullptr) file_ = std::tmpfile();
  // Flushed here, where a full disk is noticed: rewind() would forget it.
  if (file_ == nullptr || std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size() || std::fflush(file_) != 0)
    throw Error(code::kFileIo, "Could not store the large response in a temporary file: " + describe_errno(errno) + ".",
                "Free up space in the directory for temporary files.");
  text_.clear();
}

void Spool::write(const std::function<void(std::string_view)>& out) {
  if (file_ != nullptr) std::rewind(file_);
  std::array<char, 65536> piece;
  while (file_ != nullptr) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), file_);
    if (count == 0) break;
    out({piece.data(), count});
  }
  if (file_ != nullptr && std::ferror(file_) != 0)
    throw Error(code::kFileIo, "Could not read the response from its temporary file: " + describe_errno(errno) + ".",
                "Check the disk of the directory for temporary files.");
  out(text_);
}

}  // namespace heygen::host::requests

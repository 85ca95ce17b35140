// SPDX-License-Identifier: Apache-2.0
#include "host/requests/spool.hpp"

#include <array>
#include <cerrno>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen::host::requests {

Spool::~Spool() {
  if (file_ != nullptr) static_cast<void>(std::fclose(file_));  // it is gone with this
}

void Spool::settle() {
  constexpr std::size_t kLarge = std::size_t{4} << 20;
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

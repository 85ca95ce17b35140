// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/spool.hpp"

#include <Poco/SHA2Engine.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

}  // namespace

Spool::Spool() {
  std::string pattern = (std::filesystem::temp_directory_path() / "heygen-sandbox-XXXXXX").string();
  descriptor_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor_ < 0)
    throw SpoolError("Could not create the temporary file " + pattern + ": " + describe_errno(errno) + '.');
  ::unlink(pattern.c_str());
}

Spool::Spool(const Spool& from, std::uint64_t offset, std::uint64_t size) : Spool() {
  for (std::uint64_t at = 0; at < size; at += kPiece) {
    append(from.read(offset + at, static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at))));
  }
}

Spool::~Spool() {
  ::close(descriptor_);
}

void Spool::append(std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor_, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SpoolError("Could not write to a temporary file: " + describe_errno(errno) + '.');
    data.remove_prefix(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
}

std::string Spool::read(std::uint64_t offset, std::size_t count) const {
  std::string out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got = ::pread(descriptor_, out.data() + have, count - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  out.resize(have);
  return out;
}

std::optional<std::uint64_t> Spool::find(std::string_view text, std::uint64_t from) const {
  for (std::uint64_t at = from; at + text.size() <= size_; at += kPiece) {
    const std::string piece =
        read(at, kPiece + text.size() - 1);  // overlaps the next one by all but one byte of `text`
    if (const std::size_t found = piece.find(text); found != std::string::npos) return at + found;
  }
  return std::nullopt;
}

std::string Spool::digest() const {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  for (std::uint64_t at = 0; at < size_; at += kPiece) {
    const std::string piece = read(at, kPiece);
    engine.update(piece.data(), piece.size());
  }
  return Poco::DigestEngine::digestToHex(engine.digest());
}

}  // namespace heygen::sandbox

// SPDX-License-Identifier: Apache-2.0
#include "host/package/unpack.hpp"

#include <Poco/Exception.h>
#include <Poco/InflatingStream.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/fd.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace heygen::host::package {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMaxName = 255;
constexpr std::uint64_t kMaxExtension = 64 * limits::kKiB;
constexpr std::string_view kManifestSuffix = ".provider.json";

using Block = std::array<char, kBlock>;

[[noreturn]] void refuse_archive(const std::string& why) {
  throw Error(code::kError, "The archive is refused: " + why + ".",
              "A provider's archive is made with `tar czf`, from its manifest, its library and their signatures.");
}

[[noreturn]] void refuse_entry(std::string_view name, const std::string& why) {
  refuse_archive("'" + printable(name) + "' " + why);
}

/// The text of a field, up to its first NUL.
std::string_view field(const Block& header, std::size_t at, std::size_t size) {
  const std::string_view all(header.data() + at, size);
  return all.substr(0, all.find('\0'));
}

/// An octal number in white space; nothing else, and not the binary form of GNU tar.
std::optional<std::uint64_t> octal_number(std::string_view text) {
  text = trim(text);
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, 8);
  if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size()) return {};
  return number;
}

bool has_valid_checksum(const Block& header) {
  constexpr std::size_t kAt = 148, kSize = 8;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i)
    sum += i >= kAt && i < kAt + kSize ? std::uint64_t{' '} : static_cast<unsigned char>(header.at(i));
  return octal_number(field(header, kAt, kSize)) == sum;
}

struct Entry {
  std::string name;
  char kind = '0';
  std::uint64_t size = 0;
};

Entry entry_of(const Block& header) {
  // "ustar" NUL "00" of POSIX, or "ustar  " NUL of GNU, which has no prefix.
  const std::string_view magic(header.data() + 257, 8);
  const bool posix = magic == std::string_view("ustar\00000", 8);
  if (!posix && magic != std::string_view("ustar  \0", 8)) refuse_archive("it is not a tar archive (ustar)");
  if (!has_valid_checksum(header)) refuse_archive("it is damaged: the checksum of an entry is wrong");
  Entry entry;
  entry.name = field(header, 0, 100);
  if (const auto prefix = field(header, 345, 155); posix && !prefix.empty())
    entry.name = std::string(prefix) + "/" + entry.name;
  entry.kind = header.at(156) == '\0' ? '0' : header.at(156);
  const auto size = octal_number(field(header, 124, 12));
  if (!size) refuse_entry(entry.name, "has a size that is not valid");
  entry.size = *size;
  return entry;
}

const char* name_of_kind(char kind) {
  switch (kind) {
    case '1':
      return "is a hard link";
    case '2':
      return "is a symbolic link";
    case '3':
    case '4':
      return "is a device";
    case '6':
      return "is a pipe";
    case 'K':
    case 'L':
      return "has a name that is too long";
    default:
      return "is neither a file nor a directory";
  }
}

/// The parts of a path, without those that say nothing ("./", a final '/').
std::vector<std::string> parts_of(const std::string& name, unsigned depth) {
  if (name.starts_with('/')) refuse_entry(name, "has an absolute path");
  if (has_control(name)) refuse_entry(name, "has control characters in its name");
  std::vector<std::string> parts;
  for (std::string& part : split(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") refuse_entry(name, "leads out of the archive ('..')");
    if (part.size() > kMaxName) refuse_entry(name, "has a name that is too long");
    parts.push_back(std::move(part));
  }
  if (parts.size() > depth) refuse_entry(name, "is too deep");
  return parts;
}

/// What a pax header may not say: another reader could take this entry for another one.
void check_extension(std::string_view records) {
  while (!records.empty()) {
    std::size_t size = 0;
    const auto end = std::from_chars(records.data(), records.data() + records.size(), size);
    const auto digits = static_cast<std::size_t>(end.ptr - records.data());
    if (end.ec != std::errc{} || size <= digits + 2 || size > records.size() || records.at(digits) != ' ' ||
        records.at(size - 1) != '\n')
      refuse_archive("it has an extended header that is not valid");
    const std::string_view record = records.substr(digits + 1, size - digits - 2);
    const std::string_view key = record.substr(0, record.find('='));
    if (key == "path" || key == "linkpath" || key == "size" || key == "hdrcharset" || key.starts_with("GNU.sparse."))
      refuse_archive("it has an extended header with '" + printable(key) + "'");
    records.remove_prefix(size);
  }
}

class Unpacking {
 public:
  Unpacking(std::istream& compressed, const fs::path& directory, const ArchiveLimits& limits)
      : directory_(directory), limits_(limits), stream_(compressed, Poco::InflatingStreamBuf::STREAM_GZIP) {
    stream_.exceptions(std::ios::badbit);
  }

  void run() {
    try {
      unsigned entries = 0;
      for (Block header{}; read(header), !is_zero(header);) {
        if (++entries > limits_.entries)
          refuse_archive("it has more than " + std::to_string(limits_.entries) + " entries");
        take(entry_of(header));
      }
      read_rest();
    } catch (const Poco::Exception&) {
      refuse_archive("it is cut off, or not a valid .tar.gz");
    }
  }

 private:
  static bool is_zero(const Block& block) {
    return std::ranges::all_of(block, [](char c) { return c == '\0'; });
  }

  std::size_t read_up_to(char* to, std::size_t size) {
    stream_.read(to, static_cast<std::streamsize>(size));
    const auto got = static_cast<std::size_t>(stream_.gcount());
    total_ += got;
    if (total_ > limits_.total)
      refuse_archive("it has more than " + std::to_string(limits_.total / limits::kMiB) + " MiB without compression");
    return got;
  }

  void read(Block& block) {
    if (read_up_to(block.data(), block.size()) != block.size()) refuse_archive("it is cut off");
  }

  /// To the end of the compressed data, whose checksum counts; only zeros come there.
  void read_rest() {
    for (Block block{}; const std::size_t got = read_up_to(block.data(), block.size());) {
      const std::string_view piece(block.data(), got);
      if (std::ranges::any_of(piece, [](char c) { return c != '\0'; })) refuse_archive("it has data behind its end");
    }
  }

  /// Hands the content to `use` in pieces, and skips what fills its last block.
  template <class Use>
  void content(const Entry& entry, Use use) {
    std::vector<char> buffer(limits::kTransferBuffer);
    for (std::uint64_t left = entry.size; left > 0;) {
      const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size()));
      const std::size_t blocks = (piece + kBlock - 1) / kBlock * kBlock;
      if (read_up_to(buffer.data(), blocks) != blocks) refuse_archive("it is cut off");
      use(std::string_view(buffer.data(), piece));
      left -= piece;
    }
  }

  void take(const Entry& entry) {
    switch (entry.kind) {
      case '0':
        return take_file(entry);
      case '5':
        make_directories(parts_of(entry.name, limits_.depth), entry.name);
        if (entry.size != 0) refuse_entry(entry.name, "is a directory with content");
        return;
      case 'x':
      case 'g': {
        if (entry.size > kMaxExtension) refuse_archive("it has an extended header that is too large");
        std::string records;
        content(entry, [&](std::string_view piece) { records += piece; });
        return check_extension(records);
      }
      default:
        refuse_entry(entry.name, name_of_kind(entry.kind));
    }
  }

  fs::path make_directories(const std::vector<std::string>& parts, const std::string& name) {
    fs::path path = directory_;
    for (const std::string& part : parts) {
      path /= part;
      if (mkdir(path.c_str(), 0700) == 0) continue;
      struct stat info {};
      if (errno != EEXIST) fail_to_write(name, errno);
      if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) refuse_entry(name, "is below a file");
    }
    return path;
  }

  void take_file(const Entry& entry) {
    std::vector<std::string> parts = parts_of(entry.name, limits_.depth);
    if (parts.empty() || entry.name.ends_with('/')) refuse_entry(entry.name, "has no file name");
    if (entry.size > limits_.file)
      refuse_entry(entry.name, "is larger than " + std::to_string(limits_.file / limits::kMiB) + " MiB");
    const std::string last = parts.back();
    parts.pop_back();
    const fs::path path = make_directories(parts, entry.name) / last;
    const UniqueFd file = open_file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!file && errno == EEXIST) refuse_entry(entry.name, "is in it twice");
    if (!file) fail_to_write(entry.name, errno);
    content(entry, [&](std::string_view piece) {
      if (const std::error_code error = write_all(file.get(), piece)) fail_to_write(entry.name, error.value());
    });
  }

  [[noreturn]] static void fail_to_write(const std::string& name, int error) {
    throw Error(code::kFileIo, "Cannot write '" + printable(name) + "' of the archive: " + describe_errno(error) + ".",
                "Check the directory's permissions and free space.");
  }

  const fs::path& directory_;
  const ArchiveLimits limits_;
  Poco::InflatingInputStream stream_;
  std::uint64_t total_ = 0;
};

}  // namespace

void unpack(std::istream& compressed, const fs::path& directory, const ArchiveLimits& limits) {
  Unpacking(compressed, directory, limits).run();
}

fs::path unpack_provider(const fs::path& archive, const fs::path& directory) {
  std::ifstream file(archive, std::ios::binary);
  unpack(file, directory);
  std::vector<fs::path> manifests;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.path().filename().string().ends_with(kManifestSuffix))
      manifests.push_back(entry.path());
  }
  if (manifests.size() == 1) return manifests.front();
  refuse_archive(manifests.empty() ? "it has no manifest (ID.provider.json)"
                                   : "it has more than one manifest (ID.provider.json)");
}

}  // namespace heygen::host::package

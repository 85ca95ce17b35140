// SPDX-License-Identifier: Apache-2.0
#include "core/provider/library/pin.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "core/base/encode.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/provider/library/elf_file.hpp"
#include "core/provider/library/ownership.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

UniqueFd open_regular(const fs::path& file) {
  UniqueFd opened = open_file(file, O_RDONLY | O_NONBLOCK);  // a pipe must not hang the program
  if (!opened) refuse("it cannot be read: " + describe_errno(errno));
  struct stat info {};
  if (fstat(opened.get(), &info) != 0 || !S_ISREG(info.st_mode)) refuse("it is not a regular file");
  return opened;
}

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) refuse("it cannot be hashed");
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), raw.data(), &size);
    return hex_encode({reinterpret_cast<const char*>(raw.data()), size});
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Hands all bytes, from the start, to `take`.
template <class Take>
void read_all(int from, Take take) {
  std::array<char, limits::kTransferBuffer> piece{};
  std::uint64_t at = 0;
  for (;;) {
    const ssize_t got =
        retry_interrupted([&] { return pread(from, piece.data(), piece.size(), static_cast<off_t>(at)); });
    if (got < 0) refuse("it cannot be read: " + describe_errno(errno));
    if (got == 0) return;
    at += static_cast<std::uint64_t>(got);
    if (at > limits::kLibrary) refuse("it is larger than 256 MiB");
    take(std::string_view(piece.data(), static_cast<std::size_t>(got)));
  }
}

std::string digest_of(int descriptor) {
  Digest digest;
  read_all(descriptor, [&](std::string_view bytes) { digest.add(bytes); });
  return digest.hex();
}

bool is_same_file(int descriptor, const fs::path& path) {
  struct stat one {
  }, other{};
  return fstat(descriptor, &one) == 0 && stat(path.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

fs::path path_of(int descriptor, const Sealing& sealing) {
  return sealing.descriptors / std::to_string(descriptor);
}

/// Copies the library and makes the copy unchangeable.
void seal(int copy, int library) {
  read_all(library, [&](std::string_view bytes) {
    if (const std::error_code error = write_all(copy, bytes)) {
      refuse("its copy in memory cannot be written: " + describe_errno(error.value()));
    }
  });
  if (fcntl(copy, F_ADD_SEALS, kSeals) != 0) refuse("its copy in memory cannot be sealed: " + describe_errno(errno));
}

/// Where the dynamic linker looks by default: the usual directories, and the one that the C library came from.
std::vector<fs::path> system_directories() {
  std::vector<fs::path> directories{"/lib", "/usr/lib", "/lib64", "/usr/lib64"};
  Dl_info libc{};
  if (dladdr(reinterpret_cast<const void*>(&gnu_get_libc_version), &libc) != 0 && libc.dli_fname != nullptr) {
    directories.push_back(fs::path(libc.dli_fname).parent_path());
  }
  return directories;
}

bool has_file(const fs::path& directory, const std::string& name) {
  std::error_code ignored;
  return fs::exists(directory / name, ignored);
}

/// The dynamic linker looks into LD_LIBRARY_PATH first; an empty entry is the current directory (ld.so(8)).
void check_library_path(const std::string& name) {
  const char* variable = std::getenv("LD_LIBRARY_PATH");
  if (variable == nullptr || *variable == '\0') return;
  std::string directories = variable;
  std::ranges::replace(directories, ';', ':');
  for (const std::string& directory : split(directories, ':')) {
    const fs::path path = fs::path(directory.empty() ? "." : directory) / name;
    if (!has_file(path.parent_path(), name)) continue;
    refuse("LD_LIBRARY_PATH replaces a system library with " + path.string() + "");
  }
}

void check_needs(const fs::path& image, const std::string& kind) {
  const LibraryNeeds needs = needs_of(image);
  if (!needs.search_directories.empty()) {
    refuse("a " + kind + " library must have no RPATH or RUNPATH, and it has " + needs.search_directories.front());
  }
  const std::vector<fs::path> directories = system_directories();
  for (const std::string& name : needs.libraries) {
    const bool plain = !name.empty() && name.find('/') == std::string::npos && name.find('$') == std::string::npos;
    if (!plain ||
        std::ranges::none_of(directories, [&](const fs::path& directory) { return has_file(directory, name); })) {
      refuse("a " + kind + " library may need only libraries of the system's directories, and it needs " + name);
    }
    check_library_path(name);
  }
}

/// Without sealed memory the file itself is loaded, so only root may be able to replace it.
PinnedImage fix_in_place(const fs::path& file, const UniqueFd& library, const AcceptBytes& accept,
                         const std::string& kind) {
  if (const auto fault = find_ownership_fault(file, Owner::root)) {
    refuse("this system has no sealed memory for a " + kind + " library, and " + fault->what());
  }
  if (!is_same_file(library.get(), file)) refuse("it was replaced during the check");
  PinnedImage image{file, digest_of(library.get())};
  accept(library.get(), image.digest);
  check_needs(file, kind);
  return image;
}

/// Where the system forbids programs in memory (vm.memfd_noexec), a file marked as not a program can be loaded still.
UniqueFd system_memory_file(const char* name) {
  constexpr unsigned kNoProgram = 8;  // MFD_NOEXEC_SEAL of Linux 6.3
  constexpr unsigned kSealable = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  UniqueFd file(memfd_create(name, kSealable));
  if (!file && errno == EACCES) file.reset(memfd_create(name, kSealable | kNoProgram));
  return file;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.hex();
}

std::string file_digest(const fs::path& file) {
  return digest_of(open_regular(file).get());
}

void require_pin(const std::string& digest, const std::vector<std::string>& accepted, const std::string& what) {
  if (std::ranges::find(accepted, digest) != accepted.end()) return;
  refuse(what + " is not the pinned one: its SHA-256 is " + digest + ", and the pin is " + join(accepted, " or "));
}

const Sealing& system_sealing() {
  static const Sealing kSystem{system_memory_file, "/proc/self/fd"};
  return kSystem;
}

PinnedImage fix_library(const fs::path& file, const AcceptBytes& accept, const std::string& kind,
                        const Sealing& sealing) {
  const UniqueFd library = open_regular(file);
  UniqueFd copy = sealing.memory_file(("heygen " + file.filename().string().substr(0, 200)).c_str());
  if (!copy || !is_same_file(copy.get(), path_of(copy.get(), sealing))) {
    return fix_in_place(file, library, accept, kind);
  }
  seal(copy.get(), library.get());
  PinnedImage image{path_of(copy.get(), sealing), digest_of(copy.get())};
  accept(copy.get(), image.digest);
  check_needs(image.path, kind);
  static_cast<void>(copy.release());  // open for the life of the process
  return image;
}

PinnedImage pin_library(const fs::path& file, const std::vector<std::string>& accepted, const Sealing& sealing) {
  const auto accept = [&](int, const std::string& digest) { require_pin(digest, accepted, "the library"); };
  return fix_library(file, accept, "pinned", sealing);
}

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/library/elf_facts.hpp"

#include <elf.h>
#include <link.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/provider/library/elf_file.hpp"

namespace heygen::check {
namespace {

class File {
 public:
  explicit File(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw std::runtime_error("it could not be read");
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    const auto header = record<ElfW(Ehdr)>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) throw std::runtime_error("it is not a shared library");
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
      sections_.push_back(record<ElfW(Shdr)>(header.e_shoff + i * sizeof(ElfW(Shdr))));
    }
  }
  template <class Record>
  Record record(std::uint64_t at) const {
    Record out;
    if (at > bytes_.size() || bytes_.size() - at < sizeof out) throw std::runtime_error("it is a damaged library");
    std::memcpy(&out, bytes_.data() + at, sizeof out);
    return out;
  }
  std::string text(std::uint64_t at) const {
    if (at >= bytes_.size()) throw std::runtime_error("it is a damaged library");
    return bytes_.c_str() + at;
  }
  const ElfW(Shdr) * section(std::uint32_t type) const {
    for (const auto& one : sections_) {
      if (one.sh_type == type) return &one;
    }
    return nullptr;
  }
  std::uint64_t strings_of(const ElfW(Shdr) & one) const {
    if (one.sh_link >= sections_.size()) throw std::runtime_error("it is a damaged library");
    return sections_[one.sh_link].sh_offset;
  }

 private:
  std::string bytes_;
  std::vector<ElfW(Shdr)> sections_;
};

std::pair<long, long> version_of(const std::string& text) {
  char* rest = nullptr;
  const long major = std::strtol(text.c_str(), &rest, 10);
  return {major, *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0};
}

void read_versions(const File& file, ElfFacts& facts) {
  const auto* section = file.section(SHT_GNU_verneed);
  if (section == nullptr) return;
  const std::uint64_t strings = file.strings_of(*section);
  constexpr std::string_view kPrefix = "GLIBC_";
  std::uint64_t at = section->sh_offset;
  for (std::uint64_t left = section->sh_info; left > 0; --left) {
    const auto need = file.record<ElfW(Verneed)>(at);
    std::uint64_t one = at + need.vn_aux;
    for (unsigned i = 0; i < need.vn_cnt; ++i) {
      const auto version = file.record<ElfW(Vernaux)>(one);
      const std::string name = file.text(strings + version.vna_name);
      if (name.starts_with(kPrefix) && name.find_first_not_of("0123456789.", kPrefix.size()) == std::string::npos) {
        const std::string number = name.substr(kPrefix.size());
        if (version_of(number) > version_of(facts.newest_glibc)) facts.newest_glibc = number;
      }
      if (version.vna_next == 0) break;
      one += version.vna_next;
    }
    if (need.vn_next == 0) break;
    at += need.vn_next;
  }
}

}  // namespace

ElfFacts read_elf_facts(const std::filesystem::path& library) {
  ElfFacts facts;
  const provider::LibraryNeeds needs = provider::needs_of(library);
  facts.needed = needs.libraries;
  facts.search_path = join(needs.search_directories, ":");
  read_versions(File(library), facts);
  facts.libc = "none";
  for (const std::string& name : facts.needed) {
    if (name == "libc.so.6") facts.libc = "glibc";
    if (name.starts_with("libc.musl") || name == "libc.so") facts.libc = "musl";
    for (const char* runtime : {"libasan.", "libubsan.", "libtsan.", "liblsan.", "libclang_rt."}) {
      if (name.starts_with(runtime) && facts.sanitizer.empty()) facts.sanitizer = name;
    }
  }
  return facts;
}

}  // namespace heygen::check

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/library/elf_file.hpp"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/provider/refusal.hpp"

// This program's own header, by the linker's name for it.
extern "C" const ElfW(Ehdr) __ehdr_start  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
    __attribute__((visibility("hidden")));

namespace heygen::provider {
namespace {

// Boost.DLL's library_info prefers .symtab, which does not say what the linker binds; hence own code on <elf.h>.
using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Segment = ElfW(Phdr);
using Dynamic = ElfW(Dyn);
using Symbol = ElfW(Sym);

class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& file) {
    const UniqueFd opened = open_file(file, O_RDONLY | O_NONBLOCK);
    if (!opened) refuse("it cannot be read: " + describe_errno(errno));
    struct stat info {};
    const bool regular = fstat(opened.get(), &info) == 0 && S_ISREG(info.st_mode);
    const auto bytes = regular ? static_cast<std::size_t>(info.st_size) : 0;
    if (bytes > limits::kLibrary) refuse("it is larger than 256 MiB");
    if (bytes < sizeof(Header)) refuse("it is not a shared library");
    void* start = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, opened.get(), 0);
    if (start == MAP_FAILED) refuse("it cannot be read: " + describe_errno(errno));
    bytes_ = {static_cast<const char*>(start), bytes};
  }
  ~Mapping() { munmap(const_cast<char*>(bytes_.data()), bytes_.size()); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::string_view slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) refuse("it is a damaged shared library");
    return bytes_.substr(offset, size);
  }
  /// By copy: a damaged file may state any offset, aligned or not.
  template <class Record>
  Record record(std::uint64_t offset) const {
    Record out;
    std::memcpy(&out, slice(offset, sizeof(Record)).data(), sizeof(Record));
    return out;
  }

 private:
  std::string_view bytes_;
};

Header read_header(const Mapping& file) {
  const auto header = file.record<Header>(0);
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) refuse("it is not a shared library");
  const bool alike = header.e_ident[EI_CLASS] == kClass && header.e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA] &&
                     header.e_machine == __ehdr_start.e_machine;
  if (!alike || header.e_type != ET_DYN) refuse("it is not a shared library of this machine's kind");
  if (header.e_shentsize != sizeof(Section)) refuse("it is a damaged shared library");
  return header;
}

std::string_view name_of(const Mapping& file, const Section& strings, std::uint64_t offset) {
  const std::string_view table = file.slice(strings.sh_offset, strings.sh_size);
  if (offset >= table.size()) refuse("it is a damaged shared library");
  const std::string_view rest = table.substr(offset);
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) refuse("it is a damaged shared library");
  return rest.substr(0, end);
}

bool is_exported(const Symbol& symbol) {
  const unsigned binding = symbol.st_info >> 4U;
  const unsigned visibility = symbol.st_other & 3U;
  return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS && binding != STB_LOCAL &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/// Older linkers export their own marks with every library, and sanitizers one beside each symbol.
bool is_toolchain_mark(std::string_view name) {
  return name.starts_with("__odr_asan.") || name == "_init" || name == "_fini" || name == "_edata" || name == "_end" ||
         name == "__bss_start";
}

/// The dynamic section as the linker finds it: through the program headers, never the section headers.
std::vector<Dynamic> dynamic_entries(const Mapping& file, const Header& header) {
  if (header.e_phentsize != sizeof(Segment)) refuse("it is a damaged shared library");
  std::vector<Dynamic> entries;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.record<Segment>(header.e_phoff + i * sizeof(Segment));
    if (segment.p_type != PT_DYNAMIC) continue;
    if (!entries.empty()) refuse("it is a damaged shared library");
    for (std::uint64_t at = 0; at + sizeof(Dynamic) <= segment.p_filesz; at += sizeof(Dynamic)) {
      const auto entry = file.record<Dynamic>(segment.p_offset + at);
      entries.push_back(entry);
      if (entry.d_tag == DT_NULL) break;
    }
  }
  if (entries.empty()) refuse("it is a damaged shared library");
  return entries;
}

/// The offset in the file of an address of the loaded image.
std::uint64_t offset_of(const Mapping& file, const Header& header, std::uint64_t address) {
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    const auto segment = file.record<Segment>(header.e_phoff + i * sizeof(Segment));
    if (segment.p_type != PT_LOAD || address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
      continue;
    return segment.p_offset + (address - segment.p_vaddr);
  }
  refuse("it is a damaged shared library");
}

std::string text_at(const Mapping& file, std::uint64_t offset) {
  std::string text;
  for (char letter = 0; (letter = file.slice(offset, 1).front()) != '\0'; ++offset) text += letter;
  return text;
}

bool loads_more(std::int64_t tag) {
  return tag == DT_AUXILIARY || tag == DT_FILTER || tag == DT_AUDIT || tag == DT_DEPAUDIT || tag == DT_CONFIG;
}

}  // namespace

LibraryNeeds needs_of(const std::filesystem::path& path) {
  const Mapping file(path);
  const Header header = read_header(file);
  const std::vector<Dynamic> entries = dynamic_entries(file, header);
  std::uint64_t strings = 0;
  for (const Dynamic& entry : entries) {
    if (entry.d_tag == DT_STRTAB) strings = offset_of(file, header, entry.d_un.d_ptr);
  }
  LibraryNeeds needs;
  for (const Dynamic& entry : entries) {
    if (loads_more(entry.d_tag)) refuse("it asks the dynamic linker for filters or audit modules");
    const bool directories = entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
    if (!directories && entry.d_tag != DT_NEEDED) continue;
    (directories ? needs.search_directories : needs.libraries).push_back(text_at(file, strings + entry.d_un.d_val));
  }
  return needs;
}

std::vector<std::string> exported_symbols(const std::filesystem::path& path) {
  const Mapping file(path);
  const Header header = read_header(file);
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const auto section = file.record<Section>(header.e_shoff + i * sizeof(Section));
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto strings = file.record<Section>(header.e_shoff + section.sh_link * sizeof(Section));
    for (std::uint64_t at = 0; at + sizeof(Symbol) <= section.sh_size; at += sizeof(Symbol)) {
      const auto symbol = file.record<Symbol>(section.sh_offset + at);
      const std::string_view name = name_of(file, strings, symbol.st_name);
      if (is_exported(symbol) && !name.empty() && !is_toolchain_mark(name)) names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace heygen::provider

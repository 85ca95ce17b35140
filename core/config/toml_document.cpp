#include "core/config/toml_document.hpp"

namespace {

/// What the parser takes for granted does not hold: it is unchecked for a table header such as `[!]`.
struct ParserFault {};

[[noreturn]] void parser_fault() {
  throw ParserFault();
}

}  // namespace

// Else a broken file ends the program, or is undefined behaviour where NDEBUG turns the checks into assumptions.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : parser_fault())
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <string_view>

namespace heygen::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04X", static_cast<unsigned>(c));
      out += escape.data();
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_bare(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string dotted(KeyPath::const_iterator from, KeyPath::const_iterator to) {
  std::string out;
  for (auto part = from; part != to; ++part) {
    if (part != from) out += '.';
    out += is_bare(*part) ? *part : quoted(*part);
  }
  return out;
}

std::string literal(const Scalar& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const std::int64_t* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  return quoted(std::get<std::string>(value));
}

/// The parser bounds how deep values nest, not how many parts a key has, and deep tables are torn down by recursion.
void check_keys(std::string_view text) {
  constexpr int kMostDots = 200;
  unsigned line = 1;
  int dots = 0;
  char quote = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
      quote = 0;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote == 0 && c == '.' && ++dots > kMostDots) {
      throw TomlError("a key has more than " + std::to_string(kMostDots) + " parts", line);
    }
  }
}

bool is_faulty(std::string_view text) {
  try {
    static_cast<void>(toml::parse(text));
  } catch (const ParserFault&) {
    return true;
  } catch (const toml::parse_error&) {
    return false;
  }
  return false;
}

/// The line that the parser stumbles over: every text that reaches it is faulty, none that ends before it.
unsigned faulty_line(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;) ends.push_back(++at);
  const auto first =
      std::ranges::partition_point(ends, [&](std::size_t end) { return !is_faulty(text.substr(0, end)); });
  return static_cast<unsigned>(first - ends.begin()) + 1;
}

/// Tables are sorted maps, so equal trees print alike; unlike operator==, a nan equals itself this way.
std::string canonical(const toml::table& table) {
  std::ostringstream out;
  out << toml::toml_formatter(table);
  return out.str();
}

/// A copy of `root` with the value at that path; every part above it is a table or absent.
toml::table with_value(const toml::table& root, const KeyPath& path, const Scalar& value) {
  toml::table out = root;
  toml::table* table = &out;
  for (auto part = path.begin(); part + 1 != path.end(); ++part) {
    table = table->insert(*part, toml::table{}).first->second.as_table();
  }
  std::visit([&](const auto& scalar) { table->insert_or_assign(path.back(), scalar); }, value);
  return out;
}

void set_texts(TomlValue& value, const toml::array& items) {
  for (const toml::node& item : items) {
    const auto* text = item.as_string();
    if (text == nullptr) return;
    value.texts.push_back(text->get());
  }
  value.kind = TomlValue::Kind::texts;
}

TomlValue value_of(const toml::node& node, const KeyPath& path) {
  TomlValue value{path, node.source().begin.line};
  value.kind = TomlValue::Kind::scalar;
  if (const auto* text = node.as_string()) {
    value.scalar = text->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.scalar = flag->get();
  } else if (const auto* number = node.as_integer()) {
    value.scalar = number->get();
  } else {
    value.kind = node.is_table() ? TomlValue::Kind::empty_table : TomlValue::Kind::other;
    if (const toml::array* items = node.as_array()) set_texts(value, *items);
  }
  return value;
}

void collect(const toml::table& table, const KeyPath& path, std::vector<TomlValue>& out) {
  for (const auto& [key, node] : table) {
    KeyPath below = path;
    below.emplace_back(key.str());
    const toml::table* inner = node.as_table();
    if (inner != nullptr && !inner->empty()) {
      collect(*inner, below, out);
    } else {
      out.push_back(value_of(node, below));
    }
  }
}

}  // namespace

struct TomlDocument::Parsed {
  struct Region {
    std::size_t begin, end;
  };
  /// A header line and what follows it up to the next header; the first one is the root's and has no header.
  struct Section {
    std::size_t begin, end;
    KeyPath path;
    bool root = false;
  };

  explicit Parsed(std::string from) : text(std::move(from)) {
    check_keys(text);
    try {
      table = toml::parse(std::string_view(text));
    } catch (const toml::parse_error& error) {
      throw TomlError(std::string(error.description()), error.source().begin.line);
    } catch (const ParserFault&) {
      throw TomlError("a table's name must begin with a letter, a digit, '_', '-' or a quote", faulty_line(text));
    }
    start = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    line_break = text.find("\r\n") != std::string::npos ? "\r\n" : "\n";
    find_sections();
  }

  /// The parser counts columns in code points.
  std::size_t offset(toml::source_position position) const {
    std::size_t at = start;
    for (auto line = position.line; line > 1; --line) at = text.find('\n', at) + 1;
    for (auto column = position.column; column > 1; --column) {
      do ++at;
      while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
    }
    return at;
  }

  Region region(const toml::node& node) const { return {offset(node.source().begin), offset(node.source().end)}; }

  const toml::node* find(KeyPath::const_iterator from, KeyPath::const_iterator to) const {
    const toml::node* node = &table;
    for (auto part = from; part != to; ++part) {
      const toml::table* parent = node->as_table();
      node = parent == nullptr ? nullptr : parent->get(*part);
      if (node == nullptr) return nullptr;
    }
    return node;
  }

  /// Calls `see(node, path)` for every node below the root; elements of an array share its path.
  template <typename See>
  void walk(const toml::node& node, const KeyPath& path, const See& see) const {
    if (const toml::table* members = node.as_table()) {
      for (const auto& [key, member] : *members) {
        KeyPath below = path;
        below.emplace_back(key.str());
        see(member, below);
        walk(member, below, see);
      }
    } else if (const toml::array* items = node.as_array()) {
      for (const toml::node& item : *items) {
        see(item, path);
        walk(item, path, see);
      }
    }
  }

  bool has_header(const toml::node& node) const {
    return node.is_table() && !node.as_table()->is_inline() && text[offset(node.source().begin)] == '[';
  }

  /// An array that [[headers]] make; its elements are tables with headers.
  bool is_header_array(const toml::node& node) const {
    const toml::array* items = node.as_array();
    return items != nullptr && !items->empty() && has_header(items->front());
  }

  bool is_value(const toml::node& node) const {
    return node.is_table() ? node.as_table()->is_inline() : !is_header_array(node);
  }

  void find_sections() {
    sections.push_back({start, text.size(), {}, true});
    walk(table, {}, [&](const toml::node& node, const KeyPath& path) {
      if (!has_header(node)) return;
      const std::size_t begin = offset(node.source().begin);
      const auto same = std::ranges::find_if(sections, [&](const Section& s) { return !s.root && s.begin == begin; });
      // Parents that a header implies carry its position too: the longest path is the one that it names.
      if (same == sections.end()) {
        sections.push_back({begin, text.size(), path});
      } else if (path.size() > same->path.size()) {
        same->path = path;
      }
    });
    std::ranges::sort(sections, [](const Section& a, const Section& b) {
      return std::pair(!a.root, a.begin) < std::pair(!b.root, b.begin);
    });
    for (std::size_t i = 0; i + 1 < sections.size(); ++i) sections[i].end = sections[i + 1].begin;
  }

  const Section* section(const KeyPath& path) const {
    const auto found = std::ranges::find_if(sections, [&](const Section& s) { return s.path == path; });
    return found == sections.end() ? nullptr : &*found;
  }

  std::size_t after_line(std::size_t at) const {
    const std::size_t end = text.find('\n', at);
    return end == std::string::npos ? text.size() : end + 1;
  }

  /// Where a line that belongs to the section goes: after its last value, after its header, or at the file's start.
  std::size_t insertion_point(const Section& section) const {
    std::size_t last = 0;
    walk(table, {}, [&](const toml::node& node, const KeyPath&) {
      const Region place = region(node);
      if (is_value(node) && place.begin >= section.begin && place.end <= section.end) last = std::max(last, place.end);
    });
    if (last != 0) return after_line(last);
    if (!section.root) return after_line(section.begin);
    return sections.size() == 1 ? text.size() : start;
  }

  std::string with_line(const Section& section, const std::string& line) const {
    std::size_t at = insertion_point(section);
    std::string added = line + line_break;
    if (at > start && text[at - 1] != '\n') added = line_break + added;
    if (section.root && at == start && at < text.size()) added += line_break;
    return std::string(text).insert(at, added);
  }

  std::string with_section(const KeyPath& path, const std::string& value) const {
    std::string out = text;
    if (out.size() > start && out.back() != '\n') out += line_break;
    if (out.size() > start) out += line_break;
    out += "[" + dotted(path.begin(), path.end() - 1) + "]" + line_break;
    return out + dotted(path.end() - 1, path.end()) + " = " + value + line_break;
  }

  std::string inside_braces(const toml::node& inline_table, const std::string& pair) const {
    const Region place = region(inline_table);
    std::size_t at = place.end - 1;
    while (text[at - 1] == ' ' || text[at - 1] == '\t') --at;
    const bool first = inline_table.as_table()->empty();
    std::string out = text;
    return out.replace(at, place.end - at, (first ? " " : ", ") + pair + " }");
  }

  /// Ways to write the edit, best first; those that do not fit the file's layout fail the check in with().
  std::vector<std::string> candidates(const KeyPath& path, const std::string& value) const {
    if (const toml::node* old = find(path.begin(), path.end())) {
      if (!is_value(*old)) return {};
      const Region place = region(*old);
      return {std::string(text).replace(place.begin, place.end - place.begin, value)};
    }
    std::vector<std::string> out, less_wanted;
    for (auto cut = path.end() - 1;; --cut) {
      const std::string pair = dotted(cut, path.end()) + " = " + value;
      const toml::node* parent = find(path.begin(), cut);
      if (parent != nullptr && parent->is_table() && parent->as_table()->is_inline()) {
        out.push_back(inside_braces(*parent, pair));
      } else if (const Section* place = section(KeyPath(path.begin(), cut))) {
        (cut == path.end() - 1 ? out : less_wanted).push_back(with_line(*place, pair));
      }
      if (cut == path.begin()) break;
    }
    if (path.size() > 1) out.push_back(with_section(path, value));
    out.insert(out.end(), less_wanted.begin(), less_wanted.end());
    return out;
  }

  std::string text;
  toml::table table;
  std::size_t start = 0;
  std::string line_break;
  std::vector<Section> sections;
};

TomlDocument::TomlDocument(std::string text) : parsed_(std::make_unique<const Parsed>(std::move(text))) {}
TomlDocument::~TomlDocument() = default;
TomlDocument::TomlDocument(TomlDocument&&) noexcept = default;
TomlDocument& TomlDocument::operator=(TomlDocument&&) noexcept = default;

std::optional<std::string> TomlDocument::text_of(const KeyPath& path) const {
  const toml::node* node = parsed_->find(path.begin(), path.end());
  if (node == nullptr) return {};
  if (node->is_table() || node->is_array()) {
    throw TomlError("\"" + dotted(path.begin(), path.end()) + "\" must be a single value", node->source().begin.line);
  }
  if (const auto* text = node->as_string()) return text->get();
  if (const auto* flag = node->as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* number = node->as_integer()) return std::to_string(number->get());
  const Parsed::Region place = parsed_->region(*node);
  return parsed_->text.substr(place.begin, place.end - place.begin);
}

std::vector<TomlValue> TomlDocument::values() const {
  std::vector<TomlValue> out;
  collect(parsed_->table, {}, out);
  std::ranges::stable_sort(out, {}, &TomlValue::line);
  return out;
}

std::string TomlDocument::with(const KeyPath& path, const Scalar& value) const {
  for (auto part = path.begin() + 1; part != path.end(); ++part) {
    const toml::node* parent = parsed_->find(path.begin(), part);
    if (parent == nullptr || parent->is_table()) continue;
    throw TomlError("\"" + dotted(path.begin(), part) + "\" is not a table", parent->source().begin.line);
  }
  const std::string wanted = canonical(with_value(parsed_->table, path, value));
  for (std::string& candidate : parsed_->candidates(path, literal(value))) {
    try {
      if (canonical(toml::parse(std::string_view(candidate))) == wanted) return std::move(candidate);
    } catch (const toml::parse_error&) {
      continue;
    }
  }
  const toml::node* old = parsed_->find(path.begin(), path.end());
  throw TomlError("\"" + dotted(path.begin(), path.end()) + "\" cannot be changed without rewriting the rest",
                  old == nullptr ? 1 : old->source().begin.line);
}

}  // namespace heygen::config

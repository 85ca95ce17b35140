// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls/bundle.hpp"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <iterator>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"

namespace heygen::net {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::size_t kLargest = 16 * limits::kMiB;

/// Of the characters of base64; the others are negative.
constexpr std::array<signed char, 256> kSextets = [] {
  std::array<signed char, 256> values{};
  values.fill(-1);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<signed char>(i);
  return values;
}();

/// Base64 in lines (RFC 7468 §3), four digits at a time where four are in a row.
class Decoder {
 public:
  explicit Decoder(char* to) : to_(to) {}

  /// False for anything but digits, padding at the end and line ends.
  bool decode(std::string_view body) {
    for (std::size_t at = 0; at < body.size();) {
      if (digits_ % 4 == 0 && body.size() - at >= 4 && take_four(body.substr(at, 4))) {
        at += 4;
      } else if (!take_one(body[at++])) {
        return false;
      }
    }
    return finish();
  }
  char* end() const { return to_; }

 private:
  static int value_of(char c) { return kSextets[static_cast<unsigned char>(c)]; }
  void put(std::uint32_t byte) { *to_++ = static_cast<char>(byte); }

  bool take_four(std::string_view four) {
    const int a = value_of(four[0]), b = value_of(four[1]), c = value_of(four[2]), d = value_of(four[3]);
    if ((a | b | c | d) < 0 || padding_ > 0) return false;
    const auto bits = static_cast<std::uint32_t>((a << 18) | (b << 12) | (c << 6) | d);
    put(bits >> 16U);
    put(bits >> 8U);
    put(bits);
    return true;
  }

  bool take_one(char c) {
    const int value = value_of(c);
    if (value < 0) {
      padding_ += c == '=' ? 1 : 0;
      return c == '=' || c == '\n' || c == '\r';
    }
    if (padding_ > 0) return false;
    bits_ = (bits_ << 6U) | static_cast<std::uint32_t>(value);
    if (++digits_ % 4 != 0) return true;
    put(bits_ >> 16U);
    put(bits_ >> 8U);
    put(bits_);
    return true;
  }

  bool finish() {
    const std::size_t rest = digits_ % 4;
    if (rest == 1 || padding_ != (4 - rest) % 4) return false;
    if (rest == 2) put(bits_ >> 4U);
    if (rest == 3) put(bits_ >> 10U);
    if (rest == 3) put(bits_ >> 2U);
    return true;
  }

  char* to_;
  std::uint32_t bits_ = 0;
  std::size_t digits_ = 0, padding_ = 0;
};

/// Appends what the lines say.
bool decode(std::string_view body, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + body.size() / 4 * 3 + 3);
  Decoder decoder(out.data() + start);
  if (!decoder.decode(body)) return false;
  out.resize(static_cast<std::size_t>(decoder.end() - out.data()));
  return true;
}

// Tags of DER (X.690 §8).
constexpr unsigned char kConstructed = 0x20, kSequence = 0x30, kSet = 0x31, kInteger = 0x02, kVersion = 0xA0;
constexpr unsigned char kT61String = 0x14, kUniversalString = 0x1C, kBmpString = 0x1E;

struct Element {
  unsigned char tag = 0;
  std::string_view whole, content;
};

/// Takes the first element off `rest`. False where there is none of a definite length.
bool take(std::string_view& rest, Element& out) {
  constexpr unsigned kLong = 0x80, kHighTag = 0x1F;
  constexpr std::size_t kMostLengthBytes = 3;
  if (rest.size() < 2) return false;
  out.tag = static_cast<unsigned char>(rest[0]);
  if ((out.tag & kHighTag) == kHighTag) return false;
  std::size_t head = 2;
  std::size_t length = static_cast<unsigned char>(rest[1]);
  if (length >= kLong) {
    const std::size_t count = length - kLong;
    if (count == 0 || count > kMostLengthBytes || rest.size() < head + count) return false;
    for (length = 0; head < 2 + count; ++head) length = (length << 8U) | static_cast<unsigned char>(rest[head]);
  }
  if (length > rest.size() - head) return false;
  out.whole = rest.substr(0, head + length);
  out.content = rest.substr(head, length);
  rest.remove_prefix(head + length);
  return true;
}

bool take(std::string_view& rest, unsigned char tag, Element& out) {
  return take(rest, out) && out.tag == tag;
}

/// Whether elements fill the text and so, in turn, what they are made of.
bool is_nested(std::string_view text, unsigned depth = 0) {
  constexpr unsigned kDeepest = 16;
  if (depth > kDeepest) return false;
  for (Element element; !text.empty();) {
    if (!take(text, element)) return false;
    if ((element.tag & kConstructed) != 0 && !is_nested(element.content, depth + 1)) return false;
  }
  return true;
}

/// The content of the subject (RFC 5280 §4.1).
std::optional<std::string_view> subject_of(std::string_view certificate) {
  Element outer, signed_part, field, subject;
  if (!take(certificate, kSequence, outer) || !take(outer.content, kSequence, signed_part)) return {};
  std::string_view rest = signed_part.content;
  if (!take(rest, field)) return {};
  if (field.tag == kVersion && !take(rest, field)) return {};
  if (field.tag != kInteger) return {};
  for (int before = 0; before < 3; ++before)  // signature, issuer, validity
    if (!take(rest, kSequence, field)) return {};
  if (!take(rest, kSequence, subject) || !take(rest, kSequence, field)) return {};
  return subject.content;
}

/// Names that X509_NAME_cmp(3) takes for the same have the same mark, as case, blanks and most kinds of strings do not
/// count in it; 0 may be like any.
std::uint64_t mark_of(std::string_view name) {
  constexpr std::uint64_t kBasis = 0xCBF29CE484222325U, kPrime = 0x100000001B3U;  // FNV-1a
  std::uint64_t mark = kBasis;
  for (Element set; !name.empty();) {
    if (!take(name, kSet, set)) return 0;
    for (Element pair; !set.content.empty();) {
      Element type, value;
      if (!take(set.content, kSequence, pair) || !take(pair.content, type) || !take(pair.content, value)) return 0;
      if (value.tag == kT61String || value.tag == kUniversalString || value.tag == kBmpString) return 0;
      for (const char c : value.content) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if ((small < 'a' || small > 'z') && (small < '0' || small > '9')) continue;
        mark = (mark ^ static_cast<unsigned char>(small)) * kPrime;
      }
    }
  }
  return mark == 0 ? 1 : mark;
}

/// The line that begins at `at`, without its end.
std::string_view line_at(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, text.find('\n', at) - at);
  while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.remove_suffix(1);
  return line;
}

/// "CERTIFICATE" of "-----BEGIN CERTIFICATE-----"; "" where the line is none of that.
std::string_view label_of(std::string_view line, std::string_view before) {
  const std::size_t around = before.size() + kDashes.size();
  if (line.size() < around || !line.ends_with(kDashes)) return {};
  return line.substr(before.size(), line.size() - around);
}

bool begins_line(std::string_view text, std::size_t at) {
  return at == 0 || text[at - 1] == '\n';
}

}  // namespace

bool Bundle::add(std::string_view label, std::string_view body) {
  const bool trusted = label == "TRUSTED CERTIFICATE";
  if (!trusted && label != "CERTIFICATE" && label != "X509 CERTIFICATE") return false;
  const std::size_t at = der_.size();
  if (!decode(body, der_)) return false;
  std::string_view rest = std::string_view(der_).substr(at);
  if (!is_nested(rest)) return false;
  const auto subject = subject_of(rest);
  if (!subject) return false;
  entries_.push_back({at, rest.size(), mark_of(*subject), trusted});
  Element certificate;
  return take(rest, certificate) && (trusted || rest.empty());
}

std::optional<Bundle> Bundle::index(std::string_view pem) {
  Bundle bundle;
  bundle.der_.reserve(pem.size() / 4 * 3);
  for (std::size_t at = 0; (at = pem.find(kBegin, at)) != std::string_view::npos;) {
    if (!begins_line(pem, at)) return {};
    const std::string_view label = label_of(line_at(pem, at), kBegin);
    const std::size_t body = pem.find('\n', at);
    const std::size_t end = body == std::string_view::npos ? body : pem.find(kEnd, body);
    if (end == std::string_view::npos || !begins_line(pem, end)) return {};
    if (label_of(line_at(pem, end), kEnd) != label || !bundle.add(label, pem.substr(body, end - body))) return {};
    at = end;
  }
  if (bundle.entries_.empty()) return {};
  return bundle;
}

std::vector<Bundle::Certificate> Bundle::find(const X509_NAME* subject) const {
  std::vector<Certificate> found;
  const unsigned char* name = nullptr;
  std::size_t size = 0;
  if (X509_NAME_get0_der(subject, &name, &size) != 1) return found;
  std::string_view rest(reinterpret_cast<const char*>(name), size);
  Element element;
  const std::uint64_t mark = take(rest, kSequence, element) ? mark_of(element.content) : 0;
  for (const Entry& entry : entries_) {
    if (mark != 0 && entry.mark != 0 && entry.mark != mark) continue;
    const auto* bytes = reinterpret_cast<const unsigned char*>(der_.data() + entry.at);
    const auto length = static_cast<long>(entry.size);
    Certificate one(entry.trusted ? d2i_X509_AUX(nullptr, &bytes, length) : d2i_X509(nullptr, &bytes, length));
    if (one && X509_NAME_cmp(X509_get_subject_name(one.get()), subject) == 0) found.push_back(std::move(one));
  }
  return found;
}

namespace {

/// A store has one lookup of a kind.
using Bundles = std::vector<Bundle>;

/// What OpenSSL calls back into; nothing may be thrown through it.
class BundleLookup {
 public:
  static X509_LOOKUP_METHOD* method() {
    static const std::unique_ptr<X509_LOOKUP_METHOD, decltype(&X509_LOOKUP_meth_free)> kMethod(make(),
                                                                                               &X509_LOOKUP_meth_free);
    return kMethod.get();
  }

 private:
  static X509_LOOKUP_METHOD* make() {
    X509_LOOKUP_METHOD* method = X509_LOOKUP_meth_new("heygen bundle");
    if (method == nullptr) return nullptr;
    X509_LOOKUP_meth_set_get_by_subject(method, &on_subject);
    X509_LOOKUP_meth_set_free(
        method, [](X509_LOOKUP* lookup) { delete static_cast<Bundles*>(X509_LOOKUP_get_method_data(lookup)); });
    return method;
  }

  static int on_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name,
                        X509_OBJECT* result) noexcept {
    const auto* bundles = static_cast<const Bundles*>(X509_LOOKUP_get_method_data(lookup));
    if (bundles == nullptr || type != X509_LU_X509) return 0;
    try {
      // All of them go to the store, which tries one after the other where a subject has several.
      std::vector<Bundle::Certificate> found;
      for (const Bundle& bundle : *bundles) std::ranges::move(bundle.find(name), std::back_inserter(found));
      for (const Bundle::Certificate& one : found)
        if (X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), one.get()) != 1) return 0;
      if (found.empty() || X509_OBJECT_set1_X509(result, found.front().get()) != 1) return 0;
      X509_free(found.front().get());  // the caller counts itself in once more (X509_LOOKUP_meth_new(3))
      return 1;
    } catch (const std::exception&) {  // out of memory: as if it were not there
      return 0;
    }
  }
};

std::optional<Bundle> read_bundle(const std::string& path) {
  try {
    const std::optional<std::string> text = read_regular_file(path, kLargest);
    return text ? Bundle::index(*text) : std::nullopt;
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace

bool trust_file(SSL_CTX* context, const std::string& path) {
  std::optional<Bundle> bundle = read_bundle(path);
  X509_LOOKUP_METHOD* method = BundleLookup::method();
  if (!bundle || method == nullptr) return SSL_CTX_load_verify_file(context, path.c_str()) == 1;
  X509_LOOKUP* lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context), method);
  if (lookup == nullptr) return false;
  if (auto* others = static_cast<Bundles*>(X509_LOOKUP_get_method_data(lookup)); others != nullptr) {
    others->push_back(*std::move(bundle));
    return true;
  }
  auto kept = std::make_unique<Bundles>();
  kept->push_back(*std::move(bundle));
  if (X509_LOOKUP_set_method_data(lookup, kept.get()) != 1) return false;
  static_cast<void>(kept.release());
  return true;
}

}  // namespace heygen::net

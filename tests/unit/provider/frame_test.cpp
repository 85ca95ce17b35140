// SPDX-License-Identifier: Apache-2.0
#include "core/provider/wire/frame.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <random>
#include <string>

#include "core/provider/abi.hpp"

using namespace heygen::provider;
using wire::Frame;
using wire::Inbox;
using wire::Kind;
using wire::Reader;
using wire::Writer;

namespace {

std::string sample() {
  Writer out;
  out.begin(Kind::request);
  out.put_count(7);
  out.put_flag(true);
  out.put_number(-5);
  out.put_text(heygen::provider::abi::str("text"));
  out.put_text({nullptr, 0});
  out.put_text({nullptr, 9});
  out.put_text(heygen::provider::abi::str(""));
  out.put_bytes("\x01\x02", 2);
  BOOST_TEST_REQUIRE(out.finish());
  return {out.data(), out.size()};
}

struct Fields {
  std::uint32_t count;
  bool flag;
  std::int64_t number;
  std::string text;
  heygen_str null, unsound, empty;
  unsigned char bytes[2];
};

Fields read(Reader& in) {
  Fields fields{};
  fields.count = in.count();
  fields.flag = in.flag();
  fields.number = in.number();
  fields.text = heygen::provider::abi::view(in.text());
  fields.null = in.text();
  fields.unsound = in.text();
  fields.empty = in.text();
  in.bytes(fields.bytes, sizeof(fields.bytes));
  return fields;
}

void fill(Inbox& inbox, std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t room = 0;
    char* to = inbox.space(room);
    const std::size_t part = std::min(room, bytes.size());
    std::memcpy(to, bytes.data(), part);
    inbox.arrived(part);
    bytes.remove_prefix(part);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_frame)

BOOST_AUTO_TEST_CASE(frame_brings_every_field) {
  Inbox inbox;
  fill(inbox, sample());
  Frame frame;
  BOOST_TEST_REQUIRE((inbox.next(frame) == Inbox::State::complete));
  BOOST_TEST((frame.kind == Kind::request));
  const Fields fields = read(frame.fields);
  BOOST_TEST(frame.fields.is_complete());
  BOOST_TEST(fields.count == 7U);
  BOOST_TEST(fields.flag);
  BOOST_TEST(fields.number == -5);
  BOOST_TEST(fields.text == "text");
  BOOST_TEST((fields.null.data == nullptr && fields.null.size == 0));
  BOOST_TEST(!heygen::provider::abi::is_sound(fields.unsound));
  BOOST_TEST((fields.empty.data != nullptr && fields.empty.size == 0));
  BOOST_TEST((fields.bytes[0] == 1 && fields.bytes[1] == 2));
  inbox.drop(frame);
  BOOST_TEST(inbox.is_empty());
}

BOOST_AUTO_TEST_CASE(frame_that_is_cut_anywhere_is_not_complete) {
  const std::string whole = sample();
  constexpr std::size_t kHeader = 8;
  for (std::size_t size = 0; size + kHeader < whole.size(); ++size) {
    const std::string cut = whole.substr(kHeader, size);  // of its own, so that a sanitizer sees a read past it
    Reader in(cut.data(), cut.size());
    read(in);
    BOOST_TEST(!in.is_sound());
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Inbox inbox;
    fill(inbox, whole.substr(0, size));
    Frame frame;
    BOOST_TEST((inbox.next(frame) == Inbox::State::more));
  }
}

BOOST_AUTO_TEST_CASE(frame_arrives_in_any_pieces) {
  std::mt19937 dice(14);  // NOLINT: the same each time
  std::string stream;
  for (int i = 0; i < 50; ++i) stream += sample();
  Inbox inbox;
  int frames = 0;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t part = std::min<std::size_t>(1 + dice() % 100, stream.size() - at);
    fill(inbox, std::string_view(stream).substr(at, part));
    at += part;
    for (Frame frame; inbox.next(frame) == Inbox::State::complete; inbox.drop(frame)) {
      read(frame.fields);
      BOOST_TEST(frame.fields.is_complete());
      ++frames;
    }
  }
  BOOST_TEST(frames == 50);
}

BOOST_AUTO_TEST_CASE(frame_with_a_wrong_header_is_malformed) {
  for (const auto& [size, kind] : {std::pair{wire::kLongestFrame + 1, 7U}, {0U, 0U}, {0U, 13U}, {0U, 0xFFFFFFFFU}}) {
    Inbox inbox;
    std::string header(8, '\0');
    std::memcpy(header.data(), &size, 4);
    std::memcpy(header.data() + 4, &kind, 4);
    fill(inbox, header);
    Frame frame;
    BOOST_TEST((inbox.next(frame) == Inbox::State::malformed));
  }
}

BOOST_AUTO_TEST_CASE(frame_that_gets_too_long_is_never_complete) {
  const std::string text(wire::kLongestText, 'a');
  Writer out;
  out.begin(Kind::request);
  for (int i = 0; i < 3; ++i) out.put_text(heygen::provider::abi::str(text));
  BOOST_TEST(!out.finish());
  out.begin(Kind::request);
  out.put_text(heygen::provider::abi::str(text + "cut off"));
  BOOST_TEST_REQUIRE(out.finish());
  BOOST_TEST(out.size() == 8 + 4 + wire::kLongestText);
}

BOOST_AUTO_TEST_CASE(frame_reader_bears_random_bytes) {
  std::mt19937 dice(15);  // NOLINT: the same each time
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(dice() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(dice() % 8 == 0 ? 0xFF : dice() % 9);
    Inbox inbox;
    fill(inbox, bytes);
    Frame frame;
    if (inbox.next(frame) != Inbox::State::complete) continue;
    for (int field = 0; field < 8; ++field) {
      switch (dice() % 5) {
        case 0:
          frame.fields.flag();
          break;
        case 1:
          frame.fields.number();
          break;
        case 2: {
          const heygen_str text = frame.fields.text();
          BOOST_TEST_REQUIRE((text.data == nullptr || text.size <= frame.size));
          break;
        }
        case 3:
          BOOST_TEST_REQUIRE(frame.fields.items(4) <= frame.size);
          break;
        default:
          frame.fields.count();
      }
    }
    inbox.drop(frame);
  }
}

BOOST_AUTO_TEST_SUITE_END()

// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/requests/dispatch.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "core/provider/isolated/process/described.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/service/services.hpp"
#include "tests/unit/provider/kit.hpp"

using namespace heygen;
using namespace heygen::provider;
using namespace heygen::provider::kit;
using wire::Code;
using wire::Reader;
using wire::Writer;

namespace {

/// A call whose requests come from the test.
struct Served : Scenario {
  Services given = services();
  Manifest manifest = sample_manifest();
  SecretVariables variables = [] { return std::vector<std::string>{}; };
  CallContext context{given, manifest, variables, find_service};
  ProviderRequest request;
  HostCall host{context, Function::resolve, request};
  Allowance allowance;
  Dispatch dispatch{host, allowance};
  Writer response;

  Dispatch::Outcome serve(std::string_view bytes) {
    return dispatch.serve(Reader(bytes.data(), bytes.size()), bytes.size(), response);
  }
};

/// The fields of a request, without the frame's header.
std::string fields_of(Writer& out) {
  BOOST_TEST_REQUIRE(out.finish());
  return std::string(out.data() + 8, out.size() - 8);
}

std::string random_request(std::mt19937& dice) {
  Writer out;
  out.begin(wire::Kind::request);
  out.put_count(dice() % (static_cast<std::uint32_t>(Code::end) + 2));
  const std::string text(dice() % 40, static_cast<char>('"' + dice() % 60));
  for (auto left = dice() % 7; left > 0; --left) {
    switch (dice() % 5) {
      case 0:
        out.put_text(
            heygen::provider::abi::str(dice() % 2 == 0 ? text : std::string("{\"a\":[1,{\"b\":\"2\"},null]}")));
        break;
      case 1:
        out.put_flag(dice() % 2 == 0);
        break;
      case 2:
        out.put_count(dice() % 4);
        break;
      case 3:
        out.put_text({nullptr, dice() % 2});
        break;
      default:
        out.put_number(static_cast<std::int32_t>(dice()));
    }
  }
  std::string bytes = fields_of(out);
  if (dice() % 4 == 0) bytes.resize(dice() % (bytes.size() + 1));
  if (!bytes.empty() && dice() % 4 == 0) bytes[dice() % bytes.size()] = static_cast<char>(dice());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(provider_dispatch)

BOOST_AUTO_TEST_CASE(dispatch_answers_by_the_same_sink_as_in_this_process) {
  Served served;
  Writer out;
  out.begin(wire::Kind::request);
  out.put_count(static_cast<std::uint32_t>(Code::sink_set_header));
  out.put_text(heygen::provider::abi::str("X-Sample"));
  out.put_text(heygen::provider::abi::str("value"));
  out.put_number(0);
  BOOST_TEST((served.serve(fields_of(out)) == Dispatch::Outcome::answered));
  BOOST_TEST_REQUIRE(served.host.result.headers.size() == 1U);
  BOOST_TEST(served.host.result.headers.front().value.reveal() == "value");
}

BOOST_AUTO_TEST_CASE(dispatch_takes_a_number_only_where_it_fits) {
  Served served;
  Writer out;
  out.begin(wire::Kind::request);
  out.put_count(static_cast<std::uint32_t>(Code::sink_set_reach));
  out.put_number(std::int64_t{1} << 40);
  BOOST_TEST((served.serve(fields_of(out)) == Dispatch::Outcome::malformed));
}

BOOST_AUTO_TEST_CASE(dispatch_bears_random_requests) {
  std::mt19937 dice(16);  // NOLINT: the same each time
  int answered = 0, malformed = 0;
  for (int call = 0; call < 100; ++call) {
    Served served;
    for (int round = 0; round < 200; ++round) {
      const std::string bytes = random_request(dice);
      const Dispatch::Outcome outcome = served.serve(bytes);
      (outcome == Dispatch::Outcome::answered ? answered : malformed) += 1;
    }
  }
  BOOST_TEST(answered > 100);
  BOOST_TEST(malformed > 100);
}

BOOST_AUTO_TEST_CASE(dispatch_ends_a_flood) {
  Served served;
  served.allowance.requests = 10;
  served.allowance.requests_per_second = 0;
  Writer out;
  out.begin(wire::Kind::request);
  out.put_count(static_cast<std::uint32_t>(Code::clock_now));
  const std::string bytes = fields_of(out);
  for (int i = 0; i < 10; ++i) BOOST_TEST((served.serve(bytes) == Dispatch::Outcome::answered));
  BOOST_TEST((served.serve(bytes) == Dispatch::Outcome::too_much));
}

BOOST_AUTO_TEST_CASE(dispatch_charges_what_the_host_keeps) {
  Served served;
  served.allowance.bytes = 64 * 1024;
  Writer out;
  out.begin(wire::Kind::request);
  out.put_count(static_cast<std::uint32_t>(Code::json_parse));
  out.put_text(heygen::provider::abi::str("[" + std::string(4'000, ' ') + "]"));
  BOOST_TEST((served.serve(fields_of(out)) == Dispatch::Outcome::too_much));
}

BOOST_AUTO_TEST_CASE(description_that_is_random_is_refused) {
  std::mt19937 dice(17);  // NOLINT: the same each time
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(dice() % 120, '\0');
    for (char& byte : bytes) byte = static_cast<char>(dice() % 6 == 0 ? dice() : dice() % 3);
    try {
      static_cast<void>(read_described(Reader(bytes.data(), bytes.size())));
    } catch (const Refusal& refusal) {
      BOOST_TEST_REQUIRE(!std::string(refusal.what()).empty());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

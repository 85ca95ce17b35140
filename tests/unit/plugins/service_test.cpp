// SPDX-License-Identifier: Apache-2.0
// heygen/provider.hpp: what its classes pass to the host's services, and make of the answers.
#include <deque>

#include "core/json/write.hpp"
#include "tests/unit/plugins/fake_host.hpp"

namespace heygen::plugins::test {
namespace {

struct Field {
  std::string name, value;
};

/// A host that has these two services only, and writes down what they get.
struct Recorded {
  heygen_http_request request{};
  std::string method, url, body, extra_ca, certificate, key, socket;
  std::vector<Field> fields{{"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}, {"DPoP-Nonce", "n"}};
  int released = 0;
  heygen_status send_status = HEYGEN_OK;
  std::string title;
  std::vector<std::string> items;
  std::size_t suggested = 0, picked = 0;
  heygen_status menu_status = HEYGEN_OK;
};
Recorded* recorded = nullptr;

std::string copy(heygen_str text) {
  return std::string(sdk::text(text));
}

heygen_status HEYGEN_CALL record_send(const heygen_call*, const heygen_http_request* request,
                                      const heygen_http_response** response) {
  recorded->request = *request;
  recorded->method = copy(request->method);
  recorded->url = copy(request->url);
  recorded->body = copy(request->body);
  recorded->extra_ca = copy(request->extra_ca);
  recorded->certificate = copy(request->client_certificate);
  recorded->key = copy(request->client_key);
  recorded->socket = copy(request->unix_socket);
  *response = reinterpret_cast<const heygen_http_response*>(recorded);
  return recorded->send_status;
}
int32_t HEYGEN_CALL status_200(const heygen_http_response*) {
  return 200;
}
heygen_str HEYGEN_CALL no_body(const heygen_http_response*) {
  return {};
}
heygen_str HEYGEN_CALL no_header(const heygen_http_response*, heygen_str) {
  return {};
}
std::size_t HEYGEN_CALL count_fields(const heygen_http_response*) {
  return recorded->fields.size();
}
heygen_status HEYGEN_CALL field_at(const heygen_http_response*, std::size_t index, heygen_field* field) {
  field->name = sdk::view(recorded->fields.at(index).name);
  field->value = sdk::view(recorded->fields.at(index).value);
  return HEYGEN_OK;
}
void HEYGEN_CALL count_release(const heygen_call*, const heygen_http_response*) {
  ++recorded->released;
}
heygen_str HEYGEN_CALL same_text(const heygen_call*, heygen_str text) {
  return text;
}

int32_t HEYGEN_CALL always(const heygen_call*) {
  return 1;
}
heygen_status HEYGEN_CALL no_notice(const heygen_call*, heygen_str) {
  return HEYGEN_OK;
}
heygen_status HEYGEN_CALL no_answer(const heygen_call*, heygen_str, heygen_str*) {
  return HEYGEN_CANCELED;
}
heygen_status HEYGEN_CALL pick_item(const heygen_call*, heygen_str title, const heygen_str* items, std::size_t count,
                                    std::size_t* chosen) {
  recorded->title = copy(title);
  for (std::size_t i = 0; i < count; ++i) recorded->items.push_back(copy(items[i]));
  recorded->suggested = *chosen;
  *chosen = recorded->picked;
  return recorded->menu_status;
}

const void* HEYGEN_CALL find_recorder(const heygen_call*, heygen_str id) {
  static const heygen_http_1_v kHttp{
      sizeof(heygen_http_1_v), 0,        record_send, status_200, no_body, no_header, count_fields, field_at,
      count_release,           same_text};
  static const heygen_terminal_1_v kTerminal{
      sizeof(heygen_terminal_1_v), 0, always, no_notice, no_answer, no_answer, pick_item};
  if (sdk::text(id) == HEYGEN_HTTP_1) return &kHttp;
  return sdk::text(id) == HEYGEN_TERMINAL_1 ? &kTerminal : nullptr;
}

struct Recorder : Recorded {
  Recorder() {
    recorded = this;
    raw.struct_size = sizeof raw;
    raw.get_extension = find_recorder;
  }
  heygen_call raw{};
  sdk::Call call{&raw};
};

/// Writes what the test asks for, through the real host.
class Writer : public sdk::Provider {
 public:
  void resolve(sdk::Call& call) override { body(call); }
  static inline std::function<void(sdk::Call&)> body;
};
inline constexpr heygen_descriptor kWriter = sdk::Descriptor("writer", "1.0.0").build();

struct Host : FakeHost {
  Host() : FakeHost(sdk::Exported<Writer, kWriter>::entry()) {}
  Said doing(std::function<void(sdk::Call&)> body) {
    Writer::body = std::move(body);
    return resolve();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(wrapped_services)

BOOST_FIXTURE_TEST_CASE(request_passes_every_option, Recorder) {
  const sdk::Secret secret("KEY");
  sdk::HttpRequest asked;
  asked.method = "POST";
  asked.url = "https://vault.example/v1";
  asked.body = std::string("\0\xff", 2);
  asked.timeout = std::chrono::milliseconds(1'500);
  asked.max_body = 5;
  asked.extra_ca = "CA";
  asked.client_certificate = "CERT";
  asked.client_key = secret.reveal();
  asked.unix_socket = "/run/vault.sock";
  BOOST_TEST(call.http().send(asked).status() == 200);
  BOOST_TEST(request.struct_size == sizeof request);
  BOOST_TEST(request.timeout_ms == 1'500U);
  BOOST_TEST(request.max_body == 5U);
  BOOST_TEST(method == "POST");
  BOOST_TEST(url == "https://vault.example/v1");
  BOOST_TEST(body == asked.body);
  BOOST_TEST(extra_ca == "CA");
  BOOST_TEST(certificate == "CERT");
  BOOST_TEST(key == "KEY");
  BOOST_TEST(socket == "/run/vault.sock");
}

BOOST_FIXTURE_TEST_CASE(request_without_options_leaves_the_defaults, Recorder) {
  call.http().send({});
  BOOST_TEST(method == "GET");
  BOOST_TEST(request.max_body == 0U);
  BOOST_TEST((extra_ca + certificate + key + socket).empty());
}

BOOST_FIXTURE_TEST_CASE(headers_are_walked_in_the_order_received, Recorder) {
  const auto all = call.http().send({}).headers();
  BOOST_REQUIRE(all.size() == 3U);
  BOOST_TEST((all.at(0).first == "Set-Cookie" && all.at(0).second == "a=1"));
  BOOST_TEST((all.at(1).first == "set-cookie" && all.at(1).second == "b=2"));
  BOOST_TEST((all.at(2).first == "DPoP-Nonce" && all.at(2).second == "n"));
}

BOOST_FIXTURE_TEST_CASE(response_is_released_once, Recorder) {
  sdk::HttpResponse response = call.http().send({});
  BOOST_TEST(released == 0);
  response.release();
  response.release();
  BOOST_TEST(released == 1);
  sdk::HttpResponse none;
  none.release();
}

BOOST_FIXTURE_TEST_CASE(too_long_a_body_is_worded_with_its_own_limit, Recorder) {
  send_status = HEYGEN_BROKEN;
  const auto said = [&](std::size_t limit) {
    sdk::HttpRequest asked;
    asked.url = "https://vault.example/v1?secret=1";
    asked.max_body = limit;
    try {
      call.http().send(asked);
    } catch (const sdk::Fail& fail) {
      return fail.message();
    }
    return std::string("no failure");
  };
  BOOST_TEST(said(0) == "The response of https://vault.example/v1 is larger than 1 MiB.");
  BOOST_TEST(said(std::size_t{2} << 20U) == "The response of https://vault.example/v1 is larger than 2 MiB.");
  BOOST_TEST(said(100) == "The response of https://vault.example/v1 is larger than 100 bytes.");
}

BOOST_FIXTURE_TEST_CASE(refused_request_keeps_the_words_of_the_host, Recorder) {
  send_status = HEYGEN_USAGE;
  BOOST_CHECK_EXCEPTION(call.http().send({}), sdk::Fail,
                        [](const sdk::Fail& fail) { return fail.status() == HEYGEN_USAGE && fail.message().empty(); });
}

BOOST_FIXTURE_TEST_CASE(menu_passes_items_and_suggestion, Recorder) {
  picked = 2;
  BOOST_TEST(call.terminal().menu("Role", {"reader", "writer", "admin"}, 1) == 2U);
  BOOST_TEST(title == "Role");
  BOOST_TEST((items == std::vector<std::string>{"reader", "writer", "admin"}));
  BOOST_TEST(suggested == 1U);
  menu_status = HEYGEN_NEEDS_USER;
  BOOST_CHECK_EXCEPTION(call.terminal().menu("Role", {"a", "b"}), sdk::Fail,
                        [](const sdk::Fail& fail) { return fail.status() == HEYGEN_NEEDS_USER; });
}

BOOST_FIXTURE_TEST_CASE(patch_and_form_hold_a_token_of_any_size, Host) {
  for (const std::size_t size : {5'000U, 60'000U}) {
    const std::string token(size, 't');
    const Said said = doing([&](sdk::Call& call) {
      sdk::Patch patch(call);
      patch.set_text("token", token).set_number("n", 1);
      BOOST_TEST((patch.str() == "{\"token\":\"" + token + "\",\"n\":1}"));
      sdk::Form form(call.http());
      form.add("token", token).add("a", "b&c");
      BOOST_TEST((form.str() == "token=" + token + "&a=b%26c"));
      call.set_header("Authorization", "Bearer " + token);
    });
    BOOST_TEST((said.headers.at("Authorization") == "Bearer " + token));
  }
}

BOOST_FIXTURE_TEST_CASE(document_of_any_shape_is_written, Host) {
  std::string document;
  doing([&](sdk::Call& call) {
    const sdk::Json copied = call.parse(R"({"digits":12345678901234567890})");
    auto writer = call.write_json();
    writer.begin_object().name("list").begin_array().put_number(-5).put_flag(true).put_null().put(copied).put({}).end();
    writer.name("te\"xt").put_text("a\n\xC3\xA9").end();
    document = writer.finish();
    throw sdk::Fail(HEYGEN_NOT_CONFIGURED);
  });
  BOOST_TEST(document ==
             "{\"list\":[-5,true,null,{\"digits\":12345678901234567890},null],\"te\\\"xt\":\"a\\n\xC3\xA9\"}");
}

BOOST_FIXTURE_TEST_CASE(document_out_of_order_is_a_bug_of_the_provider, Host) {
  BOOST_TEST(doing([](sdk::Call& call) { call.write_json().begin_object().put_null(); }).status == HEYGEN_INTERNAL);
  BOOST_TEST(doing([](sdk::Call& call) { call.write_json().name("a"); }).status == HEYGEN_INTERNAL);
  BOOST_TEST(doing([](sdk::Call& call) { call.write_json().begin_array().finish(); }).status == HEYGEN_INTERNAL);
}

BOOST_FIXTURE_TEST_CASE(text_that_is_not_utf_8_is_broken_and_not_a_bug, Host) {
  BOOST_TEST(doing([](sdk::Call& call) { call.write_json().put_text("\xff"); }).status == HEYGEN_BROKEN);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace heygen::plugins::test

// SPDX-License-Identifier: Apache-2.0
#include <boost/test/unit_test.hpp>

#include "core/transport/rules/response_error.hpp"

using heygen::Error;
using heygen::Exit;
using heygen::transport::error_of_response;

BOOST_AUTO_TEST_SUITE(response_errors)

BOOST_AUTO_TEST_CASE(without_a_specific_code_the_status_decides) {
  const std::vector<std::pair<int, std::string>> cases{
      {304, "error"},
      {400, "validation_error"},
      {401, "unauthorized"},
      {402, "insufficient_credit"},
      {403, "forbidden"},
      {404, "not_found"},
      {405, "unclassified_client_error"},
      {409, "conflict"},
      {413, "payload_too_large"},
      {418, "unclassified_client_error"},
      {422, "unclassified_client_error"},
      {429, "rate_limit_exceeded"},
      {500, "unclassified_server_error"},
      {503, "unclassified_server_error"},
      {599, "unclassified_server_error"},
  };
  for (const auto& [status, code] : cases) {
    for (const char* body : {R"({"error":{"message":"m"}})", R"({"error":{"code":"","message":"m"}})",
                             R"({"error":{"code":"error","message":"m"}})"}) {
      const Error error = error_of_response(status, {}, body);
      BOOST_TEST(error.code == code);
      BOOST_TEST(error.message() == "m");
      BOOST_TEST((error.exit == (status == 401 || status == 403 ? Exit::auth : Exit::failure)));
    }
  }
}

BOOST_AUTO_TEST_CASE(served_error_passes_through) {
  const Error error = error_of_response(
      400, {{"x-request-id", "req_123"}},
      R"({"error":{"code":"invalid_parameter","message":"bad \u001b[31m","param":"avatar_id","doc_url":"https://d/x"}})");
  BOOST_TEST(error.code == "invalid_parameter");
  BOOST_TEST(error.message() == "bad \x1b[31m");
  BOOST_TEST(error.param == "avatar_id");
  BOOST_TEST(error.doc_url == "https://d/x");
  BOOST_TEST(error.request_id == "req_123");
  BOOST_TEST(!error.hint.empty());
}

BOOST_AUTO_TEST_CASE(known_codes_have_a_hint_and_others_none) {
  for (const char* code :
       {"avatar_not_found", "video_not_found", "voice_not_found", "insufficient_credit", "invalid_parameter",
        "rate_limit_exceeded", "quota_exceeded", "resource_not_found", "not_found", "asset_not_available", "timeout",
        "forbidden", "resource_access_denied", "ai_vendor_access_restricted", "voice_not_usable", "payload_too_large",
        "conflict", "unclassified_server_error"}) {
    const Error error = error_of_response(400, {}, std::string(R"({"error":{"code":")") + code + R"("}})");
    BOOST_TEST(!error.hint.empty(), code);
  }
  BOOST_TEST(error_of_response(418, {}, R"({"error":{"code":"teapot"}})").hint.empty());
  BOOST_TEST(error_of_response(400, {}, "").hint.empty());
}

BOOST_AUTO_TEST_CASE(exit_3_always_names_the_login) {
  for (const int status : {401, 403}) {
    for (const char* code : {"", "unauthorized", "forbidden", "teapot", "quota_exceeded", "resource_access_denied"}) {
      const Error error = error_of_response(status, {}, std::string(R"({"error":{"code":")") + code + R"("}})");
      BOOST_TEST(error.hint.find("heygen auth login") != std::string::npos);
      BOOST_TEST(error.hint.front() != ' ');
    }
  }
}

BOOST_AUTO_TEST_CASE(foreign_shapes_are_told_by_status) {
  for (const char* body : {"", "<html>Bad gateway</html>", "[1]", "null", "5", R"({"code":100,"message":"old api"})",
                           R"({"error":"text"})", R"({"error":[1]})", R"({"error":{"code":"x")", R"({"error":{}})",
                           R"({"error":{"code":7,"message":["x"],"param":{},"doc_url":1}})"}) {
    const Error error = error_of_response(404, {}, body);
    BOOST_TEST_CONTEXT(body) {
      BOOST_TEST(error.code == "not_found");
      BOOST_TEST(error.message().find("404") != std::string::npos);
      BOOST_TEST(error.param.empty());
      BOOST_TEST(error.doc_url.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(what_another_shape_says_is_shown) {
  const std::string status = "The API responded with 400 (Bad Request): ";
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"message":"quota gone"})", "quota gone."},
      {R"({"code":100,"data":null,"message":"old api"})", "old api."},
      {R"({"error":"nope"})", "nope."},
      {R"({"error":"invalid_request","error_description":"No such user!"})", "No such user!"},
      {R"({"detail":"bad thing"})", "bad thing."},
      {R"({"title":"T","detail":"D","status":400})", "D."},
      {R"({"detail":[{"loc":["body","x"],"msg":"field required"},{"msg":"too long"}]})", "field required; too long."},
      {R"({"errors":[{"message":"one"},"two",{"message":"three"},"four"]})", "one; two; three."},
      {R"({"errors":{"title":["too long"]}})", "title: too long."},
      {R"({"statusCode":400,"message":["a","b"],"error":"Bad Request"})", "a; b."},
      {R"({"error":{"code":"only_code"}})", "code: only_code."},
      {R"({"error":{"code":40012}})", "the code is 40012."},
      {R"({"foo":"bar"})", R"({"foo":"bar"}.)"},
      {R"("text")", "text."},
      {"no such thing\r\nreally", "no such thing really."},
      {"<?xml version='1.0'?><Error/>", "<?xml version='1.0'?><Error/>."},
      {"<html><title>Bad\n gateway</title>", "a page of HTML: Bad gateway."},
      {"<html>", "a page of HTML."},
      {"\x1f\x8b\x08", "data compressed with gzip, which heygen did not request."}};
  for (const auto& [body, said] : cases) BOOST_TEST(error_of_response(400, {}, body).message() == status + said);
  for (const char* body : {"{}", "[]", "null"})
    BOOST_TEST(error_of_response(400, {}, body).message().find("without saying why") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_said_is_bounded_and_cut_between_characters) {
  std::string long_text;
  for (int i = 0; i < 2000; ++i) long_text += "\u00e4";
  for (const std::string& body : {long_text, "\"" + long_text + "\"", R"({"message":")" + long_text + R"("})",
                                  R"({"error":{"message":")" + long_text + long_text + R"("}})"}) {
    const std::string message = error_of_response(400, {}, body).message();
    BOOST_TEST(message.size() < 1100U);
    BOOST_TEST(message.find("\u00e4\u2026") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(request_id_is_asked_for_only_where_there_is_one) {
  const auto hint = [](const heygen::net::Headers& headers, const char* body) {
    return error_of_response(502, headers, body).hint;
  };
  BOOST_TEST(hint({}, "").find("request ID") == std::string::npos);
  BOOST_TEST(hint({{"X-Request-Id", "r1"}}, "").find("request ID") != std::string::npos);
  BOOST_TEST(hint({}, R"({"error":{"request_id":"r1"}})").find("request ID") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refusal_is_found_in_a_body_that_is_cut_short) {
  BOOST_TEST(error_of_response(403, {}, R"({"error":{"code": "insufficient_scope","mess)").code ==
             "insufficient_scope");
  BOOST_TEST(error_of_response(403, {}, R"({"message":"no invalid_token here","x)").code == "forbidden");
  BOOST_TEST(error_of_response(403, {}, R"(<a "invalid_token")").code == "forbidden");
}

BOOST_AUTO_TEST_CASE(code_of_another_type_leaves_the_message) {
  const Error error = error_of_response(400, {}, R"({"error":{"code":40001,"message":"numeric code"}})");
  BOOST_TEST(error.code == "validation_error");
  BOOST_TEST(error.message() == "numeric code");
}

BOOST_AUTO_TEST_CASE(a_code_without_message_gets_one) {
  const Error error = error_of_response(400, {}, R"({"error":{"code":"only_code"}})");
  BOOST_TEST(error.code == "only_code");
  BOOST_TEST(!error.message().empty());
}

BOOST_AUTO_TEST_CASE(status_without_a_name_is_still_a_sentence) {
  BOOST_TEST(error_of_response(599, {}, "").message() == "The API responded with 599 and an empty body.");
}

BOOST_AUTO_TEST_CASE(hint_names_the_command_that_lists_or_none) {
  using heygen::transport::with_list_command;
  const std::string hint = error_of_response(404, {}, "").hint;
  BOOST_TEST(with_list_command(hint, "heygen video list") ==
             "Check the ID and the path; `heygen video list` shows what exists.");
  BOOST_TEST(with_list_command(hint, "") == "Check the ID and the path.");
  BOOST_TEST(with_list_command("Other.", "heygen video list") == "Other.");
}

BOOST_AUTO_TEST_CASE(response_that_is_not_json_is_named) {
  const auto of = [](const std::string& start, const heygen::net::Headers& headers = {}) {
    const heygen::Error error = heygen::transport::unreadable_response(headers, start, "an unknown word");
    BOOST_TEST(error.code == heygen::code::kResponseParse);
    return error.message() + " " + error.hint;
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  BOOST_TEST(has(of("\n <!DOCTYPE html>"), "not JSON but HTML"));
  BOOST_TEST(has(of("Sign in", {{"content-type", "text/html; charset=utf-8"}}), "not JSON but HTML"));
  BOOST_TEST(has(of("\x1f\x8b\x08"), "compressed with gzip"));
  BOOST_TEST(has(of("x", {{"Content-Encoding", "br"}}), "content encoding"));
  BOOST_TEST(has(of("{}", {{"Content-Encoding", "identity"}}), "an unknown word"));
  BOOST_TEST(has(of(" \n"), "is empty"));
  BOOST_TEST(has(of("nonsense"), "not valid JSON: an unknown word. If it"));
}

BOOST_AUTO_TEST_SUITE_END()

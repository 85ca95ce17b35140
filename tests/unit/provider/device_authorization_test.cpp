// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/device_authorization.hpp"

#include <boost/test/unit_test.hpp>

#include "core/json/write.hpp"

using namespace heygen;
using namespace heygen::provider;

BOOST_AUTO_TEST_SUITE(provider_device_authorization)

BOOST_AUTO_TEST_CASE(response_is_recognized_in_json_and_as_a_form) {
  for (const char* body :
       {R"({"device_code":"s","user_code":"AB-CD","verification_uri":"https://x.example/d","expires_in":"900"})",
        R"({"deviceCode":"s","userCode":"AB-CD","verificationUri":"https://x.example/d","expiresIn":900})",
        "device_code=s&user_code=AB-CD&verification_uri=https%3A%2F%2Fx.example%2Fd&expires_in=900"}) {
    const auto device = read_device_authorization(200, body);
    BOOST_REQUIRE_MESSAGE(device, body);
    BOOST_TEST(json::write(code_event(*device, 0)) ==
               R"({"user_code":"AB-CD","verification_uri":"https://x.example/d","expires_at":"1970-01-01T00:15:00Z"})");
  }
}

BOOST_AUTO_TEST_CASE(other_responses_are_none) {
  for (const char* body : {"", "{", "[\"user_code\"]", R"({"user_code":1,"verification_uri":"https://x.example/"})",
                           R"({"user_code":"A"})", R"({"user_code":"A","verification_uri":"file:///etc"})",
                           "{\"user_code\":\"A\\u001b\",\"verification_uri\":\"https://x.example/\"}"}) {
    BOOST_TEST(!read_device_authorization(200, body), body);
  }
  BOOST_TEST(!read_device_authorization(400, R"({"user_code":"A","verification_uri":"https://x.example/"})"));
}

BOOST_AUTO_TEST_SUITE_END()

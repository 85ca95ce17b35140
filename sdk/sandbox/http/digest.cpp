// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/digest.hpp"

#include <Poco/Base64Encoder.h>
#include <Poco/DigestEngine.h>
#include <Poco/SHA2Engine.h>

#include <sstream>

namespace heygen::sandbox {
namespace {

std::string encode(std::string_view data, int options) {
  std::ostringstream out;
  Poco::Base64Encoder encoder(out, options);
  encoder.rdbuf()->setLineLength(0);
  encoder.write(data.data(), static_cast<std::streamsize>(data.size()));
  encoder.close();
  return out.str();
}

}  // namespace

std::string sha256(std::string_view data) {
  Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
  engine.update(data.data(), data.size());
  const auto& digest = engine.digest();
  return {digest.begin(), digest.end()};
}

std::string hex(std::string_view data) {
  return Poco::DigestEngine::digestToHex({data.begin(), data.end()});
}

std::string base64(std::string_view data) {
  return encode(data, 0);
}

std::string base64url(std::string_view data) {
  return encode(data, Poco::BASE64_URL_ENCODING | Poco::BASE64_NO_PADDING);
}

std::string fingerprint(std::string_view secret) {
  return hex(sha256(secret).substr(0, 4));
}

std::string random_token(Random& random, std::string_view prefix) {
  return std::string(prefix) + base64url(random.bytes(24));
}

std::string random_id(Random& random) {
  return hex(random.bytes(16));
}

std::string random_user_code(Random& random) {
  constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
  std::string code;
  while (code.size() < 9) {
    const auto byte = static_cast<unsigned char>(random.bytes(1)[0]);
    if (byte >= 240) continue;  // the largest multiple of 20 below 256: no letter is likelier than another
    if (code.size() == 4) code += '-';
    code += kLetters[byte % kLetters.size()];
  }
  return code;
}

}  // namespace heygen::sandbox

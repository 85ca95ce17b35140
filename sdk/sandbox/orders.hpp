// Reads and checks what the API's requests ask for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "sdk/sandbox/http.hpp"
#include "sdk/sandbox/library.hpp"

namespace heygen::sandbox {

/// Thrown for a parameter that the API refuses with 400. param may be empty.
struct Invalid {
  std::string param;
  std::string message;
};

/// The body as a JSON object. Throws Invalid.
json::Value read_object(const Request& request);

/// POST /v3/videos: one of the four kinds that `type` tells apart. Throws Invalid.
NewVideo read_video_order(const json::Value& body);

struct SpeechOrder {
  std::string voice_id;
  std::vector<std::string> words;
  double seconds_per_word = 0;
};
/// POST /v3/voices/speech. Throws Invalid.
SpeechOrder read_speech_order(const json::Value& body);

/// Where the next page goes on: a number above 0. Opaque to clients. Reading throws Invalid.
std::string write_cursor(std::uint64_t after);
std::uint64_t read_cursor(const std::string& token);

/// With at most three decimals.
json::Value number(double value);

}  // namespace heygen::sandbox

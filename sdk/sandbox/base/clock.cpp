// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/base/clock.hpp"

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/RandomStream.h>
#include <Poco/Timestamp.h>

namespace heygen::sandbox {
namespace {

class SystemClock : public Clock {
 public:
  std::int64_t now() const override { return Poco::Timestamp().epochTime(); }
  std::chrono::milliseconds monotonic() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

class SystemRandom : public Random {
 public:
  std::string bytes(std::size_t size) override {
    std::string out(size, '\0');
    Poco::RandomInputStream stream;
    stream.read(out.data(), static_cast<std::streamsize>(size));
    return out;
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock kClock;
  return kClock;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

std::string format_time(std::int64_t seconds) {
  return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(seconds), Poco::DateTimeFormat::ISO8601_FORMAT);
}

}  // namespace heygen::sandbox

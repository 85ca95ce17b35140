// SPDX-License-Identifier: Apache-2.0
#include "core/net/stream/pool.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace heygen::net {
namespace {

using namespace std::chrono_literals;

constexpr Pool::Duration kKeepFor = 50s;  // common servers and load balancers close after 60s or more
constexpr std::size_t kMaxPerOrigin = 4;

}  // namespace

std::unique_ptr<Connection> Pool::take(const std::string& key) {
  const std::lock_guard lock(mutex_);
  std::vector<Idle>& idle = idle_[key];
  while (!idle.empty()) {
    Idle last = std::move(idle.back());
    idle.pop_back();
    if (clock_.monotonic() < last.good_until && last.connection->still_idle()) return std::move(last.connection);
  }
  return nullptr;
}

void Pool::put(const std::string& key, std::unique_ptr<Connection> connection, Duration keep_for) {
  const std::lock_guard lock(mutex_);
  std::vector<Idle>& idle = idle_[key];
  if (idle.size() == kMaxPerOrigin) idle.erase(idle.begin());
  idle.push_back({std::move(connection), clock_.monotonic() + keep_for});
}

Pool::Duration Pool::keep_time(const Headers& headers) {
  const std::string* value = find_header(headers, "Keep-Alive");
  if (value == nullptr) return kKeepFor;
  for (const std::string& parameter : split(to_lower(*value), ',')) {
    const std::string_view text = trim(parameter);
    long seconds = 0;
    if (!text.starts_with("timeout=")) continue;
    if (std::from_chars(text.data() + 8, text.data() + text.size(), seconds).ec != std::errc{}) continue;
    return std::clamp<Duration>(std::chrono::seconds(std::clamp(seconds, 0L, 60L)) - 1s, 0s, kKeepFor);
  }
  return kKeepFor;
}

}  // namespace heygen::net

// SPDX-License-Identifier: Apache-2.0
// An HTTP exchange on a thread of its own, which a call can leave under way and a later call can resume.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/cancel.hpp"
#include "core/net/body.hpp"
#include "core/net/http.hpp"
#include "core/provider/call/http_response.hpp"

namespace heygen {
class Clock;
}

namespace heygen::provider {

/// Reads the whole response; nullptr when its body is longer than `max_body` bytes. Throws net::Failure.
std::unique_ptr<HttpResponse> receive(net::Http& http, const net::Request& request, std::size_t max_body,
                                      const Cancel& cancel);

class Exchange {
 public:
  enum class State : unsigned char { complete, not_sent, under_way };

  /// Starts it. `http` outlives this object; `request` without its body.
  Exchange(net::Http& http, net::Request request, std::string_view body, std::size_t max_body);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange();  ///< cancels what is still under way

  /// The same request: only then may its response be taken for this one.
  bool is_for(const net::Request& request, std::string_view body) const;

  /// Waits until it is complete, or `deadline` (of the clock's monotonic time) passes; a request that was not sent by
  /// then is given up. Time in which the process is stopped does not count. `cancel` ends it as it ends any exchange.
  /// `tick` is called about once a second.
  State wait(std::optional<std::chrono::milliseconds> deadline, const Clock& clock, const Cancel& cancel,
             const std::function<void()>& tick);
  /// Of a complete one, once: as receive().
  std::unique_ptr<HttpResponse> take() { return response_.get(); }

 private:
  net::Request request_;
  std::string text_;
  net::TextBody body_;
  Cancel cancel_;
  std::atomic<bool> sent_{false};
  std::future<std::unique_ptr<HttpResponse>> response_;
};

}  // namespace heygen::provider

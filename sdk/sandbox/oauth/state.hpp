// SPDX-License-Identifier: Apache-2.0
// What the sandbox remembers of clients, codes and tokens.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sdk/sandbox/base/clock.hpp"

namespace heygen::sandbox {

struct Settings {
  bool auto_approve = false;
  std::int64_t access_ttl = 3600;  ///< seconds, as are the other *_ttl
  std::int64_t refresh_ttl = std::int64_t{30} * 86400;
  std::int64_t code_ttl = 60;
  std::int64_t device_ttl = 600;
  std::int64_t interval = 5;                  ///< seconds between polls of a device code
  std::chrono::milliseconds job_delay{2000};  ///< until a video or another job ends
  bool empty = false;                         ///< start without the examples
};

/// An OAuth error of the token endpoint and the related endpoints (RFC 6749 §5.2). Never names a secret.
struct Refusal {
  std::string error;
  std::string description;
};

/// An authorization request that passed every check (RFC 6749 §4.1.1, RFC 7636 §4.3).
struct AuthorizationRequest {
  std::string client_id;
  std::string redirect_uri;
  std::string scope;
  std::string state;
  std::string code_challenge;
};

struct TokenSet {
  std::string access_token;
  std::string refresh_token;
  std::string scope;
  std::int64_t expires_in = 0;
};

struct DeviceGrant {
  std::string device_code;
  std::string user_code;
};

/// What the confirmation page shows about a device code.
struct DeviceRequest {
  std::string user_code;
  std::string client_id;
  std::string scope;
};

/// All members are thread-safe. Time and randomness come from outside.
class State {
 public:
  State(const Settings& settings, const Clock& clock, Random& random)
      : settings_(settings), clock_(clock), random_(random) {}

  const Settings& settings() const { return settings_; }

  /// Keeps a question while the user looks at it. The ticket is the page's anti-CSRF token: it works once, within ten
  /// minutes, and only from the browser it was made for.
  using Question = std::variant<AuthorizationRequest, DeviceRequest>;
  std::string open_ticket(const Question& question, const std::string& browser);
  std::optional<Question> take_ticket(const std::string& ticket, const std::string& browser);
  std::string new_browser();

  std::string issue_code(const AuthorizationRequest& request);
  /// Throws Refusal. The code is spent by the first attempt, whatever comes of it; the second one revokes all tokens
  /// that came from it (RFC 6749 §4.1.2).
  TokenSet redeem_code(const std::string& code, const std::string& client_id, const std::string& redirect_uri,
                       const std::string& verifier);
  /// Throws Refusal. A refresh token that comes back after it was replaced ends its whole family (RFC 9700 §4.14.2).
  TokenSet refresh(const std::string& token, const std::string& client_id, const std::string& scope);

  DeviceGrant issue_device(const std::string& client_id, const std::string& scope);
  /// A code that still waits for an answer, as the user typed it: case and punctuation do not matter.
  std::optional<DeviceRequest> find_device(const std::string& typed);
  /// False when the code no longer waits.
  bool decide_device(const std::string& user_code, bool approve);
  /// Throws Refusal with the errors of RFC 8628 §3.5.
  TokenSet poll_device(const std::string& device_code, const std::string& client_id);

  /// A refresh token takes its family with it; an access token only itself (RFC 7009 §2.1). Throws Refusal for a token
  /// of another client.
  void revoke(const std::string& token, const std::string& client_id);
  /// active, consumed, expired, revoked or unknown
  std::string token_state(const std::string& token);
  /// Scope of a live access token.
  std::optional<std::string> check_access(const std::string& token);
  void expire_access();

 private:
  using Millis = std::chrono::milliseconds;
  struct Family {
    std::string client_id;
    std::string scope;
    bool revoked = false;
  };
  struct Token {
    std::uint64_t family = 0;
    Millis until{};
    std::string scope;
    bool is_refresh = false;
    bool consumed = false;
    bool revoked = false;
  };
  struct Code {
    AuthorizationRequest request;
    std::uint64_t family = 0;
    Millis until{};
    bool used = false;
  };
  struct Device {
    enum class Answer { waiting, approved, denied, collected };
    std::string user_code;
    std::string client_id;
    std::string scope;
    Millis since{};
    Millis until{};
    std::int64_t interval = 0;
    std::optional<Millis> last_poll;
    Answer answer = Answer::waiting;
  };
  struct Ticket {
    Question question;
    std::string browser;
    Millis until{};
  };

  Millis now() const { return clock_.monotonic(); }
  Millis in(std::int64_t seconds) const { return now() + std::chrono::seconds(seconds); }
  std::uint64_t new_family(const std::string& client_id, const std::string& scope);
  TokenSet issue(std::uint64_t family, const std::string& scope);
  std::string state_of(const Token& token) const;
  Device* waiting_device(std::string_view user_code);
  void pace(Device& device) const;

  const Settings settings_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::map<std::uint64_t, Family> families_;
  std::map<std::string, Token> tokens_;
  std::map<std::string, Code> codes_;
  std::map<std::string, Device> devices_;
  std::map<std::string, Ticket> tickets_;
};

}  // namespace heygen::sandbox

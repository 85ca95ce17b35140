// SPDX-License-Identifier: Apache-2.0
// A host for one provider in this process: real sinks and services over a fake server, clock, terminal and browser,
// which see everything that the provider does.
#pragma once

#include <heygen/provider.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/provider/call/host_call.hpp"
#include "sdk/tools/check/host/scenario.hpp"
#include "sdk/tools/check/host/trace.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

enum class Server { good, bare, refuses400, refuses401, fails500, fails503, silent };

/// What the browser brings back from the authorization server.
enum class Redirect { good, other_state, no_state, other_issuer, no_issuer };

/// The clock of every case that does not set it: 2030.
inline constexpr std::int64_t kUsualTime = 1'900'000'000;

/// How a case departs from the baseline.
struct Script {
  Server server = Server::good;
  Redirect redirect = Redirect::good;
  int turn = 1;  ///< part of the tokens that the server gives
  std::int64_t now = kUsualTime;
  provider::Interaction interaction = provider::Interaction::always;
  std::string missing_service;
  bool damaged = false;      ///< the state is garbage, and an address in it too
  bool larger = false;       ///< structs with members of a later version
  bool cache_lost = false;   ///< nothing that was put there is found
  std::size_t call_cut = 0;  ///< bytes that the call lacks at its end; what follows cannot be read
  std::size_t sink_cut = 0;
  int cancel_at = -1;  ///< the wait (network, clock, user, browser) in which the user stops it, from 0
  std::size_t outcome_cut = 0;
  int cancel_after_ms = 10'000;                             ///< real time; who waits longer by himself is stopped
  std::string method = "GET", path = "/v2/videos?limit=1";  ///< of the request that resolve() is for
};

/// How a provider function ended.
struct CallResult {
  heygen_status raw = HEYGEN_INTERNAL;
  provider::ProviderResult answer;
  int requests = 0, waits = 0;  ///< exchanges asked for; times that it had to wait for something
  bool denied = false;          ///< a service said that the user may not be asked
  bool asked_terminal = false, asked_browser = false;
  bool reported_expiry = false;
  bool this_request = false;       ///< the answer is for this request alone
  std::int64_t milliseconds = 0;   ///< real time
  std::int64_t after_cancel = -1;  ///< real time from the cancellation to the end
  std::set<std::string> services;  ///< ids asked for
  std::string last_request;        ///< and what the response was
  std::string sent;                ///< headers and bodies of all requests
  bool canned = false;             ///< a response of the world file was sent
  bool redirected = false;         ///< the browser came back
  std::string redirect_state;      ///< the parameter `state` of the authorization request
  std::string verifier;            ///< of the token request
  bool issuer_promised = false;    ///< the metadata says that the redirect names its issuer
  bool used_cache = false, changed_cache = false;
};

class TestHost {
 public:
  TestHost(const Scenario& scenario, const provider::Manifest& manifest, const heygen_provider_1& api,
           Findings& findings);
  ~TestHost();
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  /// Runs the function and checks the rules of every call. `what` names the case in findings.
  CallResult run(provider::Function function, provider::Reason reason, const json::Value& state, const Script& script,
                 const std::string& what, const heygen_outcome* outcome = nullptr);

 private:
  std::unique_ptr<struct Fakes> fakes_;
};

}  // namespace heygen::check

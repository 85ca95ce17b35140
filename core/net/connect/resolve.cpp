// SPDX-License-Identifier: Apache-2.0
#include "core/net/connect/resolve.hpp"

#include <Poco/Net/IPAddress.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "core/base/fd.hpp"
#include "core/base/text.hpp"

namespace heygen::net {
namespace {

/// Shared with the thread that waits for the resolver, which cannot be interrupted and may outlast the exchange.
struct Lookup {
  std::string host;
  std::uint16_t port = 0;
  const UniqueFd ready{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::mutex mutex;
  int result = 0;
  Addresses addresses;
};

void look_up(Lookup& lookup) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int result = ::getaddrinfo(lookup.host.c_str(), std::to_string(lookup.port).c_str(), &hints, &list);
  {
    const std::lock_guard lock(lookup.mutex);
    lookup.result = result;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
      if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
        lookup.addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
      }
    }
  }
  if (list != nullptr) ::freeaddrinfo(list);
  ::eventfd_write(lookup.ready.get(), 1);
}

/// Signals stay with the threads that expect them.
void start(const std::shared_ptr<Lookup>& lookup) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::error_code error;
  try {
    std::thread([lookup] { look_up(*lookup); }).detach();
  } catch (const std::system_error& failed) {
    error = failed.code();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error) look_up(*lookup);
}

Failure unknown_name(const Lookup& lookup, const ExchangeDeadline& deadline) {
  const auto failure = [&](const std::string& why, const char* hint) {
    return deadline.failure(Failure::Kind::resolve, "Could not resolve host " + lookup.host + why + ".", hint);
  };
  constexpr const char* kHint = "Check the spelling and your network connection.";
  switch (lookup.result) {
    case 0:
    case EAI_NONAME:
    case EAI_NODATA:
      return failure("", kHint);
    case EAI_AGAIN:
      return failure(": the name server did not respond", "Check your network connection.");
    default:
      return failure(": " + to_lower(::gai_strerror(lookup.result)), kHint);
  }
}

}  // namespace

Addresses interleave(const Addresses& addresses) {
  Addresses first;
  Addresses second;
  for (const auto& address : addresses) {
    (address.family() == addresses.front().family() ? first : second).push_back(address);
  }
  Addresses mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

Addresses resolve(const std::string& host, std::uint16_t port, ExchangeDeadline& deadline) {
  Poco::Net::IPAddress literal;
  if (Poco::Net::IPAddress::tryParse(host, literal)) return {Poco::Net::SocketAddress(literal, port)};
  const auto lookup = std::make_shared<Lookup>();
  lookup->host = host;
  lookup->port = port;
  if (!lookup->ready)
    throw deadline.failure(Failure::Kind::resolve, "No file descriptor is left.", "Raise `ulimit -n`.");
  start(lookup);
  deadline.wait(lookup->ready.get(), POLLIN);
  const std::lock_guard lock(lookup->mutex);
  if (lookup->addresses.empty()) throw unknown_name(*lookup, deadline);
  return interleave(lookup->addresses);
}

}  // namespace heygen::net

// SPDX-License-Identifier: Apache-2.0
#include "runner/client.hpp"

#include <pthread.h>

namespace heygen::runner {

using provider::wire::ChildFault;

Client& client() {
  static constinit Client the_client;
  return the_client;
}

void Client::begin_call() {
  thread_ = pthread_self();
  __atomic_store_n(&wrong_thread_, false, __ATOMIC_RELAXED);
  __atomic_store_n(&calling_, true, __ATOMIC_RELEASE);
}

bool Client::end_call() {
  __atomic_store_n(&calling_, false, __ATOMIC_RELEASE);
  request_.wipe();
  arena_.clear();
  return !__atomic_load_n(&wrong_thread_, __ATOMIC_RELAXED);
}

bool Client::is_own_thread() const {
  return pthread_equal(thread_, pthread_self()) != 0;
}

bool Client::may_ask() {
  if (!is_calling()) return false;
  if (is_own_thread()) return true;
  __atomic_store_n(&wrong_thread_, true, __ATOMIC_RELAXED);
  return false;
}

Writer& Client::ask(Code code) {
  request_.begin(Kind::request);
  request_.put_count(static_cast<std::size_t>(code));
  return request_;
}

Reader Client::answer() {
  send(request_);
  const Frame frame = receive();
  if (frame.kind != Kind::response) end(ChildFault::host);
  return frame.fields;
}

void Client::finish(const Reader& answered) {
  if (!answered.is_complete()) end(ChildFault::host);
}

}  // namespace heygen::runner

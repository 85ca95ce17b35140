// SPDX-License-Identifier: Apache-2.0
#include "host/requests/last_words.hpp"

#include <unistd.h>

#include "core/json/write.hpp"
#include "core/output/error.hpp"
#include "core/transport/rules/failure.hpp"

namespace heygen::host::requests {

LastWordsScope::~LastWordsScope() {
  cancel_.set_last_words(nullptr);
  cancel_.set_last_output(nullptr);
}

void LastWordsScope::say(const std::string& hint, const JobReference& job) {
  const std::string quoted = output::harmless_json(json::write(hint));
  words_.push_back({hint, job, quoted.substr(1, quoted.size() - 2), output::job_json(job)});
  cancel_.set_last_words(&words_.back());
}

void LastWordsScope::say_of(const transport::ApiRequest& request) {
  if (!transport::changes_something(request)) return;
  Error lost = canceled_error();
  transport::say_that_it_may_have_taken_effect(lost, request.look, transport::key_of(request));
  say(lost.hint, {{}, request.look});
}

void LastWordsScope::keep(const std::string& result) {
  if (result.empty()) return cancel_.set_last_output(nullptr);
  results_.push_back({STDOUT_FILENO, result + "\n"});
  cancel_.set_last_output(&results_.back());
  while (results_.size() > 2) results_.pop_front();
}

}  // namespace heygen::host::requests

// SPDX-License-Identifier: Apache-2.0
#include "core/store/refresh_lock.hpp"

#include <unistd.h>

#include <exception>
#include <string>
#include <system_error>

#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/json/parse.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"

namespace heygen::store {

namespace {

constexpr std::size_t kMaxRecord = 64 * limits::kKiB;

std::int64_t number_at(const json::Value& record, std::string_view name) {
  const json::Value* value = record.find(name);
  return value == nullptr ? 0 : value->to_int64().value_or(0);
}

void write_record(int file, const json::Value& record) noexcept {
  try {
    const std::string text = json::write(record) + "\n";
    const auto empty = [file] { return retry_interrupted([&] { return ftruncate(file, 0); }) == 0; };
    if (!empty() || lseek(file, 0, SEEK_SET) != 0) return;
    if (write_all(file, text)) static_cast<void>(empty());  // half a record would be none
  } catch (const std::exception&) {                         // the record is an aid
  }
}

}  // namespace

std::optional<RefreshRecord> read_record(const std::filesystem::path& lock_file) {
  try {
    const std::optional<std::string> text = read_regular_file(lock_file, kMaxRecord);
    if (!text || text->empty()) return {};
    const json::Value document = json::parse(*text);
    RefreshRecord record;
    record.obtained_at = number_at(document, "obtained_at");
    record.expires_at = number_at(document, "expires_at");
    if (const json::Value* failure = document.find("failure")) {
      record.failure.emplace(failure->string_at("code"), failure->string_at("message"), failure->string_at("hint"),
                             static_cast<Exit>(number_at(*failure, "exit")));
      if (const std::int64_t wait = number_at(*failure, "retry_after"); wait > 0) record.failure->retry_after = wait;
    }
    return record;
  } catch (const std::exception&) {  // unreadable, or of a later version
    return {};
  }
}

void RefreshLock::record_success(std::int64_t obtained_at, std::int64_t expires_at) const noexcept {
  write_record(descriptor(), json::Object{{"obtained_at", obtained_at}, {"expires_at", expires_at}});
}

void RefreshLock::record_failure(const Error& error, std::int64_t unique) const noexcept {
  json::Value failure = json::Object{{"code", error.code},
                                     {"message", error.message()},
                                     {"hint", error.hint},
                                     {"exit", static_cast<std::int64_t>(error.exit)}};
  if (error.retry_after) failure.set("retry_after", *error.retry_after);
  write_record(descriptor(),
               json::Object{{"failure", std::move(failure)}, {"process", std::int64_t{getpid()}}, {"at", unique}});
}

}  // namespace heygen::store

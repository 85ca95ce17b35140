// SPDX-License-Identifier: Apache-2.0
#include "host/requests/pagination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/json/slice.hpp"
#include "core/output/error.hpp"
#include "core/output/style.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/requests/response.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::requests {
namespace {

Error wrong_response(const std::string& message) {
  return {code::kResponseParse, message, "Omit --all to get one page at a time."};
}

/// One response, and views into it.
struct Page {
  std::string text;
  std::string_view list;   ///< of the items, empty when there is none
  std::int64_t count = 0;  ///< of the items
  bool has_list = false;
  bool more = false;
  std::string cursor;         ///< of the next page, or ""
  std::string_view next_raw;  ///< its text in the response
};

std::string cursor_of(std::string_view raw) {
  if (raw.starts_with('"')) return json::parse(raw).as_string();
  const bool number = raw.starts_with('-') || (!raw.empty() && raw.front() >= '0' && raw.front() <= '9');
  return std::string(number ? raw : std::string_view{});
}

/// What says whether there are more pages has a form that can be used, or is not there.
void check_form(std::string_view raw, std::initializer_list<char> starts, std::string_view name) {
  if (raw.empty() || raw == "null" || std::ranges::find(starts, raw.front()) != starts.end()) return;
  const bool number = raw.front() == '-' || (raw.front() >= '0' && raw.front() <= '9');
  if (number && std::ranges::find(starts, '0') != starts.end()) return;
  throw wrong_response("The response has another kind of value at '" + std::string(name) + "' than expected.");
}

void read_page(const api::Pagination& facts, Page& page) {
  std::array<json::Place, 3> places{{{facts.items}, {facts.next_cursor}, {facts.has_more}}};
  json::find(page.text, places);
  const auto& [list, next, more] = places;
  page.has_list = list.value.has_value();
  if (page.has_list && *list.value != "null") {
    if (!list.value->starts_with('['))
      throw wrong_response("The response has no list at '" + std::string(facts.items) + "'.");
    page.list = *list.value;
    page.count = static_cast<std::int64_t>(list.items);
  }
  page.next_raw = next.value.value_or("null");
  check_form(page.next_raw, {'"', '0'}, facts.next_cursor);
  page.cursor = cursor_of(page.next_raw);
  const std::string_view whether = more.value.value_or("");
  check_form(whether, {'t', 'f'}, facts.has_more);
  page.more = whether == "true" || (whether != "false" && !page.cursor.empty());
}

/// The final values, as JSON, of the members that say whether there are more pages.
struct TailFields {
  std::string more = "false", next = "null";
};

/// The first page's document around its items.
class Envelope {
 public:
  /// `ends`: known already when no page follows; else those members wait until the items are written.
  Envelope(const api::Pagination& facts, std::string_view document, const TailFields* ends)
      : facts_(facts), ends_(ends) {
    walk(document, {});
  }

  const std::string& before() const { return before_; }
  std::string after(const TailFields& ends) const {
    std::string text;
    for (const Piece& piece : after_) {
      text += piece.text;
      if (piece.part != Part::other) text += piece.part == Part::more ? ends.more : ends.next;
    }
    return text;
  }

 private:
  enum class Part : unsigned char { other, more, next };
  struct Piece {
    Part part = Part::other;
    std::string text;
  };

  Part part_of(const std::string& path) const {
    if (path == facts_.has_more) return Part::more;
    return path == facts_.next_cursor ? Part::next : Part::other;
  }

  void walk(std::string_view object, const std::string& prefix) {
    std::vector<Piece> held;
    bool passed = false;
    char separator = '{';
    for (const json::MemberSlice& member : json::members_of(object)) {
      const std::string path = prefix + member.name;
      const std::string name(member.whole.substr(0, member.whole.size() - member.value.size()));
      if (!passed && (path == facts_.items || facts_.items.starts_with(path + "."))) {
        (before_ += separator) += name;
        if (path != facts_.items) walk(member.value, path + ".");
        passed = true;
        after_.insert(after_.end(), held.begin(), held.end());
        continue;
      }
      Piece piece{part_of(path), name};
      if (piece.part == Part::other) piece.text += member.value;
      if (piece.part != Part::other && ends_ != nullptr)
        piece = {Part::other, name + (piece.part == Part::more ? ends_->more : ends_->next)};
      if (!passed && piece.part == Part::other) {
        (before_ += separator) += piece.text;
        separator = ',';
        continue;
      }
      piece.text.insert(0, ",");
      (passed ? after_ : held).push_back(std::move(piece));
    }
    after_.push_back({Part::other, "}"});
  }

  const api::Pagination& facts_;
  const TailFields* ends_;
  std::string before_;
  std::vector<Piece> after_;
};

class AllPagesPrinter {
 public:
  AllPagesPrinter(const AllPagesDependencies& needs, Printer& printer, const api::Command& command,
                  api::CommandInput given, std::optional<std::int64_t> cap)
      : needs_(needs),
        printer_(printer),
        command_(command),
        facts_(*command.pagination),
        given_(std::move(given)),
        cap_(cap),
        collects_(printer.human() || printer.options.jq.has_value()),
        progress_(needs.progress) {
    printer.only_reads = true;
    if (const auto at = given_.options.find(facts_.cursor_param); at != given_.options.end())
      seen_.insert(hash(at->second.back()));
  }

  void run(const std::vector<output::Column>& columns) {
    try {
      Page page = fetch();
      start(page);
      while (add(page)) {
        set_cursor(page.cursor);
        page = fetch();
      }
      finish(page);
    } catch (Error& error) {
      progress_.clear();
      describe_partial_output(error);
      throw;
    }
    progress_.clear();
    if (!collects_) {
      if (started_) printer_.write("\n");
      return;
    }
    print_response(printer_, document_, columns);
  }

 private:
  Page fetch() {
    if (needs_.cancel.requested()) throw canceled_error();
    const api::Prepared prepared = api::prepare(command_, given_);
    transport::ApiRequest request;
    request.method = command_.method;
    request.path = prepared.path;
    request.query = prepared.query;
    request.headers = needs_.headers;
    Page page;
    page.text = needs_.send(request);
    read_page(facts_, page);
    ++pages_;
    return page;
  }

  /// How many items of the page are wanted.
  std::int64_t share(const Page& page) const { return cap_ ? std::min(*cap_ - count_, page.count) : page.count; }
  bool is_last(const Page& page) const { return !page.more || (cap_ && count_ + page.count >= *cap_); }

  static TailFields tail_after(const Page& page, bool cut) {
    if (cut) return {"true", "null"};
    return page.more ? TailFields{"true", std::string(page.next_raw)} : TailFields{};
  }

  void start(const Page& page) {
    if (page.text.empty()) {  // a response without a body
      envelope_.emplace(facts_, "", nullptr);
      return;
    }
    check(page);
    const TailFields ends = tail_after(page, share(page) < page.count);
    envelope_.emplace(facts_, page.text, is_last(page) ? &ends : nullptr);
  }

  /// Throws before anything of the page is printed.
  void check(const Page& page) const {
    if (!page.has_list) throw wrong_response("The response has no list at '" + std::string(facts_.items) + "'.");
    if (is_last(page)) return;
    if (page.cursor.empty())
      throw wrong_response("The API reported more items but sent no cursor (" + std::string(facts_.next_cursor) +
                           " is empty).");
    if (seen_.contains(hash(page.cursor)))
      throw wrong_response("The API sent the same cursor twice (" + page.cursor +
                           "); stopped to avoid an endless list.");
  }

  /// The first `count` items, with commas between them.
  static std::string_view items(const Page& page, std::int64_t count) {
    if (count == 0) return {};
    if (count == page.count) return page.list.substr(1, page.list.size() - 2);
    const std::string_view last = json::items_of(page.list).value()[static_cast<std::size_t>(count - 1)];
    return {page.list.data() + 1, last.data() + last.size()};
  }

  /// False when it was the last page.
  bool add(const Page& page) {
    if (page.text.empty() && pages_ == 1) return false;
    check(page);
    const bool last = is_last(page);
    const std::int64_t wanted = share(page);
    const std::string_view text = items(page, wanted);
    std::string before = pages_ == 1 ? envelope_->before() + "[" : "";
    if (count_ > 0 && wanted > 0) before += ',';
    before.reserve(before.size() + text.size());
    truncated_ = wanted < page.count;
    count_ += wanted;
    write(before += text);
    if (!printer_.to_terminal() || collects_)
      progress_.show("Page " + std::to_string(pages_) + ", " + std::to_string(count_) + " items");
    return !last;
  }

  void finish(const Page& page) {
    if (page.text.empty() && pages_ == 1) return;
    write("]" + envelope_->after(tail_after(page, truncated_)));
  }

  void set_cursor(const std::string& cursor) {
    seen_.insert(hash(cursor));
    given_.options[std::string(facts_.cursor_param)] = {cursor};
    if (cap_)
      given_.options[std::string(facts_.limit_param)] = {
          std::to_string(std::min<std::int64_t>(facts_.limit_max, *cap_ - count_))};
  }

  void write(const std::string& text) {
    if (collects_) {
      document_ += text;
      if (document_.size() > needs_.buffer_limit) throw transport::too_large_error(needs_.buffer_limit, true);
      return;
    }
    started_ = true;
    printer_.write(printer_.to_terminal() ? output::harmless_json(text) : text);
  }

  void describe_partial_output(Error& error) {
    if (!started_) return;
    if (printer_.to_terminal()) printer_.write("\n");
    error.hint += fmt::format("{}Output is incomplete: {} written.", error.hint.empty() ? "" : " ",
                              count_ == 1 ? "1 item was" : fmt::format("{} items were", count_));
    const auto at = given_.options.find(facts_.cursor_param);
    if (at != given_.options.end() && pages_ > 0)
      error.hint += fmt::format(" Continue with --{} {}", facts_.cursor_param, shell_word(at->second.back()));
  }

  static std::size_t hash(std::string_view cursor) { return std::hash<std::string_view>{}(cursor); }

  const AllPagesDependencies& needs_;
  Printer& printer_;
  const api::Command& command_;
  const api::Pagination& facts_;
  api::CommandInput given_;
  const std::optional<std::int64_t> cap_;
  const bool collects_;
  transfer::Progress progress_;
  std::optional<Envelope> envelope_;
  std::unordered_set<std::size_t> seen_;  ///< hashes: a cursor may be long, and there may be many
  std::string document_;
  std::int64_t count_ = 0, pages_ = 0;
  bool started_ = false, truncated_ = false;
};

}  // namespace

std::optional<std::int64_t> extract_total_limit(const api::Command& command, api::CommandInput& given) {
  const std::string name(command.pagination->limit_param);
  const std::int64_t most = command.pagination->limit_max;
  const auto at = given.options.find(name);
  std::optional<std::int64_t> cap;
  if (at != given.options.end()) {
    const std::string typed = at->second.back();
    std::int64_t value = 0;
    const std::size_t sign = typed.starts_with('+') ? 1 : 0;
    std::from_chars(typed.data() + sign, typed.data() + typed.size(), value);
    if (value < 1)
      throw usage_error("Invalid --" + name + " '" + shown_word(typed) + "': must be at least 1.",
                        "Example: --" + name + " 1");
    cap = value;
  }
  given.options[name] = {std::to_string(std::min(cap.value_or(most), most))};
  return cap;
}

AllPagesDependencies all_pages_dependencies(Services& services) {
  return {.send = [&services](const transport::ApiRequest& request) { return send(services.client(), request); },
          .headers = services.client_headers(),
          .progress = {services.terminal, services.environment, services.clock},
          .cancel = services.cancel,
          .buffer_limit = services.client_options().buffer_limit};
}

void print_all(const AllPagesDependencies& needs, Printer& printer, const api::Command& command,
               api::CommandInput given, std::optional<std::int64_t> cap, const std::vector<output::Column>& columns) {
  AllPagesPrinter(needs, printer, command, std::move(given), cap).run(columns);
}

}  // namespace heygen::host::requests

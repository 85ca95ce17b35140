// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/requests/dispatch.hpp"

#include <limits>
#include <tuple>
#include <type_traits>

#include "core/provider/abi.hpp"
#include "core/provider/call/sink.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

using wire::Code;
using wire::Reader;
using wire::Writer;

/// An argument, read from a request, given to the function, and written to the response where the function changed it:
/// as runner/stub.hpp has it on the other end.
template <class Type>
class Argument;

template <>
class Argument<const heygen_call*> {
 public:
  Argument(Dispatch& on, Reader&) : call_(on.call()) {}
  const heygen_call* value() const { return call_; }
  void put(Writer&) const {}

 private:
  const heygen_call* call_;
};

template <>
class Argument<heygen_str> {
 public:
  Argument(Dispatch&, Reader& in) : text_(in.text()) {}
  heygen_str value() const { return text_; }
  void put(Writer&) const {}

 private:
  heygen_str text_;
};

template <>
class Argument<heygen_str*> {
 public:
  Argument(Dispatch&, Reader& in) : is_there_(in.flag()) {}
  heygen_str* value() { return is_there_ ? &text_ : nullptr; }
  void put(Writer& out) const {
    if (is_there_) out.put_text(text_);
  }

 private:
  bool is_there_;
  heygen_str text_{nullptr, 0};
};

template <>
class Argument<std::int64_t*> {
 public:
  Argument(Dispatch&, Reader& in) : is_there_(in.flag()) {
    if (is_there_) number_ = in.number();
  }
  std::int64_t* value() { return is_there_ ? &number_ : nullptr; }
  void put(Writer& out) const {
    if (is_there_) out.put_number(number_);
  }

 private:
  bool is_there_;
  std::int64_t number_ = 0;
};

template <class Number>
requires std::is_integral_v<Number>
class Argument<Number> {
 public:
  Argument(Dispatch&, Reader& in) {
    const std::int64_t number = in.number();
    number_ = static_cast<Number>(number);
    if (static_cast<std::int64_t>(number_) != number) in.fail();
  }
  Number value() const { return number_; }
  void put(Writer&) const {}

 private:
  Number number_;
};

template <class Object, auto kHandles>
class HandleArgument {
 public:
  HandleArgument(Dispatch& on, Reader& in) : object_((on.*kHandles).find(in.count())) {}
  Object* value() const { return object_; }
  void put(Writer&) const {}

 private:
  Object* object_;
};

template <>
class Argument<heygen_json_writer*> : public HandleArgument<heygen_json_writer, &Dispatch::writers> {
  using HandleArgument::HandleArgument;
};
template <>
class Argument<heygen_loopback*> : public HandleArgument<heygen_loopback, &Dispatch::listeners> {
  using HandleArgument::HandleArgument;
};
template <>
class Argument<const heygen_loopback*> : public HandleArgument<const heygen_loopback, &Dispatch::listeners> {
  using HandleArgument::HandleArgument;
};
template <>
class Argument<const heygen_http_response*> : public HandleArgument<const heygen_http_response, &Dispatch::responses> {
  using HandleArgument::HandleArgument;
};

template <class Number>
requires std::is_integral_v<Number>
void put_result(Dispatch&, Writer& out, Number number) {
  out.put_number(static_cast<std::int64_t>(number));
}
void put_result(Dispatch&, Writer& out, heygen_str text) {
  out.put_text(text);
}
void put_result(Dispatch& on, Writer& out, heygen_json_writer* writer) {
  out.put_count(on.writers.add(writer));
}

template <class Result, class... Arguments>
void serve_plain(Result (*function)(Arguments...), Dispatch& on, Reader& in, Writer& out) {
  std::tuple<Argument<Arguments>...> arguments{Argument<Arguments>(on, in)...};  // braces: from left to right
  if (!in.is_complete()) return in.fail();
  std::apply(
      [&](auto&... each) {
        const Result result = function(each.value()...);
        put_result(on, out, result);
        (each.put(out), ...);
      },
      arguments);
}

const heygen_sink& sink_service() {
  return sink();
}

void serve_code(Code code, Dispatch& on, Reader& in, Writer& out) {
  switch (code) {
#define HEYGEN_ISOLATED_PLAIN(service, function, failed) \
  case Code::service##_##function:                       \
    return serve_plain(service##_service().function, on, in, out);
    HEYGEN_WIRE_PLAIN(HEYGEN_ISOLATED_PLAIN)
#undef HEYGEN_ISOLATED_PLAIN
#define HEYGEN_ISOLATED_SPECIAL(service, function) \
  case Code::service##_##function:                 \
    return serve_##service##_##function(on, in, out);
    HEYGEN_WIRE_SPECIAL(HEYGEN_ISOLATED_SPECIAL)
#undef HEYGEN_ISOLATED_SPECIAL
    case Code::end:
      break;
  }
  in.fail();
}

}  // namespace

Dispatch::Outcome Dispatch::serve(Reader request, std::size_t size, Writer& response) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin_);
  const std::uint64_t allowed =
      allowance_.requests + allowance_.requests_per_second * static_cast<std::uint64_t>(seconds.count());
  if (++requests_ > allowed) return Outcome::too_much;
  spent_ += static_cast<std::int64_t>(size);
  const std::uint32_t code = request.count();
  if (code >= static_cast<std::uint32_t>(Code::end)) return Outcome::malformed;
  response.begin(wire::Kind::response);
  serve_code(static_cast<Code>(code), *this, request, response);
  if (!request.is_complete()) return Outcome::malformed;
  spent_ += static_cast<std::int64_t>(response.size());
  return spent_ > static_cast<std::int64_t>(allowance_.bytes) ? Outcome::too_much : Outcome::answered;
}

Dispatch::Outcome Dispatch::log(Reader line, std::size_t size) {
  line_bytes_ += size;
  if (++lines_ > allowance_.log_lines || line_bytes_ > allowance_.log_bytes) return Outcome::too_much;
  const bool on_own_thread = line.flag();
  const std::int64_t level = line.number();
  const heygen_str text = line.text();
  if (!line.is_complete()) return Outcome::malformed;
  const HostCall::OtherThread other(host_, !on_own_thread);
  log_service().write(call(), static_cast<std::int32_t>(level), text);
  return Outcome::answered;
}

}  // namespace heygen::provider

// SPDX-License-Identifier: Apache-2.0
// Functions of the sink and of the services, made from their types: they ask the host, as core/provider/isolated/
// dispatch.cpp answers.
#pragma once

#include <type_traits>

#include "runner/client.hpp"

namespace heygen::runner {

// An argument on its way to the host.
inline void put(Writer&, const heygen_call*) {}
inline void put(Writer& out, heygen_str text) {
  out.put_text(text);
}
inline void put(Writer& out, const heygen_str* place) {
  out.put_flag(place != nullptr);
}
inline void put(Writer& out, const std::int64_t* place) {
  out.put_flag(place != nullptr);
  if (place != nullptr) out.put_number(*place);
}
template <class Number>
requires std::is_integral_v<Number>
void put(Writer& out, Number number) {
  out.put_number(static_cast<std::int64_t>(number));
}
template <class Opaque>
requires(!std::is_same_v<Opaque, heygen_call> && !std::is_same_v<Opaque, heygen_str> &&
         !std::is_same_v<Opaque, std::int64_t>) void put(Writer& out, const Opaque* handle) {
  out.put_count(handle != nullptr ? reinterpret_cast<const Handle*>(handle)->number : 0);
}

// What comes back through an argument.
inline void take(Reader& in, heygen_str* place) {
  if (place != nullptr) *place = client().arena().keep(in.text());
}
inline void take(Reader& in, std::int64_t* place) {
  if (place != nullptr) *place = in.number();
}
template <class Other>
void take(Reader&, const Other&) {}

template <class Result>
Result take_result(Reader& in) {
  if constexpr (std::is_same_v<Result, heygen_str>) {
    return client().arena().keep(in.text());
  } else if constexpr (std::is_pointer_v<Result>) {
    const std::uint32_t number = in.count();
    if (number == 0) return nullptr;
    auto* handle = client().arena().make<Handle>();
    handle->number = number;
    return reinterpret_cast<Result>(handle);
  } else {
    return static_cast<Result>(in.number());
  }
}

template <class Result>
Result failed_result(int failed) {
  if constexpr (std::is_integral_v<Result>) {
    return static_cast<Result>(failed);
  } else {
    return Result{};
  }
}

template <Code kCode, int kFailed, class Function>
struct Stub;

template <Code kCode, int kFailed, class Result, class... Arguments>
struct Stub<kCode, kFailed, Result (*)(Arguments...)> {
  static Result call(Arguments... arguments) {
    if (!client().may_ask()) return failed_result<Result>(kFailed);
    Writer& request = client().ask(kCode);
    (put(request, arguments), ...);
    Reader answered = client().answer();
    const Result result = take_result<Result>(answered);
    (take(answered, arguments), ...);
    Client::finish(answered);
    return result;
  }
};

}  // namespace heygen::runner

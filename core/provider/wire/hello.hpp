// SPDX-License-Identifier: Apache-2.0
// The frames that begin a child's life, as both ends write and read them.
#pragma once

#include <heygen/provider.h>

#include <initializer_list>

#include "core/provider/wire/frame.hpp"

namespace heygen::provider::wire {

/// The child's socket. 0 to 2 are /dev/null.
inline constexpr int kSocket = 3;

/// Where the child has the library's sealed copy.
inline constexpr int kImage = 4;

/// Descriptors that a frame can bring.
inline constexpr int kMostDescriptors = 2;

/// Of Kind::hello, in this order; lists follow: files read, files written, programs. With `has_image`, the library's
/// sealed copy comes along as a descriptor. With the first Kind::call comes the one that polls readable once the user
/// cancels.
struct Hello {
  std::int64_t host_process = 0;
  heygen_str host_version{}, library{};
  bool has_image = false, session_bus = false, network = false, threads = false;
  bool landlock = true, seccomp = true;  ///< tests switch one off
};

inline void put(Writer& out, const Hello& hello) {
  out.put_number(hello.host_process);
  out.put_text(hello.host_version);
  out.put_text(hello.library);
  for (const bool flag :
       {hello.has_image, hello.session_bus, hello.network, hello.threads, hello.landlock, hello.seccomp})
    out.put_flag(flag);
}

inline Hello read_hello(Reader& in) {
  Hello hello;
  hello.host_process = in.number();
  hello.host_version = in.text();
  hello.library = in.text();
  for (bool* flag :
       {&hello.has_image, &hello.session_bus, &hello.network, &hello.threads, &hello.landlock, &hello.seccomp})
    *flag = in.flag();
  return hello;
}

/// Of Kind::stage.
enum class Stage : std::uint32_t { load, init, get_api, deinit };

/// Of Kind::fault: why the child ends by itself.
enum class ChildFault : std::uint32_t {
  cage = 1,      ///< the text says why
  memory,        ///< malloc() failed
  long_message,  ///< a frame that would be too long
  host,          ///< a frame of the host that it does not understand
};

}  // namespace heygen::provider::wire

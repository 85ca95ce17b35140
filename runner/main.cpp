// SPDX-License-Identifier: Apache-2.0
// heygen-provider-runner: the process of one isolated provider. heygen starts it with a socket, an empty environment
// and nothing else; it enters the cage before the library is mapped.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/provider/wire/hello.hpp"
#include "runner/cage/cage.hpp"
#include "runner/library.hpp"
#include "runner/services.hpp"

namespace heygen::runner {
namespace {

using provider::wire::ChildFault;
using provider::wire::Hello;

/// Of the process, as the cage and the library refer to it.
const char* keep(heygen_str text) {
  char* copy = strndup(text.data != nullptr ? text.data : "", text.size);
  if (copy == nullptr) end(ChildFault::memory);
  return copy;
}

const char* const* keep_list(Reader& in) {
  constexpr std::size_t kLeastText = 4;
  const std::uint32_t count = in.items(kLeastText);
  auto** list = static_cast<const char**>(calloc(count + 1, sizeof(char*)));
  if (list == nullptr) end(ChildFault::memory);
  for (std::uint32_t i = 0; i < count; ++i) list[i] = keep(in.text());
  return list;
}

void enter_cage(const cage::Plan& plan) {
  cage::Report report;
  if (!cage::enter(plan, report)) end(ChildFault::cage, report.fault);
  Writer frame;
  frame.begin(Kind::caged);
  frame.put_count(static_cast<std::size_t>(report.landlock_abi));
  frame.put_flag(report.seccomp);
  frame.put_flag(report.named);
  const int descriptors[] = {report.notify_fd, report.memory_fd};
  const int count = report.notify_fd < 0 ? 0 : report.memory_fd < 0 ? 1 : 2;
  send_with(frame, descriptors, count);
  for (const int descriptor : descriptors) {
    if (descriptor >= 0) close(descriptor);
  }
}

int run() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  const Frame first = receive();
  if (first.kind != Kind::hello) end(ChildFault::host);
  Reader in = first.fields;
  const Hello hello = provider::wire::read_hello(in);
  if (getppid() != hello.host_process) return EXIT_FAILURE;  // it ended before it could take this process along
  cage::Plan plan;
  plan.read_files = keep_list(in);
  plan.write_files = keep_list(in);
  plan.programs = keep_list(in);
  if (!in.is_complete()) end(ChildFault::host);
  const char* path = keep(hello.library);
  const heygen_str version{keep(hello.host_version), hello.host_version.size};
  if (hello.has_image) {
    const int image = take_descriptor();
    plan.library_fd = provider::wire::kImage;
    if (image != plan.library_fd && dup2(image, plan.library_fd) < 0) end(ChildFault::host);
  } else {
    plan.library = path;
  }
  plan.socket = provider::wire::kSocket;
  plan.session_bus = hello.session_bus;
  plan.network = hello.network;
  plan.threads = hello.threads;
  plan.landlock = hello.landlock;
  plan.seccomp = hello.seccomp;
  enter_cage(plan);
  char image[32];
  snprintf(image, sizeof(image), "/proc/self/fd/%d", plan.library_fd);
  load_library(hello.has_image ? image : path, version);
  for (;;) {
    const Frame frame = receive();
    switch (frame.kind) {
      case Kind::call:
        if (const int descriptor = take_descriptor(); descriptor >= 0) set_cancel_descriptor(descriptor);
        run_call(frame.fields);
        break;
      case Kind::deinit:
        deinit_library();
        return EXIT_SUCCESS;
      default:
        end(ChildFault::host);
    }
  }
}

}  // namespace
}  // namespace heygen::runner

int main() {
  return heygen::runner::run();
}

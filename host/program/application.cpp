// SPDX-License-Identifier: Apache-2.0
#include "host/program/application.hpp"

#include <Poco/AutoPtr.h>
#include <Poco/Util/Application.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/privilege.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/output/error.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/library/ownership.hpp"
#include "host/cli/run.hpp"
#include "host/commands/all.hpp"
#include "host/io.hpp"
#include "host/printer.hpp"
#include "host/profile_hint.hpp"
#include "host/secrets.hpp"
#include "host/services.hpp"
#include "host/ui/picker.hpp"
#include "host/ui/waiting.hpp"

namespace heygen::host::program {
namespace {

/// Secrets are in memory, so no other process of this user may read it, and no core file keeps it.
void forbid_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

/// A closed standard stream would give its number to the next file opened, and output would go there. Writing to the
/// placeholder of stdout fails, as it should.
void occupy_standard_streams() {
  std::array<pollfd, 3> streams{pollfd{STDIN_FILENO, 0, 0}, pollfd{STDOUT_FILENO, 0, 0}, pollfd{STDERR_FILENO, 0, 0}};
  if (poll(streams.data(), streams.size(), 0) <= 0) return;
  for (const pollfd& stream : streams) {
    if ((stream.revents & POLLNVAL) == 0) continue;
    static_cast<void>(open("/dev/null", stream.fd == STDERR_FILENO ? O_WRONLY : O_RDONLY));
  }
}

std::atomic<Cancel*> cancel_of_process{nullptr};

void raw_stderr(const char* text) {
  if (write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

/// An error begins on a line of its own.
void end_open_line() {
  if (is_stderr_line_open()) raw_stderr("\n");
  set_stderr_line_open(false);
}

const LastWords* last_words() {
  const Cancel* cancel = cancel_of_process.load();
  return cancel == nullptr ? nullptr : cancel->last_words();
}

/// A result that would be lost.
void raw_last_output() {
  const Cancel* cancel = cancel_of_process.load();
  const LastOutput* output = cancel == nullptr ? nullptr : cancel->last_output();
  if (output == nullptr) return;
  raw_stderr(status_eraser());
  static_cast<void>(write_all(output->descriptor, output->text));
}

/// One line of JSON, by write(2) only: for signal handlers. The pieces need no escapes.
void raw_error(const char* code, std::initializer_list<const char*> message, std::initializer_list<const char*> hint) {
  raw_stderr(status_eraser());
  end_open_line();
  raw_stderr(R"({"error":{"code":")");
  raw_stderr(code);
  raw_stderr(R"(","message":")");
  for (const char* piece : message) raw_stderr(piece);
  if (hint.size() > 0 && **hint.begin() != 0) raw_stderr(R"(","hint":")");
  for (const char* piece : hint) raw_stderr(piece);
  raw_stderr("\"");
  if (const LastWords* words = last_words(); words != nullptr) {
    raw_stderr(",\"job\":");
    raw_stderr(words->job_json.c_str());
  }
  raw_stderr("}}\n");
}

/// The ID in "resolve() of provider vault".
const char* provider_in(const char* breadcrumb) {
  constexpr const char* kBefore = " of provider ";
  const char* at = std::strstr(breadcrumb, kBefore);
  return at != nullptr ? at + std::strlen(kBefore) : breadcrumb;
}

/// How the call of a provider ended the program.
void raw_provider_error(const char* what, const char* breadcrumb) {
  raw_error("error", {what, breadcrumb, ". This is a bug in the provider."},
            {"Disable it with `heygen provider disable ", provider_in(breadcrumb),
             "`, or use another provider with --provider."});
}

/// At once, whatever is running.
[[noreturn]] void end_process(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

std::atomic<std::int64_t> canceled_at{0};  ///< milliseconds
std::atomic<int> shown_exit{-1};           ///< once the error has been shown

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
}

void handle(std::initializer_list<int> numbers, void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (const int number : numbers) sigaction(number, &action, nullptr);
}

/// What was canceled has not ended: a provider that hangs, or a response that is still worth waiting for.
extern "C" void heygen_on_slow_cancel(int) {
  const int saved = errno;
  const char* running = provider::breadcrumb();
  raw_stderr(status_eraser());
  raw_stderr("Canceled, but ");
  raw_stderr(*running != 0 ? running : "the command");
  raw_stderr(" has not ended yet. Press Ctrl-C again to end it at once.\n");
  errno = saved;
}

/// The first requests cancellation; the second does not wait for it, nor the first where nothing handles it. Two that
/// come together are one unless a provider runs: timeout(1) sends its signal to the process and to its group.
extern "C" void heygen_on_interrupt(int) {
  constexpr std::int64_t kTogether = 200;
  const int saved = errno;
  Cancel* cancel = cancel_of_process.load();
  if (canceled_at != 0 && now_ms() - canceled_at < kTogether && *provider::breadcrumb() == 0) {
    errno = saved;
    return;
  }
  if (shown_exit >= 0) end_process(shown_exit);
  if (cancel == nullptr || cancel->requested() || cancel->immediate_exit_allowed()) {
    TerminalMode::restore_for_exit();
    const char* running = provider::breadcrumb();
    const LastWords* words = last_words();
    raw_last_output();
    raw_error("canceled", {"Canceled", *running != 0 ? " while waiting for " : "", running, "."},
              {words == nullptr ? "" : words->hint_json.c_str()});
    end_process(static_cast<int>(Exit::failure));
  }
  canceled_at = now_ms();
  cancel->request();
  if (isatty(STDERR_FILENO) != 0) {
    handle({SIGALRM}, heygen_on_slow_cancel, SA_RESTART);
    alarm(1);
  }
  errno = saved;
}

/// Names the provider that was running; the default action, restored before this runs, then ends the process.
extern "C" void heygen_on_crash(int number) {
  TerminalMode::restore_for_exit();
  raw_last_output();
  const char* running = provider::breadcrumb();
  if (*running != 0)
    raw_provider_error("heygen crashed in ", running);
  else
    raw_error("error", {"heygen crashed. This is a bug in heygen."}, {"Report it with the command that you ran."});
  raise(number);
}

/// `ulimit -t`: there is a second left, if any.
extern "C" void heygen_on_cpu_limit(int) {
  TerminalMode::restore_for_exit();
  const LastWords* words = last_words();
  raw_last_output();
  raw_error("error", {"The limit of CPU time was reached (ulimit -t)."},
            {words == nullptr ? "Raise it, then run the command again." : words->hint_json.c_str()});
  end_process(static_cast<int>(Exit::failure));
}

/// A provider must not end the process; whatever status it asked for, this was no success.
void heygen_on_exit() {
  if (!provider::is_inside_provider()) return;
  TerminalMode::restore_for_exit();
  raw_last_output();
  raw_provider_error("heygen was ended in ", provider::breadcrumb());
  end_process(static_cast<int>(Exit::failure));
}

/// An endless recursion leaves no stack for the handler, so it has one of its own.
void give_handlers_a_stack() {
  static std::array<char, 65536> room;
  stack_t stack{};
  stack.ss_sp = room.data();
  stack.ss_size = room.size();
  sigaltstack(&stack, nullptr);
}

/// Signals that the parent process (nohup, a shell's background job) ignores stay ignored: one that comes in between
/// waits, and is dropped then.
void handle_unless_ignored(std::initializer_list<int> numbers, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigset_t those, mask;
  sigemptyset(&those);
  for (const int number : numbers) sigaddset(&those, number);
  pthread_sigmask(SIG_BLOCK, &those, &mask);
  for (const int number : numbers) {
    struct sigaction before {};
    if (sigaction(number, &action, &before) == 0 && before.sa_handler == SIG_IGN) sigaction(number, &before, nullptr);
  }
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
}

void install_signals(Cancel& cancel) {
  cancel_of_process = &cancel;
  give_handlers_a_stack();
  std::atexit(heygen_on_exit);
  std::at_quick_exit(heygen_on_exit);
  handle({SIGPIPE, SIGXFSZ}, SIG_IGN, 0);  // the write fails instead, and its error says why
  handle({SIGCHLD}, SIG_DFL, 0);  // if it were ignored, no wait for a browser or a provider's helper would work
  // Ctrl-\ too: a job that was paid for is printed before the end, whichever key is pressed.
  handle({SIGXCPU}, heygen_on_cpu_limit, 0);
  handle_unless_ignored({SIGINT, SIGTERM, SIGHUP, SIGQUIT}, heygen_on_interrupt);
  // Poco has put its own handlers there.
  handle({SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGSYS, SIGFPE, SIGABRT}, heygen_on_crash,
         static_cast<int>(SA_RESETHAND | SA_NODEFER | SA_ONSTACK));
}

/// Without links; "" when it cannot be told. Providers are looked for beside it, so a caller's word (argv[0]) is not
/// enough: without /proc there is the kernel's of how we were started, and links on that way may lead elsewhere by now
/// unless they are root's.
std::filesystem::path own_executable() {
  std::array<char, PATH_MAX> link;
  const ssize_t size = readlink("/proc/self/exe", link.data(), link.size());
  if (size > 0 && static_cast<std::size_t>(size) < link.size())
    return std::string_view(link.data(), static_cast<std::size_t>(size));
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the system hands it over
  const auto* name = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  std::error_code fault;
  const std::filesystem::path path = std::filesystem::canonical(name != nullptr ? name : "", fault);
  return !fault && !provider::find_ownership_fault(path, provider::Owner::root) ? path : std::filesystem::path{};
}

/// Before anything was parsed: did they ask for text?
bool asks_for_text(const std::vector<std::string>& arguments) {
  const auto end = std::ranges::find(arguments, "--");
  return std::find(arguments.begin(), end, "--human") != end ||
         std::find(arguments.begin(), end, "--human=true") != end;
}

/// Where no printer exists.
int report(const Error& error) {
  end_open_line();
  raw_stderr((output::error_envelope(error) + "\n").c_str());
  return static_cast<int>(error.exit);
}

int show(const Error& error, const Printer& printer, const std::vector<std::string>& arguments) {
  bool human = asks_for_text(arguments);
  try {
    human = (human && !printer.options.human) || printer.human();
  } catch (const std::exception&) {
  }
  std::string text = human ? output::error_text(error) : output::error_envelope(error);
  if (!text.ends_with('\n')) text += '\n';
  system_terminal().show_status("");  // so that nothing erases it after the error
  end_open_line();
  raw_stderr(text.c_str());
  shown_exit = static_cast<int>(error.exit);
  return shown_exit;
}

Error unexpected(const std::string& what) {
  return {code::kError, "Unexpected error: " + what + ".",
          "This is a bug in heygen. Report it with the command that you ran."};
}

/// The thread of the call is lost, so nothing can be unwound: locks go with the process.
void give_up(const Printer& printer, const std::string& where, std::chrono::milliseconds waited) {
  TerminalMode::restore_for_exit();
  const char* id = provider_in(where.c_str());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited).count();
  Error error(code::kError,
              fmt::format("Provider `{}` did not respond: {} ran for {}s. This is a bug in the provider.", id,
                          where.substr(0, where.find(' ')), seconds),
              fmt::format("Disable it with `heygen provider disable {}`, or raise provider.deadline.", id));
  if (const LastWords* words = last_words(); words != nullptr) {
    error.hint += " " + words->hint;
    error.job = words->job;
  }
  raw_last_output();
  end_process(show(error, printer, {}));
}

/// The command, and after it a refresh that it left under way: before any error is shown, which is the last line.
void run_command(Services& services, Printer& printer, const std::vector<std::string>& arguments) {
  try {
    cli::run_command_line(services, printer, commands::commands_of, arguments);
  } catch (...) {
    services.finish_refresh();
    throw;
  }
  services.finish_refresh();
}

int run_arguments(Services& services, Printer& printer, const std::vector<std::string>& arguments) {
  try {
    run_command(services, printer, arguments);
    return static_cast<int>(Exit::success);
  } catch (const OutputClosed&) {  // its reader has enough: nothing to say
    return static_cast<int>(Exit::failure);
  } catch (const Error& error) {
    return show(named(error, services), printer, arguments);
  } catch (const std::bad_alloc&) {
    return show(Error(code::kError, "Out of memory.", "Close other programs, then run the command again."), printer,
                arguments);
  } catch (const std::exception& fault) {
    return show(unexpected(fault.what()), printer, arguments);
  } catch (...) {
    return show(unexpected("unknown exception"), printer, arguments);
  }
}

class Application : public Poco::Util::Application {
 public:
  explicit Application(const FixedTexts* fixed_texts) : fixed_texts_(fixed_texts) { stopOptionsProcessing(); }

 protected:
  /// Nothing may leave it: Poco would choose an exit code of its own (70).
  int main(const ArgVec& arguments) override {
    try {
      return run_program(arguments);
    } catch (const Error& error) {
      return report(error);
    } catch (const std::exception& fault) {
      return report(unexpected(fault.what()));
    } catch (...) {
      return report(unexpected("unknown exception"));
    }
  }

 private:
  int run_program(const ArgVec& arguments) const {
    static Cancel cancel;  // ends with the process
    install_signals(cancel);
    Services services(system_environment(), system_terminal(), system_clock(), system_random(), cancel,
                      own_executable());
    set_secret_source([&services] { remember_stored_secrets(services); });
    services.fixed_texts = fixed_texts_;
    Printer printer(services.environment, services.terminal, cancel,
                    [&services] { return services.config().output_format(); });
    services.on_hang = [&printer](const std::string& where, std::chrono::milliseconds waited) {
      give_up(printer, where, waited);
    };
    const transfer::ProgressDependencies line{services.terminal, services.environment, services.clock};
    WaitingLine waiting(line);
    services.on_waiting = [&waiting](const std::string& what, auto left) { waiting.show(what, left); };
    services.pick_item = [&services](const std::string& title, const std::vector<std::string>& items,
                                     std::size_t suggested) {
      std::vector<ui::Row> rows;
      for (const std::string& item : items) rows.push_back({item, {}});
      return ui::pick_row(title, rows, suggested, services.environment, services.terminal, services.cancel);
    };
    services.show_http = [&line](net::Http& http) { return make_shown(http, line); };
    const int status = run_arguments(services, printer, arguments);
    cancel_of_process = nullptr;
    return status;
  }

  const FixedTexts* fixed_texts_;
};

/// Poco asks for the working directory while constructing, and throws when that was deleted.
Poco::AutoPtr<Application> make_application(const FixedTexts* fixed_texts) {
  try {
    return new Application(fixed_texts);
  } catch (const std::exception&) {
    const UniqueFd here = open_file(".", O_PATH | O_DIRECTORY);
    if (!here || chdir("/") != 0) throw;
    Poco::AutoPtr<Application> application = new Application(fixed_texts);
    if (fchdir(here.get()) != 0) throw;
    return application;
  }
}

}  // namespace

namespace {

/// `heygen --version`, for which nothing has to be set up, with any rights.
bool asks_for_version(int argc, char** argv) {
  const std::string_view only = argc == 2 ? argv[1] : "";
  return only == "--version" || only == "-v";
}

int print_version() {
  handle({SIGPIPE}, SIG_IGN, 0);
  try {
    write_stdout("heygen version " + std::string(version()) + "\n");
    return static_cast<int>(Exit::success);
  } catch (const OutputClosed&) {
    return static_cast<int>(Exit::failure);
  } catch (const Error& error) {
    return report(error);
  }
}

/// Variables, files and arguments are another user's then, and so is what they lead to.
int refuse_other_rights() {
  if (acts_for_another())
    raw_error(code::kError.data(), {"heygen does not run with the rights of another user or group."},
              {"Remove them from its file with `chmod ug-s FILE`, or run heygen as that user."});
  else
    raw_error(code::kError.data(), {"heygen does not run with capabilities of its file."},
              {"Remove them with `setcap -r FILE`."});
  return static_cast<int>(Exit::failure);
}

/// Memory comes from the system in larger steps, for all threads from one place, and goes back with the process.
void ask_for_memory_seldom() {
  constexpr int kStep = 1 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, kStep);
  mallopt(M_MMAP_THRESHOLD, kStep);
}

int run_application(int argc, char** argv, const FixedTexts* fixed_texts) {
  if (asks_for_version(argc, argv)) return print_version();
  ask_for_memory_seldom();
  forbid_dumps();
  occupy_standard_streams();
  if (has_elevated_privilege()) return refuse_other_rights();
  try {
    Poco::AutoPtr<Application> application = make_application(fixed_texts);
    application->init(argc, argv);
    return application->run();
  } catch (const std::exception& fault) {
    return report(unexpected(fault.what()));
  }
}

}  // namespace

void leave(int status) noexcept {
  heygen_on_exit();
  end_process(status);
}

void run(int argc, char** argv, const FixedTexts* fixed_texts) {
  const int status = run_application(argc, argv, fixed_texts);
  std::fflush(nullptr);  // what a provider printed
  end_process(status);   // not one object that is left needs an end of its own
}

}  // namespace heygen::host::program

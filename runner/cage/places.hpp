// SPDX-License-Identifier: Apache-2.0
// Files that every provider, or one with a need, may read. Both walls read these tables: Landlock in the process, and
// the host.
#pragma once

namespace heygen::cage {

/// What the dynamic linker and the C library read. Directories mean everything below.
inline constexpr const char* kLinkerFiles[] = {
    "/etc/ld.so.cache",
    "/lib",
    "/lib64",
    "/lib32",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/lib",
    "/nix/store",
    "/gnu/store",
    "/run/current-system/profile/lib",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/usr/share/locale",
    "/sys/devices/system/cpu",
    nullptr,
};
/// Devices without a memory. The last two may be written, too.
inline constexpr const char* kDevices[] = {"/dev/urandom", "/dev/random", "/dev/full",
                                           "/dev/zero",    "/dev/null",   nullptr};

/// What resolves names and verifies servers, for own sockets.
inline constexpr const char* kNetworkFiles[] = {
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/run/systemd/resolve",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/cert.pem",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/pki/tls/certs",
    "/etc/pki/tls/openssl.cnf",
    "/etc/pki/ca-trust/extracted",
    "/etc/crypto-policies",
    nullptr,
};

/// ELF interpreters, which the kernel executes for a program.
inline constexpr const char* kInterpreters[] = {
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
    nullptr,
};

}  // namespace heygen::cage

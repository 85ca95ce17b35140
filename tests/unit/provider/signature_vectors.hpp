// SPDX-License-Identifier: Apache-2.0
// What minisign 0.11 wrote, with throw-away keys, for the library "hello" and the manifest {"id":"vault"}.
#pragma once

#include <string>

namespace heygen::provider::vectors {

// clang-format off
inline const std::string kKey = "RWScABqXLjUA4fPlDBGKMJFTZ4UvzfP4oeCevK07oBUg49vvmetHqZny";
inline const std::string kOtherKey = "RWQLDVe7q4Cowk9iYOR/GJSvItqsD7ByeuIxH4qPlGYKZctU2FaOx4MV";
inline const std::string kLibrary = "hello", kManifest = R"({"id":"vault"})";
inline const std::string kLibrarySignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUScABqXLjUA4e8YkmKeBW7FKhuJh9TGgB8FW/fLzwN8MlkUlQx2DUw1w0mrMdONSsJZILZrIxYyjUO9ZbWPAgu5ZKQWQICo7AM=\n"
    "trusted comment: timestamp:1796099084\tfile:vault.so\thashed\n"
    "FdhACo5e2bYT0KpxpUYoRgG0lF1Zd5YQNA7x2yvW8AOxfUa/wGhAdgWGMjnv4hNSCEZS1Awgh6NDbv9R/kw/Bg==\n";
inline const std::string kLegacySignature =
    "untrusted comment: signature from minisign secret key\n"
    "RWScABqXLjUA4Z6lA6lh4BLZa1y8A/2iHjhXWuys3tdiG55VwJ06Yemt+Za1V9Ra3P2bXiTsorlVj+IRE0YiWAwJbdFcgIFMAAc=\n"
    "trusted comment: timestamp:1796099084\tfile:vault.so\n"
    "HV9MD5xmrCkEh74ue1/QSPzqWjVgSROIfD+wwMfeO6NYPO8hCK82HYnosZkXnWO8mhsK3NMWSWcn5+1NTBieCQ==\n";
inline const std::string kManifestSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUScABqXLjUA4f2/V50VyfOs9xK1yOGBd0T2A6UfC10/0okCtL5YN0vKmIVPfEZWr3oQu6OtnBkR1vzc6HhysPMInfFzSsVinww=\n"
    "trusted comment: timestamp:1796099084\tfile:vault.provider.json\thashed\n"
    "hRWdiC/yMFeYzqpG9MRxGZ3f9HTxzOv5BLNjMt9CiyZqDc9XcjT66H/ptYUSeJrq4KkoDev1VtYntc4JxThJBw==\n";
/// Of the manifest; its comment names the library's digest, too.
inline const std::string kBoundSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUScABqXLjUA4f2/V50VyfOs9xK1yOGBd0T2A6UfC10/0okCtL5YN0vKmIVPfEZWr3oQu6OtnBkR1vzc6HhysPMInfFzSsVinww=\n"
    "trusted comment: file:vault.provider.json\tlibrary:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n"
    "blZiyjpi/cor6YLN4cD2dKHnFI2QuDSFp0YwMJF+xmKS9whErT0J2/J1lQMrKh723fqQ3n2oStoR5gA0ec/VAA==\n";
/// Of the library, by the other key.
inline const std::string kOtherKeysSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUQLDVe7q4CowochxyhXvPVG6SrcsF4ZPbiQHA/TWhEf0ClV8711/s+sFWtYrR0MRWUlkhTHAr91/VgqBd6r9Ex1WfpPkFhmsQA=\n"
    "trusted comment: timestamp:1796099084\tfile:vault.so\thashed\n"
    "ToYcDbe59EJKBQ8o8QebQ7x7z95RZwocMRig/s+qykM+Aoh6ppRYZJVSNd5tC9AOXcIX7cZxjYGZL1EPMCGaBw==\n";
/// Of the same bytes as the library, under another name.
inline const std::string kOtherFilesSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUScABqXLjUA4e8YkmKeBW7FKhuJh9TGgB8FW/fLzwN8MlkUlQx2DUw1w0mrMdONSsJZILZrIxYyjUO9ZbWPAgu5ZKQWQICo7AM=\n"
    "trusted comment: timestamp:1796099084\tfile:other.so\thashed\n"
    "yVCmUHASta8GuIdOfq6iO96KRdM0ZlOh7XLsqyISzqwfnFZPXv8Je/Ah077Haxj2+2XA2Xk/k/NmyORf7RL3Aw==\n";
/// Of the library, with a comment that names no file.
inline const std::string kNamelessSignature =
    "untrusted comment: signature from minisign secret key\n"
    "RUScABqXLjUA4e8YkmKeBW7FKhuJh9TGgB8FW/fLzwN8MlkUlQx2DUw1w0mrMdONSsJZILZrIxYyjUO9ZbWPAgu5ZKQWQICo7AM=\n"
    "trusted comment: a comment\n"
    "tfm4QKSkD04F/Viz1GK6t20HlrS/Mj7P0zi+qnxXVdNVO6vOrbRttMwg9rsp0GQEcQjDzyO/O7ZuAmrS1MqvAA==\n";
// clang-format on

}  // namespace heygen::provider::vectors

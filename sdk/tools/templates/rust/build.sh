#!/bin/sh
# Leaves build/@ID@.so and its manifest.
set -e
cd "$(dirname "$0")"
need() {
  command -v "$1" > /dev/null && return
  echo "build.sh: $1 is not installed; $2" >&2
  exit 1
}
need cargo "Rust 1.63 or newer has it, such as Debian's: apt-get install cargo"
need heygen-provider-check "it is part of heygen's SDK: put the SDK's bin directory on the PATH"
cargo build --release --offline --locked
mkdir -p build
cp "${CARGO_TARGET_DIR:-target}/release/lib@CRATE@.so" build/@ID@.so
heygen-provider-check manifest build/@ID@.so

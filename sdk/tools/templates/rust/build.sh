#!/bin/sh
# Leaves build/@ID@.so and its manifest.
set -e
cd "$(dirname "$0")"
cargo build --release --offline --locked
mkdir -p build
cp "${CARGO_TARGET_DIR:-target}/release/lib@CRATE@.so" build/@ID@.so
heygen-provider-check manifest build/@ID@.so

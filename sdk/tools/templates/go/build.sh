#!/bin/sh
# Leaves build/@ID@.so and its manifest.
set -e
cd "$(dirname "$0")"
need() {
  command -v "$1" > /dev/null && return
  echo "build.sh: $1 is not installed; $2" >&2
  exit 1
}
need go "Go 1.18 or newer has it, such as Debian's: apt-get install golang-go"
need cc "cgo needs a C compiler, such as Debian's: apt-get install gcc libc6-dev"
need heygen-provider-check "it is part of heygen's SDK: put the SDK's bin directory on the PATH"
include=$(dirname "$(dirname "$(command -v heygen-provider-check)")")/include
export C_INCLUDE_PATH="$include${C_INCLUDE_PATH:+:$C_INCLUDE_PATH}" CGO_ENABLED=1
mkdir -p build
go build -buildvcs=false -trimpath -buildmode=c-shared -ldflags '-s -w "-extldflags=-Wl,--version-script=provider.map"' \
  -o build/@ID@.so .
heygen-provider-check manifest build/@ID@.so

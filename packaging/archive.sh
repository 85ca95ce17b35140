#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs the release that is built in DIRECTORY: DIRECTORY/heygen-VERSION-ARCH.tar.xz, what it holds of other projects as
# heygen-VERSION-ARCH.spdx.json, and SHA256SUMS of both.
# Usage: packaging/archive.sh DIRECTORY
# With HEYGEN_SIGNING_KEY, a secret key file of minisign, SHA256SUMS.minisig too; minisign asks for its password.
# The same sources give the same bytes: names in order, the time of the last commit, no owner.
set -euo pipefail

build=$(realpath "${1:?the build directory}")
cd "$(dirname "$0")/.."
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
name=heygen-$version-$(sed -n 's/^HEYGEN_ARCHITECTURE:INTERNAL=//p' "$build/CMakeCache.txt")
tree=$build/$name
rm -rf "$tree"
for part in host provider-apikey provider-oauth provider-device-code sandbox sdk; do
  cmake --install "$build" --prefix "$tree" --component "$part" --strip >/dev/null
done
cp README.md LICENSE CHANGELOG.md "$tree"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
chmod -R go-w "$tree"
tar --create --xz --file "$build/$name.tar.xz" --directory "$build" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner \
  --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime "$name"
SOURCE_DATE_EPOCH=$epoch packaging/contents.py sbom "$build/$name.tar.xz" >"$build/$name.spdx.json"
(cd "$build" && sha256sum "$name.tar.xz" "$name.spdx.json" >SHA256SUMS)
if [ -n "${HEYGEN_SIGNING_KEY:-}" ]; then
  minisign -S -s "$HEYGEN_SIGNING_KEY" -m "$build/SHA256SUMS" -t "heygen $version"
fi
printf '%s\n' "$build/$name.tar.xz"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the parts of Poco that heygen uses as static libraries, from the source package of the installed libpoco-dev.
# Usage: packaging/static-poco.sh DIRECTORY [TOOLCHAIN]    the libraries are in DIRECTORY/prefix; nothing happens when they are
# there. TOOLCHAIN is a file of CMake for another architecture.
# apt verifies the source; no file of the system changes.
set -euo pipefail

directory=$(realpath -m "${1:?the directory to build in}")
other=()
[ -z "${2:-}" ] || other=(--toolchain "$(realpath "$2")")
version=$(dpkg-query -W -f='${source:Version}\n' libpoco-dev | head -n 1)  # the same for each architecture
done=$directory/prefix/$version
[ -f "$done" ] && exit 0

rm -rf "$directory"
mkdir -p "$directory/lists/partial"
cd "$directory"
# shellcheck disable=SC1091 # a file of the system
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
# shellcheck disable=SC2016 # apt expands it
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
printf 'deb-src %s %s main\n' "$mirror" "$codename" "$mirror" "$codename-updates" >sources.list
printf 'deb-src http://security.debian.org/debian-security %s-security main\n' "$codename" >>sources.list
apt_options=(-q -o Dir::Etc::sourcelist="$directory/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$directory/lists"
  -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User="$(id -un)")
apt-get "${apt_options[@]}" update >apt.log
apt-get "${apt_options[@]}" source --only-source "poco=$version" >>apt.log
mv poco-*/ source

off=()
for part in TESTS DATA DATA_SQLITE DATA_MYSQL DATA_POSTGRESQL DATA_ODBC MONGODB REDIS PDF ZIP PAGECOMPILER PAGECOMPILER_FILE2PAGE \
  ACTIVERECORD ACTIVERECORD_COMPILER ENCODINGS JWT PROMETHEUS APACHECONNECTOR CPPPARSER POCODOC SEVENZIP; do off+=("-DENABLE_$part=OFF"); done
flags="-O2 -ffunction-sections -fdata-sections -fstack-protector-strong -flto=auto -ffat-lto-objects -ffile-prefix-map=$directory/source=poco"
# XML comes with Util; zlib, which unpacks archives of providers, and pcre, which is unused, are
# Poco's own copies.
cmake -S source -B build -G Ninja "${other[@]}" -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$directory/prefix" -DBUILD_SHARED_LIBS=OFF \
  -DPOCO_UNBUNDLED=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_C_FLAGS_RELEASE="$flags" -DCMAKE_CXX_FLAGS_RELEASE="$flags" \
  "${off[@]}" >cmake.log
cmake --build build --target install >build.log || { tail -n 30 build.log >&2; exit 1; }
touch "$done"
rm -rf build source lists

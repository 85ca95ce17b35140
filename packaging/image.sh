#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An OCI image of the release that is built in DIRECTORY, made without root and without a registry:
# DIRECTORY/heygen-VERSION-ARCH-oci.tar. It holds glibc and the CA certificates of this Debian, heygen with its providers, and
# no shell. Usage: packaging/image.sh DIRECTORY
set -euo pipefail

build=$(realpath "${1:?the build directory}")
cd "$(dirname "$0")/.."
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
architecture=$(sed -n 's/^HEYGEN_ARCHITECTURE:INTERNAL=//p' "$build/CMakeCache.txt")
[ "$architecture" = "$(uname -m)" ] || { echo "image.sh: $build is for $architecture, and the image takes glibc from this machine" >&2; exit 1; }
name=heygen-$version-$architecture
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{etc/ssl/certs,home/heygen,tmp} "$work/packages"
chmod 1777 "$root/tmp" "$root/home/heygen"  # umoci without root cannot give it to the user

(cd "$work/packages" && apt-get download -qq -o APT::Sandbox::User="$(id -un)" libc6 libjq1 libonig5 tzdata)
for package in "$work"/packages/*.deb; do dpkg-deb --extract "$package" "$root"; done
rm -rf "$root"/usr/share/{doc,man,lintian,locale} "$root"/usr/lib/*/gconv
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
printf 'root:x:0:0:root:/root:/nologin\nheygen:x:1000:1000::/home/heygen:/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nheygen:x:1000:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
for part in host provider-apikey provider-oauth provider-device-code; do
  cmake --install "$build" --prefix "$root/usr" --component "$part" --strip >/dev/null
done
rm -rf "$root"/usr/share/{man,bash-completion,zsh,fish,doc}

epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
find "$root" -exec touch --no-dereference --date="@$epoch" {} +
created=$(date --utc --date="@$epoch" +%Y-%m-%dT%H:%M:%SZ)
history=(--history.author HeyGen --history.created "$created")
umoci init --layout "$work/oci"
umoci new --image "$work/oci:$version"
umoci insert --rootless --image "$work/oci:$version" "${history[@]}" --history.created_by packaging/image.sh "$root" /
umoci config --image "$work/oci:$version" "${history[@]}" --created "$created" --author HeyGen --config.user 1000:1000 \
  --config.workingdir /home/heygen --config.env HOME=/home/heygen --config.env PATH=/usr/bin --config.entrypoint /usr/bin/heygen
umoci gc --layout "$work/oci"
tar --create --file "$build/$name-oci.tar" --directory "$work/oci" --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner .
printf '%s\n' "$build/$name-oci.tar"

#!/usr/bin/env bash
# The main commands, against the sandbox: what `./dev try` runs after the build. Usage: tour.sh BIN-DIRECTORY
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

bin=$(cd "${1:?usage: tour.sh BIN-DIRECTORY}" && pwd)
if [ "${HEYGEN_TOUR_INSIDE:-}" != 1 ]; then
  approve=(--auto-approve)
  # On a desktop the browser shows the real consent page; elsewhere curl approves.
  if [ -t 0 ] && [ -t 1 ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
    approve=()
  else
    export BROWSER="curl --silent --show-error --location --output /dev/null"
  fi
  export HEYGEN_TOUR_INSIDE=1 PATH="$bin:$PATH"
  unset HEYGEN_API_KEY HEYGEN_PROVIDER CI HEYGEN_NONINTERACTIVE
  exec heygen-sandbox run "${approve[@]}" -- "$0" "$bin"
fi

bold='' plain='' dim=''
if [ -t 1 ] && [ "${TERM:-}" != dumb ]; then bold=$'\033[1m' plain=$'\033[0m' dim=$'\033[2m'; fi
title() { printf '\n%s# %s%s\n' "$dim" "$*" "$plain"; }
show() {
  printf '%s$ heygen' "$bold"
  local word
  for word in "$@"; do
    case "$word" in *[!A-Za-z0-9_./=:-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '%s\n' "$plain"
  heygen "$@"
}

title "Credentials come from providers, libraries found and loaded at run time"
show provider list --human
title "Log in with OAuth: your browser, PKCE, a one-shot listener on 127.0.0.1"
show auth login --oauth
title "Who am I, with which credential, and why"
show auth status --human
show auth explain --human
title "Create a video and wait for it"
show video create -d '{"type":"avatar","avatar_id":"look_123","voice_id":"voice_123","script":"Hello from the tour","title":"My first video"}' --wait
show video list --limit 5 --human
title "Upload a file, and fetch the video"
printf '1\n00:00:00,000 --> 00:00:02,000\nHello from the tour\n' >"$HEYGEN_CONFIG_DIR/hello.srt"
show asset create --file "$HEYGEN_CONFIG_DIR/hello.srt" --human
show video download video_123 --output-path "$HEYGEN_CONFIG_DIR/tour.mp4" --human
title "Log out: the tokens are revoked and deleted"
show auth logout

if [ -t 0 ] && [ -t 1 ]; then
  title "The sandbox still runs. This shell talks to it; leave with 'exit'. Try: heygen auth login"
  exec "${SHELL:-/bin/bash}" -i
fi

#!/usr/bin/env bash
# Checks layout (clang-format), code (clang-tidy), scripts (shellcheck) and words (tests/style.py). Its last line counts files: `N passed, N failed`.
# Usage: tests/lint.sh [--build DIR] [--since COMMIT]
#   --build DIR     a configured build directory (its compile_commands.json); default: build
#   --since COMMIT  only what changed since then, and what includes a header that did
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."

build=build since=
while [ $# -gt 0 ]; do
  case "$1" in
    --build) build=${2:?--build needs a directory}; shift 2 ;;
    --since) since=${2:?--since needs a commit}; shift 2 ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
  esac
done
[ -f "$build/compile_commands.json" ] || { echo "lint: no $build/compile_commands.json; run ./dev lint" >&2; exit 2; }

patterns=('*.c' '*.cpp' '*.h' '*.hpp')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tracked() { git ls-files -- "${patterns[@]}"; }

scripts() { git grep -lE '^#!.*\b(ba)?sh$' -- . ':!*.py' ':!*.md'; }

including() { # header...: the tracked files that include one of them
  local header
  for header in "$@"; do
    git grep -lE "#include [\"<](.*/)?$(basename "$header" | sed 's/\./\\./g')[\">]" -- "${patterns[@]}" || true
  done
}

changed() { # the closure of what changed, so that a header is seen through the sources that use it
  local files more
  files=$(git diff --name-only --diff-filter=d "$since" -- "${patterns[@]}")
  # shellcheck disable=SC2046 # one word a file
  while more=$(including $(grep -E '\.(h|hpp)$' <<<"$files") | cat - <(echo "$files") | sed '/^$/d' | sort -u) &&
    [ "$more" != "$(sort -u <<<"$files")" ]; do files=$more; done
  echo "$files" | sed '/^$/d'
}

# The tests are laid out alike, but clang-tidy skips them: Boost.Test's macros are what it would mostly see.
compiled=$work/compiled
python3 - "$build/compile_commands.json" >"$compiled" <<'PYTHON'
import json, os, sys
for file in sorted({os.path.relpath(entry["file"]) for entry in json.load(open(sys.argv[1]))}):
    if not file.startswith("tests/"):
        print(file)
PYTHON

# The examples have builds of their own; these are the flags of the simplest of them.
example_flags="-std=c++17 -Isdk/include $(pkg-config --cflags libsecret-1)"

tidy() { # file: what clang-tidy finds; nothing of a test, or of a header, which is seen through its sources
  local tidy=(clang-tidy-14 --quiet --extra-arg=-Wno-unknown-warning-option)
  # shellcheck disable=SC2086 # one word a flag
  if grep -qxF "$1" "$compiled"; then "${tidy[@]}" -p "$build" "$1"
  else
    case "$1" in
      tests/* | *.h | *.hpp) ;;
      sdk/examples/*.cpp) "${tidy[@]}" "$1" -- $example_flags ;;
      *) echo "not part of the build, so that clang-tidy cannot read it"; return 1 ;;
    esac
  fi
}

check() { # file: prints what is wrong with it
  local file=$1 out='' ok=1 status=0
  if ! clang-format-14 --dry-run -Werror "$file" >/dev/null 2>&1; then
    ok=0 out="not laid out by .clang-format; run: clang-format-14 -i $file"$'\n'
  fi
  out+=$(tidy "$file" 2>"$work/err.$$") || status=$?
  if [ "$status" != 0 ]; then
    ok=0 out+=$'\n'$(grep -vE '^[0-9]+ warnings? generated\.$|^Suppressed |^Use -header-filter' "$work/err.$$" || true)
  fi
  [ $ok = 1 ] || printf 'FAIL %s\n%s\n' "$file" "$out"
  echo "$ok" >>"$work/results"
}
export -f check tidy
export build work compiled example_flags

touch "$work/results"

scripts | while read -r file; do
  if out=$(shellcheck "$file"); then echo 1; else echo 0; printf 'FAIL %s\n%s\n' "$file" "$out" >&2; fi
done >>"$work/results"

for what in words commits spdx; do
  if out=$(python3 tests/style.py "$what"); then echo 1; else echo 0; printf 'FAIL tests/style.py %s\n%s\n' "$what" "$out" >&2; fi
done >>"$work/results"

# shellcheck disable=SC2016 # the child expands it
if [ -n "$since" ]; then changed; else tracked; fi | xargs -r -P "$(nproc)" -I{} bash -c 'check "$1"' check {}
failed=$(grep -c 0 "$work/results" || true)
echo "$(grep -c 1 "$work/results" || true) passed, $failed failed"
[ "$failed" = 0 ]

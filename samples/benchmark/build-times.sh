#!/usr/bin/env bash
# usage: build-times.sh [--only first|program|tests]... [COMMIT...]
# How long builds take, commit by commit (HEAD), each in a clone of its own with empty caches. Fetching packages is timed apart.
# Prints a line "COMMIT, WHAT, SECONDS" for
#   first      the build of the first command, that of samples/demo.sh
#   program    the build of the whole program (make build), and builds after a change of one file of Scene and of Service: a line
#              of comment, then a function more
#   tests      the build of the test command (Tests/run.sh)
# A commit takes 35 minutes on two cores. Run nothing else meanwhile.
set -euo pipefail
parts=()
while [ "${1:-}" = --only ]; do parts+=("$2") && shift 2; done
[ ${#parts[@]} -gt 0 ] || parts=(first program tests)
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }
checkout=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'rm -rf "$work"' EXIT
timed() { # name, then a command
  local name=$1 begin=${EPOCHREALTIME/./} tenths
  shift
  "$@" > "$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; echo "build-times: $name failed: $*" >&2; exit 1; }
  tenths=$(((${EPOCHREALTIME/./} - begin) / 100000))
  echo "$commit, $name, $((tenths / 10)).$((tenths % 10))"
}
places=(--cache-path "$work/cache" --scratch-path "$work/build")
resolve() { swift package "${places[@]}" "$@" resolve; }
build() { swift build -c release "${places[@]}" "$@"; }
changes() {
  local target file
  for target in Scene Service; do
    file=$(find "Sources/$target" -name '*.swift' | sort | head -n 1)
    echo '// A comment.' >> "$file"
    timed "program, a comment more in $target" build
    echo 'func changed() -> Int { 1 }' >> "$file"
    timed "program, a function more in $target" build
  done
  git checkout -q .
}

echo "commit, what, seconds    ($(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1))"
for commit in "${@:-HEAD}"; do
  commit=$(git -C "$checkout" rev-parse --short "$commit")
  rm -rf "$work/clone" "$work/build" "$work/cache"
  git clone -q "$checkout" "$work/clone"
  cd "$work/clone"
  git checkout -q "$commit"
  if wants first; then
    # Its options are those of the commit; before there were any, the first command built everything.
    read -ra options <<< "$(sed -n 's/^swift build -c release *//p' samples/demo.sh 2> /dev/null | head -n 1)"
    resolving=()
    [[ ${options[*]:-} != *--disable-default-traits* ]] || resolving=(--disable-default-traits)
    timed 'first command, packages' resolve "${resolving[@]}"
    timed 'first command' build "${options[@]}"
    rm -rf "$work/build"
  fi
  if wants program; then
    timed 'program, packages' resolve
    timed 'program' build
    changes
    rm -rf "$work/build"
  fi
  if wants tests; then
    timed 'tests, packages' resolve
    # Its options, too, are those of the commit; before there were any, the tests were built as everything else.
    read -ra options <<< "$(sed -n 's/^options=(-c release --scratch-path [^ ]* \(.*\))$/\1/p' Tests/run.sh)"
    timed 'tests' env YOLOSTREAM_FOR_TESTS=1 swift test list -c release "${places[@]}" "${options[@]}"
  fi
done

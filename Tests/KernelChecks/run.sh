#!/usr/bin/env bash
# Builds the checks of the kernels and runs them on shapes from standard input (see check.c for their format):
#   run.sh native     optimised, on this processor
#   run.sh sanitized  under address and undefined behaviour sanitizer
#   run.sh aarch64    for 64-bit ARM, under qemu
# Ends with 69 if a compiler or qemu is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
kernels=$here/../../Sources/Kernels
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
mapfile -t sources < <(find "$kernels" "$here" -name '*.c' ! -name amx_twin.c | sort)
# What is compiled once more for x86, with plain C in the place of AVX-512.
twins=("$kernels"/x86/{direct_avx2,direct_avx512,finish_avx512,winograd,winograd_sums,winograd_transforms,winograd_pack,winograd_f32,winograd_f32_sums}.c
       "$here"/amx_twin.c)

need() {
  command -v "$1" >/dev/null && return
  echo "checks of kernels: $1 is not installed (see .ci/install --tests)" >&2
  exit 69
}
# compile COMPILER FLAGS…: all sources into one program. Small bands make small maps have several.
compile() {
  need "$1"
  local objects=() flags=(-g -Wall -Wextra -Wno-unused-parameter -Wno-psabi -DAMX_BAND_BYTES=20000) twin
  # Without checks for undefined behaviour: the twins of instructions would be large.
  for twin in "${twins[@]}"; do
    objects+=("$build/twin-$(basename "$twin" .c).o")
    "${@/,undefined/}" "${flags[@]}" -include "$here/avx512_twin.h" -c "$twin" -o "${objects[-1]}" &
  done
  wait
  "$@" "${flags[@]}" "${sources[@]}" "${objects[@]}" -o "$build/check" -lm -ldl -lpthread
}

case ${1:-} in
  native)
    compile "${CC:-clang}" -O2
    "$build/check"
    ;;
  sanitized)
    # gold warns about symbols of the sanitizer that it cannot export.
    compile "${CC:-clang}" -O1 -fsanitize=address,undefined -fno-sanitize-recover=all 2> "$build/warnings" \
      || { cat "$build/warnings" >&2; exit 1; }
    "$build/check" "sanitized"
    ;;
  aarch64)
    need qemu-aarch64-static
    twins=()
    compile aarch64-linux-gnu-gcc -O2 -static
    qemu-aarch64-static -cpu max "$build/check" "emulated by qemu, not timed"
    ;;
  *)
    echo "usage: run.sh native|sanitized|aarch64 < shapes" >&2
    exit 64
    ;;
esac

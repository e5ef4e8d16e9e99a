#!/usr/bin/env bash
# Runs tests under Thread Sanitizer, which makes each step many times slower; fails at any report.
#
#   Tests/tsan/run.sh [FILTER]        (default: tests of RingBuffer, Pipeline, Streaming and Service)
#
# First shows that the sanitizer works here: a race planted beside a mutex is reported, the use of the mutex is not.
set -euo pipefail
cd "$(dirname "$0")/../.."
tests=${1:-'RingBufferTests|PipelineTests|StreamingTests|ServiceTests'}
folder=.build-tsan
mkdir -p $folder/planted
clang -shared -fPIC -O1 -Wall -Werror Tests/tsan/mutex.c -o $folder/mutex.so
swiftc -O -swift-version 6 -parse-as-library -sanitize=thread Tests/tsan/planted.swift -o $folder/planted/program
planted() { LD_PRELOAD=$PWD/$folder/mutex.so $folder/planted/program "$@" 2>&1 | grep -c 'WARNING: ThreadSanitizer' || true; }
[ "$(planted)" = 0 ] || { echo 'tsan: the use of a mutex is reported as a race' >&2; exit 1; }
[ "$(planted yes)" != 0 ] || { echo 'tsan: a planted race is not reported' >&2; exit 1; }
export TSAN_OPTIONS="suppressions=$PWD/Tests/tsan/suppressions.txt"
options=(-c release -Xswiftc -enable-testing --sanitize=thread --scratch-path $folder)
swift build --build-tests "${options[@]}"
YOLOSTREAM_HANDOVERS=${YOLOSTREAM_HANDOVERS:-5000000} LD_PRELOAD=$PWD/$folder/mutex.so \
  swift test "${options[@]}" --skip-build --no-parallel --filter "$tests" > $folder/log 2>&1 && ended=0 || ended=$?
reports=$(grep -c 'WARNING: ThreadSanitizer' $folder/log || true)
grep -E 'SUMMARY: ThreadSanitizer|✘|Test run with' $folder/log || true
echo "tsan: $reports reports, the tests ended with $ended ($PWD/$folder/log)"
[ "$reports" = 0 ] && [ $ended = 0 ]

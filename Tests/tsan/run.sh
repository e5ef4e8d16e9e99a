#!/usr/bin/env bash
# Runs what is concurrent under Thread Sanitizer, which makes each step many times slower; fails at any report.
#
#   Tests/tsan/run.sh [FILTER]        FILTER: a regular expression of tests, in place of the steps below
#
# The first time about 20 minutes on two cores, half of them for the build, which has the tests of four targets and what these
# need. First it shows that the sanitizer works here: planted races are reported; a contended mutex and an object that its last
# owner recycles are not.
set -euo pipefail
cd "$(dirname "$0")/../.."
steps=(
  RingBufferTests                                  # queues between two threads
  PipelineTests                                    # channels, stages, threads, shutdown
  'StreamingTests.(StreamRunTests|LiveRunTests)'   # a file and an RTSP stream, with one and several workers
  'StreamingTests.(SlowSinkTests|StreamPushTests)' # sinks and receivers that are slow, offline, or come back
  ServiceTests.SupervisionTests                    # several cameras, reload, restart, HLS
  ServiceTests.WebServerTests                      # web calls, live views, metrics
  'ServiceTests.(CameraPushTests|StorageTests)'    # receivers, recordings and their retention
  ServiceTests.OutletTests                         # broker, webhooks, switches
)
if [ $# -gt 0 ]; then steps=("$@"); fi
folder=$PWD/.build-tsan
log=$folder/log
mkdir -p "$folder/planted"
say() { printf 'tsan: %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }
reports() { grep -c 'WARNING: ThreadSanitizer' "$1" || true; }
export TSAN_OPTIONS="suppressions=$PWD/Tests/tsan/suppressions.txt history_size=4"

clang -shared -fPIC -O1 -Wall -Werror Tests/tsan/runtime.c -o "$folder/runtime.so"
swiftc -O -swift-version 6 -parse-as-library -sanitize=thread Tests/tsan/planted.swift -o "$folder/planted/program"
planted() { # NAME WHETHER-IT-IS-A-RACE
  LD_PRELOAD=$folder/runtime.so "$folder/planted/program" "$1" > "$folder/planted/$1" 2>&1 || true
  if [ "$(reports "$folder/planted/$1")" -gt 0 ] && [ "$2" = no ]; then say "$1 is reported, and is no race"; exit 1; fi
  if [ "$(reports "$folder/planted/$1")" = 0 ] && [ "$2" = yes ]; then say "$1 is not reported"; exit 1; fi
}
planted mutex no
planted beside-mutex yes
planted recycled no
planted recycled-early yes
say 'planted races are reported, and nothing else'

# The default build of the tests would have all targets.
export YOLOSTREAM_TESTS=RingBuffer,Pipeline,Streaming,Service
options=(-c release --sanitize=thread --scratch-path "$folder" --test-product yolostreamPackageTests)
swift test list "${options[@]}" > "$folder/build.log" 2>&1 || { tail -20 "$folder/build.log"; say 'the build failed'; exit 1; }
say 'built'

: > "$log"
tests=0 failed=0
for step in "${steps[@]}"; do
  ended=0
  # A test of an unbounded wait ends by its own limits; this ends a hang.
  YOLOSTREAM_HANDOVERS=${YOLOSTREAM_HANDOVERS:-200000} LD_PRELOAD=$folder/runtime.so timeout 900 \
    swift test "${options[@]}" --skip-build --no-parallel --filter "$step" > "$folder/step.log" 2>&1 || ended=$?
  count=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' "$folder/step.log" | tail -1)
  cat "$folder/step.log" >> "$log"
  grep -E 'SUMMARY: ThreadSanitizer|✘ Test .* (recorded|failed)' "$folder/step.log" | sort | uniq -c | head -20 || true
  [ "$ended" = 0 ] || failed=$((failed + 1))
  [ "${count:-0}" -gt 0 ] || { failed=$((failed + 1)); echo "no test is called $step"; }
  tests=$((tests + ${count:-0}))
  say "$step: ${count:-0} tests, $(reports "$folder/step.log") reports, ended with $ended"
done
found=$(reports "$log")
say "verdict: $found reports in $tests tests; $failed of ${#steps[@]} steps failed; $log"
[ "$found" = 0 ] && [ $failed = 0 ]

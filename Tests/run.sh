#!/usr/bin/env bash
# usage: run.sh [--filter PATTERN…]
# Installs what is missing (by apt, as root or with sudo), checks the style, builds and runs every test, or those whose names match a
# regular expression.
set -euo pipefail
cd "$(dirname "$0")/.."
bash .ci/install --tests
swift format lint --strict --recursive Sources Tests Package.swift

# In a folder of its own, since it is built differently: without optimisation, except targets that compute (Package.swift).
# C++ (BoringSSL) is not optimised either, which saves half a minute.
options=(-c release --scratch-path .build-tests -Xswiftc -Onone -Xcxx -O0)
YOLOSTREAM_FOR_TESTS=1 swift test list "${options[@]}" >/dev/null
tests=$(YOLOSTREAM_FOR_TESTS=1 swift build "${options[@]}" --show-bin-path)/yolostreamPackageTests.xctest
run() { "$tests" --testing-library swift-testing "$@"; }
if [ $# -gt 0 ]; then
  run "$@"
  exit
fi

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
# The output of a run, without colours, also stays in a file of that name, so that what failed can be found.
logged() {
  local name=$1
  shift
  run "$@" 2>&1 | sed -u $'s/\e\\[[0-9;]*m//g' | tee "$logs/$name"
}
failed=0

# Tests that start programs, servers, pipelines and a virtual machine wait on the few threads that all tests of a process share:
# they come one after the other, so that they do not starve each other.
apart='ServiceTests|CommandTests|CaptureTests|PipelineTests|StreamingTests'
logged alone --skip "$apart" || failed=$?

# Most of them wait for something outside, so two processes share them: commands here, everything else there.
elsewhere='ServiceTests|CaptureTests|PipelineTests|StreamingTests|CommandTests\.CameraTests'
logged there --no-parallel --filter "$elsewhere" >/dev/null &
logged here --no-parallel --filter CommandTests --skip "$elsewhere" || failed=$?
wait $! || failed=$?
cat "$logs/there"
[ $failed -ne 0 ] || exit 0

# Suites that failed run once more, with nothing beside them: a failure that does not repeat is reported and does not fail the
# whole. A run that ended early does.
for log in alone here there; do
  grep -aq 'Test run with .* after' "$logs/$log" || exit $failed
done
suites=$(sed -n 's/^✘ Suite \([A-Za-z0-9]*\) failed after.*/\1/p' "$logs"/* | sort -u | paste -sd '|')
[ -n "$suites" ] || exit $failed
echo "run.sh: these suites failed and run once more: $suites"
run --no-parallel --filter "[./]($suites)/"
echo "run.sh: these suites failed at first and passed alone: $suites"

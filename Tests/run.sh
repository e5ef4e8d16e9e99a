#!/usr/bin/env bash
# Installs what is missing, checks the style, builds and runs every test.
set -euo pipefail
cd "$(dirname "$0")/.."
bash .ci/install --tests
swift format lint --strict --recursive Sources Tests Package.swift
# `swift test` builds the program, too; `swift build` before it would compile most of it twice.
if [ $# -gt 0 ]; then
  swift test -c release "$@"
  exit
fi

# Tests that start programs, servers, pipelines and a virtual machine wait on the few threads that all tests of a process share:
# they come one after the other, so that they do not starve each other.
apart='ServiceTests|CommandTests|CaptureTests|PipelineTests|StreamingTests'
swift test -c release --skip "$apart"

# Most of them wait for something outside, so two processes share them: commands here, everything else there.
elsewhere='ServiceTests|CaptureTests|PipelineTests|StreamingTests|CommandTests\.(CameraTests|TrainTests|LibraryTests)'
# Two `swift test` would wait for each other's lock.
tests="$(swift build -c release --show-bin-path)/yolostreamPackageTests.xctest"
in_turn() { "$tests" --testing-library swift-testing --no-parallel "$@"; }
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
in_turn --filter "$elsewhere" >"$log" 2>&1 &
failed=0
in_turn --filter CommandTests --skip "$elsewhere" || failed=$?
wait $! || failed=$?
cat "$log"
exit $failed

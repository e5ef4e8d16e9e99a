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
# Tests that start programs, servers, pipelines and a virtual machine wait on the few threads that all tests share: they come
# one after the other, so that they do not starve each other.
apart='ServiceTests|CommandTests|CaptureTests|PipelineTests|StreamingTests'
swift test -c release --skip "$apart"
swift test -c release --skip-build --no-parallel --filter "$apart"

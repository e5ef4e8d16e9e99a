#!/usr/bin/env bash
# Installs what is missing, checks the style, builds and runs every test.
set -euo pipefail
cd "$(dirname "$0")/.."
bash .ci/install --tests
swift format lint --strict --recursive Sources Tests Package.swift
swift build -c release
swift test -c release "$@"

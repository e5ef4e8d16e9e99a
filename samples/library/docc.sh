#!/usr/bin/env bash
# usage: docc.sh [FOLDER]        (after swift build -c release; or make docs)
# Makes the DocC archives of the modules in the library products, and one of all, in FOLDER (.build/docs). A link in a
# comment that leads nowhere is an error. To read it: docc preview, or any web server on yolostream.doccarchive.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(realpath -m "${1:-.build/docs}")
built=${BUILD:-.build/release}
[ -d "$built/Modules" ] || { echo "docc: there are no modules in $built: expected a build (swift build -c release)" >&2; exit 66; }
graphs=$(mktemp -d)
trap 'rm -rf "$graphs"' EXIT
search=(-I "$built/Modules")
for map in Sources/*/module.modulemap; do search+=(-I "$(dirname "$map")"); done
for map in "$built"/*.build/module.modulemap; do search+=(-Xcc "-fmodule-map-file=$map"); done
mapfile -t more < <(pkg-config --cflags-only-I freetype2 libmosquitto | tr ' ' '\n' | grep .)
for flag in "${more[@]}"; do search+=(-Xcc "$flag"); done
rm -rf "$out" && mkdir -p "$out"
archives=()
# The products of Package.swift: YOLOStream, and GELAN, whose modules are among those.
for module in Capture Inference Tracking Checkpoints GELAN Imaging Scene; do
  mkdir "$graphs/$module"
  swift-symbolgraph-extract -module-name "$module" "${search[@]}" -target "$(uname -m)-unknown-linux-gnu" -sdk / \
    -minimum-access-level public -output-dir "$graphs/$module"
  docc convert --additional-symbol-graph-dir "$graphs/$module" --fallback-display-name "$module" \
    --fallback-bundle-identifier "yolostream.$module" --output-path "$out/$module.doccarchive" > "$graphs/log" 2>&1 ||
    { cat "$graphs/log" >&2; exit 1; }
  if grep -A 6 -E "doesn't exist at|is ambiguous at" "$graphs/log" >&2; then exit 1; fi
  archives+=("$out/$module.doccarchive")
done
docc merge "${archives[@]}" --synthesized-landing-page-name yolostream --output-path "$out/yolostream.doccarchive"
pages=$(find "$out/yolostream.doccarchive/data/documentation" -name '*.json' | wc -l)
echo "$out/yolostream.doccarchive: $pages pages of ${#archives[@]} modules"

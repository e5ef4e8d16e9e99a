#!/usr/bin/env bash
# usage: addon.sh LAYOUT [FOLDER]    (or make addon)
# Makes the folder of the add-on, .build/home-assistant/yolostream, from an image in LAYOUT (systemd/debian/image.sh).
set -euo pipefail
layout=$(realpath "$1")
out=$(realpath -m "${2:-.build/home-assistant}")/yolostream
cd "$(dirname "$0")"
blob() { echo "$layout/blobs/${1/://}"; }
digests() { python3 -c 'import json, sys
for each in json.load(open(sys.argv[1]))[sys.argv[2]]: print(each["digest"])' "$1" "$2"; }
manifest=$(digests "$layout/index.json" manifests)
mapfile -t layers < <(digests "$(blob "$manifest")" layers)
[ ${#layers[@]} = 1 ] || { echo "addon: $layout has ${#layers[@]} layers: expected one" >&2; exit 65; }
rm -rf "$out"
mkdir -p "$out"
cp config.yaml Dockerfile DOCS.md "$out/"
cp "$(blob "${layers[0]}")" "$out/layer.tar.gz"
# The version is the program's.
version=$(tar -xzOf "$out/layer.tar.gz" ./usr/share/yolostream/version)
sed -i "s/^version: .*/version: \"$version\"/" "$out/config.yaml"
echo "$out: version $version, $(du -sm "$out" | cut -f1) MB"
